"""The list of what a desk is made of: nothing without a licence, nothing left out."""

from __future__ import annotations

import json

import pytest

from tests.sbom import licence_of, locked, sbom


def test_every_package_we_run_with_says_its_licence() -> None:
    assert len(locked()) > 30
    assert [package for package in locked() if not licence_of(package)] == []


@pytest.mark.soak
def test_the_list_names_each_package_with_its_hashes_and_licence() -> None:
    components = json.loads(sbom())["components"]
    assert {one["name"]: one["version"] for one in components} == locked()
    for one in components:
        assert one["licenses"][0]["license"]["name"]
        assert one["externalReferences"][0]["hashes"]

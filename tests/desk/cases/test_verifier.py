"""A bundle is whole or it is not, and what is wrong with it has a name."""

from __future__ import annotations

import json
import subprocess
import sys
from asyncio import to_thread
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import rfc8785
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from app.cli import main
from app.desk.cases import verifier
from app.desk.cases.bundle import make_bundle
from app.desk.cases.case_view import case_view
from app.desk.cases.deeds import add_note
from app.desk.cases.verifier import canonical, verify
from app.records.cases import Case
from app.records.signing import public_key
from tests.desk.cases.conftest import Investigation
from tests.desk.conftest import ACCESS_PASS, PASSWORD, TOKEN

pytestmark = pytest.mark.anyio


@pytest.fixture
async def bundle(investigation: Investigation) -> bytes:
    desk = investigation.stage.desk
    add_note(
        desk, investigation.operator, investigation.case.id, "電話で「二重」と言われた 😀 \x7f"
    )
    with desk.database.reading() as session:
        case = session.get_one(Case, investigation.case.id)
        return make_bundle(desk, session, case_view(session, case, desk.settings))


@pytest.fixture
def key(investigation: Investigation) -> str:
    return public_key(investigation.stage.desk.database)


def altered(bundle: bytes, change: Any) -> bytes:
    """The bundle with something done to what it says, written as it should be."""
    said = json.loads(bundle)
    change(said)
    return canonical(said)


async def test_what_the_desk_has_signed_is_whole(bundle: bytes, key: str) -> None:
    report = verify(bundle, [key])
    assert (report.fault, report.asked, report.valid, report.pinned) == ("", 10, 10, True)
    assert "Whole" in report.sentence


async def test_no_secret_leaves_the_desk_in_a_bundle(bundle: bytes) -> None:
    for secret in (PASSWORD, ACCESS_PASS, TOKEN):
        assert secret.encode() not in bundle


async def test_each_kind_of_fault_has_a_sentence_of_its_own(bundle: bytes, key: str) -> None:
    def other_amount(said: Any) -> None:
        said["parts"]["orders"][0]["Amount"] = 1

    def gone(said: Any) -> None:
        del said["parts"]["callbacks"]

    def more(said: Any) -> None:
        said["parts"]["letter"] = "x"

    def unsigned(said: Any) -> None:
        said["signature"] = ""

    faults = {
        "altered": verify(altered(bundle, other_amount), [key]),
        "removed": verify(altered(bundle, gone), [key]),
        "added": verify(altered(bundle, more), [key]),
        "unsigned": verify(altered(bundle, unsigned), [key]),
        "not-pinned": verify(bundle, ["0" * 64]),
    }
    assert {name: report.fault for name, report in faults.items()} == {one: one for one in faults}
    assert faults["altered"].part == "orders"
    assert faults["removed"].part == "callbacks"
    assert len({report.sentence.split(":")[0] for report in faults.values()}) == 5


async def test_a_list_of_parts_that_was_made_to_fit_is_not_signed(bundle: bytes) -> None:
    def forged(said: Any) -> None:
        said["parts"]["orders"][0]["Amount"] = 1
        for one in said["manifest"]["parts"]:
            one["sha256"] = verifier._digest(said["parts"][one["name"]])
        signed = {"manifest": said["manifest"], "parts": said["parts"]}
        said["whole"] = verifier._digest(signed)

    report = verify(altered(bundle, forged))
    assert (report.fault, report.part) == ("altered", "the signature")


async def test_no_other_signature_of_the_same_key_passes(bundle: bytes) -> None:
    def written_otherwise(said: Any) -> None:
        both = bytes.fromhex(said["signature"])
        scalar = int.from_bytes(both[32:], "little") + verifier.ORDER
        said["signature"] = (both[:32] + scalar.to_bytes(32, "little")).hex()

    report = verify(altered(bundle, written_otherwise))
    assert (report.fault, report.part) == ("altered", "the signature")


def every_byte_changed(bundle: bytes, places: range) -> None:
    for place in places:
        for change in (1, 0x20, 0x80):
            data = bytearray(bundle)
            data[place] ^= change
            assert verify(bytes(data)).fault, place


async def test_a_changed_byte_is_seen(bundle: bytes) -> None:
    every_byte_changed(bundle, range(len(bundle) - 140, len(bundle), 3))
    every_byte_changed(bundle, range(0, len(bundle), 997))


@pytest.mark.soak
async def test_every_changed_byte_is_seen(bundle: bytes) -> None:
    every_byte_changed(bundle, range(len(bundle)))


async def test_added_and_missing_bytes_are_seen(bundle: bytes) -> None:
    for data in (
        b"",
        b"{}",
        b"[]",
        bundle + b"\n",
        b" " + bundle,
        bundle[:-1],
        b"\xff",
        b"[" * 9**5,
    ):
        assert verify(data).fault == "altered"


async def test_the_command_and_the_file_in_the_bundle_say_the_same(
    bundle: bytes, key: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file, other = tmp_path / "bundle.json", tmp_path / "other.json"
    file.write_bytes(bundle)
    other.write_bytes(bundle.replace(b"A1001", b"A1002"))
    inside = tmp_path / "verifier.py"
    inside.write_text(json.loads(bundle)["parts"]["verifier.py"], "utf-8")
    for arguments, code in [
        ([str(file)], 0),
        ([str(file), "--key", key, "--json"], 0),
        ([str(other)], 1),
        ([str(tmp_path / "none")], 2),
    ]:
        assert main(["verify-bundle", *arguments]) == code
        ours = capsys.readouterr()
        command = [sys.executable, "-I", str(inside), *arguments]
        alone = await to_thread(subprocess.run, command, capture_output=True, text=True)
        assert (alone.returncode, alone.stdout, alone.stderr) == (code, ours.out, ours.err)


VALUES = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53) + 1, 2**53 - 1) | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=8,
)
NO_FORM = st.integers(2**53) | st.integers(max_value=-(2**53)) | st.just("\ud800")
"""What no reader of JSON reads alike, and half of a pair."""


def has_no_form(write: Callable[[Any], bytes], value: Any) -> bool:
    try:
        write(value)
    except ValueError:
        return True
    return False


@settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(VALUES)
def test_the_canonical_form_is_one_is_the_library_s_and_is_read_back(value: Any) -> None:
    try:
        written = canonical(value)
    except UnicodeEncodeError:
        assert has_no_form(rfc8785.dumps, value)  # half of a pair is no text
        return
    assert written == rfc8785.dumps(value)
    assert json.loads(written) == value
    assert canonical(json.loads(written)) == written


@given(NO_FORM, VALUES)
def test_what_has_no_canonical_form_has_none_in_the_library_either(bad: Any, good: Any) -> None:
    for value in (bad, [good, bad], {"a": good, "b": bad}):
        for write in (canonical, rfc8785.dumps):
            assert has_no_form(write, value)


async def test_the_file_is_written_as_the_library_writes_it(bundle: bytes) -> None:
    assert rfc8785.dumps(json.loads(bundle)) == canonical(json.loads(bundle)) == bundle


def test_names_are_ordered_by_their_units_of_utf_16() -> None:
    # As the RFC's own example has it, where Python's order differs.
    assert canonical({"\U0001f600": 1, "\ufb33": 2, "\r": 3}) == (
        '{"\\r":3,"😀":1,"\ufb33":2}'.encode()
    )

"""The Dockerfile followed line by line without Docker: each does here what it does to an image."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
import tomllib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from tests.assumptions import ROOT
from tests.postgresql import free_port
from tests.test_deployment import DOCKERFILE
from tests.waiting import GIVEN_UP_AFTER, until


@dataclass
class Image:
    """What the lines so far have made: files below `root`, settings, and how it is run."""

    root: Path
    settings: dict[str, str] = field(default_factory=dict)
    users: set[str] = field(default_factory=set)
    where: str = "/"
    said: dict[str, str] = field(default_factory=dict)

    @property
    def here(self) -> Path:
        return self.root / self.where.lstrip("/")

    def runs(self, *arguments: str) -> None:
        """The image's Python, which is ours."""
        command = [sys.executable, *arguments]
        subprocess.run(command, cwd=self.here, env=self.environment, check=True)

    @property
    def environment(self) -> dict[str, str]:
        told = {"PATH": os.environ["PATH"], "HOME": os.environ["HOME"], **self.settings}
        return told | {"PYTHONPATH": ""}


def base(image: Image, rest: str) -> None:
    found = re.fullmatch(r"python:3\.(\d+)-slim-\w+", rest)
    assert found, "an image of Python itself, of one version"
    needed = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    assert int(found[1]) >= int(needed["requires-python"].removeprefix(">=3."))


def env(image: Image, rest: str) -> None:
    image.settings |= dict(re.findall(r"(\w+)=(\S+)", rest))


def run(image: Image, rest: str) -> None:
    for command in (one.strip() for one in rest.split("&&")):
        program, *arguments = command.split()
        if program == "groupadd":
            image.users.add(f":{arguments[arguments.index('--gid') + 1]}")
        elif program == "useradd":
            image.users.add(f"{arguments[arguments.index('--uid') + 1]}:")
        elif program == "install":
            assert "--mode=0700" in arguments
            (image.root / arguments[-1].lstrip("/")).mkdir(mode=0o700)
        elif arguments[:3] == ["-m", "pip", "install"]:
            # They are in our environment by the same lock: what is judged is that it is whole.
            image.runs(*arguments, "--dry-run", "--quiet", "--disable-pip-version-check")
        else:
            assert program == "python", f"nothing here follows {command!r}"
            image.runs(*arguments)


def workdir(image: Image, rest: str) -> None:
    image.where = rest
    image.here.mkdir(parents=True)


def copy(image: Image, rest: str) -> None:
    source, target = rest.split()
    place = image.here / target
    if (ROOT / source).is_dir():
        shutil.copytree(ROOT / source, place, ignore=shutil.ignore_patterns("__pycache__"))
    else:
        shutil.copy(ROOT / source, place)


def user(image: Image, rest: str) -> None:
    number, group = rest.split(":")
    assert {f"{number}:", f":{group}"} <= image.users, "a user that a line before has made"


def volume(image: Image, rest: str) -> None:
    assert image.settings["DATA_DIR"] == rest
    assert (image.root / rest.lstrip("/")).is_dir()


def expose(image: Image, rest: str) -> None:
    assert image.settings["PORT"] == rest


def keep(name: str) -> Callable[[Image, str], None]:
    return lambda image, rest: image.said.update({name: rest})


FOLLOWED: Mapping[str, Callable[[Image, str], None]] = {
    "FROM": base,
    "ENV": env,
    "RUN": run,
    "WORKDIR": workdir,
    "COPY": copy,
    "USER": user,
    "VOLUME": volume,
    "EXPOSE": expose,
    **{name: keep(name) for name in ("HEALTHCHECK", "ENTRYPOINT", "CMD")},
}


def lines() -> list[tuple[str, str]]:
    whole = DOCKERFILE.replace("\\\n", " ").splitlines()
    parts = [line.partition(" ") for line in whole if line and not line.startswith("#")]
    return [(name, rest.strip()) for name, _, rest in parts]


def test_no_line_stands_in_it_that_is_not_followed_here() -> None:
    assert {name for name, _ in lines()} <= FOLLOWED.keys()


@pytest.mark.soak
def test_an_image_that_every_line_has_made_serves_and_says_that_it_is_healthy(
    tmp_path: Path,
) -> None:
    image = Image(tmp_path)
    for name, rest in lines():
        FOLLOWED[name](image, rest)
    image.settings |= {"DATA_DIR": str(tmp_path / "data"), "PORT": str(free_port())}
    image.settings |= {"SECRET_KEY": "of a test, and long enough for it"}
    entry = [*json.loads(image.said["ENTRYPOINT"]), *json.loads(image.said["CMD"])]
    check = json.loads(image.said["HEALTHCHECK"].partition("CMD ")[2])
    made = {one for one in image.here.rglob("*") if "__pycache__" not in one.parts}
    command = [sys.executable, *entry[1:]]
    with subprocess.Popen(command, cwd=image.here, env=image.environment) as serving:
        ask = [sys.executable, *check[1:]]

        def is_healthy() -> bool:
            assert serving.poll() is None
            done = subprocess.run(ask, env=image.environment, capture_output=True, check=False)
            return done.returncode == 0

        until(is_healthy)
        serving.terminate()
        assert serving.wait(GIVEN_UP_AFTER) in (0, -15)
    # Its root file system is read-only there.
    assert {one for one in image.here.rglob("*") if "__pycache__" not in one.parts} == made

"""What we write is ours alone, and the key in it is made once, whole, and never again."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from app.data_folder import KEY_LENGTH, RESERVE, FolderProblem, kept_key, prepare
from tests.processes import desk_process


@pytest.fixture(autouse=True)
def _everybody_may_read() -> Iterator[None]:
    before = os.umask(0o022)
    yield
    os.umask(before)


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def test_every_file_of_a_running_desk_is_its_own_alone(tmp_path: Path) -> None:
    folder = tmp_path / "var"
    with desk_process(tmp_path, DATA_DIR=folder) as desk, desk.client() as client:
        client.get("/")
        modes = {str(path.relative_to(folder)): mode(path) for path in folder.rglob("*")}
        kinds = {path: 0o700 if (folder / path).is_dir() else 0o600 for path in modes}
    assert mode(folder) == 0o700
    assert modes == kinds
    assert {"desk.db", "desk.db-wal", "desk.db-shm", "sandbox.db", "secret.key"} <= {*modes}


def test_what_an_earlier_version_left_readable_becomes_private(tmp_path: Path) -> None:
    for name in ("desk.db", "desk.db-wal", "sandbox.db", "secret.key"):
        (tmp_path / name).touch(0o644)
    (tmp_path / "of somebody else").touch(0o644)
    tmp_path.chmod(0o755)
    prepare(tmp_path)
    assert mode(tmp_path / "of somebody else") == 0o644
    # The folder is there already: others may have a right to look into it.
    assert mode(tmp_path) == 0o755
    assert {mode(path) for path in tmp_path.glob("*.db*")} == {0o600}


def test_starts_at_once_agree_on_one_key(tmp_path: Path) -> None:
    path, database = tmp_path / "secret.key", tmp_path / "desk.db"
    with ThreadPoolExecutor(8) as starts:
        keys = set(starts.map(lambda _: kept_key(path, database), range(32)))
    assert {path.read_text()} == keys
    assert len(keys.pop()) >= KEY_LENGTH
    assert [one.name for one in tmp_path.iterdir()] == ["secret.key"]


def test_a_key_is_on_the_disk_before_anything_is_sealed_with_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    synced: list[Path] = []
    real = os.fsync

    def fsync(number: int) -> None:
        synced.append(Path(f"/proc/self/fd/{number}").resolve())
        real(number)

    monkeypatch.setattr("os.fsync", fsync)
    kept_key(tmp_path / "secret.key", tmp_path / "desk.db")
    draft, folder = synced
    assert (draft.parent, folder) == (tmp_path, tmp_path)


def test_a_key_that_cannot_be_written_leaves_nothing(tmp_path: Path) -> None:
    missing = tmp_path / "gone"
    with pytest.raises(FolderProblem, match="cannot be written"):
        kept_key(missing / "secret.key", missing / "desk.db")
    assert not missing.exists()


def test_an_empty_key_beside_nothing_may_be_deleted(tmp_path: Path) -> None:
    (tmp_path / "secret.key").touch()
    with pytest.raises(FolderProblem, match="delete it"):
        kept_key(tmp_path / "secret.key", tmp_path / "desk.db")


def test_a_little_room_is_set_aside_and_given_back_when_the_disk_is_full(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    prepare(tmp_path)
    assert (tmp_path / "reserve").stat().st_size == RESERVE
    full = os.statvfs_result((4096, 4096, 10, 1, 1, 10, 1, 1, 0, 255))
    monkeypatch.setattr("os.statvfs", lambda _: full)
    prepare(tmp_path)
    assert not (tmp_path / "reserve").exists()

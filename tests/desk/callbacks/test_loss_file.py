"""The note of what was lost: one for each living process, taken over by whoever comes next."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

from app.desk.callbacks.intake import Unstored
from app.desk.callbacks.loss_file import NOTHING, SIZE, LossFile

AT = datetime(2026, 11, 24, 1, 2, 3, tzinfo=UTC)
LATER = datetime(2026, 11, 24, 1, 2, 4, tzinfo=UTC)


def test_what_a_process_noted_the_next_one_takes_over(tmp_path: Path) -> None:
    one = LossFile(tmp_path)
    assert one.left == NOTHING
    one.write(Unstored(7, AT))
    one.close()
    assert LossFile(tmp_path).left == Unstored(7, AT)


def test_a_note_takes_no_more_room_than_the_first(tmp_path: Path) -> None:
    one = LossFile(tmp_path)
    for number in (0, 12_345_678, 3):
        one.write(Unstored(number, AT))
        assert [path.stat().st_size for path in tmp_path.iterdir()] == [SIZE]
    one.close()
    assert LossFile(tmp_path).left == Unstored(3, AT)


def test_what_is_on_record_is_not_told_again(tmp_path: Path) -> None:
    one = LossFile(tmp_path)
    one.write(Unstored(7, AT))
    one.write(NOTHING)
    one.close()
    assert LossFile(tmp_path).left == NOTHING


def test_the_note_of_a_living_process_is_left_alone(tmp_path: Path) -> None:
    one, other = LossFile(tmp_path), LossFile(tmp_path)
    one.write(Unstored(1, AT))
    other.write(Unstored(2, AT))
    assert LossFile(tmp_path).left == NOTHING
    one.close()
    other.close()


def test_one_start_takes_over_what_several_left_and_leaves_it_to_nobody_else(
    tmp_path: Path,
) -> None:
    several = [LossFile(tmp_path) for _ in range(3)]
    for number, one in enumerate(several, 1):
        one.write(Unstored(number, LATER if number == 2 else AT))
        one.close()
    heir = LossFile(tmp_path)
    assert heir.left == Unstored(6, LATER)
    assert LossFile(tmp_path).left == NOTHING
    # It is killed before it could put it on record.
    heir.close()
    assert LossFile(tmp_path).left == Unstored(6, LATER)


def test_a_note_that_is_noise_says_nothing(tmp_path: Path) -> None:
    (tmp_path / "unstored.0").write_bytes(bytes(range(64, 128)) * 2)
    assert LossFile(tmp_path).left == NOTHING


def test_where_no_note_can_be_made_the_desk_goes_on(tmp_path: Path) -> None:
    note = LossFile(tmp_path / "gone")
    note.write(Unstored(1, AT))
    note.close()

"""No text verifies that tells of other values than were signed, however it is read.

A change to a character of a signed value, in every form of a text, must not be read away. What may
be read away changes no character: white space around a value, a line break in it, its width.
"""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence

import pytest

from app.protocol.pasted import read_bytes
from app.protocol.reading import read_result
from tests.protocol.pasted.texts import DUMPS, PASSWORD, RESULT, TEXTS, verdict_of

SIGNED = [value.encode() for value in list(RESULT.values())[:5]]
LETTERS = b"0123456789ABCXYZabcdefxyz-_."
SIGNS = b"=(){}[]<>|;:,'\"&#%\\/@!?*+"

# Where a sign at the edge of a value belongs to the text around it: the end of a sentence, an
# empty pair of a form, the mark-up of a page or a wiki, what stands beside the bytes of a dump.
FORMS = [name for name in TEXTS if name not in DUMPS and name != "curl's trace"]


def changed(text: bytes, chance: random.Random) -> Iterator[bytes]:
    """The text with one character of one of its signed values changed, taken out or put in."""
    for value in SIGNED:
        if text.count(value) != 1:  # told twice: the other one is as it was
            continue
        at = text.index(value) + chance.randrange(1, len(value) - 1)
        letter = bytes([chance.choice(LETTERS)])
        if letter.lower() != text[at : at + 1].lower():
            yield text[:at] + letter + text[at + 1 :]
        yield text[:at] + text[at + 1 :]
        yield text[:at] + letter + text[at:]
        yield text[:at] + bytes([chance.choice(SIGNS)]) + text[at:]
        edge = text.index(value) + chance.choice((0, len(value)))
        yield text[:edge] + letter + text[edge:]


def verified_anyway(text: bytes) -> bool:
    found = read_bytes(text, verdict_of).results
    return any(
        one.verified and read_result(one.body).values["OrderID"] == "ORDER-0001" for one in found
    )


def check(forms: Sequence[str], rounds: int, seed: int) -> None:
    chance = random.Random(seed)
    tried = 0
    for name in forms:
        for _ in range(rounds):
            for text in changed(TEXTS[name], chance):
                tried += 1
                assert not verified_anyway(text), (name, text)
    assert tried > 15 * rounds * len(forms)


def test_no_changed_value_verifies_in_any_form() -> None:
    check(FORMS[::4], rounds=1, seed=7)


@pytest.mark.soak
@pytest.mark.parametrize("seed", range(4))
def test_no_changed_value_verifies_in_any_form_whatever_the_chance(seed: int) -> None:
    check(FORMS, rounds=8, seed=seed)


@pytest.mark.parametrize(
    ("form", "value", "changed_to"),
    [
        ("XML", "PAYSUCCESS", "_PAYSUCCESS"),
        ("lines with brackets", "tshop00000001", "_tshop00000001"),
        ("lines of Markdown", "ORDER-0001", "ORDER\\-0001"),
        ("lines", "PAYSUCCESS", "__PAYSUCCESS__"),
    ],
)
def test_a_sign_that_is_no_part_of_the_form_is_never_read_away(
    form: str, value: str, changed_to: str
) -> None:
    text = TEXTS[form].replace(value.encode(), changed_to.encode(), 1)
    assert text != TEXTS[form]
    assert not verified_anyway(text)


def test_no_mixture_of_two_results_verifies() -> None:
    """Each value of one result beside the others of another, in every order of the lines."""
    from tests.protocol.pasted.texts import each, signed

    one, two = signed("ORDER-0001"), signed("ORDER-0002")
    for name in ("OrderID", "CheckString"):
        for form, between in (("N: V", "\n"), ("N=V", "&"), ("'N' => 'V'", ", ")):
            mixed = each(form, between, of={**one, name: two[name]})
            assert not any(one.verified for one in read_bytes(mixed.encode(), verdict_of).results)


def test_whatever_verifies_does_so_as_a_body_byte_for_byte() -> None:
    for text in TEXTS.values():
        for found in read_bytes(text, verdict_of).results:
            assert found.verdict == verdict_of(read_result(found.body))


def test_the_password_of_the_tests_is_in_none_of_the_texts() -> None:
    assert not [name for name, text in TEXTS.items() if PASSWORD.encode() in text]

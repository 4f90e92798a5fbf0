"""What was found in a text, as lines for the command line."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from app.desk.callbacks.callback_view import CallbackView
from app.desk.callbacks.manual_check import CheckedText, JudgedResult
from app.protocol.checkstring import COVERED, MALFORMED, Verdict
from app.protocol.pasted import Unread
from app.protocol.pasted.words import CUT, UNEVEN, WAYS, missing_words
from app.protocol.words import say


def report(checked: CheckedText) -> Iterator[str]:
    """The verdict on each result, what it rests on, and what could not be read."""
    if checked.number > 1:
        counts = ", ".join(f"{number} {verdict}" for verdict, number in checked.counts.items())
        yield f"Results: {checked.number} ({counts})"
    views: Mapping[int, CallbackView] = dict(enumerate(checked.views))
    for number, result in enumerate(checked.results):
        if checked.number > 1:
            yield ""
            yield f"Result {number + 1} of {checked.number}, line {result.found.line}"
        yield from _result(result, views.get(number))
    yield from _rest(checked)


def failure(checked: CheckedText) -> str:
    """Why not everything is verified, in a sentence; empty where all is."""
    if set(checked.counts) == {Verdict.VERIFIED}:
        return ""
    verdicts = ", ".join(checked.counts) or "none was found"
    if checked.number > 1:
        return f"Not every result is verified: {verdicts}."
    return f"The result is not verified: {verdicts}."


def _result(result: JudgedResult, view: CallbackView | None) -> Iterator[str]:
    yield f"Verdict: {result.verdict}"
    values = result.reading.values
    yield from (f"{name}: {values.get(name, '')}" for name in COVERED)
    yield f"CheckString received: {values.get('CheckString') or 'none'}"
    if view and view.computed:
        yield f"CheckString computed: {view.computed}"
    if result.reading.malformed:
        yield say("en", MALFORMED[result.reading.malformed])
    for way in result.found.ways:
        yield f"read: {say('en', WAYS[way])}"
    for finding in view.findings if view else ():
        yield f"{finding.kind}: {say('en', finding.detail)}"


def _rest(checked: CheckedText) -> Iterator[str]:
    pasted = checked.pasted
    if checked.number > len(checked.results):
        yield f"The first {len(checked.results)} are listed; all {checked.number} are judged."
    if pasted.cut:
        yield f"{_place(pasted.cut)}: {say('en', CUT)} {say('en', missing_words(pasted.cut))}"
    for unread in pasted.unread:
        words = UNEVEN if unread.uneven else missing_words(unread)
        yield f"{_place(unread)}: not read. {say('en', words)}"
    if pasted.stopped:
        yield (
            f"Line {pasted.stopped} of {pasted.lines}: behind it only results that stand there "
            "plainly were found, since the text is too large."
        )


def _place(unread: Unread) -> str:
    return f"line {unread.line}, column {unread.column}"

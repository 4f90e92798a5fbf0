"""Results in whatever somebody has of them: a log, a mail, a sheet, a dump, a page of ours.

A text is read in several ways: `view` is the text with some of its escapes, wraps or widths undone,
and knows where each character stood before; `undoing` lists what can be undone; `forms`, `tables`,
`pairs` and `shapes` each find one kind of result in a view; `plain` finds, in long texts and at the
speed of one pattern, what can be read in one way only. `reader` goes from the text as it is to
views ever further from it, and where several readings are possible the one whose CheckString
verifies is right. Only the reading varies, never a value: no character of one is changed other than
by undoing an escape, a wrap or a width, and whatever was undone is named in the result.
"""

from app.protocol.pasted.found import Found, Kind, Pasted, Unread, Way
from app.protocol.pasted.reader import read_bytes, read_pieces, read_text

__all__ = ["Found", "Kind", "Pasted", "Unread", "Way", "read_bytes", "read_pieces", "read_text"]

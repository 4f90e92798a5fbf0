"""Importing: results out of a file, which may be an access log of a million lines.

Reading a file keeps nothing: every result is judged and held apart (`reading`), and a person sees
what the file comes to (`summary`). Then they are kept as if they had just come (`keeping`): stored
raw, judged by the same path, applied where their CheckString verifies. `texts` turns a file of any
charset, packed or not, into pieces of text; what is a result in them says `app.protocol.pasted`.
"""

from app.desk.importing.keeping import keep, keep_in_steps
from app.desk.importing.reading import begin_import, read_in_steps, read_into
from app.desk.importing.summary import Summary, summary_of

__all__ = [
    "Summary",
    "begin_import",
    "keep",
    "keep_in_steps",
    "read_in_steps",
    "read_into",
    "summary_of",
]

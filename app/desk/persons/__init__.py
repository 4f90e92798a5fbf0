"""Everything held on one customer: found by a word, told as a file, erased with a reason.

What comes about an order afterwards is kept without the person: a result from the moment it is
judged (its bytes are stored before anybody reads them), an answer from the start.
"""

from app.desk.persons.erasing import CannotErase, erase
from app.desk.persons.holdings import Held, export, held
from app.desk.persons.person import Found, Person, Word, find, person_of
from app.desk.persons.refusals import refusal

__all__ = [
    "CannotErase",
    "Found",
    "Held",
    "Person",
    "Word",
    "erase",
    "export",
    "find",
    "held",
    "person_of",
    "refusal",
]

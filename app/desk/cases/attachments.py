"""Files of a case: judged by their bytes, limited in size, and only ever downloaded.

Of an image a small picture is made, which is shown in its place.
"""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass

from sqlmodel import Session, func, select

from app.desk.cases.deeds import CaseRefused, NoSuchCase, record_deed, working_on
from app.desk.cases.previews import preview_of
from app.desk.context import Actor, Desk
from app.protocol.words import N_, Sentence
from app.records.cases import Attachment, AttachmentContent, AttachmentPreview, Deed, case_of

SIZE_AT_MOST = 5 * 1024 * 1024
"""Bytes of a file. A choice: a photograph of a screen, a scanned receipt."""

FILES_AT_MOST = 30
"""Files of one case."""

FILE_NEEDED = N_("Choose a file.")
TOO_LARGE = N_("This file is too large: at most %(limit)s MB.")
TOO_MANY = N_("A case has at most %(limit)s files.")
NOT_TAKEN = N_(
    "Only images (PNG, JPEG, GIF, WebP), PDF and plain text are kept, as their content says."
)

_BEGINNINGS = (
    (b"\x89PNG\r\n\x1a\n", "png"),
    (b"\xff\xd8\xff", "jpg"),
    (b"GIF87a", "gif"),
    (b"GIF89a", "gif"),
    (b"%PDF-", "pdf"),
)
_MARKUP = re.compile(r"<\s*(?:!doctype|html|svg|script|\?xml|body|head|iframe)", re.IGNORECASE)
_TEXT_NAMES = ("txt", "csv", "tsv", "log", "eml", "json")


@dataclass(frozen=True)
class File:
    """A stored file with its bytes."""

    attachment: Attachment
    content: bytes


def attach(desk: Desk, actor: Actor, key: str, name: str, content: bytes) -> None:
    """Keep a file in a case. Raises CaseRefused."""
    kind = _judged(content)
    preview = preview_of(content, kind)
    with working_on(desk, key) as (session, case):
        query = select(func.count()).select_from(Attachment).where(Attachment.case_key == case.id)
        if session.exec(query).one() >= FILES_AT_MOST:
            raise CaseRefused({"file": Sentence(TOO_MANY, {"limit": FILES_AT_MOST})})
        file = Attachment(
            case_key=case.id,
            name=_safe_name(name, kind),
            kind=kind,
            size=len(content),
            sha256=hashlib.sha256(content).hexdigest(),
            added_by=actor.user_key,
        )
        session.add(file)
        session.flush()
        session.add(AttachmentContent(id=file.id, content=content))
        if preview:
            session.add(AttachmentPreview(id=file.id, **preview._asdict()))
        record_deed(
            session,
            case,
            actor,
            Deed.ATTACHED,
            file=file.id,
            name=file.name,
            size=file.size,
            sha256=file.sha256,
        )


def file_of(session: Session, case_key: str, file_key: str) -> File:
    """A file of a case. Raises NoSuchCase."""
    attachment = _attachment(session, case_key, file_key)
    return File(attachment, session.get_one(AttachmentContent, file_key).content)


def preview_in(session: Session, case_key: str, file_key: str) -> bytes | None:
    """The preview of a file of a case, a PNG; None where it has none. Raises NoSuchCase."""
    _attachment(session, case_key, file_key)
    preview = session.get(AttachmentPreview, file_key)
    return preview.content if preview else None


def _attachment(session: Session, case_key: str, file_key: str) -> Attachment:
    case = case_of(session, case_key)
    attachment = session.get(Attachment, file_key)
    if case is None or attachment is None or attachment.case_key != case.id:
        raise NoSuchCase(file_key)
    return attachment


def kind_of(content: bytes) -> str | None:
    """What the bytes say it is: png, jpg, gif, webp, pdf or txt; None for anything else.

    Markup is none of them: as a page of its own it would run what is in it.
    """
    for beginning, kind in _BEGINNINGS:
        if content.startswith(beginning):
            return kind
    if content.startswith(b"RIFF") and content[8:12] == b"WEBP":
        return "webp"
    text = _as_text(content)
    return None if text is None or _MARKUP.search(text[:4096]) else "txt"


def _as_text(content: bytes) -> str | None:
    if b"\0" in content:
        return None
    for encoding in ("utf-8-sig", "cp932"):
        try:
            return content.decode(encoding)
        except UnicodeDecodeError:
            continue
    return None


def _judged(content: bytes) -> str:
    if not content:
        raise CaseRefused({"file": FILE_NEEDED})
    if len(content) > SIZE_AT_MOST:
        limit = SIZE_AT_MOST // 1024 // 1024
        raise CaseRefused({"file": Sentence(TOO_LARGE, {"limit": limit})})
    kind = kind_of(content)
    if kind is None:
        raise CaseRefused({"file": NOT_TAKEN})
    return kind


def _safe_name(name: str, kind: str) -> str:
    """The name a person gave it, without a path, ending as its content is: what is saved under it
    is opened by what opens such content."""
    last = re.split(r"[/\\]", name)[-1]
    plain = "".join(one for one in last if one.isprintable() and one not in '"<>|:*?').strip(". ")
    stem, dot, ending = plain.rpartition(".")
    if not dot:
        stem, ending = plain, ""
    endings = {"jpg": ("jpg", "jpeg"), "txt": _TEXT_NAMES}.get(kind, (kind,))
    ending = ending.lower() if ending.lower() in endings else kind
    return f"{(stem or 'file')[:100]}.{ending}"

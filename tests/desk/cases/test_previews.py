"""A preview shows an image's pixels, and nothing else that came with it."""

from __future__ import annotations

from io import BytesIO
from typing import Any

import pytest
from PIL import Image
from PIL.PngImagePlugin import PngInfo

from app.desk.cases.attachments import kind_of
from app.desk.cases.previews import PIXELS_AT_MOST, SIDE, preview_of

SECRET = b"35.6812N <script>alert(1)</script>"
ORIENTATION, DESCRIPTION = 0x0112, 0x010E
FORMS = ("PNG", "JPEG", "WEBP", "GIF")


def an_image(form: str) -> bytes:
    """A red image that carries more than its pixels."""
    exif, told = Image.Exif(), PngInfo()
    exif[DESCRIPTION] = SECRET.decode()
    told.add_text("Comment", SECRET.decode())
    more: dict[str, Any] = {"pnginfo": told} if form == "PNG" else {"exif": exif}
    if form != "GIF":
        more["icc_profile"] = SECRET
    return written("red", (800, 600), form, **more)


def written(colour: str, size: tuple[int, int], form: str, **more: Any) -> bytes:
    file = BytesIO()
    Image.new("RGB", size, colour).save(file, form, **more)
    return file.getvalue()


def colour_of(preview: bytes) -> tuple[int, ...]:
    with Image.open(BytesIO(preview)) as shown:
        pixel = shown.convert("RGB").getpixel((5, 5))
    assert isinstance(pixel, tuple)
    return tuple(round(part / 16) for part in pixel)


@pytest.mark.parametrize("form", FORMS)
def test_a_preview_is_a_small_image_without_anything_that_came_with_it(form: str) -> None:
    # Behind its end stands a page: a file may be an image and something else.
    content = an_image(form) + b"<html>" + SECRET
    preview = preview_of(content, kind_of(content) or "")
    assert preview
    assert (preview.width, preview.height) == (SIDE, SIDE * 3 // 4)
    assert SECRET not in preview.content
    assert colour_of(preview.content) == (16, 0, 0)
    with Image.open(BytesIO(preview.content)) as shown:
        assert shown.format == "PNG"
        assert shown.info == {}
        assert not shown.getexif()


def test_a_photograph_stands_upright() -> None:
    exif = Image.Exif()
    exif[ORIENTATION] = 6
    preview = preview_of(written("red", (400, 200), "JPEG", exif=exif), "jpg")
    assert preview
    assert (preview.width, preview.height) == (SIDE // 2, SIDE)


def test_of_a_gif_that_moves_the_first_picture_is_shown() -> None:
    others = [Image.new("RGB", (40, 40), "blue") for _ in range(3)]
    moving = written("red", (40, 40), "GIF", save_all=True, append_images=others)
    preview = preview_of(moving, "gif")
    assert preview
    assert colour_of(preview.content) == (16, 0, 0)


@pytest.mark.parametrize("form", FORMS)
def test_what_is_cut_short_or_only_begins_like_an_image_has_none(form: str) -> None:
    whole = an_image(form)
    kind = kind_of(whole) or ""
    assert preview_of(whole[:60], kind) is None
    assert preview_of(whole[:12] + b"\0" * 200, kind) is None


def test_what_is_no_image_has_none() -> None:
    assert preview_of(b"%PDF-1.7", "pdf") is None
    assert preview_of(b"a log", "txt") is None


def test_an_image_that_would_fill_the_memory_is_not_read() -> None:
    file, side = BytesIO(), int(PIXELS_AT_MOST**0.5) + 100
    Image.new("1", (side, side)).save(file, "PNG")
    assert len(file.getvalue()) < 100_000
    assert preview_of(file.getvalue(), "png") is None

"""Previews: a small picture of an attached image, made anew of its pixels and of nothing else.

What a file carries besides (a place, a name, a script, another file) does not reach the browser.
"""

from __future__ import annotations

import logging
import warnings
from io import BytesIO
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from PIL.Image import Image

log = logging.getLogger(__name__)

SIDE = 320
"""Pixels of the longer side of a preview."""

PIXELS_AT_MOST = 24_000_000
"""Pixels of an image that is read: bounds memory, four bytes each are 96 MB. A telephone's
photograph has twelve million."""

_FORMATS = {"png": "PNG", "jpg": "JPEG", "gif": "GIF", "webp": "WEBP"}


class Preview(NamedTuple):
    """A PNG, and its width and height in pixels."""

    content: bytes
    width: int
    height: int


def preview_of(content: bytes, kind: str) -> Preview | None:
    """The preview of a file of this kind; None for what is no image, or cannot be read as one."""
    if kind not in _FORMATS:
        return None
    from PIL import Image

    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error", Image.DecompressionBombWarning)
            with Image.open(BytesIO(content), formats=[_FORMATS[kind]]) as image:
                if image.width * image.height > PIXELS_AT_MOST:
                    return None
                small = _shrunk(image)
    except Exception as error:
        # The library reads what strangers have made: whatever it says, the file has no preview.
        log.info("an attached %s has no preview (%s)", kind, type(error).__name__)
        return None
    written = BytesIO()
    small.save(written, "PNG")
    return Preview(written.getvalue(), small.width, small.height)


def _shrunk(image: Image) -> Image:
    from PIL import Image as images
    from PIL import ImageOps

    image.thumbnail((SIDE, SIDE))
    upright = ImageOps.exif_transpose(image).convert("RGBA")
    # What else the image knows of itself would be written with it: a new one knows nothing.
    return images.frombytes("RGBA", upright.size, upright.tobytes())

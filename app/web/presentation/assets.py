"""Static files by name: each read and compressed once, addressed by its content.

The files are listed once per process. Only what is in that list is served, so no address can
reach outside the folder.
"""

import gzip
import hashlib
from dataclasses import dataclass
from functools import cache, cached_property
from pathlib import Path

FOLDER = Path(__file__).resolve().parents[3] / "static"
TYPES = {
    ".css": "text/css; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".svg": "image/svg+xml",
    ".ico": "image/x-icon",
}
_HASH_LENGTH = 12


@dataclass(frozen=True)
class Asset:
    """One served file: its name under /static and its content."""

    name: str
    content: bytes

    @cached_property
    def digest(self) -> str:
        return hashlib.sha256(self.content).hexdigest()[:_HASH_LENGTH]

    @cached_property
    def compressed(self) -> bytes:
        """The content as gzip; the same content always gives the same bytes."""
        return gzip.compress(self.content, 9, mtime=0)

    @property
    def hashed_name(self) -> str:
        stem, dot, suffix = self.name.rpartition(".")
        return f"{stem}.{self.digest}{dot}{suffix}"

    @property
    def media_type(self) -> str:
        return TYPES[Path(self.name).suffix]


@cache
def assets() -> dict[str, Asset]:
    """Every served file under its plain name."""
    paths = sorted(path for path in FOLDER.rglob("*") if path.suffix in TYPES)
    names = [path.relative_to(FOLDER).as_posix() for path in paths]
    return {name: Asset(name, path.read_bytes()) for name, path in zip(names, paths, strict=True)}


@cache
def hashed_assets() -> dict[str, Asset]:
    """Every served file under the name that holds its content's digest."""
    return {asset.hashed_name: asset for asset in assets().values()}


@cache
def address(name: str) -> str:
    """The content-hashed address of a static file; KeyError for a file that is not there."""
    return f"/static/{assets()[name].hashed_name}"

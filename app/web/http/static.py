"""Stylesheets, scripts and icons: each compressed once, addressed by its content, kept for ever.

The files are listed once per process. Only what is in that list is served, so no address can
reach outside the folder, and a folder itself answers 404.
"""

import gzip
import hashlib
from dataclasses import dataclass
from functools import cache, cached_property
from pathlib import Path

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

FOLDER = Path(__file__).resolve().parents[3] / "static"
TYPES = {
    ".css": "text/css; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".svg": "image/svg+xml",
    ".ico": "image/x-icon",
}
FOR_EVER = "public, max-age=31536000, immutable"
REVALIDATE = "public, no-cache"
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
def _hashed() -> dict[str, Asset]:
    return {asset.hashed_name: asset for asset in assets().values()}


@cache
def address(name: str) -> str:
    """The content-hashed address of a static file; KeyError for a file that is not there."""
    return f"/static/{assets()[name].hashed_name}"


async def static(request: Request) -> Response:
    """GET /static/{path:path}: an immutable answer for a hashed name, else one to revalidate."""
    path = request.path_params["path"]
    hashed = _hashed().get(path)
    asset = hashed or assets().get(path)
    if asset is None:
        raise HTTPException(404)
    return _answer(request, asset, FOR_EVER if hashed else REVALIDATE)


async def favicon(request: Request) -> Response:
    """GET /favicon.ico, which browsers ask for by that name whatever a page says."""
    return _answer(request, assets()["favicon.ico"], REVALIDATE)


def _answer(request: Request, asset: Asset, caching: str) -> Response:
    zipped = "gzip" in request.headers.get("accept-encoding", "")
    tag = f'"{asset.digest}-gzip"' if zipped else f'"{asset.digest}"'
    headers = {"Cache-Control": caching, "ETag": tag, "Vary": "Accept-Encoding"}
    if tag in request.headers.get("if-none-match", ""):
        return Response(status_code=304, headers=headers)
    if zipped:
        headers["Content-Encoding"] = "gzip"
    headers["Content-Type"] = asset.media_type
    return Response(asset.compressed if zipped else asset.content, headers=headers)

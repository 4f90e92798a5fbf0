"""Stylesheets, scripts and icons over HTTP: kept for ever under a hashed name."""

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from app.web.presentation.assets import Asset, assets, hashed_assets

FOR_EVER = "public, max-age=31536000, immutable"
REVALIDATE = "public, no-cache"


async def static(request: Request) -> Response:
    """GET /static/{path:path}: an immutable answer for a hashed name, else one to revalidate."""
    path = request.path_params["path"]
    hashed = hashed_assets().get(path)
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
    # The sandbox's customer pages are made of them, and have an origin of their own.
    headers["Cross-Origin-Resource-Policy"] = "cross-origin"
    if tag in request.headers.get("if-none-match", ""):
        return Response(status_code=304, headers=headers)
    if zipped:
        headers["Content-Encoding"] = "gzip"
    headers["Content-Type"] = asset.media_type
    return Response(asset.compressed if zipped else asset.content, headers=headers)

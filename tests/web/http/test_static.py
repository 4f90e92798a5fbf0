"""Static files: found by content, compressed once, and nothing else is to be had under /static."""

import gzip
import hashlib
import re
from functools import cache
from pathlib import Path

import httpx
import pytest
from starlette.applications import Starlette
from starlette.routing import Route

from app.web.http.static import favicon, static
from app.web.presentation.assets import FOLDER, address, assets
from app.web.presentation.templates import TEMPLATES

pytestmark = pytest.mark.anyio

FIRST_PAGE = (
    "vendor/tabler.css",
    "desk.css",
    "parts.css",
    "evidence.css",
    "vendor/htmx.js",
    "vendor/hx-sse.js",
    "desk.js",
    "icons.svg",
    "favicon.svg",
)


async def get(path: str, **headers: str) -> httpx.Response:
    routes = [Route("/static/{path:path}", static), Route("/favicon.ico", favicon)]
    sender = {"accept-encoding": "identity"} | {
        name.replace("_", "-"): value for name, value in headers.items()
    }
    transport = httpx.ASGITransport(Starlette(routes=routes))
    async with httpx.AsyncClient(transport=transport, base_url="http://desk") as client:
        return await client.get(path, headers=sender)


async def test_a_hashed_name_is_kept_for_ever() -> None:
    answer = await get(address("desk.css"))
    assert answer.headers["cache-control"] == "public, max-age=31536000, immutable"
    assert answer.headers["content-type"] == "text/css; charset=utf-8"
    assert answer.content == (FOLDER / "desk.css").read_bytes()


async def test_a_plain_name_is_revalidated() -> None:
    first = await get("/static/desk.js")
    again = await get("/static/desk.js", if_none_match=first.headers["etag"])
    assert first.headers["cache-control"] == "public, no-cache"
    assert (again.status_code, again.content) == (304, b"")


async def test_compressed_and_plain_answers_differ_in_their_tag() -> None:
    plain = await get(address("desk.css"))
    zipped = await get(address("desk.css"), accept_encoding="br, gzip")
    assert zipped.headers["content-encoding"] == "gzip"
    assert zipped.content == plain.content
    assert zipped.headers["vary"] == plain.headers["vary"] == "Accept-Encoding"
    assert zipped.headers["etag"] != plain.headers["etag"]


def test_a_file_is_compressed_once_per_process() -> None:
    asset = assets()["desk.css"]
    assert asset.compressed is assets()["desk.css"].compressed
    assert gzip.decompress(asset.compressed) == asset.content


async def test_a_browser_finds_the_icon_it_asks_for_by_itself() -> None:
    answer = await get("/favicon.ico")
    assert answer.headers["content-type"] == "image/x-icon"


@pytest.mark.parametrize(
    "path",
    [
        "/static/",
        "/static/vendor",
        "/static/vendor/",
        "/static/vendor/README",
        "/static/vendor/trim.py",
        "/static/desk.000000000000.css",
        "/static/../app/main.py",
        "/static/%2e%2e/app/main.py",
        "/static/..%2fapp%2fmain.py",
        "/static//etc/passwd",
        "/static/desk.css/",
        "/static/desk.css%00",
    ],
)
async def test_nothing_else_is_served(path: str) -> None:
    assert (await get(path)).status_code == 404


def test_vendored_files_are_the_ones_written_down() -> None:
    text = (FOLDER / "vendor" / "README").read_text("utf-8")
    lines = re.findall(r"^[0-9a-f]{64}  .+$", text, re.MULTILINE)
    written = dict(reversed(line.split()) for line in lines)
    held = {
        path.name: hashlib.sha256(path.read_bytes()).hexdigest()
        for path in (FOLDER / "vendor").iterdir()
        if path.suffix in {".css", ".js"}
    }
    assert held == written


def test_no_file_refers_to_another_place() -> None:
    for name, asset in assets().items():
        text = asset.content.decode("utf-8", "replace")
        assert "sourceMappingURL" not in text, name
        assert not re.search(r"@import|url\((?![\"']?(?:data:|#))", text), name


def test_a_first_page_leaves_a_third_of_its_budget_to_html() -> None:
    assert sum(len(assets()[name].compressed) for name in FIRST_PAGE) <= 70_000


@pytest.mark.parametrize("path", sorted(TEMPLATES.rglob("*.html")), ids=lambda path: path.name)
def test_every_class_a_template_names_has_a_rule(path: Path) -> None:
    """Tabler's stylesheet is cut down, so a class of its manual may not be there."""
    text = re.sub(r"\{#.*?#\}", "", path.read_text("utf-8"), flags=re.DOTALL)
    named = {word for words in re.findall(r'class="([^"{}]*)"', text) for word in words.split()}
    assert named <= _classes_with_rules()


@cache
def _classes_with_rules() -> frozenset[str]:
    sheets = "".join(path.read_text("utf-8") for path in FOLDER.rglob("*.css"))
    return frozenset(re.findall(r"\.(-?[A-Za-z_][\w-]*)", sheets))


def test_every_icon_in_use_is_in_the_sprite() -> None:
    symbols = set(re.findall(r'<symbol id="([^"]+)"', assets()["icons.svg"].content.decode()))
    used = {
        name
        for path in TEMPLATES.rglob("*.html")
        for name in re.findall(r'icon\("([a-z0-9-]+)"', path.read_text("utf-8"))
    }
    assert used <= symbols

"""Pages: which language, which colours, whole or in part, and how money and time read."""

import re
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from starlette.requests import Request

from app.protocol.time_words import clock_text, whole_text
from app.records.accounts import Role, User
from app.web.pages.styleguide import styleguide
from app.web.presentation import formats
from app.web.presentation.templates import TEMPLATES, icon, language_of, page, theme_of

PAID = datetime(2026, 11, 24, 5, 3, 22, tzinfo=UTC)


def request(user: User | None = None, path: str = "/patterns", **headers: str) -> Request:
    lines = [(name.replace("_", "-").encode(), value.encode()) for name, value in headers.items()]
    scope = {
        "type": "http",
        "method": "GET",
        "scheme": "http",
        "server": ("desk", 80),
        "path": path,
        "query_string": b"",
        "headers": lines,
        "state": {"user": user, "environment": "test"},
    }
    return Request(scope)


def reader(language: str | None = None, theme: str | None = None) -> User:
    return User(email="ops@example.com", role=Role.OPERATOR, language=language, theme=theme)


@pytest.mark.parametrize(
    ("user", "headers", "language"),
    [
        (None, {}, "ja"),
        (None, {"accept_language": "en-GB,en;q=0.8"}, "en"),
        (None, {"accept_language": "fr,en;q=0.5,ja;q=0.7"}, "ja"),
        (None, {"accept_language": "de, *;q=0.1"}, "ja"),
        (None, {"accept_language": "ja;q=0, en"}, "en"),
        (None, {"accept_language": ";;q=,en;q=x"}, "ja"),
        (None, {"accept_language": "ja", "cookie": "lang=en"}, "en"),
        (None, {"cookie": "lang=xx"}, "ja"),
        (reader("ja"), {"accept_language": "en", "cookie": "lang=en"}, "ja"),
        (reader(None), {"cookie": "lang=en"}, "en"),
    ],
)
def test_language_is_the_users_then_the_cookies_then_the_browsers(
    user: User | None, headers: dict[str, str], language: str
) -> None:
    assert language_of(request(user, **headers)) == language


@pytest.mark.parametrize(
    ("user", "cookie", "theme"),
    [
        (None, "", "auto"),
        (None, "theme=dark", "dark"),
        (None, "theme=purple", "auto"),
        (reader(theme="light"), "theme=dark", "light"),
    ],
)
def test_theme_is_the_users_then_the_cookies_then_the_systems(
    user: User | None, cookie: str, theme: str
) -> None:
    assert theme_of(request(user, cookie=cookie)) == theme


def text_of(**headers: str) -> str:
    return bytes(page(request(reader("en"), **headers), "plain.html").body).decode()


def test_the_systems_theme_needs_no_attribute_and_no_script() -> None:
    assert "data-bs-theme" not in text_of()
    assert '<html lang="en" data-bs-theme="dark">' in text_of(cookie="theme=dark")


def test_only_a_partial_request_gets_the_fragment() -> None:
    asked = {"": True, "full": True, "partial": False}
    for kind, whole in asked.items():
        here = request(reader("en"), hx_request="true", hx_request_type=kind)
        answer = page(here, "plain.html", fragment="components.html")
        assert (b"<html" in bytes(answer.body)) is whole, kind
        assert answer.headers["vary"].startswith("HX-Request, HX-Request-Type, Cookie")


@pytest.mark.anyio
@pytest.mark.parametrize("language", ["ja", "en"])
async def test_every_component_renders(language: str) -> None:
    answer = await styleguide(request(reader(language)))
    text = bytes(answer.body).decode()
    assert answer.status_code == 200
    assert '<body data-environment="test">' in text
    assert 'data-status="PAYSUCCESS" data-source="callback"' in text
    assert 'data-money="confirmed"' in text
    assert 'aria-describedby="f-OrderID-error f-OrderID-help" aria-invalid="true"' in text
    assert 'data-error-for="OrderID"' in text
    assert f'<html lang="{language}"' in text


def test_a_page_marks_where_in_the_menu_it_stands() -> None:
    answer = page(request(reader("en"), "/orders/new"), "layout.html")
    assert re.findall(r'href="([^"]+)" aria-current="page"', bytes(answer.body).decode()) == [
        "/orders"
    ]


def test_a_value_from_outside_is_escaped() -> None:
    context = {"messages": [("danger", "<script>alert(1)</script>")]}
    answer = page(request(reader("en")), "layout.html", context)
    assert b"<script>alert" not in bytes(answer.body)
    assert "&lt;b&gt;" in str(icon("check", "<b>"))


def test_money() -> None:
    assert [formats.yen(amount) for amount in (0, 12345, -500)] == ["¥0", "¥12,345", "-¥500"]


def test_time_is_japans_and_names_its_zone() -> None:
    assert whole_text("ja", PAID) == "2026年11月24日 14:03:22 JST"
    assert whole_text("en", PAID) == "24 Nov 2026 14:03:22 JST"
    assert formats.jst("en", PAID).startswith('<time datetime="2026-11-24T05:03:22Z">')
    assert clock_text(PAID) == "14:03:22"
    assert ">11/24 14:03:22<" in formats.short("ja", PAID, PAID)
    assert ">24 Nov 14:03:22<" in formats.short("en", PAID, PAID)
    later = PAID + timedelta(days=60)
    assert ">2026/11/24 14:03:22<" in formats.short("ja", PAID, later)
    assert ">24 Nov 2026 14:03:22<" in formats.short("en", PAID, later)


@pytest.mark.parametrize(
    ("seconds", "ja", "en"),
    [
        (0, "たった今", "just now"),
        (59, "59 秒前", "59 s ago"),
        (125, "2 分前", "2 min ago"),
        (7_200, "2 時間前", "2 h ago"),
        (200_000, "2 日前", "2 d ago"),
        (-180, "3 分後", "in 3 min"),
    ],
)
def test_distance_in_time_uses_its_largest_whole_unit(seconds: int, ja: str, en: str) -> None:
    now = PAID + timedelta(seconds=seconds)
    assert (formats.ago("ja", PAID, now), formats.ago("en", PAID, now)) == (ja, en)


def test_raw_bytes_always_show_as_text_and_as_hex() -> None:
    assert formats.as_text("ポ掛".encode("cp932") + b"\x81") == "ポ掛�"
    assert formats.hex_lines(b"A=\x00\x83|") == [("0000", f"{'41 3d 00 83 7c':<47}", "A=··|")]
    assert [line[0] for line in formats.hex_lines(bytes(33))] == ["0000", "0010", "0020"]


def test_a_template_is_read_without_scrolling_sideways() -> None:
    lines = {
        f"{path.relative_to(TEMPLATES)}:{number}"
        for path in TEMPLATES.rglob("*.html")
        for number, line in enumerate(path.read_text("utf-8").splitlines(), 1)
        if len(line) > 160
    }
    assert not lines


@pytest.mark.parametrize("path", sorted(TEMPLATES.rglob("*.html")), ids=lambda path: path.name)
def test_no_template_needs_an_inline_style_or_script(path: Any) -> None:
    text = path.read_text("utf-8")
    assert not re.search(r"\sstyle=|<style|\son[a-z]+=|hx-on|javascript:", text)
    assert not re.search(r"<script(?![^>]*\ssrc=)", text)

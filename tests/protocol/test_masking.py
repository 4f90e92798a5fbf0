"""What is shown of a request or an answer holds no secret, however it is written."""

import shlex
import subprocess

import pytest

from app.protocol.masking import curl_of, mask_answer, mask_form
from app.protocol.wire import split_form
from app.redaction import MASK


@pytest.mark.parametrize(
    ("raw", "shown"),
    [
        (b"ShopID=s1&ShopPass=s3cr3t", f"ShopID=s1&ShopPass={MASK}"),
        (b"shoppass=s3cr3t&OrderID=A1", f"shoppass={MASK}&OrderID=A1"),
        (b"Shop%50ass=s3cr3t", f"Shop%50ass={MASK}"),
        (b"&&ShopPass=%733cr3t&", f"&&ShopPass={MASK}&"),
        (b"AccessPass=a=b=c&Token=t", f"AccessPass={MASK}&Token={MASK}"),
        (b"ShopPass=&OrderID=A1", "ShopPass=&OrderID=A1"),
        (b"ClientField1=%83%5C", "ClientField1=%83%5C"),
        (b"ClientField1=\x83\x5c&x=\x81 ", "ClientField1=ソ&x=� "),
        (b"+ShopPass+=s3cr3t", f"+ShopPass+={MASK}"),
        (b'{"ShopPass": "s3cr3t", "a": 1}', f'{{"ShopPass": "{MASK}", "a": 1}}'),
    ],
)
def test_a_form_is_shown_as_sent_with_its_secrets_masked(raw: bytes, shown: str) -> None:
    assert mask_form(raw) == shown


@pytest.mark.parametrize(
    ("raw", "shown"),
    [
        (b"AccessID=a1&Token=ab+c/d&StartURL=http://x/y", "AccessID=a1&Token=%s&StartURL=http://x/y"),
        (b"OrderID=A1&AccessPass=p\r\n", "OrderID=A1&AccessPass=%s"),
        (b"\r\nTOKEN=t", "\r\nTOKEN=%s"),
        (b"<p>Token=abc</p>", "<p>Token=%s</p>"),
        (b'<input name="AccessPass" type="hidden" value="abc">',
         '<input name="AccessPass" type="hidden" value="%s">'),
        (b"<ShopPass>abc</ShopPass>", "<ShopPass>%s</ShopPass>"),
        ("<p>ただいま停止中です。Token: abc</p>".encode(), "<p>ただいま停止中です。Token: %s</p>"),
        (b"StartURL=https://x/?token%3Dabc", "StartURL=https://x/?token%%3D%s"),
    ],
)  # fmt: skip
def test_an_answer_is_shown_with_its_secrets_masked(raw: bytes, shown: str) -> None:
    assert mask_answer(raw) == shown % MASK


def test_a_page_that_repeats_what_was_sent_shows_none_of_its_secrets() -> None:
    page = mask_answer(b"<pre>bad request: s1, tpass7xq</pre>", b"ShopID=s1&ShopPass=tpass7x%71")
    assert page == f"<pre>bad request: s1, {MASK}</pre>"


def test_curl_sends_the_same_bytes_with_placeholders_for_the_secrets() -> None:
    raw = b"ShopID=s1&ShopPass=s3cr3t&OrderID=A'1&ClientField1=\x83\x5c&x=$HOME`id`%0A"
    command = curl_of("https://host.example/payment/EntryTranNetcash.idPass", raw)
    assert "s3cr3t" not in command
    assert command.isascii()
    printed = command.replace("curl", "printf '%s\\n'", 1)
    words = subprocess.run(["sh", "-c", printed], capture_output=True, check=True).stdout
    assert words.decode().splitlines() == shlex.split(command)[1:]
    sent = shlex.split(command)[-1].encode()
    assert split_form(sent) == split_form(raw.replace(b"s3cr3t", b"<ShopPass>"))

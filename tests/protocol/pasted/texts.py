"""One result in every form in which somebody may have it, as programs and people write it."""

from __future__ import annotations

import base64
import csv
import html
import io
import json
import quopri
import textwrap
from collections.abc import Callable, Sequence
from email.message import EmailMessage
from urllib.parse import quote, quote_plus, urlencode

from app.protocol.checkstring import Verdict, judge, signed_result
from app.protocol.reading import Reading
from app.protocol.statuses import Status

SHOP, PASSWORD = "tshop00000001", "tpass7xq"


def verdict_of(reading: Reading) -> Verdict:
    return judge(reading, {SHOP: PASSWORD}.get).verdict


def signed(order_id: str, status: Status = Status.PAYSUCCESS, errors: str = "") -> dict[str, str]:
    codes = "|".join(code[:3] for code in errors.split("|"))
    result = signed_result(SHOP, order_id, status, "20260101123456", PASSWORD, codes, errors)
    return dict(result.pairs())


RESULT = signed("ORDER-0001")
OTHER = signed("ORDER-0002", Status.PAYFAIL, "NC2000001|NC2000002")
BODY, OTHER_BODY = urlencode(RESULT), urlencode(OTHER)
OBJECT = json.dumps(RESULT)
ACCESS = '203.0.113.9 - - [01/Jan/2026:12:34:57 +0900] "{}" 200 512 "-" "Mozilla/5.0 (X11)"'
JAPANESE = dict(
    zip(
        (
            "ショップID",
            "オーダーID",
            "現状態",
            "処理日時",
            "MD5ハッシュ",
            "エラーコード",
            "エラー詳細コード",
        ),
        RESULT.values(),
        strict=True,
    )
)  # fmt: skip


def each(form: str, between: str = "\n", of: dict[str, str] = RESULT) -> str:
    """Every pair in this form: N stands for the name, V for the value, L for its length."""
    return between.join(
        form.replace("L", str(len(value))).replace("N", name).replace("V", value)
        if "L" in form
        else form.replace("N", "\0").replace("V", value).replace("\0", name)
        for name, value in of.items()
    )


def wide(text: str) -> str:
    return "".join(chr(ord(c) + 0xFEE0) if "!" <= c <= "~" else c for c in text)


def sheet(rows: Sequence[Sequence[str]], **how: object) -> str:
    written = io.StringIO()
    csv.writer(written, **how).writerows(rows)  # type: ignore[arg-type]
    return written.getvalue()


def mail(text: str, encoding: str) -> str:
    message = EmailMessage()
    message["Subject"] = "決済結果"
    message.set_content(f"お世話になっております。\n{text}\nよろしくお願いします。\n", cte=encoding)
    return "From shop@example.jp Thu Jan  1 12:34:57 2026\n" + message.as_string()


def dump(line: Callable[[int, bytes], str], width: int = 16) -> str:
    raw = BODY.encode()
    return "".join(line(at, raw[at : at + width]) for at in range(0, len(raw), width))


def shown(raw: bytes) -> str:
    return raw.decode("ascii")


LOGS = {
    "an access log's line": ACCESS.format(f"GET /return?{BODY} HTTP/1.1"),
    "an access log with JSON behind it": ACCESS.format("POST /return HTTP/1.1") + " " + OBJECT,
    "an access log that escapes quotes": ACCESS.format("POST / HTTP/1.1")
    + ' "'
    + OBJECT.replace('"', "\\x22")
    + '"',
    "apache's dumped input": f"[dumpio:trace7] mod_dumpio: dumpio_in (data-HEAP): {BODY}\n",
    "an audit log": f"--a1b2-B--\nPOST /return HTTP/1.1\n\n--a1b2-C--\n{BODY}\n--a1b2-Z--\n",
    "a system log that escapes tabs": "app: " + each("N=V", "#011"),
    "Base64 of Base64": base64.b64encode(base64.b64encode(BODY.encode())).decode(),
    "the journal": f"Jan 01 12:34:57 web1 app[712]: result received: {BODY} from 203.0.113.9",
    "logfmt with a body": f"ts=2026 level=info path=/return body={BODY}",
    "logfmt with a status of its own": "level=info status=200 " + each("N=V", " ") + " took=12ms",
    "LTSV": "time:2026\thost:203.0.113.9\t" + each("N:V", "\t") + "\tstatus:200",
    "a log with JSON in a message": json.dumps({"message": f"result {OBJECT}"}),
    "a log with JSON in JSON": json.dumps({"log": json.dumps({"message": OBJECT})}),
    "a container's log": json.dumps({"log": f"INFO {OBJECT}\n", "stream": "stdout"}),
    "monolog": f"[2026-01-01 12:34:57] front.INFO [9f0c] [N/A] - result {OBJECT} [POST, /return]",
    "a log that writes & as u0026": 'INFO body="' + BODY.replace("&", "\\u0026") + '"',
    "rails": '  Parameters: {"' + each('N"=>"V', '", "') + '"}',
    "spring": 'POST "/return", parameters={' + each("N:[V]", ", ") + "}",
    "an address with the result inside": "https://a.jp/login?next="
    + quote(f"/return?{BODY}", safe=""),
    "an event of a serverless function": json.dumps(
        {"body": base64.b64encode(BODY.encode()).decode(), "isBase64Encoded": True}
    ),
    "curl's own words": f"> POST /return HTTP/1.1\r\n> \r\n* uploaded\n{BODY}\n< HTTP/1.1 200\n",
    "curl's trace": dump(lambda at, raw: f"{at:04x}: {shown(raw)}\n", 64),
}

PROGRAMS = {
    "a Python dict": str(RESULT),
    "a list of pairs": str(list(RESULT.items())),
    "a Python object": "Result(" + each("N='V'", ", ") + ")",
    "a Python object with other names": (
        f"Callback(shop_id='{SHOP}', order_id='ORDER-0001', status='PAYSUCCESS',"
        f" tran_date='20260101123456', check_string='{RESULT['CheckString']}', err_code='')"
    ),
    "a Python dict with a body": str({"body": BODY.encode()}),
    "a QueryDict": "<QueryDict: {" + each("'N': ['V']", ", ") + "}>",
    "a Java map": "{" + each("N=V", ", ") + "}",
    "a Java record": "Result[" + each("N=V", ", ") + "]",
    "a Go map": "map[" + " ".join(f"{name}:[{RESULT[name]}]" for name in sorted(RESULT)) + "]",
    "a Go struct": "{" + each("N:V", " ") + "}",
    "a C# dictionary": each("[N, V]"),
    "var_dump": "array(7) {\n" + each('  ["N"]=>\n  string(L) "V"') + "\n}",
    "print_r": "Array\n(\n" + each("    [N] => V") + "\n)\n",
    "var_export": "array (\n" + each("  'N' => 'V',") + "\n)",
    "serialize": "a:7:{"
    + "".join(f's:{len(n)}:"{n}";s:{len(v)}:"{v}";' for n, v in RESULT.items())
    + "}",
    "Ruby": "{" + each('"N" => "V"', ", ") + "}",
    "Ruby symbols": "{" + each(':N=>"V"', ", ") + "}",
    "Perl": "$VAR1 = {\n" + each("          'N' => 'V',") + "\n};",
    "Node, in colours": "{\n" + each("  N: \x1b[32m'V'\x1b[39m,") + "\n}",
    "jq, in colours": "\x1b[1;39m{\n"
    + each('  \x1b[34;1m"N"\x1b[0m\x1b[1;39m: \x1b[0m\x1b[0;32m"V"\x1b[0m\x1b[1;39m,')
    + "\n}\x1b[0m",
    "Node": "{\n" + each("  N: 'V',") + "\n}",
    "URLSearchParams": "URLSearchParams { " + each("'N' => 'V'", ", ") + " }",
    "Scala": "Map(" + each("N -> V", ", ") + ")",
    "Elixir": "%{" + each('"N" => "V"', ", ") + "}",
    "Erlang": "[" + each('{<<"N">>,<<"V">>}', ",") + "]",
    "Clojure": "{" + each(':N "V"', ", ") + "}",
    "Rust": "Result { " + each('N: "V"', ", ") + " }",
    "Swift": "[" + each('"N": "V"', ", ") + "]",
    "Objective-C": "{\n" + each('    N = "V";') + "\n}",
    "PowerShell": "@{" + each("N=V", "; ") + "}",
    "a Go form": "url.Values{" + each('"N":[]string{"V"}', ", ") + "}",
    "Redis": "\n".join(
        f'{number + 1}) "{part}"' for number, part in enumerate(sum(RESULT.items(), ()))
    ),
    "DynamoDB": json.dumps({"Item": {name: {"S": value} for name, value in RESULT.items()}}),
    "a HAR file": json.dumps(
        {"params": [{"name": n, "value": quote_plus(v)} for n, v in OTHER.items()]}
    ),
    "a request collection": json.dumps(
        [{"key": n, "value": v, "type": "text"} for n, v in RESULT.items()]
    ),
    "values before their names": json.dumps([{"value": v, "name": n} for n, v in RESULT.items()]),
    "keys in brackets": urlencode({f"result[{n}]": v for n, v in RESULT.items()}),
    "curl": f"curl -d '{BODY}' https://a.jp/return",
    "curl, as browsers copy it": f"curl 'https://a.jp/' \\\n  -H 'a: b' \\\n  --data-raw $'{BODY}'",
    "curl, a field at a time": "curl.exe -X POST https://a.jp/ " + each('-d "N=V"', " "),
    "curl -F": "curl " + each("-FN=V", " ") + " a.jp",
    "curl, a line at a time": "curl 'a.jp' \\\n" + each("--form-string 'N=V'", " \\\n"),
    "curl on Windows": f'curl ^"https://a.jp^" ^\r\n  --data-raw ^"{BODY.replace("&", "^&")}^"',
    "YAML": "result:\n" + each('  N: "V"'),
    "TOML": each('N = "V"'),
    "an environment": each("N='V'"),
    "XML": "<result>" + each("<N>V</N>", "") + "</result>",
    "XML attributes": "<result " + each('N="V"', " ") + "/>",
    "a property list": "<dict>" + each("<key>N</key>\n<string>V</string>") + "</dict>",
    "hidden inputs": "<form>" + each('<input type="hidden" name="N" value="V">') + "</form>",
    "hidden inputs, the value first": each('<input value="V" name="N" type="hidden">'),
    "a multipart form": each(
        '------WebKitAbC\r\nContent-Disposition: form-data; name="N"\r\n\r\nV', "\r\n"
    )
    + "\r\n------WebKitAbC--\r\n",
}

PEOPLE = {
    "a raw body": BODY,
    "a query string": "?" + BODY,
    "lines": each("N: V"),
    "lines with bullets": each("• N: V"),
    "lines with circles": each("●N：V"),
    "lines in bold": each("**N**: V"),
    "lines with no-break spaces": each("N:\u00a0V"),
    "lines with wide spaces": each("N：\u3000V"),
    "lines in columns": "\n".join(f"{name:13}{value}" for name, value in RESULT.items()),
    "lines with wide equals signs": each("N＝V"),
    "lines with brackets": each("【N】V"),
    "lines with dots": each("N……V"),
    "lines with smart quotes": each("“N”: “V”"),
    "lines of Markdown": each("- `N`: `V`"),
    "a table of Markdown": "| 名前 | 値 |\n|---|---|\n" + each("| N | V |"),
    "a wiki's table": each("|~N|V|"),
    "a definition list": "<dl>" + each("<dt>N</dt><dd>V</dd>", "") + "</dl>",
    "a page without a table": each("<div><span>N</span><span>V</span></div>", ""),
    "a page's table": "<table>" + each("<tr><td>N</td><td>V</td></tr>", "") + "</table>",
    "a rich text": "{\\rtf1 " + each("N: V", "\\par ") + "}",
    "a browser's inspector": each("N\nV"),
    "our own page": "次の値を連結した MD5 です\n"
    + each("N\nV", of={k: RESULT[k] for k in ("ShopID", "OrderID", "Status", "TranDate")})
    + f"\nShopPass\n••••••••\n計算値\n{RESULT['CheckString']}\n受信値\n{RESULT['CheckString']}\n",
    "our own page's table": "パラメータ\t値\tCheckStringの対象\n" + each("N\tV\t署名対象"),
    "a mail's head before the body": "OrderID: ORDER-0001\nStatus: 未完了です\n\n" + BODY,
    "behind a wide colon": f"本文：{BODY}",
    "in a sentence": f"({BODY})。",
    "a sheet in rows": sheet(list(RESULT.items())),
    "a sheet in columns": sheet([list(RESULT), list(RESULT.values())]),
    "a sheet, pasted": sheet([["No", *RESULT], ["1", *RESULT.values()]], delimiter="\t"),
    "a sheet with JSON in a cell": sheet([["at", "payload"], ["2026", OBJECT]]),
    "SQL": f"INSERT INTO r ({', '.join(RESULT)}) VALUES\n({str(list(RESULT.values()))[1:-1]});",
    "psql": " shop_id | order_id | status | tran_date | check_string | err_code | err_info\n"
    "---------+----------+--------\n " + " | ".join(RESULT.values()) + "\n(1 row)\n",
    "psql, a field at a time": "-[ RECORD 1 ]---\n" + each("N | V"),
    "mysql, a field at a time": "*** 1. row ***\n" + each("  N: V"),
    "columns and rows in JSON": json.dumps(
        {"columns": list(RESULT), "rows": [list(RESULT.values())]}
    ),
    "HTML's escapes": BODY.replace("&", "&#38;"),
    "JSON in HTML": html.escape(OBJECT),
    "escaped once more": "body=" + quote(BODY, safe=""),
    "escaped twice more": "u=" + quote(quote(BODY, safe=""), safe=""),
    "JSON in a form": "data=" + quote_plus(OBJECT),
    "broken before each &": BODY.replace("&", "\n&"),
    "broken in a mail": "\n".join("> " + line for line in textwrap.wrap(BODY, 60)),
    "broken and indented": "\n".join("    " + line for line in textwrap.wrap(BODY, 33)),
    "quoted-printable": quopri.encodestring(BODY.encode()).decode(),
    "a mail": mail(BODY, "quoted-printable"),
    "a mail in Base64": mail(each("N: V"), "base64"),
    "Base64 in lines": base64.encodebytes(BODY.encode()).decode(),
    "invisible characters": BODY.replace("&", "&\u200b").replace("2026", "20\u00ad26"),
    "full width": wide(BODY),
    "full width in one value": each("N: V").replace("ORDER-0001", wide("ORDER-0001")),
    "Japanese names": "\n".join(f"{name}：{value}" for name, value in JAPANESE.items()),
    "Japanese names in JSON": json.dumps(JAPANESE),
    "Japanese names in a form": urlencode(JAPANESE),
    "half-width kana": f"ｼｮｯﾌﾟID:{SHOP}\nｵｰﾀﾞｰID:ORDER-0001\n現状態:PAYSUCCESS\n"
    f"処理日時:20260101123456\nMD5ﾊｯｼｭ:{RESULT['CheckString']}",
    "names in both languages": "\n".join(
        f"{name}（{other}）：{RESULT[name]}" for name, other in zip(RESULT, JAPANESE, strict=True)
    ),
    "a sheet with both names": sheet(
        [[n, j, RESULT[n]] for n, j in zip(RESULT, JAPANESE, strict=True)], delimiter="\t"
    ),
    "values alone": ",".join(RESULT.values()),
    "values in lines": "\n".join(RESULT.values()),
    "values in a sentence": f"ショップ {SHOP} の注文 ORDER-0001 は PAYSUCCESS です"
    f"（20260101123456、{RESULT['CheckString']}）。",
}

_JAPANESE_LINES = PEOPLE["Japanese names"]
BYTES: dict[str, bytes] = {
    "UTF-8 with its mark": b"\xef\xbb\xbf" + BODY.encode(),
    "UTF-16 with its mark": BODY.encode("utf-16"),
    "UTF-16 without": _JAPANESE_LINES.encode("utf-16-be"),
    "Shift_JIS": _JAPANESE_LINES.encode("cp932"),
    "EUC-JP": _JAPANESE_LINES.encode("euc_jp"),
    "ISO-2022-JP": _JAPANESE_LINES.encode("iso2022_jp"),
    "a sheet in Shift_JIS": sheet([list(JAPANESE), list(JAPANESE.values())]).encode("cp932"),
    "bytes that are no text beside it": b"\xfd\xfe \x81\n" + BODY.encode() + b"\n\xff\n",
}

PACKET = bytes.fromhex("4500015a29744000400612287f0000018018ffffff8c8f8c2310") + BODY.encode()
DUMPS = {
    "a packet": "12:34:57.98 IP web1.36748 > web2.8976: Flags [P.], length 294\n"
    + "".join(
        f"\t0x{at:04x}:  {PACKET[at : at + 16].hex(' ', -2):39}  ....\n"
        for at in range(0, len(PACKET), 16)
    ),
    "xxd": dump(lambda at, raw: f"{at:08x}: {raw.hex(' ', -2):39}  {shown(raw)}\n"),
    "hexdump -C": dump(lambda at, raw: f"{at:08x}  {raw.hex(' '):48} |{shown(raw)}|\n"),
    "hexdump": dump(
        lambda at, raw: (
            f"{at:07x} "
            + " ".join(raw[n : n + 2][::-1].hex() for n in range(0, len(raw) // 2 * 2, 2))
            + "\n"
        )
    ),
    "od -c": dump(lambda at, raw: f"{at:07o}   " + "   ".join(shown(raw)) + "\n"),
    "our own dump": dump(lambda at, raw: f"{at:04x}  {raw.hex(' ')}  {shown(raw)}\n"),
    "plain hex": BODY.encode().hex(),
    "hex of a database": f"VALUES (1, '\\x{BODY.encode().hex()}');",
    "an array of C": "{ " + ", ".join(f"0x{byte:02x}" for byte in BODY.encode()) + " }",
    "an array of decimals": str(list(BODY.encode())),
}
"""Bytes written as numbers: what stands beside them is not read."""

TEXTS: dict[str, bytes] = {
    **{name: text.encode() for name, text in {**LOGS, **PROGRAMS, **PEOPLE, **DUMPS}.items()},
    **BYTES,
}

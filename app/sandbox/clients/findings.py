"""What a client can get wrong in a call, and the fix in a sentence."""

import re
from typing import Final, NamedTuple

from app.protocol.words import Words


class Finding(NamedTuple):
    """One thing a client got wrong: its name, what it is, how to put it right."""

    kind: str
    what: Words
    fix: Words


CHARSET: Final = Finding(
    "charset",
    Words("値がUTF-8で送られています。", "A value was sent as UTF-8."),
    Words(
        "Windows-31J(CP932)に変換してからURLエンコードしてください。",
        "Encode it as Windows-31J (CP932) before you escape it.",
    ),
)
NOT_WINDOWS_31J: Final = Finding(
    "not-windows-31j",
    Words("値がWindows-31Jとして読めません。", "A value cannot be read as Windows-31J."),
    Words(
        "文字コードをWindows-31J(CP932)にしてください。",
        "Encode it as Windows-31J (CP932).",
    ),
)
UNESCAPED: Final = Finding(
    "unescaped",
    Words(
        "本文にエスケープされていないバイトがあります。",
        "The body holds bytes that are not escaped.",
    ),
    Words(
        "値をURLエンコード(%81のような形)してください。",
        "Percent-escape every value (as in %81).",
    ),
)
NOT_A_FORM: Final = Finding(
    "not-a-form",
    Words("本文がフォームではありません。", "The body is no form."),
    Words(
        "「名前=値」を「&」でつないだ本文(application/x-www-form-urlencoded)をPOSTしてください。"
        "JSONやXMLは読まれません。",
        "Post names and values as application/x-www-form-urlencoded; JSON and XML are not read.",
    ),
)
NAME_MISSPELT: Final = Finding(
    "name-misspelt",
    Words(
        "パラメータ名の大文字・小文字が違います。",
        "A parameter's name has other capitals than the interface's.",
    ),
    Words(
        "ShopID、OrderIDのように、仕様のとおりに書いてください。違う名前は無視されます。",
        "Spell it as the interface does (ShopID, OrderID): any other name is ignored.",
    ),
)
TWICE_ESCAPED: Final = Finding(
    "twice-escaped",
    Words("値が二重にエスケープされています。", "A value was escaped twice."),
    Words(
        "エスケープは1回だけにしてください(HTTPライブラリに任せるなら自分では行わない)。",
        "Escape once: leave it to your HTTP library, or do it yourself, not both.",
    ),
)
FORM_DECODED_TOKEN: Final = Finding(
    "form-decoded-token",
    Words("Tokenの「+」が空白になっています。", "A `+` of the Token has become a blank."),
    Words(
        "応答はフォームとして復号せず、「&」と最初の「=」で分けてください。"
        "開始フォームではTokenをエスケープしてください。",
        "Cut answers at `&` and at the first `=`, never decode them as a form; "
        "and escape the Token where you send it.",
    ),
)
IN_THE_ADDRESS: Final = Finding(
    "in-the-address",
    Words("パラメータがURLに付いています。", "Parameters stand in the address."),
    Words(
        "パスワードがログに残ります。POSTの本文で送ってください。",
        "Passwords end up in logs there. Send them in the body of the POST.",
    ),
)
START_WITHOUT_FORM: Final = Finding(
    "start-without-form",
    Words(
        "StartURLがフォームなしで開かれました(本文にAccessIDとTokenがありません)。",
        "StartURL was opened without a form: its body has neither AccessID nor Token.",
    ),
    Words(
        "リンクやリダイレクトではなく、AccessIDとTokenをPOSTするフォームでお客様を送ってください"
        "(ガイドに例があります)。",
        "Send the customer with a form that posts AccessID and Token (the guide has one), "
        "not by a link or a redirect.",
    ),
)
START_URL_IGNORED: Final = Finding(
    "start-url-ignored",
    Words(
        "お客様がStartURLとは別のホストに送られました。",
        "The customer was sent to another host than StartURL's.",
    ),
    Words(
        "開始フォームの送信先には、ExecTranが返したStartURLを毎回使ってください。",
        "Send the start form to the StartURL that ExecTran answered, each time.",
    ),
)
BLIND_RETRY: Final = Finding(
    "blind-retry",
    Words(
        "応答のなかった呼び出しを、照会せずに繰り返しています。",
        "A call without a usable answer was repeated without a lookup.",
    ),
    Words(
        "先にSearchTradeMultiで照会し、その答えで次の手を決めてください。",
        "Ask SearchTradeMulti first, and let its answer decide what comes next.",
    ),
)
TOO_OFTEN: Final = Finding(
    "too-often",
    Words(
        "同じ注文を60分以内に再び照会しています。",
        "The same order was looked up within 60 minutes.",
    ),
    Words(
        "同じ注文の照会は60分以上空けてください(応答がなかった直後の1回を除く)。",
        "Leave 60 minutes between two lookups of one order (but for one after silence).",
    ),
)


# What the writer of a client does about a code; the usual advice is for those who operate one.
_FIXES: Final = (
    (
        r"M01\d{3}001",
        Words(
            "このパラメータを本文で送ってください。名前は大文字と小文字も仕様のとおりに書きます。",
            "Send this parameter in the body, its name spelt exactly so, capitals included.",
        ),
    ),
    (
        r"M0100[23]\d{3}",
        Words(
            "クライアント診断のページにある、このショップのShopIDとShopPassを送ってください。",
            "Send the shop's ShopID and ShopPass as the client check page shows them.",
        ),
    ),
    (
        r"M01(001|051|120)\d{3}",
        Words(
            "決まった値を送ってください: NetCashPayType=NETCASH、PayType=16。Versionは送りません。",
            "Send the values that are fixed: NetCashPayType=NETCASH, PayType=16, and no Version.",
        ),
    ),
    (
        r"NC100000[123]",
        Words(
            "ExecTranが返したAccessIDとTokenを、変えずにStartURLへPOSTしてください。",
            "Post AccessID and Token to StartURL, both exactly as ExecTran answered them.",
        ),
    ),
)


def refused(code: str, what: Words, advice: Words) -> Finding:
    """A code of the gateway's as a finding."""
    fix = next((fix for pattern, fix in _FIXES if re.fullmatch(pattern, code)), advice)
    return Finding(f"error-{code}", Words(f"{code}: {what.ja}", f"{code}: {what.en}"), fix)

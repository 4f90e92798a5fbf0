"""The single changes that can make a mismatch verify, and what each says to an operator.

That a CheckString verifies after the change is certain; why the change happened is a guess, and
the second sentence says so. Evidence, not an accusation.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from app.protocol.words import Words


class Change(StrEnum):
    """What kind of change it is."""

    STATUS = "status"
    SHOP = "shop"
    ORDER = "order"
    DATE = "date"
    PASSWORD = "password"  # noqa: S105 - the name of a kind
    HASHED_PASSWORD = "hashed-password"  # noqa: S105 - the name of a kind
    SPACE = "space"
    CASE = "case"
    ENCODING = "encoding"
    ORDER_OF_FIELDS = "order-of-fields"
    CHECKSTRING = "checkstring"


@dataclass(frozen=True, slots=True)
class Way:
    """One way to change a result; `words` has places for `parameter` and `value`."""

    change: Change
    words: Words

    def told(self, parameter: str, value: Words) -> Words:
        """The sentences with their places filled."""
        return Words(
            self.words.ja.format(parameter=parameter, value=value.ja),
            self.words.en.format(parameter=parameter, value=value.en),
        )


STATUS = Way(
    Change.STATUS,
    Words(
        "Status が {value} なら一致します。Status が途中で書き換えられた可能性が高いです。",
        "It would verify if Status were {value}. The status was probably changed on the way.",
    ),
)
SHOP = Way(
    Change.SHOP,
    Words(
        "ShopID が {value} なら、そのショップの ShopPass で一致します。"
        "別のショップの結果で、ShopID が書き換えられた可能性が高いです。",
        "It would verify if ShopID were {value}, with that shop's ShopPass. "
        "This is probably another shop's result whose ShopID was changed.",
    ),
)
SHOP_ID_ALONE = Way(
    Change.SHOP,
    Words(
        "ShopID が {value} なら、このショップの ShopPass で一致します。"
        "設定の ShopID と ShopPass の組み合わせが違う可能性が高いです。",
        "It would verify if ShopID were {value}, with this shop's ShopPass. "
        "The settings probably pair the ShopPass with the wrong ShopID.",
    ),
)
ORDER = Way(
    Change.ORDER,
    Words(
        "OrderID が {value} なら一致します。"
        "別の注文の結果で、OrderID が書き換えられた可能性が高いです。",
        "It would verify if OrderID were {value}. "
        "This is probably another order's result whose OrderID was changed.",
    ),
)
DATE = Way(
    Change.DATE,
    Words(
        "TranDate が {value} なら一致します。"
        "日時が途中でずれたか、書き換えられた可能性が高いです。",
        "It would verify if TranDate were {value}. "
        "The time was probably shifted or changed on the way.",
    ),
)
DATE_FORMAT = Way(
    Change.DATE,
    Words(
        "TranDate を {value} と書けば一致します。送信側が日時の書式を変えた可能性が高いです。",
        "It would verify if TranDate were written {value}. "
        "The sender probably changed the form of the time.",
    ),
)
PASSWORD_OF_SHOP = Way(
    Change.PASSWORD,
    Words(
        "ショップ {value} の ShopPass なら一致します。"
        "設定の ShopPass を取り違えている可能性が高いです。",
        "It would verify with the ShopPass of shop {value}. "
        "The settings probably mix up two shops' passwords.",
    ),
)
PASSWORD_BEFORE = Way(
    Change.PASSWORD,
    Words(
        "ショップ {value} の変更前の ShopPass なら一致します。"
        "変更前に署名されたか、変更がゲートウェイに届いていない可能性が高いです。",
        "It would verify with the ShopPass that shop {value} had before its last change. "
        "It was probably signed before the change, or the gateway does not know of it.",
    ),
)
PASSWORD_LEFT_OUT = Way(
    Change.PASSWORD,
    Words(
        "ShopPass を付けずに計算すると一致します。"
        "ShopPass を知らない送信者が計算した可能性が高いです。",
        "It would verify without any ShopPass. Whoever made it probably did not know the password.",
    ),
)
HASHED_PASSWORD = Way(
    Change.HASHED_PASSWORD,
    Words(
        "ShopPass の代わりにそのハッシュ値（{value}）を使うと一致します。"
        "送信側が計算方法を読み違えている可能性が高いです。",
        "It would verify with a hash of the ShopPass ({value}) in its place. "
        "The sender probably misread how to compute it.",
    ),
)
SPACE = Way(
    Change.SPACE,
    Words(
        "{parameter} の{value}があれば一致します。送信側で余分な文字が混ざった可能性が高いです。",
        "It would verify with {value} {parameter}. "
        "A stray character probably got in at the sender's.",
    ),
)
SPACE_AROUND_CHECKSTRING = Way(
    Change.SPACE,
    Words(
        "{parameter} の前後の空白を除けば一致します。途中で空白が付いた可能性が高いです。",
        "It would verify without the white space around {parameter}. "
        "It was probably added on the way.",
    ),
)
CHECKSTRING_CUT = Way(
    Change.CHECKSTRING,
    Words(
        "{parameter} が 32 文字そろっていれば一致します。届いた {value} 文字は正しい値の一部です。"
        "途中で切れた可能性が高いです。",
        "It would verify if {parameter} were whole: the {value} characters that came are a piece "
        "of the right one. It was probably cut off on the way.",
    ),
)
CHECKSTRING_PADDED = Way(
    Change.CHECKSTRING,
    Words(
        "{parameter} から余分な {value} 文字を除けば一致します。"
        "途中で文字が付いた可能性が高いです。",
        "It would verify without the {value} characters too many in {parameter}. "
        "They were probably added on the way.",
    ),
)
CHECKSTRING_DAMAGED = Way(
    Change.CHECKSTRING,
    Words(
        "{parameter} の {value} 文字が正しければ一致します。ほかの文字はすべて正しい値です。"
        "CheckString そのものが途中で書き換えられた可能性が高いです。",
        "It would verify if {value} of the 32 characters of {parameter} were others; the rest are "
        "right. The CheckString itself was probably changed on the way.",
    ),
)
CASE = Way(
    Change.CASE,
    Words(
        "{parameter} が {value} なら一致します。大文字と小文字が途中で変わった可能性が高いです。",
        "It would verify if {parameter} were {value}. "
        "Upper and lower case were probably changed on the way.",
    ),
)
CASE_OF_PASSWORD = Way(
    Change.CASE,
    Words(
        "ShopPass を{value}にすれば一致します。設定の大文字と小文字が違う可能性が高いです。",
        "It would verify with the ShopPass in {value}. "
        "The settings probably differ in upper and lower case.",
    ),
)
CASE_OF_ALL = Way(
    Change.CASE,
    Words(
        "全項目を{value}にしてから計算すると一致します。"
        "送信側が大文字と小文字を変えた可能性が高いです。",
        "It would verify with every part in {value}. "
        "The sender probably changed upper and lower case.",
    ),
)
NOT_DECODED = Way(
    Change.ENCODING,
    Words(
        "本文の値をエスケープしたまま計算すると一致します。"
        "送信側がエスケープした後で署名した可能性が高いです。",
        "It would verify over the values as escaped in the body. "
        "The sender probably signed after escaping.",
    ),
)
ESCAPED_PASSWORD = Way(
    Change.ENCODING,
    Words(
        "ShopPass を{value}計算すると一致します。"
        "送信側が ShopPass をフォームの値として扱った可能性が高いです。",
        "It would verify with the ShopPass {value}. "
        "The sender probably treated the password as a form's value.",
    ),
)
CHARSET = Way(
    Change.ENCODING,
    Words(
        "文字コードが {value} なら一致します。送信側が別の文字コードで計算した可能性が高いです。",
        "It would verify in {value}. The sender probably computed it in another encoding.",
    ),
)
ORDER_OF_FIELDS = Way(
    Change.ORDER_OF_FIELDS,
    Words(
        "{value} の順につなぐと一致します。送信側が順序を間違えている可能性が高いです。",
        "It would verify in the order {value}. The sender probably joins them in a wrong order.",
    ),
)

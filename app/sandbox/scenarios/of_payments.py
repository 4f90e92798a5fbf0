"""Scenarios of the customer's visit and of the result that follows it."""

from typing import Final

from app.protocol.words import Words
from app.sandbox.scenarios.effects import Ending, Forgery
from app.sandbox.scenarios.scenario import Scenario

PAYMENT_SCENARIOS: Final = (
    Scenario(
        "tamper",
        does=Words(
            "署名後に結果のStatusが書き換えられます。",
            "The result's Status is changed after it was signed.",
        ),
        sees=Words(
            "CheckString不一致。取引は動かず、Statusの改ざんが示されます。",
            "A CheckString mismatch: nothing moves, and the changed Status is pointed out.",
        ),
        forgery=Forgery.STATUS_CHANGED,
    ),
    Scenario(
        "nosign",
        does=Words(
            "結果のCheckStringが空です。",
            "The result's CheckString is empty.",
        ),
        sees=Words(
            "CheckStringなし。取引は動きません。",
            "No CheckString: nothing moves.",
        ),
        forgery=Forgery.NO_CHECK,
    ),
    Scenario(
        "twice",
        does=Words(
            "同じ結果が2回届きます。",
            "The same result is delivered twice.",
        ),
        sees=Words(
            "2件目は重複と表示され、取引の状態変更は1回だけです。",
            "The second is tagged duplicate, and the order changes once.",
        ),
        deliveries=2,
    ),
    Scenario(
        "silent",
        does=Words(
            "支払いは完了しますが、結果はRetURLに届きません。",
            "The customer pays, but no result reaches RetURL.",
        ),
        sees=Words(
            "待機中のままになります。照会するとPAYSUCCESSです。",
            "The order keeps waiting. A lookup says PAYSUCCESS.",
        ),
        deliveries=0,
    ),
    Scenario(
        "expire",
        does=Words(
            "未払いのままお客様が離れるか照会されると、直ちに期限切れになります。",
            "Left unpaid, it expires at once: when the customer leaves, or at the next lookup.",
        ),
        sees=Words(
            "照会するとEXPIREDです。",
            "A lookup says EXPIRED.",
        ),
        expires_unpaid=True,
    ),
    Scenario(
        "paid",
        does=Words(
            "どのボタンを押しても支払い完了になります。",
            "Whatever the customer presses, the payment is made.",
        ),
        sees=Words("検証済みのPAYSUCCESSが届きます。", "A verified PAYSUCCESS arrives."),
        ending=Ending.PAID,
    ),
    Scenario(
        "declined",
        does=Words(
            "どのボタンを押してもセンターが支払いを断ります(NC1000009)。",
            "Whatever the customer presses, the centre refuses the payment (NC1000009).",
        ),
        sees=Words(
            "検証済みのPAYFAILが理由のコードとともに届きます。",
            "A verified PAYFAIL arrives, with the code of its reason.",
        ),
        ending=Ending.REFUSED,
    ),
    Scenario(
        "cancelled",
        does=Words(
            "どのボタンを押してもお客様のキャンセルになります。",
            "Whatever the customer presses, the payment is cancelled.",
        ),
        sees=Words(
            "検証済みのPAYFAILがエラーコードなしで届きます。",
            "A verified PAYFAIL arrives, without a code.",
        ),
        ending=Ending.CANCELLED,
    ),
    Scenario(
        "quiet",
        does=Words(
            "お客様がキャンセルし、結果はRetURLに届きません(通知オプションなし)。",
            "The customer cancels, and no result reaches RetURL (the option is off).",
        ),
        sees=Words(
            "待機中のままになります。照会するとPAYFAILです。",
            "The order keeps waiting. A lookup says PAYFAIL.",
        ),
        ending=Ending.CANCELLED,
        deliveries=0,
    ),
    Scenario(
        "leave",
        does=Words(
            "どのボタンを押してもお客様は支払わずに離れます。",
            "Whatever the customer presses, they leave without paying.",
        ),
        sees=Words(
            "待機中のままになります。照会するとPAYSTART、支払期限後はEXPIREDです。",
            "The order keeps waiting. A lookup says PAYSTART, after the term EXPIRED.",
        ),
        ending=Ending.LEFT,
    ),
    Scenario(
        "late",
        does=Words(
            "結果が20秒遅れて届きます(-late60のように秒数を付けられます)。",
            "The result comes 20 seconds late (or as many as the suffix says: -late60).",
        ),
        sees=Words(
            "しばらく待機中になり、その後検証済みの結果が届きます。",
            "The order waits a while, then a verified result arrives.",
        ),
        delay=20,
    ),
    Scenario(
        "badcheck",
        does=Words("結果のCheckStringが誤っています。", "The result's CheckString is wrong."),
        sees=Words(
            "CheckString不一致。取引は動きません。",
            "A CheckString mismatch: nothing moves.",
        ),
        forgery=Forgery.WRONG_CHECK,
    ),
    Scenario(
        "othershop",
        does=Words(
            "結果のShopIDが別のショップのものに変えられます。",
            "The result's ShopID is changed to another shop's.",
        ),
        sees=Words(
            "未登録のショップの結果と表示されます。取引は動きません。",
            "The result is of an unknown shop: nothing moves.",
        ),
        forgery=Forgery.OTHER_SHOP,
    ),
    Scenario(
        "noticefirst",
        does=Words(
            "お客様の戻りが4秒遅れ、結果通知が先に届きます(通知先を設定したショップのみ)。",
            "The customer is back 4 seconds late, after the notice (of a shop that gets any).",
        ),
        sees=Words(
            "先に通知が届き、それを受けた照会で結末が分かります。お客様の戻りは「これから」と表示され、"
            "その後、同じ内容の検証済みの結果が届きます。",
            "The notice first: it makes a lookup due, which tells how the payment ended. "
            "The return is said to be still to come, until a verified result agrees.",
        ),
        delay=4,
    ),
    Scenario(
        "revived",
        does=Words(
            "支払いは失敗しますが、次の照会では完了になっています。",
            "The payment fails, but the next lookup finds it paid.",
        ),
        sees=Words(
            "検証済みのPAYFAILの後、照会がPAYSUCCESSになります。食い違いとして示され、人が判断します。",
            "A verified PAYFAIL, then a lookup that says PAYSUCCESS: a conflict to be settled.",
        ),
        ending=Ending.REFUSED,
        paid_after_failed=True,
    ),
)

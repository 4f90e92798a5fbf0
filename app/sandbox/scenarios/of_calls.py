"""Scenarios in which the answer to a call goes wrong."""

from typing import Final

from app.protocol.messages import Call
from app.protocol.words import Words
from app.sandbox.scenarios.effects import DRIP_SECONDS, Fault
from app.sandbox.scenarios.scenario import Scenario

CALL_SCENARIOS: Final = (
    Scenario(
        "timeout",
        does=Words(
            "ExecTranは成功しますが、応答はクライアントのタイムアウト後に届きます。",
            "ExecTran works, but its answer comes after the client's time-out.",
        ),
        sees=Words(
            "「応答なし」と表示されます。照会するとREQSUCCESSで、トークンは失われています。",
            "No answer. A lookup says REQSUCCESS: the token is lost, a new OrderID is needed.",
        ),
        fault=Fault.LATE,
    ),
    Scenario(
        "drop",
        does=Words(
            "ExecTranは成功しますが、応答の途中で接続が切れます。",
            "ExecTran works, but the connection closes in the middle of the answer.",
        ),
        sees=Words(
            "「応答が途中で切れた」と表示されます。照会するとREQSUCCESSです。",
            "The answer was cut off. A lookup says REQSUCCESS: a new OrderID is needed.",
        ),
        fault=Fault.DROP,
    ),
    Scenario(
        "http500",
        does=Words(
            "ExecTranはHTTP 500を返し、何も実行しません。",
            "ExecTran answers HTTP 500 and has done nothing.",
        ),
        sees=Words(
            "「HTTPエラー」と表示されます。照会するとUNPROCESSEDで、呼び出しから90秒たてば再実行できます。",
            "An HTTP error. A lookup 90 seconds later says UNPROCESSED: it may be executed again.",
        ),
        fault=Fault.HTTP500,
    ),
    Scenario(
        "garbled",
        does=Words(
            "ExecTranは成功しますが、応答はHTTP 200の無意味なバイト列です。",
            "ExecTran works, but its answer is noise with HTTP 200.",
        ),
        sees=Words(
            "「応答を解釈できない」と表示されます。照会するとREQSUCCESSです。",
            "The answer is not understood. A lookup says REQSUCCESS: a new OrderID is needed.",
        ),
        fault=Fault.GARBLED,
    ),
    Scenario(
        "refuse",
        does=Words(
            "ExecTranはエラー(NC2000005)を返します。取引はUNPROCESSEDのままです。",
            "ExecTran answers an error (NC2000005). The trade stays UNPROCESSED.",
        ),
        sees=Words(
            "エラーの意味と対処が表示されます。支払いには進めません。",
            "The error is explained in words. No payment can follow.",
        ),
        fault=Fault.REFUSE,
    ),
    Scenario(
        "html",
        does=Words(
            "ExecTranは成功しますが、応答はHTMLページ(HTTP 200)です。",
            "ExecTran works, but its answer is an HTML page with HTTP 200.",
        ),
        sees=Words(
            "「応答を解釈できない」と表示されます。照会するとREQSUCCESSです。",
            "The answer is not understood. A lookup says REQSUCCESS: a new OrderID is needed.",
        ),
        fault=Fault.HTML,
    ),
    Scenario(
        "empty",
        does=Words(
            "ExecTranは成功しますが、応答の本文が空です。",
            "ExecTran works, but its answer is empty.",
        ),
        sees=Words(
            "「応答を解釈できない」と表示されます。照会するとREQSUCCESSです。",
            "The answer is not understood. A lookup says REQSUCCESS: a new OrderID is needed.",
        ),
        fault=Fault.EMPTY,
    ),
    Scenario(
        "busy",
        does=Words(
            "1回目のExecTranは同時リクエスト過多(E92000001)で断られ、2回目は成功します。",
            "The first ExecTran is refused for too many requests (E92000001), the second works.",
        ),
        sees=Words(
            "エラーの意味と「待って再実行」が表示されます。",
            "The error in words: wait, then execute again.",
        ),
        fault=Fault.BUSY,
        only_first=True,
    ),
    Scenario(
        "drip",
        does=Words(
            f"ExecTranの応答が少しずつ、最長{DRIP_SECONDS}秒かけて届きます。",
            f"ExecTran's answer trickles in, over up to {DRIP_SECONDS} seconds.",
        ),
        sees=Words(
            "応答を待って通常どおり進みます。",
            "The answer is waited for, and all goes as usual.",
        ),
        fault=Fault.DRIP,
    ),
    Scenario(
        "otherorder",
        does=Words(
            "EntryTranは成功しますが、応答のOrderIDが別のものです。",
            "EntryTran works, but its answer names another OrderID.",
        ),
        sees=Words(
            "応答は自分の注文のものとして扱われません。照会するとUNPROCESSEDです。",
            "The answer is not taken for this order's. A lookup says UNPROCESSED.",
        ),
        fault=Fault.OTHER_ORDER,
        call=Call.ENTRY,
    ),
)

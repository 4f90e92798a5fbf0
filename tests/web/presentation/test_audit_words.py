"""What is known of a deed is said in the reader's words."""

from app.desk.audit import BY_COMMAND
from app.protocol.words import say
from app.web.presentation.audit import detail_words, doer


def test_a_detail_is_named_in_words_and_what_was_not_given_is_left_out() -> None:
    known = {"reason": None, "exchange": "e1", "role": "admin", "believe": False, "Tax": 1200}
    said = [
        (say("ja", name), say("ja", value), place) for name, value, place in detail_words(known)
    ]
    assert said == [
        ("通信記録", "e1", "/exchanges/e1"),
        ("権限", "管理者", ""),
        ("採用した情報", "いいえ", ""),
        ("Tax", "¥1,200", ""),
    ]


def test_what_no_user_did_is_said_too() -> None:
    assert say("ja", doer(BY_COMMAND)) == "コマンドライン"
    assert doer("a@example.jp") == "a@example.jp"

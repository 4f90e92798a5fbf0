"""Legal values of the protocol's parameters, for property tests."""

import string

from hypothesis import strategies as st

from app.protocol.fields import CLIENT_FIELD_FORBIDDEN, byte_length, unsendable
from app.protocol.messages import (
    Call,
    EntryTranAnswer,
    EntryTranRequest,
    ErrorAnswer,
    ExecTranAnswer,
    ExecTranRequest,
    Result,
    SearchAnswer,
    SearchRequest,
    StartRequest,
)
from app.protocol.statuses import Status
from app.protocol.wire import JST, jst_stamp, parse_jst_stamp

FIRST_DAY = parse_jst_stamp("00010102000000").replace(tzinfo=None)
ALPHANUMERIC = string.ascii_letters + string.digits

shop_ids = st.text(ALPHANUMERIC, min_size=1, max_size=13)
shop_passes = st.text(ALPHANUMERIC + string.punctuation, min_size=1, max_size=8)
order_ids = st.text(ALPHANUMERIC + "-", min_size=1, max_size=27)
access = st.text("0123456789abcdef", min_size=32, max_size=32)
tokens = st.text(ALPHANUMERIC + "+/", min_size=1, max_size=256)
ret_urls = st.text(ALPHANUMERIC + "/?&=%+-._~", max_size=240).map("https://h".__add__)
start_urls = st.text(ALPHANUMERIC + "/-._~", min_size=1, max_size=240).map("https://".__add__)
stamps = st.datetimes(FIRST_DAY, timezones=st.just(JST)).map(jst_stamp)
client_fields = st.text(
    st.characters(max_codepoint=0xFFFF, exclude_characters=CLIENT_FIELD_FORBIDDEN).filter(
        lambda character: not unsendable(character)
    ),
    max_size=100,
).filter(lambda text: byte_length(text) <= 100)
optional_fields = st.none() | client_fields.filter(bool)
taxed = st.integers(1, 200_000).flatmap(
    lambda amount: st.tuples(st.just(amount), st.none() | st.integers(0, 200_000 - amount))
)
codes = st.lists(st.text(ALPHANUMERIC, min_size=9, max_size=9), min_size=1, max_size=9)

entry_requests = st.builds(
    lambda shop, password, order, money: EntryTranRequest(shop, password, order, *money),
    shop_ids,
    shop_passes,
    order_ids,
    taxed,
)
exec_requests = st.builds(
    ExecTranRequest,
    ShopID=shop_ids,
    ShopPass=shop_passes,
    AccessID=access,
    AccessPass=access,
    OrderID=order_ids,
    RetURL=ret_urls,
    ClientField1=optional_fields,
    ClientField2=optional_fields,
    ClientField3=optional_fields,
)
requests = st.one_of(
    entry_requests,
    exec_requests,
    st.builds(StartRequest, access, tokens),
    st.builds(SearchRequest, shop_ids, shop_passes, order_ids),
)
results = st.builds(
    Result,
    ShopID=shop_ids,
    OrderID=order_ids,
    Status=st.sampled_from([Status.PAYSUCCESS, Status.PAYFAIL]),
    TranDate=stamps,
    CheckString=access | st.just(""),
)
entry_answers = st.builds(EntryTranAnswer, order_ids, access, access)
exec_answers = st.builds(ExecTranAnswer, access, tokens, start_urls)
search_answers = st.builds(
    SearchAnswer,
    Status=st.sampled_from(Status),
    ProcessDate=stamps,
    AccessID=access,
    AccessPass=access,
    Amount=st.integers(0, 9_999_999_999),
    Tax=st.integers(0, 9_999_999_999),
    ClientField1=optional_fields,
    ClientField2=optional_fields,
    ClientField3=optional_fields,
    NetCashPayType=st.sampled_from(["NETCASH", "NNCGIFT", None]),
)
error_answers = codes.map(tuple).map(ErrorAnswer)
answers = st.one_of(
    st.tuples(st.just(Call.ENTRY), entry_answers),
    st.tuples(st.just(Call.EXEC), exec_answers),
    st.tuples(st.just(Call.SEARCH), search_answers),
    st.tuples(st.sampled_from([Call.ENTRY, Call.EXEC, Call.SEARCH]), error_answers),
)

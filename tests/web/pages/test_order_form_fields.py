"""What is typed into the form of a new transaction, as the protocol writes it."""

import pytest

from app.web.pages.order_form_fields import OrderForm


@pytest.mark.parametrize("typed", ["12,000", "¥12000", "12000円", "１２，０００", " 12 000 "])
def test_an_amount_is_taken_as_people_write_it(typed: str) -> None:
    assert OrderForm.read({"Amount": typed}).Amount == "12000"


def test_what_is_no_amount_stays_as_it_was_typed() -> None:
    form = OrderForm.read({"Amount": " 1,2 ", "Tax": "１２ｘ"})
    assert (form.Amount, form.Tax) == ("1,2", "12x")

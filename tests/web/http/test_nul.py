"""PostgreSQL has no NUL in text: wherever an address or a form holds one, it is answered."""

import re
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from app.web.routes import routes
from tests.conftest import Served, serving, settings_for

QUERY = "?q=%00&status=%00&shop=%00&before=%00&after=%00&order=%00&copy_of=%00&from=%00&next=%00"
FORM = {"OrderID": "\0", "text": "\0", "email": "\0", "password": "\0", "Reason": "\0"}


@pytest.fixture
def on_postgresql(tmp_path: Path, postgresql: str) -> Iterator[Served]:
    with serving(settings_for(tmp_path, database_url=postgresql)) as desk:
        yield desk


def test_a_nul_is_answered_wherever_it_stands(on_postgresql: Served) -> None:
    with closing(on_postgresql.client()) as client:
        failed = []
        for line in routes(None):
            if line.stream or line.name == "sign-out":
                continue
            address = re.sub(r"{[^}]+}", "%00", line.path)
            for method in sorted((line.methods or set()) - {"HEAD"}):
                sent = {"data": FORM} if method == "POST" else {}
                answer = client.request(method, f"{address}{QUERY}", **sent)  # type: ignore[arg-type]
                if answer.status_code >= 500:
                    failed.append((method, address, answer.status_code))
        assert failed == []

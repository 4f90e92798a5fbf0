"""A hand-written orders list on the same stack, padded to the weight of ours.

Starlette, SQLModel and one flat Jinja template: the rows, their status and two times, nobody
signed in, no language, no frame. Run as `python -m tests.bench.floor_list PORT FILE BYTES`.
"""

import sys
from datetime import datetime

import uvicorn
from jinja2 import Environment
from sqlmodel import Field, Session, SQLModel, col, create_engine, select
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.middleware.gzip import GZipMiddleware
from starlette.requests import Request
from starlette.responses import HTMLResponse
from starlette.routing import Route

ROWS = 51
PAGE = """<!doctype html><title>Orders</title><table>
{% for order in orders %}
<tr><td><a href="/orders/{{ order.id }}">{{ order.order_id }}</a></td>
<td><span data-status="{{ order.status }}">{{ order.status }} {{ order.source }}</span>
{% if order.status_at %}<time datetime="{{ order.status_at.isoformat() }}">
{{- order.status_at.isoformat(" ") }}</time>{% endif %}</td>
<td>{{ "{:,}".format(order.amount + (order.tax or 0)) if order.amount is not none }}</td>
<td><time datetime="{{ order.created_at.isoformat() }}">{{ order.created_at.isoformat(" ") }}</time>
</td></tr>
{% endfor %}</table>"""


class Order(SQLModel, table=True):
    __tablename__ = "orders"

    id: str = Field(primary_key=True)
    environment: str
    order_id: str
    status: str
    source: str | None
    status_at: datetime | None
    amount: int | None
    tax: int | None
    created_at: datetime


def application(path: str, weight: int) -> Starlette:
    engine = create_engine(f"sqlite:///{path}")
    template = Environment(autoescape=True).from_string(PAGE)

    def show(_: Request) -> HTMLResponse:
        with Session(engine) as session:
            query = select(Order).where(Order.environment == "sandbox")
            orders = session.exec(query.order_by(col(Order.id).desc()).limit(ROWS)).all()
            page = template.render(orders=orders)
        # The padding varies, so that it weighs on the compression as a page's own text does.
        filler = "".join(f"<p>Row {number} of the list</p>" for number in range(weight // 20))
        return HTMLResponse(page + filler[: max(0, weight - len(page))])

    gzip = Middleware(GZipMiddleware, minimum_size=500, compresslevel=6)
    return Starlette(routes=[Route("/orders", show)], middleware=[gzip])


if __name__ == "__main__":
    port, path, weight = int(sys.argv[1]), sys.argv[2], int(sys.argv[3])
    uvicorn.run(application(path, weight), port=port, log_level="warning", access_log=False)

"""The least application on the same stack: Starlette, one SQLModel table, one Jinja page.

Run as `python -m tests.bench.floor PORT FILE`.
"""

import sys

import uvicorn
from jinja2 import DictLoader, Environment
from sqlmodel import Field, Session, SQLModel, create_engine, select
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import HTMLResponse
from starlette.routing import Route


class Thing(SQLModel, table=True):
    id: int | None = Field(default=None, primary_key=True)
    name: str


TEMPLATES = Environment(
    loader=DictLoader({"page.html": "<!doctype html><p>{{ things|length }} things</p>"}),
    autoescape=True,
)


def application(path: str) -> Starlette:
    engine = create_engine(f"sqlite:///{path}")
    SQLModel.metadata.create_all(engine)

    def show(_: Request) -> HTMLResponse:
        with Session(engine) as session:
            things = session.exec(select(Thing).limit(10)).all()
        return HTMLResponse(TEMPLATES.get_template("page.html").render(things=things))

    return Starlette(routes=[Route("/login", show)])


if __name__ == "__main__":
    port, path = int(sys.argv[1]), sys.argv[2]
    uvicorn.run(application(path), port=port, log_level="warning", access_log=False)

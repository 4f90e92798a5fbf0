"""What became of the orders by hour and by day: a page, and a part of the overview."""

from starlette.requests import Request
from starlette.responses import Response

from app.clock import now
from app.desk.orders.outcomes import outcomes
from app.web.http.requests import desk_of, environment_of
from app.web.http.services import services_of
from app.web.presentation.charts import HEIGHT, WIDTH, chart_of, gateway_chart
from app.web.presentation.templates import page


def show(request: Request) -> Response:
    """GET /outcomes. Asked for by htmx, on the overview: the charts alone."""
    with desk_of(request).database.reading() as session:
        found = outcomes(session, environment_of(request), now())
        gateway = services_of(request).gateway_hours.day(session, environment_of(request), now())
    context = {
        "outcomes": found,
        "hours": chart_of(found.hours),
        "days": chart_of(found.days),
        "gateway": gateway,
        "calls": gateway_chart(gateway.hours),
        "width": WIDTH,
        "height": HEIGHT,
    }
    return page(request, "outcomes/index.html", context, fragment="outcomes/_charts.html")

"""How a page is made: Jinja2 templates, escaped always, strict about missing values; Russian dates and plurals."""

from datetime import datetime
from functools import partial
from pathlib import Path
from typing import Annotated, Any

from fastapi import Path as InPath
from fastapi import Request
from fastapi.responses import HTMLResponse
from jinja2 import Environment, FileSystemLoader, StrictUndefined

from roadmap.calendar.zones import local
from roadmap.language import capitalize_first, counted, day, numbered, plural
from roadmap.review.answered import quoted, with_act_words

RowId = Annotated[int, InPath(ge=0, le=2**31 - 1)]
"""The number of a row in an address: one that no database can hold is a page that is not there."""
FOLDER = Path(__file__).parent / "templates"


def moment(value: datetime, zone: str) -> str:
    """31.05.2027 в 14:05 on the clocks of the zone."""
    return f"{local(value, zone):%d.%m.%Y в %H:%M}"


def size_words(size: int) -> str:
    """«1,4 МБ»."""
    if size < 1024 * 1024:
        return f"{max(1, round(size / 1024))} КБ"
    return f"{size / (1024 * 1024):.1f} МБ".replace(".", ",")


def _environment() -> Environment:
    made = Environment(
        loader=FileSystemLoader(FOLDER),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    made.globals |= {"quoted": quoted, "with_act_words": with_act_words}
    made.filters |= {
        "capitalize_first": capitalize_first,
        "day": day,
        "moment": moment,
        "numbered": partial(numbered, stop=""),
        "plural": counted,
        "plural_form": plural,
        "size": size_words,
    }
    return made


environment = _environment()


def render(request: Request, name: str, status: int = 200, **values: Any) -> HTMLResponse:
    """The page of a template under ``templates/``.

    ``request`` is there for the template as well, and ``may_decide``: whether the coordinator is who looks.
    """
    who = getattr(request.state, "visitor", None)
    values = {"request": request, "may_decide": who is not None and who.may_decide} | values
    return HTMLResponse(environment.get_template(name).render(values), status_code=status)


def error_page(request: Request, status: int, heading: str, line: str, *, back: str | None = None) -> HTMLResponse:
    """A page with one clear line; ``back`` is where the way on leads, if there is one."""
    return render(request, "error.html", status, heading=heading, line=line, back=back)

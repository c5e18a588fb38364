"""The query string of «Контроль»: filters, the year of the drawing, the page of each list; and links that keep them."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Generic, TypeVar
from urllib.parse import urlencode

from roadmap.catalogue.schema import OLD_KINDS
from roadmap.dashboards.boards import KINDS_RU, STATES_RU
from roadmap.language.dates import NotADay, read_day
from tasks.pages.filters import Filter

T = TypeVar("T")
FILTERS = ("roadmap", "section", "body", "name", "state", "kind", "from", "to")
YEARS = (1990, 2100)
LONGEST = 600


@dataclass(frozen=True, slots=True, kw_only=True)
class Query:
    """What was asked for; ``problems`` are Russian lines about what was not understood and so left out."""

    wanted: Filter
    given: Mapping[str, str]
    """The filters in force, as they stand in the address."""
    year: int | None
    problems: tuple[str, ...]

    def link(self, anchor: str = "", **changes: object) -> str:
        """The address of this page with some filters changed; pages of lists begin anew."""
        kept = {**self.given, **{name.rstrip("_"): str(value) for name, value in changes.items() if value is not None}}
        query = urlencode({name: value for name, value in kept.items() if value})
        return "/control" + (f"?{query}" if query else "") + (f"#{anchor}" if anchor else "")

    @property
    def export(self) -> str:
        """The address of the filtered list as a table."""
        return f"/control/export.xlsx?{urlencode(dict(self.given))}" if self.given else "/control/export.xlsx"


def read_query(params: Mapping[str, str]) -> Query:
    """Read the query; what is not understood is left out and told, a page is shown always."""
    problems: list[str] = []
    given = {name: params[name].strip()[:LONGEST] for name in FILTERS if params.get(name, "").strip()}
    if (kind := given.get("kind")) in OLD_KINDS:
        given["kind"] = OLD_KINDS[kind]
    for name, known, label in (("state", STATES_RU, "Состояние"), ("kind", KINDS_RU, "Вид")):
        if given.get(name, "") not in ("", *known):
            problems.append(f"Фильтр «{label}»: «{given.pop(name)}» не значится, показано без него.")
    if not re.fullmatch(r"\d{0,9}", given.get("body", ""), re.ASCII):
        problems.append(f"Фильтр «Орган»: «{given.pop('body')}» не значится, показано без него.")
    start, end = _day(given, "from", "Срок с", problems), _day(given, "to", "Срок по", problems)
    if start and end and start > end:
        problems.append("Период: первый день позже последнего, показано без периода.")
        start = end = None
        given = {name: value for name, value in given.items() if name not in ("from", "to")}
    wanted = Filter(
        roadmap=given.get("roadmap", ""),
        section=given.get("section", ""),
        body=int(given["body"]) if given.get("body") else None,
        body_words=given.get("name", ""),
        state=given.get("state", ""),
        kind=given.get("kind", ""),
        start=start,
        end=end,
    )
    return Query(wanted=wanted, given=given, year=_year(params.get("year", "")), problems=tuple(problems))


def _day(given: dict[str, str], name: str, label: str, problems: list[str]) -> date | None:
    words = given.get(name, "")
    if not words:
        return None
    try:
        found = read_day(words)
    except NotADay:
        found = None
    if found is None or not YEARS[0] <= found.year <= YEARS[1]:
        problems.append(f"Фильтр «{label}»: «{given.pop(name)}» — не дата, показано без неё.")
        return None
    return found


def _year(words: str) -> int | None:
    return int(words) if re.fullmatch(r"\d{4}", words, re.ASCII) and YEARS[0] <= int(words) <= YEARS[1] else None


@dataclass(frozen=True, slots=True)
class Page(Generic[T]):
    """A part of a list: ``name`` is its parameter in the address and its anchor."""

    name: str
    items: Sequence[T]
    number: int
    pages: int
    total: int


def page(items: Sequence[T], name: str, params: Mapping[str, str], *, size: int) -> Page[T]:
    """The part of a list that the address asks for; a number beyond the list is its last page."""
    pages = max(1, -(-len(items) // size))
    asked = params.get(f"{name}-page", "")
    number = min(max(int(asked), 1), pages) if re.fullmatch(r"\d{1,6}", asked, re.ASCII) else 1
    return Page(name, items[(number - 1) * size : number * size], number, pages, len(items))

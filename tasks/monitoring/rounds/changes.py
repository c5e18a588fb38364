"""What changed while a round was under way: indicators of a newer edition, municipalities that came or left."""

from collections.abc import Iterator, Mapping
from datetime import date, datetime
from typing import Any

from sqlalchemy import select
from sqlmodel import Session, col

from models import Body, Edition, Municipality, Roadmap, Round
from roadmap.calendar.zones import today_there
from roadmap.catalogue.schema import Indicator
from roadmap.language import plural

COUNTED_AS_BEFORE = "редакцией, принятой после начала раунда; посчитан по прежней"


def edition_indicators(session: Session, code: str, as_of: datetime) -> list[dict[str, Any]] | None:
    """The indicators of the edition in force at ``as_of``, as its catalogue has them; None where there was none."""
    newest = (
        select(col(Edition.catalogue))
        .where(col(Edition.roadmap_code) == code, col(Edition.loaded_at) <= as_of)
        .order_by(col(Edition.id).desc())
        .limit(1)
    )
    catalogue = session.execute(newest).scalar_one_or_none()
    return None if catalogue is None else list(catalogue.get("indicators") or ())


def changes(
    session: Session, round_: Round, roadmap: Roadmap, indicators: Mapping[str, Indicator], *, as_of: datetime
) -> Iterator[str]:
    """One Russian line for each; ``indicators``: those the round was opened with."""
    entries = edition_indicators(session, roadmap.code, as_of)
    if entries is not None and indicators:
        yield from _of_indicators(entries, indicators, round_, roadmap.shift_years)
    yield from _of_municipalities(session, round_, today_there(as_of, roadmap.zone))


def _of_indicators(
    entries: list[dict[str, Any]], indicators: Mapping[str, Indicator], round_: Round, shift: int
) -> Iterator[str]:
    now = {}
    for entry in entries:
        one = Indicator.model_validate(entry)
        now[one.code] = one.model_copy(update={"target_year": one.target_year and one.target_year + shift})
    for code, was in indicators.items():
        if code not in now:
            yield f"Показатель «{was.title}» исключён {COUNTED_AS_BEFORE}"
        elif _judged_by(now[code]) != _judged_by(was):
            yield f"Показатель «{was.title}» изменён {COUNTED_AS_BEFORE}"
    for one in now.values():
        if one.code not in indicators and one.in_round(round_.rhythm):  # type: ignore[arg-type]
            yield f"Показатель «{one.title}» введён после начала раунда; он войдёт в следующий"


def _judged_by(one: Indicator) -> tuple[Any, ...]:
    return one.title, one.unit, one.counted, one.comparison, one.target, one.target_year, one.covers, one.words


def _of_municipalities(session: Session, round_: Round, day: date) -> Iterator[str]:
    """Municipalities that came or left between the first day of the round and the day."""
    listed = (
        select(col(Body.short), col(Municipality.since), col(Municipality.until))
        .join(Body, col(Body.id) == col(Municipality.body_id))
        .where(col(Municipality.roadmap_code) == round_.roadmap_code)
        .order_by(col(Body.short))
    )
    came, left = [], []
    for short, since, until in session.execute(listed):
        if round_.opens_on < since <= day:
            came.append(f"{short} (с {since:%d.%m.%Y})")
        if until is not None and round_.opens_on <= until < day:
            left.append(f"{short} (по {until:%d.%m.%Y})")
    for words, names in (("вошли", came), ("выбыли", left)):
        if names:
            noun = plural(len(names), "муниципалитет", "муниципалитета", "муниципалитетов")
            verb = words if len(names) > 1 else {"вошли": "вошёл", "выбыли": "выбыл"}[words]
            yield f"За время раунда {verb} {len(names)} {noun}: {', '.join(names)}"

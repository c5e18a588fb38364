"""A small region on the first of April that has everything to do: a round opens, an agreement begins, terms pass."""

from datetime import UTC, date, datetime, time, timedelta
from functools import cache
from pathlib import Path
from typing import Any

from pydantic import SecretStr
from sqlalchemy import Engine

from models.db import open_session
from models.settings import Settings
from roadmap.calendar.office_hours import OfficeHours
from roadmap.catalogue.loading import built_in
from roadmap.catalogue.schema import Catalogue
from tasks.control.commands import Accept, By, Command, Extend, HandOver, Return, Submit, Withdraw
from tasks.daily.control_day import ControlReport, control_day
from tasks.daily.decisions import decide
from tasks.editions.amend import amend
from tasks.editions.load import load_roadmap
from tests.worlds.monitored_region import COUNT, FLAG, SHARE, MonitoredRegion
from tests.worlds.process_region import ProcessRegion
from tests.worlds.world import World

CODE = "krai"
FIRST = date(2027, 4, 1)
"""Thursday, a working day; the round of the first quarter opens."""
DAY = timedelta(days=1)
AMENDED = date(2022, 3, 1)
"""The day of a new act of Krasnodar."""
LEASE_IS_OVER = timedelta(minutes=11)
OFFICE = OfficeHours()


def at(day: date, hour: int = 3) -> datetime:
    return datetime.combine(day, time(hour), UTC)


def build(engine: Engine) -> None:
    """Before the day's control."""
    world = World(engine)
    world.build()
    for days in (-8, -1, 0, 7, 20):
        world.point(FIRST + days * DAY, next_check_on=FIRST - DAY)
    world.point(FIRST + DAY, status="returned", next_check_on=FIRST - DAY)
    world.point(FIRST + 3 * DAY, status="submitted", next_check_on=FIRST - DAY, submitted_on=FIRST - 2 * DAY)
    world.point(FIRST + 60 * DAY, body="school", status="planned", opens_on=FIRST, next_check_on=FIRST)
    processes = ProcessRegion(world)
    processes.build()
    processes.add_point("agreement", "a1", FIRST, date(2027, 6, 1))
    # The folder is nobody's: only its wordings of editions are asked for.
    region = MonitoredRegion(world, settings=Settings(_env_file=None, data=Path("nowhere")))
    region.amend(indicators=[SHARE, COUNT, FLAG], monitoring=[{"rhythm": "quarter"}])


def control(engine: Engine, day: date = FIRST) -> ControlReport:
    report = control_day(engine, today=None, at=at(day), hours=OFFICE)
    assert report.failed == ()
    return report


def after_control(engine: Engine) -> None:
    """The outbox is full."""
    build(engine)
    control(engine)


def key(days: int, body: str = "institute") -> str:
    return f"{CODE}/{body}/1/{FIRST + days * DAY}"


def commands(engine: Engine) -> list[Command]:
    """What a coordinator decides in an hour, each kind once."""
    school = ProcessRegion(World(engine)).body("school")

    def by(n: int) -> By:
        return By(actor="координатор", at=at(FIRST, 9), today=FIRST, once_key=f"form-{n}")

    return [
        Submit(key=key(-8), by=by(1), evidence="письмо № 1", done_on=FIRST),
        Return(key=key(-8), by=by(2), reason="нет подписи"),
        Accept(key=key(-1), by=by(3), evidence="приказ № 2"),
        Extend(key=key(0), by=by(4), reason="письмо министерства", due_on=FIRST + 30 * DAY),
        HandOver(key=key(7), by=by(5), reason="приказ № 3", body_id=school),
        Withdraw(key=key(20), by=by(6), reason="приказ № 4"),
    ]


def decide_all(engine: Engine) -> None:
    for command in commands(engine):
        assert decide(engine, command).refusal == ""


@cache
def mail_settings(folder: Path, port: int) -> Settings:
    url = SecretStr(f"mailto://127.0.0.1:{port}?from=vekha@example.org")
    return Settings(_env_file=None, data=folder, mail_url=url)


def krasnodar(engine: Engine) -> None:
    """Krasnodar's roadmap on control."""
    with open_session(engine) as session:
        load_roadmap(session, built_in("krasnodar"), today=AMENDED, at=at(AMENDED))


def new_act() -> Catalogue:
    """A new act of Krasnodar that drops, moves, rewords and adds."""
    old = built_in("krasnodar")
    edits: dict[str, dict[str, Any]] = {
        "2.1.3": {"term": "до 1 декабря 2023 года"},
        "2.2.1": {"result": "Отчёт об участии"},
    }
    items = [item.model_copy(update=edits.get(item.code, {})) for item in old.items if item.code != "2.1.5"]
    fresh = {"code": "9.1", "number": "9.1", "title": "Утверждение перечня стажировочных площадок"}
    items.append(items[0].model_copy(update=fresh | {"term": "до 1 ноября 2023 года"}))
    return old.model_copy(update={"items": tuple(items), "act": old.act.model_copy(update={"number": "3000"})})


def amend_krasnodar(engine: Engine) -> bool:
    """Whether the act was new."""
    with open_session(engine) as session:
        return amend(session, "krasnodar", new_act(), today=AMENDED, at=at(AMENDED)).is_new

"""An installation of an older release takes the mended catalogue of its system as an edition, and loses nothing."""

from collections.abc import Iterator
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from sqlalchemy import Engine, func, select
from sqlmodel import col

from models import ControlPoint, Item, Roadmap, Transition
from models.db import open_session
from roadmap.catalogue.loading import built_in
from roadmap.catalogue.schema import Catalogue
from tasks.editions.amend import amend, loaded_edition
from tasks.editions.load import load_roadmap
from tasks.monitoring.rounds.rows import coordinator_body, monitoring_of
from tests.parts.databases import sqlite_engine

KIROV = "kirov"
TODAY = date(2023, 9, 4)
AT = datetime(2023, 9, 4, 6, tzinfo=UTC)
LISTED_LATER = ("4.2-01", "4.3-01", "4.4-01", "4.6-01", "4.7-01")


def before() -> Catalogue:
    """Kirov's catalogue as it came with 0.3.0."""
    now = built_in(KIROV)
    indicators = tuple(
        entry.model_copy(update={"asked_of": (), "unclear": ""} | ({"proven_by": ("3.2.1-02",)} if n == 0 else {}))
        for n, entry in enumerate(now.indicators)
    )
    duties = tuple(item for item in now.duties if item.code not in LISTED_LATER)
    return now.model_copy(update={"indicators": indicators, "duties": duties, "monitoring_by": None})


@pytest.fixture
def engine(tmp_path: Path) -> Iterator[Engine]:
    """Kirov's roadmap on control by the old catalogue."""

    def on_control(engine: Engine) -> None:
        with open_session(engine) as session:
            load_roadmap(session, before(), today=date(2023, 1, 9), at=AT)

    engine = sqlite_engine(tmp_path / "vekha.db", on_control)
    yield engine
    engine.dispose()


def state(engine: Engine) -> tuple[list[tuple[str, str, date]], int]:
    """(key, status, deadline) of every point, and how many moves were made."""
    with open_session(engine) as session:
        rows = session.execute(
            select(col(ControlPoint.key), col(ControlPoint.status), col(ControlPoint.deadline_on)).order_by(
                col(ControlPoint.key)
            )
        )
        return list(rows.tuples()), session.execute(select(func.count()).select_from(Transition)).scalar_one()


def test_the_mended_catalogue_comes_on_control_and_no_point_moves(engine: Engine) -> None:
    points = state(engine)
    with open_session(engine) as session:
        done = amend(session, KIROV, built_in(KIROV), today=TODAY, at=AT)
    assert {item.code for item in done.plan.added} == set(LISTED_LATER)
    assert (done.plan.changed, done.plan.dropped) == ((), ())
    assert state(engine) == points
    with open_session(engine) as session:
        edition, _ = loaded_edition(session, KIROV)
        assert edition == built_in(KIROV)
        roadmap = session.get_one(Roadmap, KIROV)
        asked = {entry.code: entry.asked_of for entry in monitoring_of(session, roadmap).indicators}
        assert (asked["7.2-1"], asked["7.2-5"]) == (("minobr",), ("cnppm",))
        keeper = session.execute(select(col(Item.owner_id)).where(col(Item.code) == "7.4-01")).scalar_one()
        assert coordinator_body(session, KIROV) == keeper
        again = amend(session, KIROV, built_in(KIROV), today=TODAY, at=AT)
    assert again.plan.is_empty

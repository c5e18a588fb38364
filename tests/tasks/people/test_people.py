"""What commands do about people: the rules of mutes and absence, the ladder, the links, and what each refuses."""

from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select
from sqlmodel import col

from models import Absence, AuditEntry, ControlPoint, Mute, Official, Roadmap
from models.db import open_session
from models.lifecycle import Refused
from models.queries.officials import muted
from models.settings import Settings
from tasks.daily.control_day import control_day
from tasks.people.absences import back, set_absence
from tasks.people.links import LinkRefused, link_holder, official_url
from tasks.people.lookup import official_of, revoke_links, set_ladder
from tasks.people.mutes import mute, subject_of
from tests.worlds.world import World

TODAY = date(2027, 5, 26)
AT = datetime(2027, 5, 26, 9, tzinfo=UTC)
BY: dict[str, Any] = {"actor": "координатор", "at": AT}
DAY = timedelta(days=1)


def audited(world: World) -> list[tuple[str, str]]:
    return [(row["action"], row["subject"]) for row in world.rows(AuditEntry)]


@pytest.mark.parametrize(
    ("words", "post"),
    [
        pytest.param("Ректор", "Ректор", id="by the post"),
        pytest.param("  заместитель   министра ", "Заместитель министра", id="blanks and capitals do not matter"),
        pytest.param("1", "Ректор", id="by the number"),
    ],
)
def test_an_official_is_named_by_post_or_number(small_world: World, words: str, post: str) -> None:
    with open_session(small_world.engine) as session:
        assert official_of(session, "krai", words).post == post


def test_a_post_of_two_bodies_wants_a_number_and_an_unknown_one_a_list(small_world: World) -> None:
    small_world.official("executor", "Ректор", None, body="school")
    with open_session(small_world.engine) as session:
        with pytest.raises(Refused, match=r"у нескольких \(№ 1, № 5\)"):
            official_of(session, "krai", "ректор")
        with pytest.raises(Refused, match="vekha people krai"):
            official_of(session, "krai", "Декан")


def quiet(world: World, until: date, reason: str = "идёт суд") -> bool:
    with open_session(world.engine) as session:
        subject = subject_of(session, "krai", item="1", body=None)
        return mute(session, "krai", subject, until=until, reason=reason, today=TODAY, **BY)


def test_the_same_mute_twice_is_one_and_another_takes_its_place(world: World) -> None:
    assert [quiet(world, TODAY), quiet(world, TODAY), quiet(world, TODAY + DAY)] == [True, False, True]
    assert [(row["until"], row["lifted_by"]) for row in world.rows(Mute)] == [
        (TODAY, "координатор"),
        (TODAY + DAY, None),
    ]
    assert audited(world) == [("mute", "пункт 1"), ("mute", "пункт 1")]
    with open_session(world.engine) as session:
        shown = muted(session, "krai", TODAY + DAY)
        assert [(row.item.code if row.item else "", row.mute.reason) for row in shown] == [("1", "идёт суд")]
        assert muted(session, "krai", TODAY + 2 * DAY) == []


@pytest.mark.parametrize(
    ("until", "reason", "problem"),
    [
        pytest.param(TODAY, " ", "основание", id="a mute without a reason"),
        pytest.param(TODAY - DAY, "суд", "уже прошёл", id="a day that is past"),
    ],
)
def test_a_mute_wants_a_reason_and_a_day_to_come(small_world: World, until: date, reason: str, problem: str) -> None:
    with pytest.raises(Refused, match=problem):
        quiet(small_world, until, reason)
    assert small_world.rows(Mute) == small_world.rows(AuditEntry) == []


@pytest.mark.parametrize(
    ("item", "body", "problem"),
    [
        (None, None, "либо пункт"),
        ("1", "institute", "либо пункт"),
        ("9", None, "Пункта «9»"),
        (None, "nikto", "есть: institute, school"),
    ],
)
def test_what_is_muted_must_be_there(small_world: World, item: str | None, body: str | None, problem: str) -> None:
    with open_session(small_world.engine) as session, pytest.raises(Refused, match=problem):
        subject_of(session, "krai", item=item, body=body)


def absent(world: World, first: int, last: int, *, who: str = "Ректор", deputy: str = "Методист") -> bool:
    with open_session(world.engine) as session:
        return set_absence(
            session,
            official_of(session, "krai", who),
            official_of(session, "krai", deputy),
            starts_on=TODAY + first * DAY,
            ends_on=TODAY + last * DAY,
            today=TODAY,
            **BY,
        )


def test_the_same_absence_twice_is_one(world: World) -> None:
    assert [absent(world, 0, 5), absent(world, 0, 5)] == [True, False]
    assert (len(world.rows(Absence)), audited(world)) == (1, [("absence", "№ 1")])


@pytest.mark.parametrize(
    ("first", "last", "names", "problem"),
    [
        pytest.param(3, 2, {}, "раньше первого", id="days backwards"),
        pytest.param(-5, -1, {}, "уже прошёл", id="an absence that is over"),
        pytest.param(0, 1, {"deputy": "Ректор"}, "другой человек", id="oneself"),
        pytest.param(8, 12, {}, "уже записано замещение", id="days that are taken"),
    ],
)
def test_an_absence_that_cannot_be_is_refused(
    small_world: World, first: int, last: int, names: dict[str, str], problem: str
) -> None:
    absent(small_world, 10, 20)
    with pytest.raises(Refused, match=problem):
        absent(small_world, first, last, **names)
    assert len(small_world.rows(Absence)) == 1


def test_who_is_back_ends_what_runs_and_removes_what_was_to_come(small_world: World) -> None:
    absent(small_world, -3, 2)
    absent(small_world, 10, 20)
    with open_session(small_world.engine) as session:
        official = official_of(session, "krai", "Ректор")
        assert [back(session, official, today=TODAY, **BY), back(session, official, today=TODAY, **BY)] == [2, 0]
    assert [(row["starts_on"], row["ends_on"]) for row in small_world.rows(Absence)] == [(TODAY - 3 * DAY, TODAY - DAY)]


def test_a_revoked_link_opens_nothing_and_a_new_one_does(small_world: World, tmp_path: Path) -> None:
    settings = Settings(_env_file=None, data=tmp_path)
    with open_session(small_world.engine) as session:
        official = official_of(session, "krai", "Ректор")
        old = official_url(settings, official).rpartition("/")[2]
        revoke_links(session, official, **BY)
        session.flush()
        with pytest.raises(LinkRefused, match="отозвана"):
            link_holder(session, settings, old)
        new = official_url(settings, official).rpartition("/")[2]
        assert link_holder(session, settings, new).official.post == "Ректор"
    assert audited(small_world) == [("revoke", "№ 1")]


def ladder(world: World, wanted: dict[str, Any] | None) -> bool:
    with open_session(world.engine) as session:
        return set_ladder(session, session.get_one(Roadmap, "krai"), wanted, today=TODAY, **BY)


def test_a_new_ladder_is_followed_from_the_next_day_on(world: World) -> None:
    world.point(TODAY + 30 * DAY, next_check_on=TODAY + 16 * DAY)
    world.point(TODAY, item="2", status="submitted", next_check_on=TODAY + 5 * DAY)
    assert [ladder(world, {"before": [28, 0]}), ladder(world, {"before": [0, 28]})] == [True, False]
    for n in range(5):
        day = TODAY + n * DAY
        assert not control_day(world.engine, today=day, at=datetime(2027, 5, 26, 3, tzinfo=UTC) + n * DAY).failed
    assert [(on, reason) for on, _, reason, _ in world.letters()] == [("2027-05-28", "due_soon")]
    points = [row for row in world.rows(ControlPoint) if row["purpose"] == "result"]
    assert {row["next_check_on"] for row in points} == {TODAY + 30 * DAY, TODAY + 5 * DAY}


def test_the_default_ladder_comes_back(small_world: World) -> None:
    assert [ladder(small_world, {"before": [28]}), ladder(small_world, None), ladder(small_world, None)] == [
        True,
        True,
        False,
    ]
    assert [row["ladder"] for row in self_rows(small_world)] == [None]


def self_rows(world: World) -> list[dict[str, Any]]:
    with open_session(world.engine) as session:
        return [row.model_dump() for row in session.execute(select(Roadmap)).scalars()]


def test_a_wrong_ladder_changes_nothing(small_world: World) -> None:
    with pytest.raises(Refused, match="лестница напоминаний"):
        ladder(small_world, {"after": [0]})
    assert small_world.rows(AuditEntry) == []
    with open_session(small_world.engine) as session:
        assert session.execute(select(col(Official.link_serial)).distinct()).scalars().all() == [0]

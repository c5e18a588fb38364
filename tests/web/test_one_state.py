"""A point stands everywhere the same: pages, calendar, command line, Prefect and letters are asked of the same rows."""

import json
import re
import sys
from collections.abc import Callable, Iterator
from contextlib import redirect_stdout
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from io import BytesIO, StringIO
from typing import Any

import pytest
from bs4 import BeautifulSoup
from icalendar import Calendar
from openpyxl import load_workbook
from sqlalchemy import select
from sqlmodel import Session, col

from deployments.cli import main
from models import Body, Channel, ControlPoint, Item, Notice, NoticeLine, Official, clock, queries
from models.db import open_session
from models.lifecycle import mark_overdue, open_due
from models.queries import standing
from models.tables.roadmap import Roadmap
from roadmap.cards.overview import counts_words
from roadmap.cards.run_tags import THIS_WEEK, moving_tags
from roadmap.control.discipline import Outcome
from roadmap.control.state import NAMES, State, is_late, is_overdue, light, state_name, state_of
from roadmap.letters import Letter
from roadmap.letters.ics import uid
from roadmap.reading import Reading, Window
from tasks.discipline import judged
from tasks.letters import ics
from tasks.letters.compose import compose
from tasks.prefect.cards.point_facts import points as prefect_points
from tests.worlds.pages import Pages

CODE = "krai"
PASSWORD = "пароль координатора"
NOTICED: dict[str, Any] = {"overdue_on": 0}
HISTORY: dict[str, Any] = {"is_history": True}
STAGE: dict[str, Any] = {"stage": "draft", "stage_title": "Проект соглашения"}
WAITS = STAGE | {"blocked": True}

#: What is stored (status, opening day and deadline in days from today, more facts) → how it stands, whether it is late.
ROWS: dict[str, tuple[str, int, int, dict[str, Any], State, bool]] = {
    "planned, opens tomorrow": ("planned", 1, 30, {}, "planned", False),
    "planned, opens today": ("planned", 0, 31, {}, "open", False),
    "planned, opened yesterday": ("planned", -1, 32, {}, "open", False),
    "planned, its deadline tomorrow": ("planned", -9, 1, {}, "open", False),
    "planned, its deadline today": ("planned", -9, 0, {}, "open", False),
    "planned, its deadline yesterday": ("planned", -9, -1, {}, "overdue", False),
    "planned, due today before it opens": ("planned", 1, 0, {}, "planned", False),
    "planned, past due before it opens": ("planned", 1, -1, {}, "overdue", False),
    "open, far ahead": ("open", -9, 33, {}, "open", False),
    "open before its opening day": ("open", 2, 34, {}, "open", False),
    "open, its deadline tomorrow": ("open", -9, 1, {}, "open", False),
    "open, its deadline today": ("open", -9, 0, {}, "open", False),
    "open, its deadline yesterday": ("open", -9, -1, {}, "overdue", False),
    "open, past and noticed": ("open", -9, -1, NOTICED, "overdue", False),
    "open, long past and noticed": ("open", -60, -40, NOTICED, "overdue", False),
    "returned, far ahead": ("returned", -9, 35, {}, "returned", False),
    "returned, its deadline today": ("returned", -9, 0, {}, "returned", False),
    "returned, its deadline yesterday": ("returned", -9, -1, {}, "overdue", False),
    "returned, past and noticed": ("returned", -9, -1, NOTICED, "overdue", False),
    "reported ahead": ("submitted", -9, 36, {"submitted_on": -1}, "submitted", False),
    "reported on the day, long ago": ("submitted", -9, -5, {"submitted_on": -5}, "submitted", False),
    "reported today, the last day": ("submitted", -9, 0, {"submitted_on": 0}, "submitted", False),
    "reported a day late": ("submitted", -9, -5, {"submitted_on": -4}, "submitted", True),
    "reported late and noticed": ("submitted", -9, -5, {"submitted_on": -4} | NOTICED, "submitted", True),
    "accepted, in time": ("accepted", -9, -5, {"submitted_on": -5, "closed_on": 0}, "done", False),
    "accepted, ahead": ("accepted", -9, 37, {"submitted_on": -5, "closed_on": 0}, "done", False),
    "accepted, late": ("accepted", -9, -5, {"submitted_on": -4, "closed_on": 0}, "done_late", True),
    "withdrawn ahead": ("withdrawn", -9, 38, {"closed_on": 0}, "withdrawn", False),
    "withdrawn past its deadline": ("withdrawn", -9, -5, {"closed_on": 0}, "withdrawn", False),
    "withdrawn after a late report": ("withdrawn", -9, -5, {"submitted_on": -4, "closed_on": 0}, "withdrawn", False),
    "history": ("planned", -90, -60, HISTORY, "history", False),
    "history that was withdrawn": ("withdrawn", -90, -60, HISTORY | {"closed_on": 0}, "history", False),
    "a stage at work": ("open", -9, 39, STAGE, "open", False),
    "a stage past its deadline": ("open", -9, -1, STAGE, "overdue", False),
    "a stage reported late": ("submitted", -9, -5, STAGE | {"submitted_on": -4}, "submitted", True),
    "a stage that waits": ("planned", 5, 40, WAITS, "planned", False),
    "a stage that waits though its day has come": ("planned", -9, 41, WAITS, "planned", False),
    "a stage that waits past its deadline": ("planned", -9, -1, WAITS, "planned", False),
    "a stage that waited and was withdrawn": ("withdrawn", -9, -1, WAITS | {"closed_on": 0}, "withdrawn", False),
}
EXPECTED = {name: (state, late) for name, (*_, state, late) in ROWS.items()}
#: Which words of the light belong to a state; a request or a lost letter is none of these rows'.
LIGHTS: dict[State, set[str]] = {
    "planned": {"ещё не начато", "ждёт предыдущего шага"},
    "open": {"в работе", "срок близко", "срок сегодня"},
    "overdue": {"просрочено"},
    "submitted": {"на проверке", "на проверке, сдано с опозданием"},
    "returned": {"на доработке"},
    "done": {"исполнено"},
    "done_late": {"исполнено с опозданием"},
    "withdrawn": {"снято с контроля"},
}


pytestmark = pytest.mark.parametrize("web_engine", ["sqlite", "postgresql"], indirect=True)


@dataclass
class Stored:
    """The rows in the database and the pages over it."""

    pages: Any
    ids: dict[str, int]
    today: date

    @property
    def names(self) -> dict[int, str]:
        return {number: name for name, number in self.ids.items()}

    def rows(self) -> dict[str, ControlPoint]:
        with open_session(self.pages.engine) as session:
            found = session.execute(select(ControlPoint).where(col(ControlPoint.id).in_(self.ids.values()))).scalars()
            return {self.names[row.id or 0]: row for row in found}

    def where(self, condition: Any) -> set[str]:
        """The rows for which a condition of a query holds."""
        with open_session(self.pages.engine) as session:
            found = session.execute(select(col(ControlPoint.id)).where(condition)).scalars()
            return {self.names[number] for number in found if number in self.names}

    def html(self, address: str) -> BeautifulSoup:
        answer = self.pages.client.get(address)
        assert answer.status_code == 200, (address, answer.status_code)
        return BeautifulSoup(answer.text, "html.parser")

    def all_html(self, address: str, list_name: str) -> Iterator[BeautifulSoup]:
        """Every page of a list."""
        number = 1
        while True:
            page = self.html(f"{address}&{list_name}-page={number}")
            yield page
            if page.find("a", string="Дальше →", href=re.compile(f"{list_name}-page={number + 1}")) is None:
                return
            number += 1


@pytest.fixture
def stored(pages: Pages) -> Stored:
    """Every row of the table, all of the rector's institute; the coordinator is logged in."""
    found = re.search(r'name="csrf" value="([^"]+)"', pages.client.get("/control/login").text)
    assert found
    assert pages.client.post("/control/login", data={"csrf": found[1], "password": PASSWORD}).status_code == 303
    whole = pages.point("1.1", days=100)
    today, ids = pages.today, {}
    with open_session(pages.engine) as session:
        item = session.execute(select(Item).where(col(Item.code) == "1.1")).scalar_one()
        for one in session.execute(select(Item)).scalars():
            one.reading = Reading("май", "windows", "month-window", (Window(today, today),)).to_json()
        for name, (status, opens, deadline, facts, *_) in ROWS.items():
            days = {key: day(today, value) for key, value in facts.items() if key.endswith("_on")}
            opens_on, deadline_on = day(today, opens), day(today, deadline)
            point = ControlPoint(
                key=f"{CODE}/1.1/-/{name}",
                roadmap_code=CODE,
                item_id=item.id or 0,
                owner_id=item.owner_id,
                opens_on=opens_on,
                due_on=max(opens_on, deadline_on),
                deadline_on=deadline_on,
                status=status,
                parent_id=whole if "stage" in facts else None,
                **(facts | days),
            )
            session.add(point)
            session.flush()
            ids[name] = point.id or 0
    return Stored(pages, ids, today)


def day(today: date, days: int) -> date:
    return today + timedelta(days=days)


def with_state(*states: State) -> set[str]:
    return {name for name, (state, _) in EXPECTED.items() if state in states}


OVERDUE = with_state("overdue")
LATE = {name for name, (_, late) in EXPECTED.items() if late}
OF_HISTORY = with_state("history")
STAGES = {name for name, row in ROWS.items() if "stage" in row[3]}
WAITING = {name for name, row in ROWS.items() if "blocked" in row[3]}
#: Overdue, and yet its work has not begun: it is counted with what is planned.
NOT_BEGUN = {"planned, past due before it opens"}
#: A stage is shown on the board only where something must be done about it.
ON_BOARD = set(ROWS) - OF_HISTORY - STAGES | {"a stage past its deadline", "a stage reported late"}


def test_the_rule(stored: Stored) -> None:
    found = {name: (state_of(row, stored.today), is_late(row)) for name, row in stored.rows().items()}
    assert found == EXPECTED
    assert {name for name, row in stored.rows().items() if is_overdue(row, stored.today)} == OVERDUE


def test_the_database_filters_by_the_same_rule(stored: Stored) -> None:
    assert stored.where(standing.overdue(stored.today)) == OVERDUE
    assert stored.where(standing.late()) == LATE
    begun = stored.where(standing.status_on(stored.today) == "open")
    assert begun - OVERDUE == with_state("open")
    assert stored.where(standing.status_on(stored.today) == "planned") - OF_HISTORY == with_state("planned") | NOT_BEGUN
    assert {state: stored.where(standing.state_on(stored.today) == state) for state in NAMES} == {
        state: with_state(state) for state in NAMES
    }


def test_a_watching_program_reads_the_same_states(stored: Stored) -> None:
    figures = stored.pages.client.get("/metrics").text
    found = re.findall(rf'^vekha_(points|stages)\{{roadmap="{CODE}",state="(\w+)"\}} (\d+)\.0$', figures, re.MULTILINE)
    counts = {(what, state): int(n) for what, state, n in found}
    # The whole of which the stages are parts is no row of the table: it is far ahead and open.
    whole = {"open": 1}
    assert counts == {
        (what, state): len({name for name in with_state(state) if (name in STAGES) == (what == "stages")})
        + (whole.get(state, 0) if what == "points" else 0)
        for what in ("points", "stages")
        for state in NAMES
    }
    assert f'vekha_points_overdue{{roadmap="{CODE}"}} {len(OVERDUE)}.0\n' in figures


def test_what_the_daily_control_records_changes_nothing_of_it(stored: Stored) -> None:
    with open_session(stored.pages.engine) as session:
        open_due(session, CODE, today=stored.today, at=clock.now())
        mark_overdue(session, CODE, today=stored.today, at=clock.now())
    test_the_rule(stored)
    rows = stored.rows()
    assert rows["planned, opens today"].status == "open"
    assert rows["open, its deadline yesterday"].overdue_on == stored.today


def test_the_list_of_the_page(stored: Stored) -> None:
    period = f"from={day(stored.today, -100)}&to={day(stored.today, 99)}"
    lamps = {}
    for page in stored.all_html(f"/control?{period}", "points"):
        for row in page.select("#points tbody tr"):
            link, lamp = row.select_one('a[href^="/control/point/"]'), row.select_one(".lamp")
            assert link is not None
            assert lamp is not None
            lamps[stored.names[int(str(link["href"]).rsplit("/", 1)[1])]] = lamp.get_text()
    assert set(lamps) == ON_BOARD
    assert {name: words for name, words in lamps.items() if words not in LIGHTS[EXPECTED[name][0]]} == {}
    rows = stored.rows()
    assert lamps == {name: light(rows[name], stored.today).words for name in ON_BOARD}
    assert {name for name, words in lamps.items() if "сдано с опозданием" in words} == LATE - with_state("done_late")
    page = stored.html(f"/control?{period}&state=overdue")
    assert f"{len(OVERDUE)} просрочено" in " ".join(page.get_text(" ").split())
    book = load_workbook(BytesIO(stored.pages.client.get(f"/control/export.xlsx?{period}").content))
    head, *cells = [[cell.value for cell in row] for row in book["Контроль"].iter_rows()]
    key, words, behind = head.index("Ключ"), head.index("Состояние"), head.index("Просрочено, дней")
    written = {str(row[key]).rsplit("/", 1)[1]: (row[words], row[behind] is not None) for row in cells}
    assert written == {name: (NAMES[EXPECTED[name][0]], name in OVERDUE) for name in ON_BOARD}


def test_the_card_of_the_page(stored: Stored) -> None:
    for name, number in stored.ids.items():
        if name in OF_HISTORY:
            assert stored.pages.client.get(f"/control/point/{number}").status_code == 404
            continue
        facts = stored.html(f"/control/point/{number}").select_one("dl.facts")
        assert facts is not None
        words, state, late = " ".join(facts.get_text(" ").split()), *EXPECTED[name]
        assert f"Состояние {NAMES[state]} Контрольный срок" in words, (name, words)
        assert (", с опозданием" in words) is late or state == "withdrawn", name
        assert ("просрочено на" in words) is (state == "overdue"), name


def test_the_page_of_the_official(stored: Stored) -> None:
    link = stored.pages.link("Ректор")
    heard = {}
    for name, number in stored.ids.items():
        shown = stored.html(f"{link}/point/{number}").select_one(".state-line .state")
        assert shown is not None
        heard[name] = shown.get_text()
    expected = {
        "planned": "откроется|ждёт предыдущего шага",
        "open": "в работе|срок сегодня",
        "overdue": "просрочено на .*",
        "submitted": "на проверке",
        "returned": "возвращено на доработку|срок сегодня, возвращено на доработку",
        "done": "исполнено",
        "done_late": "исполнено с опозданием",
        "withdrawn": "снято с контроля",
        "history": "в истории, не контролируется",
    }
    wrong = {name: words for name, words in heard.items() if not re.match(f"({expected[EXPECTED[name][0]]})", words)}
    assert wrong == {}
    listed = {}
    for section in stored.html(link).select("section:has(ul.points)"):
        numbers = {int(str(one["href"]).rsplit("/", 1)[1]) for one in section.select("a.point")}
        heading = section.select_one("h2")
        assert heading is not None
        listed[heading.get_text().rstrip(" 0123456789")] = {stored.names[n] for n in numbers if n in stored.names}
    assert listed["Просрочено"] == OVERDUE
    assert listed["В работе"] == with_state("open", "returned")
    assert listed["На проверке у координатора"] == with_state("submitted")
    assert listed["Впереди"] <= with_state("planned")


def test_the_controller_is_shown_what_is_overdue(stored: Stored) -> None:
    with open_session(stored.pages.engine) as session:
        session.execute(select(Official).where(col(Official.post) == "Координатор")).scalar_one().role = "controller"
    page = stored.html(stored.pages.link("Координатор"))
    listed = {int(str(one["href"]).rsplit("/", 1)[1]) for one in page.select("#late a.button")}
    assert {stored.names[number] for number in listed} == OVERDUE


def test_the_calendar(stored: Stored) -> None:
    with open_session(stored.pages.engine) as session:
        institute = session.execute(select(Body).where(col(Body.code) == "iro")).scalar_one()
        text = ics.feed(session, institute, at=clock.now(), ahead_days=400)
    events = {str(event["UID"]): event for event in Calendar.from_ical(text).walk("VEVENT")}
    own = {name: events.get(uid(f"{CODE}/1.1/-/{name}")) for name in ROWS}
    assert {name for name, event in own.items() if event} == set(ROWS) - OVERDUE - OF_HISTORY - WAITING
    assert [str(event["SUMMARY"]) for event in events.values() if "Просрочено" in str(event["SUMMARY"])] == [
        f"Просрочено: {len(OVERDUE)}"
    ]
    marks = {"submitted": "На проверке:", "done": "✓", "done_late": "✓", "withdrawn": "Снято с контроля:"}
    for name, event in own.items():
        if event is not None:
            assert str(event["SUMMARY"]).startswith(marks.get(EXPECTED[name][0], "Срок:")), name


@pytest.fixture
def vekha(stored: Stored, monkeypatch: pytest.MonkeyPatch) -> Callable[..., Any]:
    """The JSON of a command over the same database."""
    settings = stored.pages.settings
    monkeypatch.setenv("VEKHA_DATA", str(settings.data))
    monkeypatch.setenv("VEKHA_DATABASE_URL", stored.pages.engine.url.render_as_string(hide_password=False))

    def answer(*words: str) -> Any:
        monkeypatch.setattr(sys, "argv", ["vekha", *words, "--json"])
        with redirect_stdout(StringIO()) as out, pytest.raises(SystemExit) as stopped:
            main()
        assert not stopped.value.code
        return json.loads(out.getvalue())

    return answer


def test_the_command_line(stored: Stored, vekha: Callable[..., Any]) -> None:
    answers = {row["key"].rsplit("/", 1)[1]: row for row in vekha("points", CODE)}
    found = {name: (row["state"], row["overdue"], row["late"]) for name, row in answers.items() if name in ROWS}
    assert found == {
        name: (state, name in OVERDUE, late) for name, (state, late) in EXPECTED.items() if name not in WAITING
    }
    (counts,) = vekha("status", CODE)
    whole = set(ROWS) - STAGES
    assert (counts["overdue"], counts["overdue_stages"]) == (len(OVERDUE), len(OVERDUE & STAGES))
    assert counts["points"]["planned"] == len((with_state("planned") | NOT_BEGUN) & whole)
    assert counts["history"] == len(OF_HISTORY)


def test_the_state_of_the_run_in_prefect(stored: Stored) -> None:
    with open_session(stored.pages.engine) as session:
        found = prefect_points(session, col(ControlPoint.id).in_(stored.ids.values()))
    names = {point.key.rsplit("/", 1)[1]: state_name(point, stored.today) for point in found}
    assert names == {name: NAMES[state] for name, (state, _) in EXPECTED.items() if name not in OF_HISTORY}


def letter_to(session: Session, stored: Stored, post: str, **facts: Any) -> tuple[Notice, Callable[[], Letter | None]]:
    """A letter of today to an official, and what it says when it leaves."""
    found = select(Official, Channel).join(Channel, col(Channel.official_id) == col(Official.id))
    official, channel = session.execute(found.where(col(Official.post) == post)).tuples().one()
    notice = Notice(
        official_id=official.id or 0,
        channel_id=channel.id or 0,
        on_day=stored.today,
        not_before=datetime.combine(stored.today, time(), UTC),
        **facts,
    )
    session.add(notice)
    session.flush()

    def made() -> Letter | None:
        (parcel,) = compose(session, [notice], at=clock.now(), settings=stored.pages.settings)
        return parcel.letter

    return notice, made


def test_a_letter(stored: Stored) -> None:
    """A reminder that was decided earlier speaks of what is overdue, of what is not, or of nothing when it leaves.

    Whatever it speaks of, it says how much is overdue in all, and so does the page.
    """
    letters: dict[str, Letter] = {}
    with open_session(stored.pages.engine) as session:
        notice, made = letter_to(session, stored, "Ректор")
        line = NoticeLine(notice_id=notice.id or 0, point_id=stored.ids["history"], reason="due_soon", days=0)
        session.add(line)
        for name, number in stored.ids.items():
            line.point_id = number
            session.flush()
            letters |= {name: letter} if (letter := made()) else {}
    assert {name for name, letter in letters.items() if "СРОК ИСТЁК" in letter.text} == OVERDUE
    assert set(letters) <= {name for name, (state, _) in EXPECTED.items() if state in ("open", "returned", "overdue")}
    for letter in letters.values():
        assert letter.subject.startswith(f"Сроки: просрочено — {len(OVERDUE)}")
        assert f"Всего за вами просрочено: {len(OVERDUE)}." in letter.text
    heading = stored.html(stored.pages.link("Ректор")).select_one("section:has(ul.points) h2")
    assert heading is not None
    assert heading.get_text().split() == ["Просрочено", f"{len(OVERDUE)}"]


def test_the_weekly_letters_say_the_figures_of_the_pages(stored: Stored) -> None:
    with open_session(stored.pages.engine) as session:
        runs = prefect_points(session)
        week = sum(THIS_WEEK in moving_tags(point, stored.today) for point in runs)
        _, made = letter_to(session, stored, "Координатор", has_digest=True)
        to_coordinator = made()
        session.execute(select(Official).where(col(Official.post) == "Координатор")).scalar_one().role = "controller"
        session.flush()
        to_controller = made()
        session.rollback()
    assert to_coordinator is not None
    assert to_controller is not None
    for letter in (to_coordinator, to_controller):
        assert f"Просрочено: {len(OVERDUE)} из " in letter.text
        assert f"просрочено — {len(OVERDUE)}" in letter.subject
        assert f"): {week}." in letter.text if week else "сроков нет" in letter.text
    tiles = " ".join(stored.html(f"/control?roadmap={CODE}").select(".tiles")[0].get_text(" ").split())
    waits = len(with_state("submitted"))
    assert f"Ждёт решения: {waits}." in to_coordinator.text
    assert f"{waits} ждут решения" in tiles or f"{waits} ждёт решения" in tiles
    assert f"{len(OVERDUE)} просрочено" in tiles
    assert f"просрочено — {len(OVERDUE)}" in counts_words(runs, stored.today)


def test_execution_discipline(stored: Stored) -> None:
    with open_session(stored.pages.engine) as session:
        found = judged(session, CODE, today=stored.today)
    outcomes: dict[str, Outcome] = {one.record.key.rsplit("/", 1)[1]: one.outcome for one in found}
    assert {name for name, outcome in outcomes.items() if outcome == "overdue"} == OVERDUE
    assert {name for name, outcome in outcomes.items() if outcome == "late"} == LATE


def test_the_counts_of_a_roadmap(stored: Stored) -> None:
    with open_session(stored.pages.engine) as session:
        counted = queries.status(session, session.get_one(Roadmap, CODE), today=stored.today)
    whole = set(ROWS) - STAGES
    assert (counted.overdue, counted.overdue_stages) == (len(OVERDUE), len(OVERDUE & STAGES))
    assert counted.by_status["planned"] == len((with_state("planned") | NOT_BEGUN) & whole)

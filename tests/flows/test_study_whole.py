"""НИКУ of Krasnodar from an unknown plan to changed programmes: the commands, the forms in Prefect, the letters."""

from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path

import pytest
from pydantic import SecretStr
from sqlmodel import col, select
from typer.testing import CliRunner

from deployments.cli.processes import external_plans
from deployments.serve.prefect import Worker
from deployments.sync import sync
from models import Body, ControlPoint, Official, clock, lifecycle
from models.db import open_session
from roadmap.calendar import WorkCalendar
from roadmap.catalogue.loading import built_in
from tasks.context.working_calendar import calendar_of
from tasks.daily.control_day import control_day
from tasks.editions.load import load_roadmap
from tasks.letters.deliver import deliver
from tasks.processes.municipalities import import_municipalities
from tasks.processes.sweep import advance
from tests.parts.mail import MailServer
from tests.parts.office import Office
from tests.worlds.processes import BuildProcesses

TABLE = (
    "муниципалитет;должность;почта\n"
    "г. Сочи;Начальник управления;sochi@example.org\n"
    "г. Анапа;Начальник управления;anapa@example.org\n"
    "Ейский район;Начальник управления;eysk@example.org\n"
)
TOWNS = ["anapa@example.org", "eysk@example.org", "sochi@example.org"]


class Krai:
    """Krasnodar with the item that waits for the plan, its years moved so that they are the present ones."""

    def __init__(self, office: Office, mail_server: MailServer, today: date) -> None:
        self.office, self.today = office, today
        url = f"mailto://127.0.0.1:{mail_server.port}?from=vekha@krai.example.org"
        self.mail = office.settings.model_copy(update={"mail_url": SecretStr(url)})

    def load(self, table: Path) -> None:
        whole = built_in("krasnodar")
        item = next(item for item in whole.items if item.code == "3.1")
        catalogue = whole.model_copy(update={"items": (item,), "directives": (), "monitoring": ()})
        with open_session(self.office.engine) as session:
            load_roadmap(session, catalogue, today=self.today, at=clock.now(), shift_years=self.today.year - 2022)
            table.write_text(TABLE, encoding="utf-8")
            import_municipalities(session, "krasnodar", table)
            iro = session.exec(select(Body).where(Body.code == "iro")).one()
            rector = Official(roadmap_code="krasnodar", role="executor", post="Ректор", body_id=iro.id, is_lead=True)
            session.add(rector)
            session.flush()
            session.add(rector.channel("email", "rector@example.org"))

    def calendar(self) -> WorkCalendar:
        with open_session(self.office.engine) as session:
            return calendar_of(session, "krasnodar")

    def workday(self, n: int) -> date:
        """Today or the next working day for 0, the one after it for 1…"""
        calendar, day = self.calendar(), self.today
        while not calendar.is_working(day):
            day += timedelta(days=1)
        return calendar.add_working_days(day, n) if n else day

    def day(self, n: int) -> None:
        """The control and the letters of the n-th working day."""
        on = self.workday(n)
        noon = datetime.combine(on, time(9), UTC)
        assert not control_day(self.office.engine, today=on, at=noon).failed
        deliver(self.office.engine, settings=self.mail, at_source=lambda: noon)

    def open(self) -> None:
        """What the control of this very day does to points and stages."""
        with open_session(self.office.engine) as session:
            at = clock.now()
            lifecycle.open_due(session, "krasnodar", today=self.today, at=at)
            advance(session, "krasnodar", today=self.today, at=at, calendar=calendar_of(session, "krasnodar"))

    def sync(self) -> None:
        sync(self.office.engine, settings=self.office.settings, at=clock.now())

    def points(self) -> list[ControlPoint]:
        """The points of the item, stages left out, by their day."""
        with open_session(self.office.engine) as session:
            whole = select(ControlPoint).where(col(ControlPoint.parent_id).is_(None), ControlPoint.purpose != "round")
            return list(
                session.exec(whole.where(col(ControlPoint.is_history).is_(False)).order_by(col(ControlPoint.due_on)))
            )


@pytest.fixture
def krai(
    office: Office,
    worker: Worker,
    mail_server: MailServer,
    today: date,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> Krai:
    monkeypatch.setenv("VEKHA_DATA", str(office.settings.data))
    monkeypatch.setenv("COLUMNS", "200")
    krai = Krai(office, mail_server, today)
    krai.load(tmp_path / "municipalities.csv")
    return krai


def plan_set(starts: date) -> str:
    ends = starts + timedelta(days=3)
    result = CliRunner().invoke(external_plans.app, ["set", "НИКУ", "--from", f"{starts}", "--to", f"{ends}"])
    assert result.exit_code == 0, result.exception
    return " ".join(result.stdout.split())


def test_niku_goes_from_an_unknown_plan_to_changed_programmes(
    krai: Krai, mail_server: MailServer, build_processes: BuildProcesses
) -> None:
    office, starts = krai.office, krai.today + timedelta(days=50)
    krai.open()
    krai.sync()
    wish = next(point for point in krai.points() if point.purpose == "name_dates")
    assert "назвать даты: " in office.runs()[wish.key]["name"]

    # The plan is published: the wish is done, the event has its own run and its stages.
    assert "новых сроков: 1, закрыто «внести план»: 1" in plan_set(starts)
    krai.open()
    krai.sync()
    event = next(point for point in krai.points() if point.purpose == "result")
    runs = office.runs()
    assert (runs[wish.key]["state_type"], runs[wish.key]["state_name"]) == ("COMPLETED", "Исполнено")
    assert runs[event.key]["name"].startswith("1 Участие в мониторинговых исследованиях")
    assert runs[event.key]["state_name"] == "В работе"

    # Letters went out; then the plan is moved, which everyone at work on it hears of once.
    krai.day(0)
    assert mail_server.about("Муниципальный координатор · ") == TOWNS
    moved = starts + timedelta(days=14)
    assert "перенесено: 1" in plan_set(moved)
    krai.sync()
    deadline = WorkCalendar().roll(moved + timedelta(days=3), "preceding")
    assert f"{deadline:%d.%m.%Y}" in office.runs()[event.key]["name"]
    for n in (1, 2, 3):
        krai.day(n)
    assert (
        mail_server.about("СРОК ПЕРЕНЕСЁН (1)")
        == mail_server.about(f": с {moved:%d.%m.%Y} по ")
        == sorted([*TOWNS, "rector@example.org"])
    )

    # The coordinator's forms, to the end.
    region = build_processes(office, {})
    region.answer(
        {
            event.key: [
                {"stage": "координатор", "who": "всеми"},
                {"stage": "списки", "who": "Сочи", "count": "41"},
                {"stage": "списки", "who": "всеми"},
                {"stage": "обучение"},
                {"stage": "дни", "who": "Сочи", "planned": "41", "count": "38"},
                {"stage": "дни", "who": "Анапа", "planned": "20", "count": "20"},
                {"stage": "дни", "who": "Ейский район", "planned": "12", "count": "9"},
            ]
        }
    )
    card = region.card(event.key)
    assert "Списки учителей: 41 (сообщили 1 из 3)" in card
    assert "Дни исследования: запланировано 73, пришло 67 (сообщили 3 из 3)" in card
    region.answer({event.key: [{"stage": "результаты", "who": "всеми"}, {"stage": "программ", "who": "всеми"}]})
    assert office.wait_for(event.key, "Исполнено")["state_type"] == "COMPLETED"
    assert "Дни исследования: запланировано 73, пришло 67" in region.card(event.key)

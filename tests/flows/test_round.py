"""A round of monitoring on a real Prefect server: planned ahead, opened, woken by the daily control, ended."""

from datetime import date, datetime, timedelta
from typing import Any

import pytest
from prefect.client.orchestration import PrefectClient
from sqlmodel import col, select

from deployments.serve.prefect import Worker
from deployments.sync import sync
from models import (
    Body,
    Edition,
    Municipality,
    ReportFile,
    RoundLetter,
    RoundStep,
    Snapshot,
    Transition,
    clock,
    lifecycle,
)
from models.db import open_session
from roadmap.monitoring.indicators.submission import Given
from roadmap.monitoring.periods import Period, period_of
from tasks.daily.control_day import control_day
from tasks.monitoring.rounds.log import STEPS_RU
from tasks.monitoring.rounds.manual import Hand, monitor
from tasks.monitoring.rounds.rows import POINTS, rounds_of
from tasks.monitoring.submissions.record import record, settle_data
from tasks.prefect.client import call, pages
from tasks.prefect.runs import apply, reconcile
from tests.parts.frail import FrailWorker
from tests.parts.office import Office

TASKS = {
    "Открыть раунд", "Запросить данные", "Заполнить из контрольных точек", "Принять данные", "Рассчитать показатели",
    "Составить справку", "Диаграммы", "Разослать", "Рекомендации", "В архив",
}  # fmt: skip
ARTIFACT = r"POST /api/artifacts/ .*-note"
ENDED = r'/set_state.*"type": ?"COMPLETED"'
SHARE = {
    "code": "share",
    "title": "Доля учителей",
    "unit": "percent",
    "comparison": "at_least",
    "target": 10.0,
    "source": {"place": "Приложение 2"},
}


class Monitoring:
    """A region with two municipalities and a round started by hand for the quarter before."""

    def __init__(self, office: Office, today: date) -> None:
        self.office, self.today = office, today
        office.add_roadmap(since=date(2021, 1, 1))
        with open_session(office.engine) as session:
            for code, short in (("anapa", "г. Анапа"), ("sochi", "г. Сочи")):
                session.add(Body(roadmap_code="krasnodar", code=code, name=short, short=short, level="municipal"))
            session.flush()
            for code in ("anapa", "sochi"):
                body = session.exec(select(Body).where(Body.code == code)).one()
                session.add(Municipality(body_id=body.id or 0, roadmap_code="krasnodar", since=date(2021, 1, 1)))
            session.exec(select(Edition)).one().catalogue = {"indicators": [SHARE]}

    @property
    def period(self) -> Period:
        return period_of(self.today, "quarter").previous

    def start(self) -> str:
        """Returns the key of the round's point."""
        hand = Hand(self.office.engine, "krasnodar", self.today, clock.now(), self.office.settings)
        return monitor(hand, self.period).key

    def round_id(self, key: str) -> int:
        with open_session(self.office.engine) as session:
            (row,) = rounds_of(session, POINTS.c.key == key)
            return row.id

    def mend(self, later: timedelta = timedelta()) -> Any:
        """What the nightly sync does."""
        return sync(self.office.engine, settings=self.office.settings, at=clock.now() + later)

    def give(self, key: str, *towns: str) -> None:
        round_id, at = self.round_id(key), clock.now()
        with open_session(self.office.engine) as session:
            for town in towns:
                body = session.exec(select(Body).where(Body.code == town)).one()
                given = [Given("share", 12, 100)]
                record(session, round_id, body.id or 0, given, actor="Иванова А. А.", source="form", at=at)
            settle_data(session, round_id, at=at, today=self.today)

    def answer(self, key: str, **fields: str) -> None:
        run_id = self.office.runs()[key]["id"]
        told = self.office.api(lambda client: client.resume_flow_run(run_id, run_input=fields))
        assert told.status.value == "ACCEPT", told.details

    def daily_control(self) -> dict[str, Any]:
        """The daily control as Prefect runs it; returns its run."""
        deployment = self.office.deployments()["Каждый день в 06:00"]
        run = self.office.api(lambda client: client.create_flow_run_from_deployment(deployment["id"]))
        done: dict[str, Any] = self.office.wait_for_run(run.id)
        return done

    def tasks(self, run_id: str) -> list[str]:
        body = {"flow_runs": {"id": {"any_": [run_id]}}}
        found = self.office.api(lambda client: pages(client, "/task_runs/filter", body))
        return [one["name"].rpartition("-")[0] for one in found if one["state_type"] == "COMPLETED"]

    def steps(self, key: str) -> list[str]:
        with open_session(self.office.engine) as session:
            found = select(RoundStep).where(RoundStep.round_id == self.round_id(key)).order_by(col(RoundStep.id))
            return [row.step for row in session.exec(found)]

    def card(self, key: str) -> str:
        from roadmap.cards.point import artifact_key

        latest = f"/artifacts/{artifact_key(key)}/latest"
        return str(self.office.api(lambda client: call(client, "GET", latest))["data"])

    def history(self, key: str) -> list[str]:
        with open_session(self.office.engine) as session:
            point = lifecycle.point_by_key(session, key)
            found = select(Transition).where(Transition.point_id == point.id).order_by(col(Transition.id))
            return [row.action for row in session.exec(found)]


@pytest.fixture
def monitoring(office: Office, today: date) -> Monitoring:
    return Monitoring(office, today)


def test_a_roadmap_just_loaded_shows_its_rounds_to_come(monitoring: Monitoring) -> None:
    office = monitoring.office
    monitoring.mend()
    deployment = office.deployments()["Ежеквартальный мониторинг"]
    assert deployment["entrypoint"] == "flows.round.monitoring_round"
    planned = [run for key, run in office.runs().items() if "/m-quarter/" in key]
    assert len(planned) >= 4
    assert {run["state_name"] for run in planned} <= {"Scheduled", "В работе"}
    period = period_of(monitoring.today, "quarter")
    (run,) = [run for run in planned if f"за {period.title}" in run["name"]]
    assert run["name"].startswith(f"Ежеквартальный мониторинг за {period.title} · до ")
    assert (run["state_type"], run["state_name"]) == ("SCHEDULED", "Scheduled")
    opens = datetime.fromisoformat(run["next_scheduled_start_time"])
    assert opens.date() > period.end
    assert monitoring.mend().changed == 0


def test_the_daily_control_wakes_a_round_whose_data_are_complete_and_it_goes_to_its_end(
    monitoring: Monitoring, worker: Worker
) -> None:
    office, key = monitoring.office, monitoring.start()
    monitoring.give(key, "anapa")
    monitoring.mend()
    run = office.wait_for(key, "В работе")
    assert "Ответили **1 из 2**; ждём: г. Сочи." in monitoring.card(key)
    assert office.api(lambda client: _wake(client, office, monitoring.today)) == 0
    monitoring.give(key, "sochi")
    assert monitoring.daily_control()["state_name"] == "Контроль проведён"
    done = office.wait_for(key, "Исполнено")
    assert (done["id"], done["state_type"]) == (run["id"], "COMPLETED")
    names = monitoring.tasks(run["id"])
    assert set(names) - {"Карточка"} == TASKS
    assert monitoring.steps(key) == list(STEPS_RU)
    assert "Ответили **2 из 2**." in monitoring.card(key)
    assert monitoring.history(key) == ["open", "submit", "accept"]
    with open_session(office.engine) as session:
        assert len(session.exec(select(Snapshot)).all()) == 1
        assert session.exec(select(ReportFile)).all()
    shown = office.api(lambda client: call(client, "POST", "/artifacts/latest/filter", {}))
    assert any(one["key"].endswith("-note") for one in shown)
    assert monitoring.mend().runs.runs_finished == 0


def test_the_form_offers_to_write_the_note_now_or_to_take_the_round_off_control(
    monitoring: Monitoring, worker: Worker
) -> None:
    office, key = monitoring.office, monitoring.start()
    monitoring.mend()
    office.wait_for(key, "В работе")
    path = f"/flow_runs/{office.runs()[key]['id']}/input/suspended-decision-1-schema"
    schema = office.api(lambda client: call(client, "GET", path))
    assert [one["title"] for one in schema["properties"].values()] == ["Решение", "Основание"]
    assert "составить справку сейчас или снять с контроля" in schema["properties"]["decision"]["description"]

    monitoring.answer(key, decision="снять с контроля")
    office.wait_for(key, "В работе")
    assert "Чтобы снять с контроля, укажите основание" in monitoring.card(key)

    monitoring.answer(key, decision="составить справку сейчас")
    office.wait_for(key, "Исполнено")
    assert monitoring.history(key) == ["open", "progress", "submit", "accept"]


def test_a_round_taken_off_control_in_prefect_asks_nobody_any_more(monitoring: Monitoring, worker: Worker) -> None:
    office, key = monitoring.office, monitoring.start()
    monitoring.mend()
    office.wait_for(key, "В работе")
    monitoring.answer(key, decision="снять с контроля", reason="письмо министерства")
    office.wait_for(key, "Снято с контроля")
    control_day(office.engine, today=monitoring.today, at=clock.now())
    with open_session(office.engine) as session:
        found = session.execute(select(POINTS.c.status).where(POINTS.c.purpose == "data")).scalars().all()
    assert set(found) == {"withdrawn"}


@pytest.mark.usefixtures("campaign")
def test_a_flow_killed_between_its_steps_goes_on_without_asking_or_sending_again(
    monitoring: Monitoring, frail: FrailWorker, monkeypatch: pytest.MonkeyPatch
) -> None:
    # The minute has passed in which a run that died is left alone, and the longer one after it has died again.
    for module in (reconcile, apply):
        monkeypatch.setattr(module, "FRESH", timedelta(0))
    monkeypatch.setattr(reconcile, "LONGEST_REST", timedelta(0))
    office, key = monitoring.office, monitoring.start()
    monitoring.mend()
    monitoring.give(key, "anapa", "sochi")
    boundaries: dict[str, dict[str, Any]] = {
        "the note is written, nothing is shown": {"words": ARTIFACT},
        "the note is shown, the charts are not": {"words": ARTIFACT, "after": True},
        "everything is done, the run has not ended": {"words": ENDED},
    }
    seen = []
    for first, (name, trap) in enumerate(boundaries.items()):
        sprung = frail.kill_at(**trap)
        if first == 0:
            assert office.api(lambda client: _wake(client, office, monitoring.today)) == 1
        else:
            assert monitoring.mend().runs.runs_restarted == 1, name
        frail.wait_until_dead(sprung)
        seen.append(monitoring.steps(key)[-1])
    assert seen == ["noted", "noted", "archived"]
    assert monitoring.mend().runs.runs_finished == 1
    assert office.wait_for(key, "Исполнено")["state_type"] == "COMPLETED"
    assert monitoring.steps(key) == list(STEPS_RU)
    assert monitoring.history(key) == ["open", "submit", "accept"]
    with open_session(office.engine) as session:
        assert len(session.exec(select(Snapshot)).all()) == 1
        letters = [(row.channel_id, row.part) for row in session.exec(select(RoundLetter))]
    assert len(set(letters)) == len(letters)
    assert monitoring.mend().changed == 0


async def _wake(client: PrefectClient, office: Office, today: date) -> int:
    from tasks.prefect.runs.wake_rounds import wake_rounds

    return await wake_rounds(client, office.engine, today=today, at=clock.now())

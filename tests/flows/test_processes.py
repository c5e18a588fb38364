"""Each process from its opening to its end, on a real Prefect server and worker, through the coordinator's form."""

from dataclasses import replace
from datetime import date
from functools import partial

from prefect.client.orchestration import PrefectClient
from sqlmodel import col, select

from deployments.serve.prefect import Worker
from deployments.sync import sync
from models import ControlPoint, Evidence, Item, Transition, clock, lifecycle
from models import Process as ProcessRow
from models.db import open_session
from models.lifecycle import TransitionCommand
from roadmap.processes.loading import built_in
from tasks.prefect.cards.artifacts import refresh_cards
from tasks.prefect.client import call, pages
from tasks.prefect.push import push_point
from tests.worlds.processes import Processes


def test_an_agreement_goes_from_its_draft_to_registration_in_every_municipality(
    processes: Processes, worker: Worker, today: date
) -> None:
    key = processes.open("agreement", "2.1")
    processes.mark(key, "проект", "2")
    processes.begin()
    assert "Зарегистрировано 0 из 3" in processes.card(key)
    processes.answer(
        {
            key: [
                {"stage": "рассылка", "who": "Сочи"},
                {"stage": "3", "evidence": "письмо № 12"},
                {"stage": "подписано", "who": "Сочи; Анапа"},
                {"decision": "отказ муниципалитета", "who": "Ейский", "reason": "письмо № 5"},
            ]
        }
    )
    card = processes.card(key)
    assert "Подписано всеми 2 из 3" in card
    assert "data:image/svg+xml;base64," in card
    assert "Прогноз окончания" in card
    assert processes.office.runs()[key]["state_name"] == "В работе"
    processes.answer({key: [{"stage": "зарегистрировано всеми"}]})
    run = processes.office.wait_for(key, "Исполнено")
    assert run["state_type"] == "COMPLETED"
    point = processes.point(key)
    assert (point.status, point.submitted_on) == ("accepted", today)
    with open_session(processes.office.engine) as session:
        proof = session.exec(select(col(Evidence.words)).where(Evidence.point_id == point.id)).all()
        assert list(proof) == ["Зарегистрировано 2 из 3, снято с контроля 1"]
        marked = session.exec(
            select(Transition).where(col(Transition.once_key).startswith(f"run:{run['id']}:decision-1"))
        )
        assert list(marked) == [], "a refused answer leaves nothing"
    steps = {"Открыть", "Этапы", "Карточка", "Решение"}
    body = {"flow_runs": {"id": {"any_": [run["id"]]}}}
    names = processes.office.api(lambda client: pages(client, "/task_runs/filter", body))
    assert {name["name"].rpartition("-")[0] for name in names} == steps


def test_a_session_a_document_and_a_registry_go_to_their_end(processes: Processes, worker: Worker, today: date) -> None:
    """A study: test_study_whole.py."""
    office = processes.office
    kinds = {"session": "1.2", "document": "1.3", "registry": "1.4"}
    keys = {kind: processes.open(kind, item) for kind, item in kinds.items()}
    processes.mark(keys["session"], "программа", "приглашения")
    processes.mark(keys["document"], "проект", "согласование")
    processes.begin()
    decisions = "ИРО | подготовить методичку | до 01.12.2039\nСочи | провести семинар | в 10-дневный срок"
    processes.answer(
        {
            keys["session"]: [
                {"stage": "проведение", "planned": "50", "count": "47"},
                {"stage": "протокол", "decisions": "неведомо кто | сделать | когда-нибудь"},
                {"stage": "протокол", "decisions": decisions, "evidence": "протокол № 4"},
            ],
            keys["document"]: [{"stage": "утверждение", "evidence": "приказ № 118, https://example.org/118"}],
            keys["registry"]: [{"stage": "подтверждение"}, {"stage": "1", "count": "214"}],
        }
    )
    for kind in kinds:
        assert office.wait_for(keys[kind], "Исполнено")["state_type"] == "COMPLETED", kind
    with open_session(office.engine) as session:
        counted = select(Evidence.planned_count, Evidence.count).where(col(Evidence.count).is_not(None))
        assert set(session.exec(counted)) == {(50, 47), (None, 214)}
        made = session.exec(select(Item).where(col(Item.code).startswith("1.2.r")).order_by(col(Item.code))).all()
        assert [(item.code, item.title, item.source) for item in made] == [
            ("1.2.r1", "подготовить методичку", "Протокол: протокол № 4"),
            ("1.2.r2", "провести семинар", "Протокол: протокол № 4"),
        ]
    sync(office.engine, settings=office.settings, at=clock.now())
    assert "1.2, решение 1 подготовить методичку" in office.deployments()
    assert any(key.startswith("krasnodar/1.2.r2/-/") for key in office.runs())


def test_a_run_that_waits_keeps_the_stages_it_began_with(processes: Processes, worker: Worker) -> None:
    key = processes.open("document", "1.3")
    processes.begin()
    old = built_in()["document"]
    stages = (old.stages[0].model_copy(update={"title": "Черновик прежней редакции"}), *old.stages[1:])
    with open_session(processes.office.engine) as session:
        row = session.exec(select(ProcessRow)).one()
        row.definition = old.model_copy(update={"version": 7, "stages": stages}).model_dump(mode="json")
        row.version = 7
    processes.answer({key: [{"stage": "черновик"}]})
    assert "Черновик прежней редакции | исполнен" in processes.card(key)
    with open_session(processes.office.engine) as session:
        point = session.exec(select(ControlPoint).where(ControlPoint.stage == "draft")).one()
        assert (point.status, session.exec(select(ProcessRow)).one().version) == ("accepted", 7)


def test_the_form_of_a_point_with_stages_asks_for_them_and_that_of_a_measure_does_not(processes: Processes) -> None:
    kinds = {"agreement": "2.1", "activity": "1.1", "session": "1.2"}
    keys = {kind: processes.open(kind, item) for kind, item in kinds.items()}
    keys["short"] = processes.open("session", "1.5", days=3)
    processes.begin()
    titles = {}
    for name, key in keys.items():
        run_id = processes.office.runs()[key]["id"]
        path = f"/flow_runs/{run_id}/input/suspended-decision-1-schema"
        schema = processes.office.api(partial(call, method="GET", path=path))
        titles[name] = [one["title"] for one in schema["properties"].values()]
    assert titles["activity"] == ["Решение", "Дата исполнения", "Подтверждение", "Основание", "Новый срок"]
    staged = ["Решение", "Этап", "Кто", "Дата", "Подтверждение", "Запланировано", "Пришло / записей"]
    assert titles["agreement"] == [*staged, "Основание", "Новый срок"]
    assert titles["session"] == [*staged, "Решения сессии", "Основание", "Новый срок"]
    assert titles["short"][-3:] == ["Решения сессии", "Основание", "Новый срок"]


def test_what_an_official_reports_of_a_stage_is_shown_on_the_card_of_the_whole(
    processes: Processes, today: date
) -> None:
    key = processes.open("document", "1.3")
    processes.begin()
    assert "| 1 | Проект документа | в работе |" in processes.card(key)
    with open_session(processes.office.engine) as session:
        move = TransitionCommand(action="submit", actor="ИРО", at=clock.now(), on=today, evidence="ссылка")
        lifecycle.change(session, f"{key}/draft/-", move)
    processes.begin()
    assert push_point(processes.office.engine, f"{key}/draft/-", at=clock.now())
    card = processes.card(key)
    assert "| 1 | Проект документа | исполнен |" in card
    assert "| 2 | Согласование | в работе |" in card

    async def refreshed(client: PrefectClient) -> int:
        return await refresh_cards(client, processes.office.engine, today=today, at=clock.now())

    assert processes.office.api(refreshed) == 0
    with open_session(processes.office.engine) as session:
        lifecycle.change(session, f"{key}/approved/-", replace(move, evidence="лист согласования"))
    processes.begin()
    assert [processes.office.api(refreshed) for _ in range(2)] == [1, 0]

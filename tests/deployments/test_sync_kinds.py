"""Every kind of item has a flow on the server, and an item that changes its kind changes its flow."""

from datetime import date, timedelta
from importlib import import_module
from typing import Any

from sqlmodel import select

from deployments.sync import sync
from models import Item, clock
from models.db import open_session
from models.tables.roadmap import KINDS
from roadmap.catalogue.schema import KINDS_RU
from tests.parts.office import Office


def once(office: Office) -> Any:
    return sync(office.engine, settings=office.settings, at=clock.now())


def test_an_item_of_every_kind_is_deployed_under_a_flow_that_exists(office: Office, today: date) -> None:
    office.add_roadmap()
    documents = [kind for kind in KINDS if kind != "round"]
    for number, kind in enumerate(documents, start=1):
        opens = today + timedelta(days=30)
        office.add_point(item=str(number), opens_on=opens, due_on=opens + timedelta(days=30), kind=kind)
    report = once(office)
    assert report.runs.runs_created == len(documents)
    kinds = {f"{n} Форсайт-сессия {n} для методистов": kind for n, kind in enumerate(documents, start=1)}
    kinds["Ежеквартальный мониторинг"] = "round"
    entrypoints = {kinds[name]: row["entrypoint"] for name, row in office.deployments().items() if name in kinds}
    assert set(entrypoints) == set(KINDS)
    for kind, entrypoint in entrypoints.items():
        module, _, name = entrypoint.rpartition(".")
        assert getattr(import_module(module), name).name == KINDS_RU[kind]
    assert once(office).changed == 0


def test_a_document_that_becomes_a_registry_moves_to_its_flow_with_its_run(office: Office, today: date) -> None:
    office.add_roadmap()
    key = office.add_point(
        item="2.1.3", opens_on=today - timedelta(days=5), due_on=today + timedelta(days=60), kind="document"
    )
    once(office)
    before = office.runs()[key]
    with open_session(office.engine) as session:
        item = session.exec(select(Item).where(Item.code == "2.1.3")).one()
        item.kind = "registry"
        session.add(item)
    once(office)
    (deployment,) = [row for name, row in office.deployments().items() if name.startswith("2.1.3")]
    assert deployment["entrypoint"].endswith(".registry")
    after = office.runs()[key]
    assert after["deployment_id"] == deployment["id"] != before["deployment_id"]
    assert after["state_name"] == "В работе"
    assert once(office).changed == 0

"""``vekha amend --apply`` to the end: Prefect follows at once, and the lists show what the act took off control."""

import io
import json
import sys
from collections.abc import Callable
from contextlib import redirect_stderr, redirect_stdout
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest

from deployments.cli import main
from deployments.sync import sync
from models import clock, queries
from models.db import open_session
from models.lifecycle import open_due
from roadmap.catalogue.calendar import calendar_of
from roadmap.catalogue.draft_yaml import Draft
from roadmap.catalogue.loading import built_in
from roadmap.catalogue.schema import Catalogue, Period
from tasks.editions.load import load_roadmap
from tests.parts.office import Office
from tests.places import SEEDS, needs_shared

CODE = "krasnodar"
NOBODY = "http://127.0.0.1:1/api"
TABLES = {
    "moscow-oblast": "001_78c5e6e850a4c9a0.txt",
    "krasnodar": "002_4c3a0cf4b06a9e3c.txt",
    "surgut": "004_bb594c536f1d86dd.txt",
}
Vekha = Callable[..., str]


def run(*args: str, data: Path, prefect: str) -> str:
    """The standard output of a command that does not fail."""
    out, err, code = io.StringIO(), io.StringIO(), 0
    with pytest.MonkeyPatch.context() as patch, redirect_stdout(out), redirect_stderr(err):
        for name, value in {"VEKHA_DATA": str(data), "COLUMNS": "300", "PREFECT_API_URL": prefect}.items():
            patch.setenv(name, value)
        patch.setattr(sys, "argv", ["vekha", *args])
        try:
            main()
        except SystemExit as stopped:
            code = int(stopped.code or 0)
    assert code == 0, err.getvalue()
    return out.getvalue()


@pytest.fixture
def vekha(tmp_path: Path) -> Vekha:
    """Runs a command in a data folder of the test's own, where no Prefect server answers."""
    return lambda *args: run(*args, data=tmp_path / "data", prefect=NOBODY)


def workday(today: date, days: int) -> date:
    """The first day from so many days on that Krasnodar works: no deadline there is moved from a day off."""
    return calendar_of(built_in(CODE)).next_working(today + timedelta(days=days))


def edition(number: str, today: date, **due: int) -> Catalogue:
    """Krasnodar with these items only, each due in so many days or on the next working day."""
    old = built_in(CODE)
    terms = {code.removeprefix("i").replace("_", "."): workday(today, days) for code, days in due.items()}
    kept = [item for item in old.items if item.code in terms]
    items = tuple(item.model_copy(update={"term": f"до {terms[item.code]:%d.%m.%Y}", "after": ()}) for item in kept)
    period = Period(start=today - timedelta(days=30), end=today + timedelta(days=300), ground="проверка")
    facts = {"items": items, "directives": (), "duties": (), "period": period}
    return old.model_copy(update=facts | {"act": old.act.model_copy(update={"number": number})})


def written(path: Path, catalogue: Catalogue) -> str:
    path.write_text(Draft(catalogue=catalogue, questions={}, entries={}).to_yaml(), encoding="utf-8")
    return str(path)


def test_an_applied_edition_is_in_prefect_at_once(office: Office, today: date, tmp_path: Path) -> None:
    at = clock.now()
    with open_session(office.engine) as session:
        load_roadmap(session, edition("1", today, i1_1=20, i1_2=25, i1_3=90, i2_1_4=95), today=today, at=at)
        open_due(session, CODE, today=today, at=at)
        history = {row.key: len(queries.history(session, row.id)) for row in queries.points(session, CODE)}
    sync(office.engine, settings=office.settings, at=at)
    before = office.runs()
    draft = written(tmp_path / "draft.yaml", edition("2", today, i1_1=60, i1_3=120))
    where: dict[str, Any] = {"data": office.settings.data, "prefect": f"{office.url}/api"}
    told = json.loads(run("amend", CODE, draft, "--apply", "--json", **where))
    after = office.runs()
    assert (told["applied"], told["prefect"]["synced"]) == (True, True)
    assert {key: run["id"] for key, run in before.items()} == {key: after[key]["id"] for key in before}
    runs = {key.split("/")[1]: after[key] for key in before}
    for code, days, state in (("1.1", 60, "PAUSED"), ("1.3", 120, "SCHEDULED")):
        assert runs[code]["name"].endswith(f"{workday(today, days):%d.%m.%Y}")
        assert runs[code]["state_type"] == state
    assert {runs[code]["state_name"] for code in ("1.2", "2.1.4")} == {"Снято с контроля"}
    assert not [name for name in office.deployments() if name.startswith("2 ")]
    with open_session(office.engine) as session:
        now = {row.key: len(queries.history(session, row.id)) for row in queries.points(session, CODE)}
    of_the_act = {key: count for key, count in now.items() if "/m-" not in key}
    assert of_the_act == {key: count + 1 for key, count in history.items()}, "the same keys, each with the act's move"
    assert "расхождений нет" in run("amend", CODE, draft, "--apply", **where)


def test_without_a_server_the_edition_is_applied_and_one_line_says_who_will_tell_prefect(
    vekha: Vekha, tmp_path: Path, today: date
) -> None:
    vekha("load", written(tmp_path / "old.yaml", edition("1", today, i1_1=20, i1_2=25)))
    draft = written(tmp_path / "draft.yaml", edition("2", today, i1_1=60))
    told = vekha("amend", CODE, draft, "--apply").splitlines()
    assert "Применено." in told
    assert told[-1] == "Сервер Prefect сейчас не отвечает: запуски обновит следующий запуск vekha up или vekha sync"
    again = json.loads(vekha("amend", CODE, draft, "--apply", "--json"))
    assert (again["applied"], again["already_on_control"], again["prefect"]["synced"]) == (False, True, False)


def test_what_an_act_took_off_control_is_shown_apart_and_not_counted(vekha: Vekha, tmp_path: Path, today: date) -> None:
    vekha("load", written(tmp_path / "old.yaml", edition("1", today, i1_1=20, i1_2=25, i1_3=30)))
    vekha("amend", CODE, written(tmp_path / "draft.yaml", edition("2", today, i1_1=20)), "--apply")
    act = edition("2", today).act.words
    assert f"krasnodar: снято актом «{act}» ({today:%d.%m.%Y}) — 2 пункта" in vekha("status", CODE)
    [status] = json.loads(vekha("status", CODE, "--json"))
    assert (status["items"], status["dropped"]) == (1, [{"act": act, "on": f"{today}", "items": 2}])
    rows = {row["key"]: (row["dropped_on"], row["dropped_by"]) for row in json.loads(vekha("items", CODE, "--json"))}
    assert rows == {
        "krasnodar/1.1": (None, None),
        "krasnodar/1.2": (f"{today}", act),
        "krasnodar/1.3": (f"{today}", act),
    }
    shown = vekha("items", CODE)
    assert "krasnodar: 1\n" in shown.replace(" ", "").replace("krasnodar:1", "krasnodar: 1")
    assert shown.index("Снято с контроля: 2") < shown.index(act)
    key = f"krasnodar/1.2/-/{workday(today, 25)}"
    assert f"Пункт снят с контроля {today:%d.%m.%Y}: {act}" in vekha("show", key)
    assert json.loads(vekha("show", key, "--json"))["dropped_by"] == act


@needs_shared
@pytest.mark.parametrize("code", TABLES)
def test_the_same_document_imported_again_is_no_new_edition(vekha: Vekha, tmp_path: Path, code: str) -> None:
    vekha("load", code, "--rehearsal")
    draft = str(tmp_path / "draft.yaml")
    vekha("import", str(SEEDS / TABLES[code]), "-o", draft)
    told = json.loads(vekha("amend", code, draft, "--json"))
    assert (told["questions"], told["header"]) == ([], [])
    assert {item["what"] for item in told["items"]} == {"kept"}
    assert told["already_on_control"]
    assert "изменений нет" in vekha("amend", code, draft)


def test_the_code_of_a_built_in_roadmap_stands_for_the_catalogue_of_this_release(vekha: Vekha) -> None:
    vekha("load", "kirov", "--rehearsal")
    assert "изменений нет" in vekha("amend", "kirov", "kirov")

"""``vekha amend`` and ``vekha next-edition`` as a coordinator and as a program meet them."""

import io
import json
import sys
from collections.abc import Callable
from contextlib import redirect_stderr, redirect_stdout
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from deployments.cli import main
from deployments.sync import sync
from models.db import session
from models.lifecycle import open_due
from roadmap.catalogue.loading import built_in, load_catalogue
from roadmap.catalogue.schema import Catalogue, Period
from roadmap.edition_drafts import Draft
from tasks.amend_roadmap import amend
from tasks.load_roadmap import load_roadmap

Vekha = Callable[..., tuple[int, str, str]]


@pytest.fixture
def vekha(tmp_path: Path) -> Vekha:
    """Runs a command in a data folder of the test's own: (exit code, standard output, standard error)."""

    def run(*args: str) -> tuple[int, str, str]:
        out, err, code = io.StringIO(), io.StringIO(), 0
        with pytest.MonkeyPatch.context() as patch, redirect_stdout(out), redirect_stderr(err):
            patch.setenv("VEKHA_DATA", str(tmp_path / "data"))
            patch.setenv("COLUMNS", "200")
            patch.setattr(sys, "argv", ["vekha", *args])
            try:
                main()
            except SystemExit as stopped:
                code = int(stopped.code or 0)
        return code, out.getvalue(), err.getvalue()

    return run


@pytest.fixture
def krasnodar(vekha: Vekha) -> None:
    """A rehearsal copy of Krasnodar on control."""
    assert vekha("load", "krasnodar", "--rehearsal")[0] == 0


def written(path: Path, **edits: dict[str, Any]) -> str:
    """Krasnodar's catalogue under a new act, with edits by code («_» for «.»); the name of the file."""
    old = built_in("krasnodar")
    changes = {code.removeprefix("i").replace("_", "."): fields for code, fields in edits.items()}
    items = tuple(item.model_copy(update=changes.get(item.code, {})) for item in old.items)
    new = old.model_copy(update={"items": items, "act": old.act.model_copy(update={"number": "3000"})})
    path.write_text(Draft(catalogue=new, questions={}, entries={}).to_yaml(), encoding="utf-8")
    return str(path)


def test_amend_shows_the_plan_then_applies_it_and_finds_nothing_the_second_time(
    vekha: Vekha, krasnodar: None, tmp_path: Path
) -> None:
    draft = written(tmp_path / "draft.yaml", i1_1={"number": "1.9"}, i1_2={"result": "Реестр"})
    code, shown, _ = vekha("amend", "krasnodar", draft)
    assert code == 0
    assert "» → «1.9»" in shown
    assert "Прежняя редакция: 22 = без изменений 20 + изменено 2 + исключено 0" in shown
    assert "Ничего не записано" in shown
    assert "Применено" in vekha("amend", "krasnodar", draft, "--apply")[1]
    assert "уже на контроле" in vekha("amend", "krasnodar", draft, "--apply")[1]


def test_amend_tells_programs_every_item_and_the_sums(vekha: Vekha, krasnodar: None, tmp_path: Path) -> None:
    draft = written(tmp_path / "draft.yaml", i1_2={"result": "Реестр"})
    told = json.loads(vekha("amend", "krasnodar", draft, "--json")[1])
    assert (told["applied"], told["questions"]) == (False, [])
    assert told["sums"] == {"old": 22, "new": 22, "kept": 21, "changed": 1, "dropped": 0, "added": 0}
    assert [(row["code"], row["kinds"]) for row in told["items"] if row["what"] == "changed"] == [("1.2", ["words"])]


def test_an_open_question_stops_apply_until_it_is_answered(vekha: Vekha, krasnodar: None, tmp_path: Path) -> None:
    draft = written(tmp_path / "draft.yaml", i1_2={"title": "Ярмарка вакансий"})
    assert "← предлагается" in vekha("amend", "krasnodar", draft)[1]
    code, out, err = vekha("amend", "krasnodar", draft, "--apply")
    assert (code, out, len(err.strip().splitlines())) == (2, "", 1)
    answers = tmp_path / "answers.yaml"
    answers.write_text('"1.2": dropped\n', encoding="utf-8")
    assert vekha("amend", "krasnodar", draft, "--apply", "--answers", str(answers))[0] == 0
    rows = {row["key"]: row for row in json.loads(vekha("items", "krasnodar", "--json")[1])}
    assert (rows["krasnodar/1.2"]["controlled"], rows["krasnodar/1.2-2"]["title"]) == (False, "Ярмарка вакансий")


@pytest.mark.parametrize(
    ("answers", "words"),
    [
        pytest.param("1.1: 1.2\n", "возьмите в кавычки", id="a code without quotes is a number and loses its zeros"),
        pytest.param('- "1.1"\n', "нужны строки вида", id="a list is no answer"),
        pytest.param('"1.1": "8.8"\n', "нет пункта «8.8»", id="a new item that is not there"),
    ],
)
def test_bad_answers_are_one_line(vekha: Vekha, krasnodar: None, tmp_path: Path, answers: str, words: str) -> None:
    (tmp_path / "answers.yaml").write_text(answers, encoding="utf-8")
    draft = written(tmp_path / "draft.yaml")
    code, out, err = vekha("amend", "krasnodar", draft, "--answers", str(tmp_path / "answers.yaml"))
    assert (code, out, len(err.strip().splitlines())) == (2, "", 1)
    assert words in err


def test_a_draft_with_questions_of_its_own_is_not_applied(vekha: Vekha, krasnodar: None, tmp_path: Path) -> None:
    draft = tmp_path / "draft.yaml"
    written(draft)
    draft.write_text("# ВОПРОС: срок не прочитан\n" + draft.read_text(encoding="utf-8"), encoding="utf-8")
    code, _, err = vekha("amend", "krasnodar", str(draft), "--apply")
    assert (code, "draft.yaml: строка 1: срок не прочитан — решите вопрос" in err) == (2, True)


def test_amend_of_what_is_not_on_control_is_one_line(vekha: Vekha, tmp_path: Path) -> None:
    code, out, err = vekha("amend", "krasnodar", written(tmp_path / "draft.yaml"))
    assert (code, out) == (2, "")
    assert "нет на контроле" in err


@pytest.mark.slow
def test_prefect_keeps_the_run_of_a_moved_point_and_ends_those_of_a_dropped_item(office: Any, today: date) -> None:
    old, at = built_in("krasnodar"), datetime.now(UTC)

    def edition(number: str, **due: int) -> Catalogue:
        terms = {code.removeprefix("i").replace("_", "."): today + timedelta(days=days) for code, days in due.items()}
        kept = [item for item in old.items if item.code in terms]
        items = [item.model_copy(update={"term": f"до {terms[item.code]:%d.%m.%Y}"}) for item in kept]
        period = Period(start=today - timedelta(days=30), end=today + timedelta(days=300), ground="проверка")
        parts = {"items": tuple(items), "directives": (), "duties": (), "period": period}
        return old.model_copy(update=parts | {"act": old.act.model_copy(update={"number": number})})

    def sync_now() -> dict[str, dict[str, Any]]:
        sync(office.engine, settings=office.settings, at=datetime.now(UTC))
        return {key.split("/")[1]: run for key, run in office.runs().items()}

    with session(office.engine) as work:
        load_roadmap(work, edition("1", i1_1=20, i1_2=25), today=today, at=at)
        open_due(work, "krasnodar", today=today, at=at)
    before = sync_now()
    with session(office.engine) as work:
        amend(work, "krasnodar", edition("2", i1_1=60), today=today, at=at)
    after = sync_now()
    assert (after["1.1"]["id"], after["1.1"]["state_type"]) == (before["1.1"]["id"], "PAUSED")
    assert after["1.1"]["name"].endswith(f"{today + timedelta(days=60):%d.%m.%Y}")
    assert (after["1.2"]["id"], after["1.2"]["state_name"]) == (before["1.2"]["id"], "Снято с контроля")
    assert not [name for name in office.deployments() if name.startswith("1.2 ")]


def test_the_next_edition_is_written_whole_and_never_over_another_file(vekha: Vekha, tmp_path: Path) -> None:
    out = tmp_path / "next.yaml"
    code, told, _ = vekha("next-edition", "krasnodar", "--years", "2027-2029", "-o", str(out))
    assert (code, "вопрос" in told) == (0, True)
    assert load_catalogue(out, unsettled=True).code == "krasnodar-2027-2029"
    before = out.read_bytes()
    code, _, err = vekha("next-edition", "krasnodar", "--years", "2030", "-o", str(out))
    assert (code, "--force" in err, out.read_bytes() == before) == (2, True, True)
    assert vekha("next-edition", "krasnodar", "--years", "2030", "-o", str(out), "--force")[0] == 0
    assert load_catalogue(out, unsettled=True).code == "krasnodar-2030"
    assert sorted(path.name for path in tmp_path.iterdir()) == ["data", "next.yaml"]


def test_the_next_edition_without_a_file_goes_to_the_screen(vekha: Vekha) -> None:
    code, text, _ = vekha("next-edition", "surgut", "--years", "2027-2028")
    assert code == 0
    assert "# ВОПРОС: впишите номер, дату и название нового акта\nact:" in text


@pytest.mark.parametrize(
    ("args", "words"),
    [
        pytest.param(("krasnodar", "--years", "скоро"), "напишите годы", id="no years"),
        pytest.param(("krasnodar", "--years", "2029-2027"), "идут назад", id="years that run backwards"),
        pytest.param(("atlantis", "--years", "2027"), "нет на контроле", id="a system that nobody knows"),
        pytest.param(("krasnodar", "--years", "2027", "-o", "no/such/folder.yaml"), "не удалось", id="no such folder"),
    ],
)
def test_what_keeps_a_next_edition_from_being_made_is_one_line(vekha: Vekha, args: tuple[str, ...], words: str) -> None:
    code, out, err = vekha("next-edition", *args)
    assert (code, out, len(err.strip().splitlines())) == (2, "", 1)
    assert words in err

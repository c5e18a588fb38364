"""``vekha amend`` and ``vekha next-edition`` as a coordinator and as a program meet them."""

import io
import json
import shutil
import sys
from collections.abc import Callable
from contextlib import redirect_stderr, redirect_stdout
from pathlib import Path
from typing import Any

import pytest

from deployments.cli import main
from models.db import close_engines
from roadmap.catalogue.answers import read_answers
from roadmap.catalogue.draft_yaml import Draft
from roadmap.catalogue.loading import built_in, load_catalogue

Vekha = Callable[..., tuple[int, str, str]]
NOBODY = "http://127.0.0.1:1/api"
"""No server answers there: what a test amends must not reach one that happens to run."""
ANSWER = "answers:\n- about: item\n  words: '{}'\n  answer: '{}'\n"


def runner(data: Path) -> Vekha:
    """Runs a command in a data folder: (exit code, standard output, standard error)."""

    def run(*args: str) -> tuple[int, str, str]:
        out, err, code = io.StringIO(), io.StringIO(), 0
        with pytest.MonkeyPatch.context() as patch, redirect_stdout(out), redirect_stderr(err):
            patch.setenv("VEKHA_DATA", str(data))
            patch.setenv("COLUMNS", "200")
            patch.setenv("PREFECT_API_URL", NOBODY)
            patch.setattr(sys, "argv", ["vekha", *args])
            try:
                main()
            except SystemExit as stopped:
                code = int(stopped.code or 0)
        return code, out.getvalue(), err.getvalue()

    return run


@pytest.fixture
def vekha(tmp_path: Path) -> Vekha:
    """Runs a command in a data folder of the test's own."""
    return runner(tmp_path / "data")


@pytest.fixture(scope="module")
def loaded(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A data folder with a rehearsal copy of Krasnodar on control."""
    data = tmp_path_factory.mktemp("loaded") / "data"
    assert runner(data)("load", "krasnodar", "--rehearsal")[0] == 0
    close_engines()
    return data


@pytest.fixture
def krasnodar(loaded: Path, tmp_path: Path) -> None:
    """The same for a test of its own."""
    shutil.copytree(loaded, tmp_path / "data")


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
    shown = vekha("amend", "krasnodar", draft)[1]
    assert "← предлагается" in shown
    pasted = shown[shown.index("answers:\n") : shown.index("Прежняя редакция")]
    assert [(answer.about, answer.answer) for answer in read_answers(pasted, "screen")] == [("item", "1.2")]
    code, out, err = vekha("amend", "krasnodar", draft, "--apply")
    assert (code, out, len(err.strip().splitlines())) == (2, "", 1)
    answers = tmp_path / "answers.yaml"
    answers.write_text(pasted.replace("answer: '1.2'", "answer: исключён"), encoding="utf-8")
    assert vekha("amend", "krasnodar", draft, "--apply", "--answers", str(answers))[0] == 0
    rows = {row["key"]: row for row in json.loads(vekha("items", "krasnodar", "--json")[1])}
    assert (rows["krasnodar/1.2"]["controlled"], rows["krasnodar/1.2-2"]["title"]) == (False, "Ярмарка вакансий")


@pytest.mark.parametrize(
    ("answers", "words"),
    [
        pytest.param(ANSWER.replace("'", "").format("1.1", "1.2"), "возьмите значение в кавычки", id="bare numbers"),
        pytest.param('"1.1": "1.2"\n', "нужен ключ answers", id="another form"),
        pytest.param(ANSWER.format("1.1", "8.8"), "нет пункта «8.8»", id="a new item that is not there"),
    ],
)
def test_bad_answers_are_one_line(vekha: Vekha, krasnodar: None, tmp_path: Path, answers: str, words: str) -> None:
    (tmp_path / "answers.yaml").write_text(answers, encoding="utf-8")
    draft = written(tmp_path / "draft.yaml")
    code, out, err = vekha("amend", "krasnodar", draft, "--answers", str(tmp_path / "answers.yaml"))
    assert (code, out, len(err.strip().splitlines())) == (2, "", 1)
    assert words in err


def test_an_answer_that_is_not_needed_is_said_and_does_no_harm(vekha: Vekha, krasnodar: None, tmp_path: Path) -> None:
    (tmp_path / "answers.yaml").write_text(ANSWER.format("9.9", "исключён"), encoding="utf-8")
    draft = written(tmp_path / "draft.yaml", i1_2={"result": "Реестр"})
    code, out, err = vekha("amend", "krasnodar", draft, "--answers", str(tmp_path / "answers.yaml"))
    assert (code, "изменено 1" in out, "«9.9» не понадобился" in err) == (0, True, True)


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

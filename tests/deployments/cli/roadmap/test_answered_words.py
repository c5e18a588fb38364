"""The words of the act stay beside an answer: from the import through the draft to the point on control."""

import json
from pathlib import Path
from typing import Any

import pytest
import typer
from typer.testing import CliRunner

from deployments.cli.roadmap import explain, import_document, look
from deployments.cli.run import daily
from roadmap.catalogue.loading import load_catalogue

ORDER = """ПРИКАЗ

министерство образования Краснодарского края

от 12.01.2027 № 15

Об утверждении плана мероприятий министерства образования Краснодарского края

План мероприятий на 2027 год

№\tМероприятие\tОтветственный\tСрок
1\tСеминар\tинститут\tмай 2027 г.
2\tФорум\t\tк лету
"""
ANSWERED = [
    {"about": "term", "words": "к лету", "answer": "до 1 июня 2027 г."},
    {"about": "responsible", "words": "Форум", "answer": "центр развития"},
    {"about": "act", "words": "authority", "answer": "министерство образования Краснодарского края"},
]

app = typer.Typer()
app.command("import")(import_document.import_)
app.command("load")(daily.load)
app.command("explain")(explain.explain)
app.command("show")(look.show)


def vekha(*args: str | Path) -> str:
    done = CliRunner().invoke(app, [str(arg) for arg in args], env={"COLUMNS": "300"})
    assert done.exit_code == 0, done.output
    return done.stdout


@pytest.fixture
def draft(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("VEKHA_DATA", str(tmp_path / "data"))
    order, answers, out = tmp_path / "order.txt", tmp_path / "answers.yaml", tmp_path / "draft.yaml"
    order.write_text(ORDER, encoding="utf-8")
    answers.write_text(json.dumps({"answers": ANSWERED}), encoding="utf-8")
    vekha("import", order, "-o", out, "--answers", answers)
    return out


def test_the_draft_keeps_the_words_that_an_answer_stands_for(draft: Path) -> None:
    seminar, forum = load_catalogue(draft).items
    assert (seminar.term, seminar.words) == ("май 2027 г.", {})
    assert (forum.term, forum.responsible) == ("до 1 июня 2027 г.", "центр развития")
    assert forum.words == {"term": "к лету", "responsible": ""}


def test_explain_and_show_cite_both(draft: Path) -> None:
    code = load_catalogue(draft).code
    assert vekha("load", draft)
    both = "в документе: «к лету»; принято: «до 1 июня 2027 г.», ответ координатора"
    told: dict[str, Any] = json.loads(vekha("explain", f"{code}/2", "--json"))
    assert told["act_words"] == {"term": "к лету", "responsible": ""}
    shown = vekha("explain", f"{code}/2")
    assert f"Срок: {both}." in shown
    assert "Ответственный: в документе ответственный не назван; принято: «центр развития»" in shown
    assert "Слова: «май 2027 г.»" in vekha("explain", f"{code}/1")
    key = told["points"][0]["key"]
    assert both in vekha("show", key)
    assert json.loads(vekha("show", key, "--json"))["act_words"]["term"] == "к лету"


def test_an_answer_that_cannot_be_read_is_asked_by_the_words_of_the_act(draft: Path, tmp_path: Path) -> None:
    bad = [ANSWERED[0] | {"answer": "когда потеплеет"}, *ANSWERED[1:]]
    (tmp_path / "answers.yaml").write_text(json.dumps({"answers": bad}), encoding="utf-8")
    order, answers = tmp_path / "order.txt", tmp_path / "answers.yaml"
    (asked,) = json.loads(vekha("import", order, "--answers", answers, "--json"))["questions"]
    assert (asked["about"], asked["words"]) == ("term", "к лету")
    assert asked["why"].startswith("ответ «когда потеплеет» не читается")

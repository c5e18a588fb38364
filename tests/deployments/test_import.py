"""``vekha import`` as a coordinator and as a program meet it."""

import json
from pathlib import Path

import pytest
import typer
from typer.testing import CliRunner, Result

from deployments.cli.importing import import_
from roadmap.catalogue.loading import CatalogueError, load_catalogue
from roadmap.documents.questions import open_questions
from tasks.refusing import DocumentRefused

ORDER = """ПРИКАЗ

от 12.01.2027 № 15

Об утверждении плана мероприятий министерства образования Краснодарского края

План мероприятий на 2027 год

№\tМероприятие\tОтветственный\tСрок
1\tСеминар\tинститут\tмай 2027 г.
2\tФорум\tинститут\tк лету
"""

app = typer.Typer()
app.command("import")(import_)


def vekha(*args: str | Path) -> Result:
    return CliRunner().invoke(app, [str(arg) for arg in args], env={"COLUMNS": "300"})


@pytest.fixture
def order(tmp_path: Path) -> Path:
    path = tmp_path / "order.txt"
    path.write_text(ORDER, encoding="utf-8")
    return path


def test_the_sum_of_rows_and_every_question_are_shown(order: Path) -> None:
    done = vekha(order)
    assert done.exit_code == 0
    assert (
        "Строк таблиц: 3 = мероприятия и показатели 2 + продолжения 0 + заголовки 0 + шапки 1 + вопросы 0"
        in done.output
    )
    assert "ВОПРОС (term) строка 11: «к лету»" in done.output
    assert "Черновик не записан" in done.output


def test_a_program_gets_the_agreed_json(order: Path) -> None:
    told = json.loads(vekha(order, "--json").stdout)
    assert set(told) == {"act", "items", "indicators", "bodies", "rows", "questions"}
    assert told["act"]["number"] == "15"
    assert [item["reading"]["kind"] for item in told["items"]] == ["windows", "unreadable"]


def test_a_draft_is_written_whole_and_an_answer_closes_its_question(order: Path, tmp_path: Path) -> None:
    out, answers = tmp_path / "draft.yaml", tmp_path / "answers.yaml"
    answered = [
        {"about": "term", "words": "к лету", "answer": "до 1 июня 2027 г."},
        {"about": "act", "words": "authority", "answer": "министерство образования Краснодарского края"},
    ]
    answers.write_text(json.dumps({"answers": answered}), encoding="utf-8")

    assert vekha(order, "-o", out).exit_code == 0
    assert len(open_questions(out.read_text(encoding="utf-8"))) == 2
    assert vekha(order, "-o", out, "--answers", answers).exit_code == 0

    assert open_questions(out.read_text(encoding="utf-8")) == []
    assert [item.term for item in load_catalogue(out).items] == ["май 2027 г.", "до 1 июня 2027 г."]
    assert sorted(path.name for path in tmp_path.iterdir()) == ["answers.yaml", "draft.yaml", "order.txt"]


def test_two_files_of_one_order_are_one_document_and_places_name_the_file(order: Path, tmp_path: Path) -> None:
    annex = tmp_path / "annex.txt"
    annex.write_text("№\tМероприятие\tОтветственный\tСрок\n1\tСлет\tинститут\tиюнь 2027 г.\n", encoding="utf-8")
    told = json.loads(vekha(order, annex, "--json").stdout)
    assert [item["title"] for item in told["items"]] == ["Семинар", "Форум", "Слет"]
    assert told["items"][-1]["source"] == "annex.txt, строка 2"
    assert told["rows"]["total"] == 5


def test_a_file_that_is_refused_leaves_nothing_behind(tmp_path: Path) -> None:
    done = vekha(tmp_path / "нет.docx", "-o", tmp_path / "draft.yaml")
    assert isinstance(done.exception, DocumentRefused)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("content", ["да", "answers: [1]", "a: [", "answers:\n- {about: term, words: а}"])
def test_answers_that_cannot_be_used_are_one_line_and_nothing_is_written(
    order: Path, tmp_path: Path, content: str
) -> None:
    answers = tmp_path / "answers.yaml"
    answers.write_text(content, encoding="utf-8")
    done = vekha(order, "-o", tmp_path / "draft.yaml", "--answers", answers)
    assert done.exit_code == 2
    assert len(done.stderr.strip().splitlines()) == 1
    assert not (tmp_path / "draft.yaml").exists()


def test_a_folder_that_is_not_there_is_one_line(order: Path, tmp_path: Path) -> None:
    done = vekha(order, "-o", tmp_path / "нет" / "draft.yaml")
    assert done.exit_code == 2
    assert len(done.stderr.strip().splitlines()) == 1


def test_a_draft_is_refused_by_load_while_a_question_stands_open(tmp_path: Path) -> None:
    source = Path(__file__).parents[2] / "roadmap" / "catalogue" / "surgut.yaml"
    draft = tmp_path / "draft.yaml"
    draft.write_text("# ВОПРОС (term) строка 7: «до мая»\n" + source.read_text(encoding="utf-8"), encoding="utf-8")
    with pytest.raises(CatalogueError, match=r"draft.yaml: строка 1: \(term\) строка 7: «до мая» — решите вопрос"):
        load_catalogue(draft)
    assert load_catalogue(draft, unsettled=True).code == "surgut"

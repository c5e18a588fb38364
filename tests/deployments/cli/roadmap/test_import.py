"""``vekha import`` as a coordinator and as a program meet it."""

import io
import json
import subprocess
import sys
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest
import typer
from reportlab.pdfgen.canvas import Canvas
from typer.testing import CliRunner, Result

from deployments.cli import main
from deployments.cli.roadmap.import_document import import_
from roadmap.catalogue.loading import CatalogueError, load_catalogue
from roadmap.catalogue.open_questions import open_questions
from tasks.files.errors import DocumentRefused
from tests.places import ROOT

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
        "Строк таблиц: 3 = мероприятия 2 + показатели 0 + продолжения 0 + заголовки 0 + шапки 1 + вопросы 0"
        in done.output
    )
    assert "ВОПРОС (term) строка 11: «к лету»" in done.output
    assert "Черновик не записан" in done.output


def test_a_program_gets_the_agreed_json(order: Path) -> None:
    told = json.loads(vekha(order, "--json").stdout)
    assert set(told) == {
        *(
            "act",
            "items",
            "indicators",
            "tables",
            "bodies",
            "people",
            "rows",
            "paragraphs",
            "questions",
            "findings",
            "blocks",
        ),
    }
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
    assert vekha(order, "-o", out, "--answers", answers, "--force").exit_code == 0

    assert open_questions(out.read_text(encoding="utf-8")) == []
    assert [item.term for item in load_catalogue(out).items] == ["май 2027 г.", "до 1 июня 2027 г."]
    assert sorted(path.name for path in tmp_path.iterdir()) == [
        *("answers.yaml", "contacts.yaml", "draft.yaml", "order.txt"),
    ]


def test_a_draft_that_a_person_worked_on_is_not_overwritten(order: Path, tmp_path: Path) -> None:
    out = tmp_path / "draft.yaml"
    out.write_text("моя правка\n", encoding="utf-8")

    done = vekha(order, "-o", out, "--json")
    assert (done.exit_code, done.stdout) == (2, "")
    assert done.stderr == f"{out}: файл уже есть — выберите другое имя или укажите --force\n"
    assert out.read_text(encoding="utf-8") == "моя правка\n"

    assert vekha(order, "-o", out, "--force").exit_code == 0
    assert open_questions(out.read_text(encoding="utf-8"))


def test_the_order_itself_is_never_overwritten_even_with_force(order: Path) -> None:
    done = vekha(order, "-o", order, "--force")
    assert (done.exit_code, done.stderr) == (2, f"{order}: это сам документ — выберите для черновика другое имя\n")
    assert order.read_text(encoding="utf-8") == ORDER


def test_a_folder_in_the_place_of_the_draft_is_one_line(order: Path, tmp_path: Path) -> None:
    done = vekha(order, "-o", tmp_path, "--force")
    assert (done.exit_code, len(done.stderr.splitlines())) == (2, 1)
    assert "это папка" in done.stderr


def test_kinds_and_levels_stand_in_the_draft_as_proposals(order: Path, tmp_path: Path) -> None:
    out = tmp_path / "draft.yaml"
    vekha(order, "-o", out)
    lines = out.read_text(encoding="utf-8").splitlines()
    assert lines.count("  kind: session  # предложено по словам, проверьте") == 2
    assert "  level: regional  # по названию уровень не виден: предложен regional, проверьте" in lines


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


def torn_pdf() -> bytes:
    """A PDF whose fonts are damaged: the library has much to say of it."""
    out = io.BytesIO()
    canvas = Canvas(out, pageCompression=0)
    canvas.drawString(50, 700, "Order")
    canvas.save()
    return out.getvalue().replace(b"Helvetica", b"\xff" * 9)[:-400]


def swelling_docx() -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("word/document.xml", b" " * (201 * 2**20))
    return out.getvalue()


@pytest.mark.parametrize(
    ("name", "content", "why"),
    [
        pytest.param("order.pdf", torn_pdf, "order.pdf: ", id="a damaged PDF"),
        pytest.param("order.docx", swelling_docx, "200 МБ", id="a zip bomb"),
        pytest.param("order.docx", lambda: b"PK\3\4", "повреждён", id="a damaged Word"),
        pytest.param("order.html", lambda: b"<script>", "нет текста", id="a page without words"),
        pytest.param("order.txt", lambda: b"\0", "не текст", id="bytes"),
    ],
)
def test_a_document_that_cannot_be_read_is_one_line_and_nothing_is_written(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    name: str,
    content: Callable[[], bytes],
    why: str,
) -> None:
    (tmp_path / name).write_bytes(content())
    monkeypatch.setattr(sys, "argv", ["vekha", "import", str(tmp_path / name), "-o", str(tmp_path / "draft.yaml")])
    with pytest.raises(SystemExit) as stopped:
        main()
    out, err = capsys.readouterr()
    assert (stopped.value.code, out) == (2, "")
    assert len(err.splitlines()) == 1, err
    assert why in err
    assert [path.name for path in tmp_path.iterdir()] == [name]


@pytest.mark.parametrize("content", ["да", "[]", "answers: [1]", "a: [", "answers:\n- {about: term, words: а}"])
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
    source = ROOT / "roadmap" / "catalogue" / "surgut.yaml"
    draft = tmp_path / "draft.yaml"
    draft.write_text("# ВОПРОС (term) строка 7: «до мая»\n" + source.read_text(encoding="utf-8"), encoding="utf-8")
    with pytest.raises(CatalogueError, match=r"draft.yaml: строка 1: \(term\) строка 7: «до мая» — решите вопрос"):
        load_catalogue(draft)
    assert load_catalogue(draft, unsettled=True).code == "surgut"


def test_what_is_wrong_in_the_document_is_told_at_once(order: Path) -> None:
    order.write_text(ORDER.replace("к лету", "9 мая 2027 г."), encoding="utf-8")
    (day_off,) = (one for one in json.loads(vekha(order, "--json").stdout)["findings"] if one["kind"] == "day_off")
    assert "09.05.2027" in day_off["words"]
    assert day_off["place"].startswith("2 (строка 11)")
    assert "Замечаний к документу: 1" in vekha(order).output


def test_a_blank_of_contacts_lies_beside_the_draft_and_what_was_filled_in_stays(order: Path, tmp_path: Path) -> None:
    out, contacts = tmp_path / "draft.yaml", tmp_path / "contacts.yaml"
    assert f"Контакты: {contacts}" in vekha(order, "-o", out).output
    blank = contacts.read_text(encoding="utf-8")
    assert "    institut:  # институт; отвечает: 1 (строка 10)" in blank
    contacts.write_text(blank.replace("institut", "old"), encoding="utf-8")
    vekha(order, "-o", out, "--force")
    assert contacts.read_text(encoding="utf-8") == blank
    contacts.write_text(blank.replace('name: ""', "name: Орлова", 1), encoding="utf-8")
    vekha(order, "-o", out, "--force")
    assert "name: Орлова" in contacts.read_text(encoding="utf-8")
    done = vekha(order, "-o", out, "--force", "--contacts", contacts)
    assert (done.exit_code, len(done.stderr.splitlines())) == (2, 1)
    assert vekha(order, "-o", out, "--force", "--contacts", tmp_path / "other.yaml").exit_code == 0
    assert (tmp_path / "other.yaml").read_text(encoding="utf-8") == blank


def test_equal_questions_are_shown_once_with_their_places(order: Path) -> None:
    order.write_text(ORDER + "3\tСлёт\tинститут\tк лету\n", encoding="utf-8")
    shown = vekha(order).output
    assert shown.count("«к лету»") == 1
    assert "ВОПРОС (term) строка 11; строка 12: «к лету»" in shown
    assert "Вопросов: 2 (3 места в документе)" in shown
    assert ".. " not in shown


def test_help_says_how_an_answer_is_written() -> None:
    shown = vekha("--help").output
    assert "- {about: term, words: к лету, answer: до 1 июня 2027 г.}" in shown


def test_a_draft_says_what_it_means_to_delete_a_question_and_is_named_by_its_authority(
    order: Path, tmp_path: Path
) -> None:
    order.write_text(ORDER.replace(" Краснодарского края", ""), encoding="utf-8")
    answers = tmp_path / "answers.yaml"
    answers.write_text("answers: [{about: act, words: authority, answer: управление образования}]", encoding="utf-8")
    vekha(order, "-o", tmp_path / "draft.yaml", "--answers", answers)
    text = (tmp_path / "draft.yaml").read_text(encoding="utf-8")
    assert "Удалить такую строку — значит принять запись" in text
    assert "\ncode: upravlenie-obrazovaniya\n" in text


@pytest.mark.usefixtures("own_programs")
def test_prefect_is_not_loaded_and_a_short_order_is_read_at_once(order: Path) -> None:
    code = (
        "import sys, time\n"
        "from typer.testing import CliRunner\n"
        "from deployments.cli import app\n"
        f"read = lambda: CliRunner().invoke(app, ['import', {str(order)!r}])\n"
        "read()\n"
        "start = time.process_time()\n"
        "assert read().exit_code == 0\n"
        "print('prefect' in sys.modules, time.process_time() - start)\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=ROOT)
    loaded, seconds = done.stdout.split()
    assert loaded == "False"
    assert float(seconds) < 0.3

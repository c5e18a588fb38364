"""``vekha import --ask``: the questions in a terminal, as a person types."""

import os
import pty
import select
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
import typer
from typer.testing import CliRunner

from deployments.cli.roadmap import ask
from deployments.cli.roadmap.import_document import import_
from roadmap.catalogue.answers import Answer, read_answers
from roadmap.catalogue.open_questions import open_questions
from roadmap.documents.importer import find
from roadmap.documents.interview import Interview
from roadmap.documents.plain_text import from_text
from tests.places import ROOT
from tests.roadmap.documents.order import ORDER

PATIENCE = 60
app = typer.Typer()
app.command("import")(import_)


@pytest.fixture
def order(tmp_path: Path) -> Path:
    path = tmp_path / "order.txt"
    path.write_text(ORDER, encoding="utf-8")
    return path


class Terminal:
    """A person at a terminal in which ``vekha import`` runs."""

    def __init__(self, screen: int, process: subprocess.Popen[bytes]) -> None:
        self.screen, self.process, self.shown = screen, process, ""

    def wait_for(self, words: str) -> str:
        """Reads until the words stand on the screen; what was shown before them."""
        until = time.monotonic() + PATIENCE
        while words not in self.shown:
            assert time.monotonic() < until, f"«{words}» never came: {self.shown}"
            self._read()
        before, _, self.shown = self.shown.partition(words)
        return before

    def answer(self, typed: str) -> str:
        """Types an answer to the next question; what the question said."""
        asked = self.wait_for("Ответ: ")
        os.write(self.screen, f"{typed}\n".encode())
        return asked

    def end(self) -> tuple[int, str]:
        """The exit code and what was shown last."""
        code = self.process.wait(PATIENCE)
        while self._read():
            pass
        return code, self.shown

    def _read(self) -> bool:
        if not select.select([self.screen], [], [], 0.2)[0]:
            return False
        try:
            read = os.read(self.screen, 65536)
        except OSError:  # the other side is gone
            return False
        self.shown += read.decode(errors="replace").replace("\r\n", "\n")
        return bool(read)


@contextmanager
def terminal(*args: str | Path) -> Iterator[Terminal]:
    screen, keyboard = pty.openpty()
    command = [sys.executable, "-m", "deployments.cli", "import", *map(str, args)]
    env = os.environ | {"PYTHONPATH": str(ROOT), "COLUMNS": "200", "TERM": "dumb", "PYTHONUTF8": "1"}
    process = subprocess.Popen(command, stdin=keyboard, stdout=keyboard, stderr=keyboard, cwd=ROOT, env=env)
    os.close(keyboard)
    try:
        yield Terminal(screen, process)
    finally:
        process.kill()
        process.wait()
        os.close(screen)


@pytest.mark.usefixtures("own_programs")
@pytest.mark.timeout(180)
def test_a_person_answers_and_goes_on_later(order: Path, tmp_path: Path) -> None:
    out, keep = tmp_path / "draft.yaml", tmp_path / "answers.yaml"
    with terminal(order, "--ask", "-o", out) as person:
        assert "не найдено: орган, издавший акт" in person.answer("министерство образования Краснодарского края")
        assert "1  не нужна" in person.answer("")
        assert "строка 11; строка 12" in person.answer("когда потеплеет")
        assert "Ответ не принят: срок не читается" in person.answer("н")
        assert "Сейчас: не нужна  ← Enter" in person.answer("")
        person.answer("до 1 июня 2027 г.")
        assert "Принято: «до 1 июня 2027 г.» — до 01.06.2027." in person.answer("с")
        code, shown = person.end()
    assert (code, out.exists()) == (0, False)
    assert "Ответы сохранены" in shown
    assert "осталось вопросов: 1" in shown
    assert [answer.answer for answer in read_answers(keep.read_text(encoding="utf-8"), "answers.yaml")] == [
        *("министерство образования Краснодарского края", "не нужна", "до 1 июня 2027 г."),
    ]

    with terminal(order, "--ask", "-o", out) as person:
        assert "ответственный не назван" in person.answer("институт развития")
        code, shown = person.end()
    assert code == 0
    assert "Вопросов нет." in shown
    text = out.read_text(encoding="utf-8")
    assert open_questions(text) == []
    assert "term: к лету" in text
    assert sorted(path.name for path in tmp_path.iterdir()) == [
        *("answers.yaml", "contacts.yaml", "draft.yaml", "order.txt"),
    ]


@pytest.mark.parametrize(
    ("args", "why"),
    [
        pytest.param(["--ask", "-o", "draft.yaml"], "--ask спрашивает в терминале", id="no terminal"),
        pytest.param(["--ask"], "укажите, куда его записать", id="no draft to write"),
        pytest.param(["--ask", "--json", "-o", "draft.yaml"], "оставьте одно из двух", id="for a program"),
    ],
)
def test_where_nobody_can_be_asked_it_is_one_line(
    order: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, args: list[str], why: str
) -> None:
    monkeypatch.chdir(tmp_path)
    done = CliRunner().invoke(app, [str(order), *args])
    assert (done.exit_code, done.stdout, len(done.stderr.splitlines())) == (2, "", 1)
    assert why in done.stderr
    assert [path.name for path in tmp_path.iterdir()] == ["order.txt"]


def talk() -> Interview:
    document = from_text(ORDER, "order.txt")
    return Interview.of(lambda given: find(document, given), [])


@pytest.mark.parametrize(
    ("typed", "answers"),
    [
        pytest.param("2", ["номер"], id="a number of the list"),
        pytest.param("", ["не нужна"], id="Enter takes the proposal"),
        pytest.param("результат", ["результат"], id="words of one's own"),
        pytest.param("=результат", ["результат"], id="words as they stand"),
        pytest.param("99", [], id="a number that is not offered"),
        pytest.param("п", [], id="skipped"),
        pytest.param("Н", [], id="back"),
        pytest.param("\x1b[D", [], id="an arrow key"),
        pytest.param("\udcd0", [], id="bytes that are no letters"),
    ],
)
def test_what_is_typed_becomes_an_answer(typed: str, answers: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    interview, said = talk(), list[str]()
    interview.skip()
    assert interview.current is not None
    offered = ("не нужна", "номер")
    monkeypatch.setattr(type(interview.current.question), "offered", property(lambda _: offered))
    ask.take(interview, interview.current, typed, said.append)
    assert [answer.answer for answer in interview.answers] == answers


def test_each_step_is_kept_with_the_answers_that_were_there(tmp_path: Path) -> None:
    keep = tmp_path / "answers.yaml"
    keep.write_text("# моё\nanswers: []\n", encoding="utf-8")
    interview, said = talk(), list[str]()
    assert interview.current is not None
    assert ask.take(interview, interview.current, "министерство", said.append)
    ask.save(interview, keep)
    text = keep.read_text(encoding="utf-8")
    assert text.startswith("# моё\n")
    assert read_answers(text, "answers.yaml") == [Answer("act", "authority", "министерство")]

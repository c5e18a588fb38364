"""Whatever is typed after any command: an answer or one clear refusal, never a traceback, never a wait without end."""

import io
import os
import re
import signal
import socket
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
import typer

from deployments.cli import app, main
from models.db import close_engines
from tests.parts import hostile
from tests.parts.databases import copy_template

SECONDS = 20
"""Of one call."""
CODE = "krasnodar"

TEXTS = [
    "",
    " ",
    "-",
    "\udcff",
    "\udc8a\udce8\udce0",
    "ъ" * 200,
    "x" * 5_000,
    "99999999999999999999",
    "-9223372036854775809",
    "9" * 5_000,
    "1e999",
    "9999-99-99",
    "0000-00-00",
    "2027-13",
    "{{7*7}}[red]${VEKHA_LINK_KEY}",
    "'; DROP TABLE roadmap; --",
    "\u202e\u200bа\n\tб\u0007",
    "нет/такого/ключа/2027-02-31",
    "../" * 50,
]
FILES: dict[str, bytes] = {
    "empty.yaml": b"",
    "binary.xlsx": bytes(range(256)) * 9,
    "cp1251.yaml": "код: киров\n".encode("cp1251"),
    "utf16.csv": "муниципалитет;орган\n".encode("utf-16"),
    "nul.yaml": b"a: \0b\n",
    "deep.yaml": b"[" * 5_000,
    "tags.yaml": b"!!python/object/apply:os.system ['x']\n",
    "torn.docx": b"PK\x03\x04" + b"x" * 99,
    "rows.xlsx": hostile.book(b"<row/>" * 300_000),
    "twice.pdf": hostile.pdf("FlateDecode", "FlateDecode", body=b"x"),
}
#: What is a folder, a pipe, a device.
PLACES = ["/dev/zero", "/dev/null", "pipe", "folder", f"{'ы' * 200}.docx"]


class TooLong(BaseException):
    """A call did not end; no ``except Exception`` swallows it."""


@pytest.fixture(scope="module")
def office(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A folder with one roadmap on control and all the rubbish; the ports of the programs are taken."""
    folder = tmp_path_factory.mktemp("rubbish")
    for name, content in FILES.items():
        (folder / name).write_bytes(content)
    os.mkfifo(folder / "pipe")
    (folder / "folder").mkdir()
    with pytest.MonkeyPatch.context() as patch, socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = f"{taken.getsockname()[1]}"
        patch.chdir(folder)
        patch.setenv("VEKHA_DATA", str(folder / "data"))
        patch.setenv("VEKHA_PORT", port)
        patch.setenv("VEKHA_WEB_PORT", port)
        patch.setenv("PREFECT_API_URL", "http://127.0.0.1:9/api")
        (folder / "data").mkdir()
        copy_template(folder / "data" / "vekha.db")
        assert call(["load", CODE]) == 0
        yield folder
    close_engines()


def commands(group: Any, *before: str) -> Iterator[tuple[tuple[str, ...], Any]]:
    """Every command that is registered, with the words that lead to it."""
    for name, command in group.commands.items():
        if hasattr(command, "commands"):
            yield from commands(command, *before, name)
        else:
            yield (*before, name), command


def every_command() -> list[tuple[tuple[str, ...], Any]]:
    group = typer.main.get_command(app)
    return list(commands(group))


@contextmanager
def within(seconds: float) -> Iterator[None]:
    def stop(*_: object) -> None:
        raise TooLong

    before = signal.signal(signal.SIGALRM, stop)
    signal.setitimer(signal.ITIMER_REAL, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)


def call(words: list[str]) -> object:
    """The exit code of ``vekha`` with these words; what is raised instead is raised here."""
    kept = sys.argv, sys.stdin, sys.stdout, dict(os.environ)
    sys.argv, sys.stdin, sys.stdout = (
        ["vekha", *words],
        io.TextIOWrapper(io.BytesIO("к лету\n".encode("cp1251"))),
        io.StringIO(),
    )
    handlers = {number: signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        with within(SECONDS):
            main()
    except SystemExit as done:
        return done.code or 0
    finally:
        sys.argv, sys.stdin, sys.stdout, around = kept
        os.environ.clear()
        os.environ.update(around)
        for number, handler in handlers.items():
            signal.signal(number, handler)
    return 0


def rubbish() -> list[str]:
    return [*TEXTS, *FILES, *PLACES]


def choices(command: Any) -> list[str]:
    """The words that a positional takes, «[list|import]»; none when it takes any."""
    for one in command.params:
        found = re.fullmatch(r"\[([a-z-]+(?:\|[a-z-]+)+)\]", one.metavar or "")
        if one.param_type_name == "argument" and found:
            return found[1].split("|")
    return [""]


def filled(command: Any, one: str, word: str | None) -> list[str]:
    """Every place with the same; with a ``word`` the places that have sound words have theirs."""
    places = [it.metavar or "" for it in command.params if it.param_type_name == "argument"]
    if word is None:
        return [one for _ in places]
    return [CODE if "КОД" in it and "|" not in it else word if word and it.startswith("[") else one for it in places]


def lines_of(command: Any, chosen: slice) -> Iterator[list[str]]:
    """The words after a command: rubbish in every place, rubbish among sound words, rubbish in each option."""
    words: list[str | None] = [None, *choices(command)]
    for n, one in enumerate(rubbish()[chosen]):
        yield filled(command, one, words[n % len(words)])
    options = [it for it in command.params if it.param_type_name == "option" and not it.is_flag]
    for n, option in enumerate(options):
        for one in rubbish()[chosen][n % 10 :: 10]:
            yield [*filled(command, "1", words[-1 - n % len(choices(command))]), f"{option.opts[0]}={one}"]


def walk(words: str, chosen: slice, capfd: pytest.CaptureFixture[str]) -> None:
    command = dict(every_command())[tuple(words.split())]
    for line in lines_of(command, chosen):
        try:
            code = call([*words.split(), *line])
        except BaseException as problem:
            pytest.fail(f"vekha {words} {[word[:60] for word in line]}: {type(problem).__name__}: {problem}")
        assert code in (0, 1, 2), line
    told = capfd.readouterr()
    assert "Traceback" not in told.out + told.err


COMMANDS = [" ".join(words) for words, _ in every_command()]


@pytest.mark.parametrize("n", range(len(COMMANDS)), ids=COMMANDS)
def test_rubbish_after_a_command_is_answered_or_refused(
    n: int, office: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    """A quarter of the rubbish, another for each command: no more than a check may cost."""
    walk(COMMANDS[n], slice(n % 4, None, 4), capfd)


@pytest.mark.usefixtures("campaign")
@pytest.mark.parametrize("words", COMMANDS)
def test_all_the_rubbish_after_a_command_is_answered_or_refused(
    words: str, office: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    walk(words, slice(None), capfd)


def test_the_walk_comes_to_every_command() -> None:
    assert len(every_command()) > 40
    assert len(rubbish()) > 30


@pytest.mark.parametrize(
    ("line", "said"),
    [
        (["status", "\udcff"], "Слово 2 команды («?») не в кодировке UTF-8"),
        (["check", "ъ" * 200 + ".yaml"], "файл не читается"),
        (["take", "99999999999999999999"], "Рекомендации № 99999999999999999999 нет"),
        (["decline", "9223372036854775808", "-r", "x"], "Рекомендации № 9223372036854775808 нет"),
        (["explain", "нет такого.docx"], "это файл, а здесь нужен ключ пункта или слова срока"),
        (["explain", "binary.xlsx"], "это файл"),
        (["load", "/dev/zero"], "zero: это устройство или канал, а не файл"),
        (["contacts", "pipe"], "pipe: это устройство или канал"),
        (["import", "/dev/zero"], "zero: это устройство или канал"),
        (["municipalities", CODE, "import", "rows.xlsx"], "rows.xlsx: больше 200000 строк"),
    ],
)
def test_the_line_names_what_is_wrong(
    line: list[str], said: str, office: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    assert call(line) == 2
    told = capfd.readouterr().err
    assert said in told
    assert told.count("\n") == 1

"""The pages of docs/ that name files and folders: what they name is there, and no room is left out."""

import re
from pathlib import Path

import pytest
import typer
from typer.core import TyperGroup

from deployments.cli import app
from models.settings import Settings

DOCS = next(folder for folder in Path(__file__).parents if (folder / "pyproject.toml").exists()) / "docs"
ROOT = DOCS.parent
PACKAGES = ("models", "roadmap", "tasks", "flows", "web", "deployments")
TOP = (*PACKAGES, "tests", "docs", "bench")
NAMES = (
    *("rooms.md", "concepts.md", "architecture.md", "settings.md", "proxy.md", "threat_model.md", "reliability.md"),
    *("personal_data.md", "backup.md", "admin.md", "compose.md", "watching.md", "import.md"),
)
READMES = [ROOT / "README.md", ROOT / "README.ru.md"]
PAGES = [*(DOCS / name for name in NAMES), ROOT / "CONTRIBUTING.md", *READMES, *sorted(DOCS.glob("decisions/*.md"))]
CODE = re.compile(r"`([^`\s]+)`")
COMMAND = re.compile(r"\bvekha ([a-z][a-z-]*(?:\|[a-z-]+)*)")
LINK = re.compile(r"\]\(([^)#\s]+)")
QUESTIONS: tuple[str, ...] = ("Why is this letter sent?", "What closes a stage?", "How is a quarter's target judged?")
QUESTIONS += ("Which words does the run's state have?",)


def paths(page: Path) -> set[str]:
    """The files and folders that a page names in backquotes; «<…>» and «NNNN» stand for a name to be chosen."""
    named = CODE.findall(page.read_text(encoding="utf-8"))
    return {
        path for path in named if path.startswith(tuple(f"{top}/" for top in TOP)) and not re.search("[<N*…]|::", path)
    }


def rooms() -> list[str]:
    """Every package folder: what has an ``__init__.py``."""
    return sorted(str(file.parent.relative_to(ROOT)) for top in PACKAGES for file in (ROOT / top).rglob("__init__.py"))


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_every_path_that_a_page_names_exists(page: Path) -> None:
    assert [path for path in sorted(paths(page)) if not (ROOT / path).exists()] == []


def test_the_rooms_page_names_every_room() -> None:
    named = {path.rstrip("/") for path in paths(DOCS / "rooms.md") if path.endswith("/")}
    assert [room for room in rooms() if room not in named] == []


@pytest.mark.parametrize("question", QUESTIONS)
def test_the_rooms_page_answers_a_question_with_a_file(question: str) -> None:
    lines = (DOCS / "rooms.md").read_text(encoding="utf-8").splitlines()
    (answer,) = [line for line in lines if line.startswith(f"| {question}")]
    assert any((ROOT / path).is_file() for path in CODE.findall(answer))


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_every_link_of_a_page_leads_somewhere(page: Path) -> None:
    links = [link for link in LINK.findall(page.read_text(encoding="utf-8")) if ":" not in link]
    assert [link for link in links if not (page.parent / link).exists()] == []


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_a_page_is_short(page: Path) -> None:
    lines = page.read_text(encoding="utf-8").splitlines()
    assert len(lines) <= 100
    assert [line for line in lines if len(line) > 120] == []


def test_the_settings_page_names_every_setting_and_no_other() -> None:
    named = set(re.findall(r"`VEKHA_(\w+)`", "".join(_settings_table())))
    assert named == {name.upper() for name in Settings.model_fields}


def _settings_table() -> list[str]:
    """The first cells of the table of variables."""
    lines = (DOCS / "settings.md").read_text(encoding="utf-8").splitlines()
    return [line.split("|")[1] for line in lines if line.startswith("| `VEKHA_")]


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_every_command_that_a_page_names_exists(page: Path) -> None:
    group = typer.main.get_command(app)
    assert isinstance(group, TyperGroup)
    marked = "\n".join(_code_of(page.read_text(encoding="utf-8")))
    named = {name for names in COMMAND.findall(marked) for name in names.split("|")}
    assert sorted(named - set(group.commands)) == []


def _code_of(page: str) -> list[str]:
    """What stands in backquotes, and the indented lines."""
    return [*re.findall(r"`([^`]+)`", page), *(line for line in page.splitlines() if line.startswith("    "))]


def test_every_defence_of_the_threat_model_is_held_by_a_test() -> None:
    """Each line that names an attack is followed by the name of a test, and that test is there."""
    lines = (DOCS / "threat_model.md").read_text(encoding="utf-8").splitlines()
    attacks = [number for number, line in enumerate(lines) if line.startswith("- ")]
    named = [lines[number + 1].strip().strip("`").partition("::") for number in attacks]
    assert len(named) > 25
    for file, _, name in named:
        assert f"def {name}(" in (ROOT / "tests" / file).read_text(encoding="utf-8"), f"{file}::{name}"


def test_every_package_of_the_lock_has_a_hash() -> None:
    """What was changed on its way is not installed; no line names where a package comes from."""
    for file in ("requirements.txt", "requirements-dev.txt"):
        text = (ROOT / file).read_text(encoding="utf-8")
        packages = re.split(r"^(?=[a-z0-9])", text, flags=re.MULTILINE)[1:]
        assert len(packages) > 100
        assert [one.partition(" ")[0] for one in packages if "--hash=sha256:" not in one or "==" not in one] == []
        assert "://" not in text
    assert (ROOT / "Makefile").read_text(encoding="utf-8").count("--require-hashes") == 3

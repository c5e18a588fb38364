"""``vekha --help``: every command stands under a title, in the order a person needs them."""

import typer
from typer.core import TyperGroup
from typer.testing import CliRunner

from deployments.cli import PANELS, app


def commands() -> TyperGroup:
    found = typer.main.get_command(app)
    assert isinstance(found, TyperGroup)
    return found


def test_each_command_stands_under_one_title_of_the_list() -> None:
    titles = {name: getattr(command, "rich_help_panel", None) for name, command in commands().commands.items()}
    assert titles == {name: title for title, group in PANELS for name in group}


def test_no_command_stands_under_two_titles() -> None:
    named = [name for _, group in PANELS for name in group]
    assert len(named) == len(set(named))


def test_the_help_shows_the_titles_in_the_order_of_the_list() -> None:
    shown = CliRunner().invoke(app, ["--help"], env={"COLUMNS": "120"}).output
    places = [shown.index(f"─ {title} ─") for title, _ in PANELS]
    assert places == sorted(places)


def test_each_command_says_in_russian_what_it_does() -> None:
    silent = [name for name, command in commands().commands.items() if not (command.help or "").strip()]
    assert silent == []

"""Commands begin in an empty folder: the tables come from the template, not from the migrations once more.

What the words after ``vekha`` may be is put together once a process, not anew at each command.
"""

from functools import cache
from pathlib import Path

import pytest
import typer.main
import typer.testing
from sqlalchemy import Engine

from models.db import migrate
from tests.parts.databases import copy_template


@pytest.fixture(autouse=True)
def tables_from_the_template(monkeypatch: pytest.MonkeyPatch) -> None:
    """In this process; programs that a test starts make their own."""
    really = migrate.migrate

    def copied(database: Engine, revision: str = "head") -> None:
        if revision == "head" and database.dialect.name == "sqlite" and not Path(str(database.url.database)).exists():
            copy_template(Path(str(database.url.database)))
        really(database, revision)

    monkeypatch.setattr(migrate, "migrate", copied)


_put_together = cache(typer.main.get_command)


@pytest.fixture(autouse=True)
def commands_put_together_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(typer.main, "get_command", _put_together)
    monkeypatch.setattr(typer.testing, "_get_command", _put_together)

"""A backup and a restore that are killed anywhere: a file or a folder is whole, or cannot be taken for whole."""

from functools import partial
from pathlib import Path

import pytest

from models import clock
from models.db import DatabaseProblem
from models.db.migrate import refuse_unfinished
from models.settings import Settings
from tasks.backup import back_up, restore, target_of, verify
from tests.parts.killing import killed_at
from tests.worlds.installation import Installation, rows_of

pytestmark = pytest.mark.usefixtures("short_campaign")


def unheard(_done: int, _total: int) -> None:
    """Nobody watches."""


def made(installation: Installation, file: Path) -> object:
    return back_up(installation.settings, file, with_keys=True, at=clock.now(), progress=unheard)


def test_a_backup_killed_anywhere_leaves_no_file_or_a_whole_one(installation: Installation, tmp_path: Path) -> None:
    n, folder = 0, tmp_path / "backups"
    folder.mkdir()
    file = folder / "one.zip"
    while killed_at(n := n + 1, lambda: made(installation, file), installation.engine, files=folder):
        if file.exists():
            assert verify(file, installation.settings, progress=unheard)[1] == []
            file.unlink()
    assert n > 2
    assert verify(file, installation.settings, progress=unheard)[1] == []


def test_a_restore_killed_anywhere_leaves_an_empty_a_marked_or_a_whole_folder(
    installation: Installation, tmp_path: Path
) -> None:
    file = tmp_path / "one.zip"
    made(installation, file)
    n, marked = 0, 0
    while True:
        n += 1
        data = tmp_path / f"new{n}"
        target = target_of(Settings(_env_file=None, data=data))
        again = partial(restore, file, target, progress=unheard)
        was_killed = killed_at(n, again, installation.engine, files=data)
        if data.exists() and list(data.iterdir()):
            try:
                refuse_unfinished(data)
            except DatabaseProblem:
                marked += 1
            else:
                assert len(rows_of(data / "vekha.db")) == len(rows_of(installation.data / "vekha.db"))
        if not was_killed:
            break
    assert marked > 5
    refuse_unfinished(data)

"""What lies in the data folder is read by its owner alone, also what an earlier version left open."""

import os
import stat
from collections.abc import Iterator
from pathlib import Path

import pytest

from models.private import keep_private
from tests.deployments.cli.test_cli import Vekha


@pytest.fixture(autouse=True)
def open_umask() -> Iterator[None]:
    before = os.umask(0o022)
    yield
    os.umask(before)


def open_to_others(folder: Path) -> list[str]:
    """What somebody else could read, write or enter."""
    found = [folder, *folder.rglob("*")]
    return [path.name for path in found if not path.is_symlink() and stat.S_IMODE(path.stat().st_mode) & 0o077]


def test_a_folder_of_an_earlier_version_is_closed_by_the_first_command(tmp_path: Path) -> None:
    vekha = Vekha(tmp_path / "data")
    letters = vekha.data / "letters" / "2026-11-27"
    letters.mkdir(parents=True, mode=0o755)
    (letters / "one.eml").write_text("живая ссылка", encoding="utf-8")
    (vekha.data / "vekha.db").touch(0o644)
    (tmp_path / "outside").write_text("чужое", encoding="utf-8")
    (vekha.data / "link").symlink_to(tmp_path / "outside")
    assert "one.eml" in open_to_others(vekha.data)
    assert vekha("status").returncode == 0
    assert open_to_others(vekha.data) == []
    assert stat.S_IMODE((vekha.data / "vekha.db").stat().st_mode) == 0o600
    assert stat.S_IMODE(vekha.data.stat().st_mode) == 0o700
    assert stat.S_IMODE((tmp_path / "outside").stat().st_mode) == 0o644, "what a link leads to is not ours"


def test_what_a_command_makes_is_closed_from_the_start(tmp_path: Path) -> None:
    vekha = Vekha(tmp_path / "data")
    for command in (("load", "surgut", "--rehearsal"), ("control",), ("deliver",)):
        assert vekha(*command).returncode == 0
    assert (vekha.data / "vekha.db").exists()
    assert open_to_others(vekha.data) == []
    assert os.umask(0o022) == 0o077, "and so is what its children make"


def test_a_start_looks_through_all_of_a_folder_that_is_closed_itself(tmp_path: Path) -> None:
    (tmp_path / "files" / "1").mkdir(parents=True)
    (tmp_path / "files" / "1" / "протокол.pdf").touch(0o666)
    tmp_path.chmod(0o700)
    keep_private(tmp_path)
    assert open_to_others(tmp_path) == ["1", "протокол.pdf"]
    keep_private(tmp_path, whole=True)
    assert open_to_others(tmp_path) == []
    keep_private(tmp_path / "nowhere", whole=True)

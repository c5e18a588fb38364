"""A copy of the data folder is told of where people look."""

from pathlib import Path

import pytest

from tests.deployments.cli.people.test_people_commands import Vekha


@pytest.fixture
def vekha(tmp_path: Path) -> Vekha:
    """An installation of its own."""
    return Vekha(tmp_path / "data")


def test_status_says_that_the_folder_is_a_copy(vekha: Vekha) -> None:
    vekha.says("settings", "--adopt")
    assert "копия папки данных" not in vekha.says("status")
    (vekha.data / "installation.marks").write_text("0123456789abcdef\n", "ascii")
    assert "Тревога: VEKHA_DATA — здесь копия папки данных" in vekha.says("status")

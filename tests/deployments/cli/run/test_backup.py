"""``vekha backup`` and ``vekha restore`` as an administrator and a timer meet them."""

import os
import shutil
import zipfile
from pathlib import Path

import pytest

from models.db import close_engines
from tests.days import on_the_usual_day
from tests.deployments.cli.test_cli import Vekha


@pytest.fixture(scope="module")
def filled(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A data folder that every test copies."""
    there = Vekha(tmp_path_factory.mktemp("backup") / "data")
    with on_the_usual_day():
        for command in (("load", "surgut", "--rehearsal"), ("control",), ("deliver",)):
            assert there(*command).returncode == 0
    close_engines()
    return there.data


@pytest.fixture
def vekha(filled: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Vekha:
    """An installation with a roadmap on control, in a folder where commands are given."""
    monkeypatch.chdir(tmp_path)
    shutil.copytree(filled, tmp_path / "data")
    return Vekha(tmp_path / "data")


def test_a_backup_is_made_checked_and_put_back(vekha: Vekha, tmp_path: Path) -> None:
    done = vekha("backup", "one.zip")
    assert (done.returncode, done.stderr) == (0, "")
    for words in ("Резервная копия: one.zip", "База «Вехи»: SQLite, схема", "файл открыт только вам (0600)"):
        assert words in done.stdout
    assert "Базы Prefect здесь нет" in done.stdout
    checked = vekha("backup", "--verify", "one.zip")
    assert (checked.returncode, checked.stderr) == (0, "")
    assert "Копия верна" in checked.stdout

    new = Vekha(tmp_path / "new")
    assert "ничего не записано" in new("restore", "one.zip", "--dry-run").stdout
    assert not new.data.exists()
    restored = new("restore", "one.zip")
    assert (restored.returncode, restored.stderr) == (0, "")
    assert "Восстановлено и сверено" in restored.stdout
    assert "Прежнюю установку больше не запускайте" in restored.stdout
    for command in (("points", "surgut"), ("people", "surgut"), ("outbox",)):
        assert new.json(*command) == vekha.json(*command)
    assert new("control").returncode == 0
    assert "Отправлено 0" in new("deliver").stdout, "no letter leaves a second time"


def test_programs_read_it_as_json(vekha: Vekha, tmp_path: Path) -> None:
    (tmp_path / "backups").mkdir()
    made = vekha.json("backup", "backups")
    assert Path(made["file"]).parent == Path("backups")
    assert made["databases"]["vekha"]["tables"]["notice"] == len(vekha.json("outbox"))
    assert vekha.json("backup", "--verify", made["file"])["differences"] == []
    new = Vekha(tmp_path / "new")
    assert new.json("restore", made["file"], "--dry-run")["dry_run"] is True
    assert new.json("restore", made["file"])["databases"] == made["databases"]


def test_a_key_that_is_no_file_is_said_to_be_missing(vekha: Vekha, tmp_path: Path) -> None:
    key = {"VEKHA_LINK_KEY": "a key long enough that nobody guesses it"}
    assert "VEKHA_LINK_KEY и в копию не входит" in vekha("backup", "--without-keys", "one.zip", env=key).stdout
    assert "ссылки из прежних писем не откроются" in vekha("backup", "--without-keys", "two.zip").stdout
    assert "Ключа личных ссылок в копии нет" in Vekha(tmp_path / "new")("restore", "two.zip").stdout


def test_a_damaged_file_is_told_by_the_code(vekha: Vekha, tmp_path: Path) -> None:
    assert vekha("backup", "one.zip").returncode == 0
    with zipfile.ZipFile("one.zip", "a") as packed, pytest.warns(UserWarning, match="Duplicate name"):
        packed.writestr("data/link.key", "another key that is long enough, is it not")
    checked = vekha("backup", "--verify", "one.zip")
    assert (checked.returncode, checked.stderr) == (1, "")
    assert "«data/link.key» не тот" in checked.stdout
    assert "«data/link.key» не тот" in Vekha(tmp_path / "new").refused("restore", "one.zip")
    assert "нет: проверьте имя" in vekha.refused("backup", "--verify", "nowhere.zip")


def test_what_cannot_be_done_is_one_line(vekha: Vekha, tmp_path: Path) -> None:
    assert vekha("backup", "one.zip").returncode == 0
    assert "прежняя копия не затирается" in vekha.refused("backup", "one.zip")
    assert "создайте её" in vekha.refused("backup", "nowhere/one.zip")
    assert "второй файл не нужен" in vekha.refused("backup", "two.zip", "--verify", "one.zip")
    assert "не пустая папка" in vekha.refused("restore", "one.zip")
    assert "Копировать нечего" in Vekha(tmp_path / "new").refused("backup", "two.zip")
    assert not (tmp_path / "new").exists()


def test_no_command_works_with_a_folder_that_is_half_restored(vekha: Vekha) -> None:
    (vekha.data / "restore.unfinished").touch()
    for command in (("status",), ("deliver",), ("settings", "--adopt")):
        assert "не закончено" in vekha.refused(*command)
    os.remove(vekha.data / "restore.unfinished")
    assert vekha("status").returncode == 0

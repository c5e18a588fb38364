"""Whatever is started with a setting that is not good says so in one line and does nothing."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
import typer

from deployments.cli import PANELS, app
from tests.deployments.cli.test_cli import Vekha
from tests.places import ROOT

COMMANDS = [
    (name, *((command.registered_commands[0].name or "",) if isinstance(command, typer.Typer) else ()))
    for _, commands in PANELS
    for name, command in commands.items()
]


@pytest.fixture
def vekha(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Vekha:
    monkeypatch.chdir(tmp_path)
    return Vekha(tmp_path / "data")


@pytest.mark.parametrize("command", COMMANDS, ids=" ".join)
def test_every_command_names_the_empty_secret(command: tuple[str, ...], vekha: Vekha) -> None:
    line = vekha.refused(*command, env={"VEKHA_LINK_KEY": ""})
    assert line.startswith("Настройка VEKHA_LINK_KEY не годится")
    assert not vekha.data.exists()


def test_whoever_asks_for_help_gets_it_whatever_is_set(vekha: Vekha) -> None:
    assert app.registered_callback is not None
    assert vekha("web", "--help", env={"VEKHA_LINK_KEY": ""}).returncode == 0


def test_a_file_that_is_not_there_is_named(vekha: Vekha) -> None:
    assert "VEKHA_LINK_KEY_FILE" in vekha.refused("status", env={"VEKHA_LINK_KEY_FILE": "/run/secrets/none"})


@pytest.mark.usefixtures("own_programs")
@pytest.mark.parametrize("module", ["deployments.serve.web", "deployments.serve.worker"])
def test_a_program_of_its_own_refuses_as_the_commands_do(module: str, tmp_path: Path) -> None:
    env = os.environ | {"PYTHONPATH": str(ROOT), "VEKHA_DATA": str(tmp_path / "data"), "VEKHA_CONTROL_PASSWORD": "a"}
    command = [sys.executable, "-m", module]
    done = subprocess.run(command, env=env, cwd=tmp_path, capture_output=True, text=True, timeout=120, check=False)
    assert (done.returncode, done.stdout) == (2, ""), done
    assert len(done.stderr.strip().splitlines()) == 1, done.stderr
    assert "VEKHA_CONTROL_PASSWORD" in done.stderr
    assert not (tmp_path / "data").exists()

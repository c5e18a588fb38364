"""The units of systemd: systemd itself reads them. They are checked here, not run: no systemd is at work."""

import re
import subprocess
import sys
from pathlib import Path

import pytest

from deployments.cli.run import serve
from tests.places import ROOT, program

UNITS = ROOT / "deployments" / "systemd"
SERVICES = sorted(UNITS.glob("*.service"))
INSTALLED = "/opt/vekha/bin/vekha"
WORST = 2.0
"""Of systemd's own marks from 0 (closed) to 10; a service without any of it has 9.6."""

pytestmark = pytest.mark.usefixtures("own_programs")


def said_by_systemd(*words: str) -> tuple[int, str]:
    done = subprocess.run([program("systemd-analyze"), *words], capture_output=True, text=True, check=False)
    return done.returncode, done.stdout + done.stderr


@pytest.fixture
def units(tmp_path: Path) -> Path:
    """The units with a program that is there, for systemd looks for it."""
    for path in UNITS.iterdir():
        text = path.read_text(encoding="utf-8").replace(INSTALLED, sys.executable)
        (tmp_path / path.name).write_text(text, encoding="utf-8")
    return tmp_path


def test_systemd_takes_every_unit_as_it_is(units: Path) -> None:
    """No word that it does not know, no unit that is not there."""
    assert said_by_systemd("verify", *(str(path) for path in sorted(units.iterdir()))) == (0, "")


def test_systemd_names_a_word_that_it_does_not_know(units: Path) -> None:
    """So the test above can fail."""
    unit = units / "vekha-web.service"
    unit.write_text(unit.read_text(encoding="utf-8").replace("PrivateTmp=", "PrivateTemp="), encoding="utf-8")
    assert "'PrivateTemp'" in said_by_systemd("verify", str(unit))[1]


@pytest.mark.parametrize("path", SERVICES, ids=lambda path: path.name)
def test_a_service_is_closed(path: Path, units: Path) -> None:
    """By systemd's own mark."""
    code, said = said_by_systemd("security", "--offline=true", f"--threshold={int(WORST * 10)}", str(units / path.name))
    mark = re.search(r"exposure level for .*: ([\d.]+)", said)
    assert mark is not None, said
    assert float(mark[1]) <= WORST
    assert code == 0, said


@pytest.mark.parametrize("path", SERVICES, ids=lambda path: path.name)
def test_a_service_starts_a_part_and_stays_down_with_wrong_settings(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    (part,) = re.findall(rf"^ExecStart={INSTALLED} serve (\w+)$", text, flags=re.MULTILINE)
    assert part in list(serve.Part)
    assert "RestartPreventExitStatus=2\n" in text
    assert "EnvironmentFile=/etc/vekha/vekha.env\n" in text
    # No secret in a file that everybody reads.
    assert not re.search(r"PASSWORD|AUTH=|_KEY=|_URL=", text)


def test_every_part_has_a_unit() -> None:
    parts = {re.search(r"serve (\w+)", path.read_text(encoding="utf-8"))[1] for path in SERVICES}  # type: ignore[index]
    assert parts == set(serve.Part)

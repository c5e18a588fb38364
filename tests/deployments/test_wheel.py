"""The wheel that is installed where there is no make: all of Vekha is in it, and it works without the repository."""

import json
import os
import re
import signal
import socket
import subprocess
import sys
import sysconfig
import time
import venv
import zipfile
from pathlib import Path

import httpx
import pytest

from tests.places import ROOT

PACKAGES = ("flows", "tasks", "models", "roadmap", "deployments", "web")
PATIENCE = 400.0

pytestmark = pytest.mark.usefixtures("own_programs")


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Built as `make` of a release builds it."""
    folder = tmp_path_factory.mktemp("wheel")
    command = [sys.executable, "-m", "hatchling", "build", "--target", "wheel", "--directory", str(folder)]
    subprocess.run(command, cwd=ROOT, check=True, capture_output=True)
    (built,) = folder.glob("vekha-*.whl")
    return built


@pytest.fixture(scope="module")
def program(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """``vekha`` in an environment where Vekha comes from the wheel; what it needs is that of this environment."""
    folder = tmp_path_factory.mktemp("installed")
    venv.create(folder, with_pip=False, symlinks=True)
    python = folder / "bin" / "python"
    install = ["-m", "uv", "pip", "install", "--quiet", "--no-deps", "--offline", "--python", str(python), str(wheel)]
    subprocess.run([sys.executable, *install], check=True, capture_output=True)
    site = Path(sysconfig.get_path("purelib", vars={"base": str(folder)}))
    # Its packages, not its .pth files, one of which leads to the repository.
    (site / "needed.pth").write_text(f"{sysconfig.get_path('purelib')}\n", encoding="utf-8")
    return folder / "bin" / "vekha"


class Installed:
    """Commands of the installed program in a folder of their own."""

    def __init__(self, program: Path, folder: Path) -> None:
        self.program, self.folder = program, folder
        foreign = ("VEKHA_", "PREFECT_", "PYTHONPATH")
        self.environment = {name: value for name, value in os.environ.items() if not name.startswith(foreign)}
        self.environment |= {"VEKHA_DATA": str(folder / "data"), "COLUMNS": "120"}

    def __call__(self, *words: str) -> str:
        done = subprocess.run(
            [str(self.program), *words], cwd=self.folder, env=self.environment, capture_output=True, text=True
        )
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout


@pytest.fixture
def vekha(program: Path, tmp_path: Path) -> Installed:
    return Installed(program, tmp_path)


def test_the_wheel_has_every_file_of_the_packages_and_no_other(wheel: Path) -> None:
    """Catalogues, grammars, templates, styles, migrations; neither tests nor benches."""
    inside = {name for name in zipfile.ZipFile(wheel).namelist() if ".dist-info/" not in name}
    listed = subprocess.run(["git", "ls-files", "-z", *PACKAGES], cwd=ROOT, check=True, capture_output=True, text=True)
    assert inside == {name for name in listed.stdout.split("\0") if name}
    endings = {Path(name).suffix for name in inside}
    assert {".py", ".yaml", ".lark", ".j2", ".css", ".docx"} <= endings


def test_the_installed_program_is_not_the_repository(vekha: Installed) -> None:
    question = f"import importlib; print([importlib.import_module(name).__file__ for name in {PACKAGES}])"
    python = vekha.program.with_name("python")
    done = subprocess.run(
        [str(python), "-c", question], cwd=vekha.folder, env=vekha.environment, capture_output=True, text=True
    )
    assert done.stdout.count(str(vekha.program.parent.parent)) == len(PACKAGES), done.stderr
    assert str(ROOT) not in done.stdout


def test_it_says_its_version(vekha: Installed, wheel: Path) -> None:
    assert vekha("--version").split() == ["Веха", wheel.name.split("-")[1]]


def test_it_reads_loads_and_writes_without_the_repository(vekha: Installed) -> None:
    vekha("load", "surgut", "--rehearsal")
    (standing,) = json.loads(vekha("status", "--json"))
    assert standing["roadmap"] == "surgut"
    assert "по четвергам, с 1 января" in vekha("explain", "еженедельно по четвергам")
    vekha("note", "--sample", "note.docx")
    assert zipfile.is_zipfile(vekha.folder / "note.docx")


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def test_all_of_it_starts_and_serves_its_pages(vekha: Installed) -> None:
    """Prefect, a worker and the pages, as «make run» starts them."""
    port, web_port = free_port(), free_port()
    words = ["up", "--rehearsal", "--roadmap", "surgut", "--port", str(port), "--web-port", str(web_port)]
    printed = vekha.folder / "printed.txt"
    with printed.open("w") as out:
        up = subprocess.Popen(
            [str(vekha.program), *words], cwd=vekha.folder, env=vekha.environment, stdout=out, stderr=subprocess.STDOUT
        )
    try:
        until = time.monotonic() + PATIENCE
        while "Остановить: Ctrl-C" not in (said := printed.read_text(encoding="utf-8")):
            assert up.poll() is None, said
            assert time.monotonic() < until, said
            time.sleep(0.3)
        with httpx.Client(base_url=f"http://127.0.0.1:{web_port}", trust_env=False, timeout=30) as browser:
            form = browser.get("/control/login").text
            values = {"csrf": _csrf(form), "password": _password(said)}
            assert browser.post("/control/login", data=values).status_code == 303
            assert "Сургут" in browser.get("/control").text
            assert browser.get("/style.css").headers["content-type"].startswith("text/css")
    finally:
        up.send_signal(signal.SIGINT)
        up.wait(60)
    assert "данные сохранены" in printed.read_text(encoding="utf-8")


def _csrf(form: str) -> str:
    found = re.search(r'name="csrf" value="([^"]+)"', form)
    assert found is not None
    return found[1]


def _password(said: str) -> str:
    found = re.search(r"до\s+остановки:\s+([\w-]+)\)", said)
    assert found is not None, said
    return found[1]

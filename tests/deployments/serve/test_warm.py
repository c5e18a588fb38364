"""Runs that start by a fork: their words, codes and signals are those of a process started anew."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from deployments.serve import warm_call
from tests.places import ROOT

#: Serves as the warm process does, and then does what the environment of the run says.
SERVER = """
import os, socket, sys
from deployments.serve.warm import Forks, run
import deployments.serve.warm as warm
warm.ENGINE, warm.MOST_AT_ONCE = "told", 3
with socket.socket(socket.AF_UNIX) as listener:
    listener.bind(sys.argv[1])
    listener.listen(8)
    request = Forks(listener, sys.stdin.fileno()).serve()
run(request) if request else print("over")
"""
TOLD = """
import os, time
print("in", os.getcwd(), flush=True)
print(os.getpid(), file=open("pid", "w"))
exec(os.environ["TOLD"])
"""

pytestmark = pytest.mark.usefixtures("own_programs")
Call = Callable[[str], subprocess.Popen[str]]


@pytest.fixture
def path(tmp_path: Path) -> Path:
    (tmp_path / "told.py").write_text(TOLD, encoding="utf-8")
    return tmp_path / "warm"


@pytest.fixture
def server(path: Path) -> Iterator[subprocess.Popen[str]]:
    told = {**os.environ, "PYTHONPATH": f"{ROOT}:{path.parent}"}
    command = [sys.executable, "-c", SERVER, str(path)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, env=told) as started:
        while not path.exists():
            time.sleep(0.05)
        yield started
        started.kill()


@pytest.fixture
def call(path: Path) -> Iterator[Call]:
    """Starts a run that does what is said, in a folder of its own."""
    begun: list[subprocess.Popen[str]] = []

    def start(told: str) -> subprocess.Popen[str]:
        folder = path.parent / f"run{len(begun)}"
        folder.mkdir()
        asking = [sys.executable, "-I", "-S", str(warm_call.__file__), str(path)]
        pipe, env = subprocess.PIPE, {**os.environ, "TOLD": told}
        begun.append(subprocess.Popen(asking, stdout=pipe, stderr=pipe, text=True, env=env, cwd=folder))
        return begun[-1]

    yield start
    for one in begun:
        one.kill()
        one.communicate()


def pid_of(folder: Path, *, seconds: float = 60) -> int:
    until = time.monotonic() + seconds
    while not (said := folder / "pid").exists() or not said.read_text():
        assert time.monotonic() < until
        time.sleep(0.02)
    return int(said.read_text())


def wait_until_gone(pid: int, *, seconds: float = 60) -> None:
    until = time.monotonic() + seconds
    while Path(f"/proc/{pid}").exists():
        assert time.monotonic() < until, pid
        time.sleep(0.02)


def test_a_run_speaks_and_ends_for_the_one_who_asked(server: subprocess.Popen[str], call: Call, path: Path) -> None:
    first, second = call("import sys; print('плохо', file=sys.stderr); sys.exit(3)"), call("print(os.environ['TOLD'])")
    assert first.communicate(timeout=60) == (f"in {path.parent / 'run0'}\n", "плохо\n")
    assert first.returncode == 3
    assert second.communicate(timeout=60)[0].endswith("print(os.environ['TOLD'])\n")
    assert second.returncode == 0
    assert pid_of(path.parent / "run0") != pid_of(path.parent / "run1")


@pytest.mark.parametrize(
    ("told", "code", "words"),
    [
        ("os.kill(os.getpid(), 9)", -9, ""),
        ("os.abort()", -6, ""),
        ("raise ValueError('так')", 1, "ValueError: так"),
        ("raise SystemExit", 0, ""),
        ("import atexit; atexit.register(print, 'последнее', flush=True)", 0, ""),
    ],
)
def test_an_end_is_told_as_it_was(server: subprocess.Popen[str], call: Call, told: str, code: int, words: str) -> None:
    said, failed = (run := call(told)).communicate(timeout=60)
    assert (run.returncode, words in failed, "последнее\n" in said) == (code, True, "atexit" in told)


def test_a_signal_to_the_one_who_asked_reaches_the_run(server: subprocess.Popen[str], call: Call, path: Path) -> None:
    told = "import signal, sys\nsignal.signal(signal.SIGTERM, lambda *_: sys.exit(7))\n"
    told += "print(1, flush=True)\ntime.sleep(60)"
    run = call(told)
    assert run.stdout is not None
    while run.stdout.readline() != "1\n":
        pass
    run.send_signal(signal.SIGTERM)
    assert run.wait(timeout=60) == 7


def test_who_is_killed_takes_the_run_along(server: subprocess.Popen[str], call: Call, path: Path) -> None:
    run = call("time.sleep(600)")
    pid = pid_of(path.parent / "run0")
    run.kill()
    wait_until_gone(pid)
    assert call("print('дальше')").communicate(timeout=60)[0].endswith("дальше\n")


def test_no_more_run_at_once_than_the_machine_bears(server: subprocess.Popen[str], call: Call, path: Path) -> None:
    runs = [call("while not os.path.exists('../go'): time.sleep(0.02)\nprint('сделано')") for _ in range(7)]

    def begun() -> int:
        return len(list(path.parent.glob("run*/pid")))

    while begun() < 3:
        time.sleep(0.02)
    time.sleep(1)
    assert begun() == 3
    (path.parent / "go").touch()
    assert [run.communicate(timeout=60)[0][-8:] for run in runs] == ["сделано\n"] * 7
    assert begun() == 7


@pytest.mark.skipif(sys.platform != "linux", reason="elsewhere the one who asked ends it")
def test_no_run_outlives_a_warm_process_that_was_killed(server: subprocess.Popen[str], call: Call, path: Path) -> None:
    run = call("time.sleep(600)")
    pid = pid_of(path.parent / "run0")
    server.kill()
    wait_until_gone(pid)
    assert run.wait(timeout=60) == -9


def test_the_warm_process_ends_with_the_worker_and_not_before_its_runs(
    server: subprocess.Popen[str], call: Call, path: Path
) -> None:
    run = call("while not os.path.exists('go'): time.sleep(0.02)\nprint('сделано')")
    pid_of(path.parent / "run0")
    assert server.stdin is not None
    server.stdin.close()
    late = call("print('поздно')")
    (path.parent / "run0" / "go").touch()
    assert run.communicate(timeout=60)[0].endswith("сделано\n")
    assert server.wait(timeout=60) == 0
    # Nobody listens: it becomes the engine, which knows of no run.
    assert "Invalid flow run id" in late.communicate(timeout=120)[1]
    assert late.returncode == 1


def test_what_is_preloaded_leaves_one_thread_and_no_setting_behind(tmp_path: Path) -> None:
    script = (
        "import threading, sys, gc\n"
        "from deployments.serve import warm\n"
        "warm._preload()\n"
        "gc.unfreeze()\n"
        "assert 'flows.keep_point' in sys.modules and 'tasks.letters' in sys.modules\n"
        "from sqlalchemy import Engine\n"
        "assert not [one for one in gc.get_objects() if isinstance(one, Engine)]\n"
        "print(threading.active_count())\n"
    )
    env = {**os.environ, "PYTHONPATH": str(ROOT), "VEKHA_DATA": str(tmp_path / "none")}
    told = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, env=env, check=True)
    assert told.stdout == "1\n"
    assert not (tmp_path / "none").exists()

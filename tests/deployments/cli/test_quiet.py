"""Nothing leaves the machine that nobody sent: from a terminal, by a user who has never started Prefect."""

import os
import pty
import subprocess
import sys
from pathlib import Path
from threading import Thread

import pytest

from tests.places import ROOT

#: Whose presence says to Prefect that nobody sits there.
NOBODY_SITS_THERE = ("CI", "GITHUB_ACTIONS", "GITLAB_CI", "BUILDKITE", "JENKINS_URL", "TF_BUILD", "TEAMCITY_VERSION")

#: Notes every name that is looked up and every address that is called; goes through commands, then all else we run.
PROGRAM = r"""
import importlib, os, socket, sys

entry, told = sys.argv[1:]
line = os.open(told, os.O_WRONLY | os.O_CREAT | os.O_APPEND)

def watch(event, args):
    # At once: what calls home does it when the program ends.
    if event in ("socket.getaddrinfo", "socket.gethostbyname"):
        os.write(line, f"{args[0]}\n".encode())
    elif event == "socket.connect" and args[0].family != socket.AF_UNIX:
        os.write(line, f"{args[1][0]}\n".encode())

sys.addaudithook(watch)
if entry == "commands":
    from deployments.cli import PANELS, main
    names = [name for _, commands in PANELS for name in commands]
    lines = [[name, "--help"] for name in names]
    lines += [[name] for name in names if name not in ("up", "web", "sync")]
    lines += [["up", "--roadmap", "nope"], ["load", "surgut"], ["status"], ["points", "surgut"], ["control"]]
    for words in lines:
        sys.argv = ["vekha", *words]
        try:
            main()
        except SystemExit:
            pass
    import deployments.sync
else:
    importlib.import_module(entry)
if "prefect" in sys.modules:
    os.write(line, b"prefect was imported\n")
"""


@pytest.mark.usefixtures("own_programs")
@pytest.mark.parametrize("entry", ["commands", "deployments.serve.worker", "flows.session"])
def test_no_name_is_looked_up_from_a_terminal(entry: str, tmp_path: Path) -> None:
    told, home = tmp_path / "told", tmp_path / "home"
    home.mkdir()
    env = {name: value for name, value in os.environ.items() if not name.startswith(("PREFECT_", "VEKHA_"))}
    env = {name: value for name, value in env.items() if name not in ("DO_NOT_TRACK", *NOBODY_SITS_THERE)}
    env |= {"HOME": str(home), "PYTHONPATH": str(ROOT), "TERM": "xterm", "VEKHA_DATA": str(tmp_path / "data")}
    ours, theirs = pty.openpty()
    Thread(target=_drain, args=(ours,), daemon=True).start()
    command = [sys.executable, "-c", PROGRAM, entry, str(told)]
    try:
        done = subprocess.run(
            command,
            env=env,
            cwd=tmp_path,
            stdin=subprocess.DEVNULL,
            stdout=theirs,
            stderr=theirs,
            timeout=200,
            check=False,
        )
    finally:
        os.close(theirs)
    assert done.returncode == 0
    said = set(told.read_text(encoding="utf-8").splitlines())
    assert "prefect was imported" in said
    assert said <= {"prefect was imported", "127.0.0.1", "localhost", "::1"}


def _drain(terminal: int) -> None:
    """A terminal that nobody reads stops whoever writes to it."""
    try:
        while os.read(terminal, 65536):
            pass
    except OSError:
        return

"""Another program within limits of the kernel: its memory, processor and files are counted, its family ends with it."""

import os
import signal
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

from tasks.files.limited import MB, Limits, TooMuchWork

LAUNCHER = Path(__file__).with_name("limited_launcher.py")
LARGEST_FILE = 200 * MB


def run_limited(limits: Limits, command: Sequence[str], folder: Path) -> None:
    """Run a program in ``folder``, which is its home; what it says and returns is nobody's.

    It sees ``PATH`` of our environment and no more. Raises ``TooMuchWork`` when it does not end in its time.
    """
    around = {"PATH": os.environ.get("PATH", os.defpath), "HOME": str(folder), "TMPDIR": str(folder), "LANG": "C.UTF-8"}
    numbers = (limits.seconds, limits.memory_mb * MB, LARGEST_FILE)
    with subprocess.Popen(
        [sys.executable, "-I", "-S", str(LAUNCHER), *map(str, numbers), *command],
        cwd=folder,
        env=around,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    ) as program:
        try:
            program.wait(limits.patience)
        except subprocess.TimeoutExpired as late:
            raise TooMuchWork(command[0]) from late
        finally:
            _end(program.pid)


def _end(group: int) -> None:
    """Whatever the program left running ends too."""
    try:
        os.killpg(group, signal.SIGKILL)
    except (ProcessLookupError, PermissionError):
        return

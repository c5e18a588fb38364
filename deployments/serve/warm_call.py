"""What the worker starts for a run: asks the warm process for it, and ends as the run ends.

Run by its path and without the site packages, so that it costs a hundredth of a second; when nobody answers, it becomes
the engine of Prefect itself.
"""

import contextlib
import json
import os
import signal
import socket
import sys
from types import FrameType


def main(path: str) -> int:
    """The exit code of the run; a run that was killed by a signal ends this process by the same one."""
    with socket.socket(socket.AF_UNIX) as line:
        try:
            line.connect(path)
            around = {"environment": dict(os.environ), "folder": os.getcwd()}
            data = json.dumps(around).encode() + b"\n"
            sent = socket.send_fds(line, [data], [1, 2])
            line.sendall(data[sent:])
            answers = line.makefile("r")
            pid = int(answers.readline())
        except (OSError, ValueError):
            line.close()
            os.execv(sys.executable, [sys.executable, "-m", "prefect.engine"])

        def hand_on(signum: int, _: FrameType | None) -> None:
            os.kill(pid, signum)

        for signum in (signal.SIGTERM, signal.SIGINT):
            signal.signal(signum, hand_on)
        said = answers.readline()
    if said:
        code = int(said)
    else:
        # The warm process is gone: nothing may go on of which the worker will say that it died.
        code = -signal.SIGKILL
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)
    if code < 0:
        with contextlib.suppress(OSError):  # The signals that cannot be handled.
            signal.signal(-code, signal.SIG_DFL)
        os.kill(os.getpid(), -code)
    return code


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))

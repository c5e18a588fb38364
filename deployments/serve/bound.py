"""Becomes another program that dies with who started it: ``python -I -S bound.py PID COMMAND…``.

A killed ``vekha up`` can end nobody any more. Linux does it for it (``prctl(PR_SET_PDEATHSIG)``); elsewhere the program
just starts.
"""

import os
import signal
import sys

PR_SET_PDEATHSIG = 1


def main(parent: int, command: list[str]) -> None:
    """The order matters: a parent that died before the call would never be noticed."""
    try:
        import ctypes

        ctypes.CDLL(None, use_errno=True).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
    except (ImportError, OSError, AttributeError):
        pass
    else:
        if os.getppid() != parent:
            sys.exit(1)
    os.execv(command[0], command)


if __name__ == "__main__":
    main(int(sys.argv[1]), sys.argv[2:])

"""The process behind ``limited.py``: loads what a reader needs, and forks for each file.

Run by its path and without the site packages, so that it is there in a fiftieth of a second.
"""

import contextlib
import gc
import importlib
import os
import pickle
import resource
import signal
import socket
import sys
import traceback
from typing import Any

MOST = 4096


def main() -> None:
    """Fork for each request until the line is closed."""
    # Whose children end is nobody's news, and a signal to the group is for the one who asks.
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    sys.path[:] = pickle.loads(bytes.fromhex(sys.argv[1]))
    with socket.socket(fileno=0) as line:
        while True:
            modules, descriptors, *_ = socket.recv_fds(line, MOST, 1)
            if not modules:
                return
            for module in modules.decode().split():
                _load(module)
            if descriptors and not os.fork():
                line.close()
                _work(descriptors[0])
                os._exit(0)
            for descriptor in descriptors:
                os.close(descriptor)


def _load(module: str) -> None:
    if module not in sys.modules:
        # What is wrong with it is told to the one who asks, by the fork.
        with contextlib.suppress(Exception):
            importlib.import_module(module)
        # Pages that are never touched again stay shared with the forks.
        gc.freeze()


def _work(descriptor: int) -> None:
    with socket.socket(fileno=descriptor) as caller, caller.makefile("rwb") as file:
        seconds, patience, memory, function, args, named = pickle.load(file)
        _limit(seconds, patience, memory)
        answer: tuple[bool, Any]
        try:
            answer = True, function(*args, **named)
        except MemoryError:
            return
        except Exception as problem:
            answer = False, problem
        try:
            said = pickle.dumps(answer)
        except Exception:
            said = pickle.dumps((False, RuntimeError(traceback.format_exc())))
        file.write(said)
        file.flush()


def _limit(seconds: int, patience: float, memory: int) -> None:
    """The kernel ends this process past any of them; it writes no file, and no dump of its memory."""
    resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds))
    resource.setrlimit(resource.RLIMIT_AS, (memory, memory))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    signal.setitimer(signal.ITIMER_REAL, patience)


if __name__ == "__main__":
    main()

"""A network of a test's own, for containers where no bridge is at hand. As a program: who holds it.

It imports nothing of ours: the program starts in any folder.
"""

import ctypes
import fcntl
import socket
import struct
import subprocess
import sys
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from typing import ParamSpec, TypeVar

P = ParamSpec("P")
T = TypeVar("T")

NEWNET, SIOCSIFFLAGS, IFF_UP = 0x40000000, 0x8914, 1


class Network:
    """A network that nobody else is in: containers of one test find each other on its loopback, and nothing besides."""

    def __init__(self) -> None:
        self._holder = subprocess.Popen(
            [sys.executable, __file__], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )
        assert self._holder.stdout is not None
        assert self._holder.stdout.readline() == "up\n"
        self.path = f"/proc/{self._holder.pid}/ns/net"
        self._inside = ThreadPoolExecutor(1, initializer=self._enter)

    def _enter(self) -> None:
        with open(self.path, "rb") as place:
            assert ctypes.CDLL(None, use_errno=True).setns(place.fileno(), NEWNET) == 0, ctypes.get_errno()

    def call(self, function: Callable[P, T], *values: P.args, **named: P.kwargs) -> T:
        """What the function gives when it is called in the network."""
        return self._inside.submit(function, *values, **named).result()

    def close(self) -> None:
        """Nobody holds it any more but the containers that are left."""
        self._inside.shutdown()
        self._holder.communicate()


@contextmanager
def network() -> Iterator[Network]:
    """A network for as long as it is used."""
    made = Network()
    try:
        yield made
    finally:
        made.close()


def _hold_a_network() -> None:
    """The program that holds it: until its input ends."""
    assert ctypes.CDLL(None, use_errno=True).unshare(NEWNET) == 0, ctypes.get_errno()
    with socket.socket() as probe:
        fcntl.ioctl(probe, SIOCSIFFLAGS, struct.pack("16sh14x", b"lo", IFF_UP))
    sys.stdout.write("up\n")
    sys.stdout.flush()
    sys.stdin.read()


if __name__ == "__main__":
    _hold_a_network()

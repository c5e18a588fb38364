"""A real mail server that answers as it is told, and keeps what it took."""

import email
import socket
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, field
from email.message import EmailMessage
from email.policy import default
from threading import Event, Thread
from typing import Any

from aiosmtpd.controller import Controller

MAIL_FROM = "vekha@example.org"


@dataclass(frozen=True)
class Taken:
    """A letter as it came, and how."""

    to: str
    message: EmailMessage
    by_tls: bool
    after_log_in: bool

    @property
    def text(self) -> str:
        """Its plain words."""
        return words(self.message)


@dataclass
class MailServer:
    """What a test tells a mail server, and what that took."""

    port: int
    taken: list[Taken] = field(default_factory=list)
    answers: dict[str, list[str]] = field(default_factory=dict)
    """Of an address: what is answered to it, the first time, the second…; afterwards it is welcome."""
    refused: set[str] = field(default_factory=set)
    """The addresses that it does not know, ever."""
    asked: list[str] = field(default_factory=list)
    """The addresses that somebody wanted to write to, as often as he tried."""
    after_data: list[str] = field(default_factory=lambda: ["250 OK"])
    """What is answered to a whole letter, the last of them for ever."""
    on_taken: Callable[[int], None] = lambda taken: None
    """Called with how many letters have come, before the answer to the last of them."""

    async def handle_RCPT(self, server: Any, session: Any, envelope: Any, address: str, options: Any) -> str:
        self.asked.append(address)
        if self.answers.get(address):
            return self.answers[address].pop(0)
        if address in self.refused:
            return "550 5.1.1 no such user"
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:
        answer = self.after_data[0] if len(self.after_data) == 1 else self.after_data.pop(0)
        if answer.startswith("250"):
            message = email.message_from_bytes(envelope.content, policy=default)
            assert isinstance(message, EmailMessage)
            by_tls = server.transport.get_extra_info("ssl_object") is not None
            self.taken += [Taken(to, message, by_tls, bool(session.authenticated)) for to in envelope.rcpt_tos]
            self.on_taken(len(self.taken))
        return answer

    def url(self, *, scheme: str = "mailto", login: str = "", more: str = "") -> str:
        """The address of this server as the settings name it."""
        return f"{scheme}://{login}127.0.0.1:{self.port}?from={MAIL_FROM}{more}"

    @property
    def letters(self) -> list[EmailMessage]:
        return [one.message for one in self.taken]

    @property
    def how_taken(self) -> list[tuple[bool, bool]]:
        """Of each letter: whether by TLS, and whether after a log-in."""
        return [(one.by_tls, one.after_log_in) for one in self.taken]

    @property
    def to(self) -> list[str]:
        """Who got a letter, as often as one came."""
        return sorted(one.to for one in self.taken)

    def about(self, said: str) -> list[str]:
        """Who got a letter with these words, as often as it came."""
        return sorted(one.to for one in self.taken if said in one.text)


def words(letter: EmailMessage, kind: str = "plain") -> str:
    """The text of a letter: ``plain`` or ``html``."""
    body = letter.get_body((kind,))
    assert body is not None
    # As a reader sees it: lines end as everywhere, and a space that does not break is a space.
    return str(body.get_content()).replace("\r\n", "\n").replace("\u00a0", " ")


def free_port() -> int:
    """A port where nothing listens."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextmanager
def serving_mail(**how: Any) -> Iterator[MailServer]:
    """A mail server while it runs; ``how`` as aiosmtpd names TLS and log-in."""
    server = MailServer(free_port())
    controller = Controller(server, hostname="127.0.0.1", port=server.port, **how)
    controller.start()
    yield server
    controller.stop()


ServeMail = Callable[..., AbstractContextManager[MailServer]]
"""Yields a mail server while it runs."""


Talk = Callable[[socket.socket], None]


@contextmanager
def talking(talk: Talk) -> Iterator[int]:
    """A server of one's own making: ``talk`` with everybody who connects; gives the port."""
    done = Event()

    def serve() -> None:
        while not done.is_set():
            try:
                caller, _ = listener.accept()
            except OSError:
                return
            with caller:
                caller.settimeout(20)
                try:
                    talk(caller)
                except OSError:
                    continue

    with socket.create_server(("127.0.0.1", 0)) as listener:
        server = Thread(target=serve)
        server.start()
        yield listener.getsockname()[1]
        done.set()
        listener.shutdown(socket.SHUT_RDWR)
    server.join(30)


def never_speaks(caller: socket.socket) -> None:
    """Takes a call and says nothing."""
    caller.recv(1000)


@contextmanager
def takes_the_letter_then(end: bytes) -> Iterator[tuple[int, list[bytes]]]:
    """A server that takes the whole letter, and instead of its answer sends ``end`` and hangs up."""
    taken: list[bytes] = []

    def talk(caller: socket.socket) -> None:
        with caller.makefile("rb") as lines:
            caller.sendall(b"220 here\r\n")
            while command := lines.readline():
                if command.upper().startswith(b"DATA"):
                    caller.sendall(b"354 go on\r\n")
                    letter = b""
                    while not letter.endswith(b"\r\n.\r\n"):
                        letter += lines.readline()
                    taken.append(letter)
                    caller.sendall(end)
                    return
                caller.sendall(b"250 fine\r\n")

    with talking(talk) as port:
        yield port, taken

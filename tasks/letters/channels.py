"""The only module that sends: one letter to one address by e-mail, Telegram, any apprise URL, or into the mailbox."""

import json
import logging
import os
import re
import smtplib
import socket
import ssl
import warnings
from collections.abc import Callable, Sequence
from contextlib import suppress
from copy import copy
from datetime import datetime
from email.message import Message
from functools import cache, lru_cache
from io import BufferedReader
from time import monotonic
from typing import Any
from urllib.parse import parse_qsl, quote, urlencode, urlsplit, urlunsplit

from apprise import Apprise, AppriseAsset, LogCapture, NotifyFormat
from apprise.utils.parse import is_email

from models import Channel, Notice
from models.lifecycle.outbox import Fault
from models.settings import Settings
from roadmap.catalogue.contacts import is_own_variable
from roadmap.letters import Letter
from tasks.letters.mailbox import SENDER, message, put

with warnings.catch_warnings():
    # Apprise looks for a module that Python 3.13 has dropped, and copes without it.
    warnings.filterwarnings("ignore", "'imghdr' is deprecated", DeprecationWarning)
    from apprise.plugins.email import NotifyEmail
    from apprise.plugins.email.common import SecureMailMode

#: To connect; to wait for one answer (a server may look through a letter before it takes it).
CONNECT_SECONDS, READ_SECONDS = 10, 30
#: The longest a letter may take: twelve of one sender must fit into the lease of a claim.
LETTER_SECONDS = 45.0
#: Letters over one connection: mail servers close one on which too much comes.
MOST_SERVED = 50
#: Answers of Telegram or of a web service that will be no other tomorrow: no access, no such chat, no such address.
GONE = (401, 403, 404, 410)
#: Refusals of a recipient that mean the mailbox where no words say otherwise (RFC 5321, 4.2.3; RFC 7504).
NO_SUCH_ADDRESS = (550, 551, 553, 556)
#: The same by RFC 3463 and 7505: no mailbox, no host, bad syntax, moved, takes no mail; switched off; no way there.
NO_SUCH_MAILBOX = ((1, 1), (1, 2), (1, 3), (1, 6), (1, 10), (2, 1), (4, 1), (4, 4))
NAME = "Веха"
#: Plain letters: apprise puts it into HTTP headers.
APP_ID = "Vekha"
_ASSET = AppriseAsset(app_id=APP_ID, app_desc=APP_ID, async_mode=False)
_VARIABLE = re.compile(r"\$\{(\w+)\}")
_HTTP_ANSWER = re.compile(r"\b(?:error|code|status)\W{0,3}([45]\d\d)\b", re.IGNORECASE)
_ENHANCED = re.compile(rb"\s*[45]\.(\d{1,3}\.\d{1,3})\b")
_UNKNOWN_MAILBOX = re.compile(
    rb"no such (?:user|recipient|mailbox|address)|(?:user|recipient|mailbox|address) (?:is )?(?:unknown|not found|"
    rb"does not exist|doesn't exist|unavailable|disabled)|unknown (?:user|recipient|mailbox)|"
    rb"invalid (?:recipient|mailbox)|not a valid mailbox|unrouteable|unroutable",
    re.IGNORECASE,
)
_SENDERS_FAULT = re.compile(
    rb"relay|authenti|log ?in|spf|dkim|dmarc|block|black ?list|spam|policy|sender|denied|helo|reputation|rate limit",
    re.IGNORECASE,
)

Secret = Callable[[str], str]
"""The value of a Prefect Secret block by its name; raises ``NotSent``. Handed in: letters know no Prefect."""


class NotSent(RuntimeError):
    """The letter did not leave; the text, one Russian line, holds neither address nor secret.

    ``fault`` says whose failure it was; ``unsent`` are the messages of a letter that broke off, the others have left.
    """

    def __init__(self, words: str, *, fault: Fault = "channel", unsent: Sequence[str] = ()) -> None:
        super().__init__(words)
        self.fault, self.unsent = fault, tuple(unsent)


class NotifyLetter(NotifyEmail):  # type: ignore[no-untyped-call]
    """Apprise's e-mail service with our own message: its URLs, defaults of providers and log-in, our text part and id.

    The plain service makes the text out of the HTML, gives every send a new Message-ID and reads the machine's
    certificates for every letter.
    """

    mail: Message
    line: "MailLine"
    failure: str = ""
    fault: Fault = "server"

    def send(self, body: Any, title: Any = "", notify_type: Any = None, attach: Any = None, **_: Any) -> bool:
        """Hand the message over; the reason of a refusal stays in ``failure``, whose it was in ``fault``."""
        try:
            self.line.send(self, str(self.from_addr[1]), self.targets[0][1], self.mail.as_bytes())
        except (OSError, smtplib.SMTPException) as problem:
            self.failure, self.fault = _refusal(problem)
        return not self.failure

    def connected(self) -> "_Hurried":
        """A connection to the mail server, by TLS and logged in where the URL says so."""
        host, port, timeout = self.smtp_host, int(self.port or 0), self.socket_connect_timeout
        server: _Hurried
        if self.secure_mode == SecureMailMode.SSL:
            server = _TlsServer(host, port, timeout=timeout, context=_tls(self.verify_certificate))
        else:
            server = _Hurried(host, port, timeout=timeout)
        try:
            if self.secure_mode == SecureMailMode.STARTTLS:
                server.starttls(context=_tls(self.verify_certificate))
            if self.user and self.password:
                server.login(self.user, self.password)
        except BaseException:
            with suppress(OSError, smtplib.SMTPException):
                server.close()
            raise
        return server


class _Patience(socket.SocketIO):
    """Reads until an instant and no longer: a server that sends a byte a second would never time out by itself."""

    def __init__(self, sock: socket.socket, server: "_Hurried") -> None:
        super().__init__(sock, "r")
        self._socket, self._server = sock, server

    def readinto(self, buffer: Any) -> int | None:
        left = self._server.until - monotonic()
        if left <= 0:
            raise TimeoutError
        self._socket.settimeout(min(READ_SECONDS, left))
        return super().readinto(buffer)


class _Hurried(smtplib.SMTP):
    """A mail server that is given ``LETTER_SECONDS`` in all for a letter, the connection included."""

    until = 0.0

    def connect(self, *args: Any, **more: Any) -> tuple[int, bytes]:
        self.hurry()
        answer = super().connect(*args, **more)
        if self.sock is not None:
            # On a connection that is kept, the end of a letter would wait for the server's late acknowledgement.
            self.sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        return answer

    def hurry(self) -> None:
        """The time of a letter begins."""
        self.until = monotonic() + LETTER_SECONDS

    def getreply(self) -> tuple[int, bytes]:
        if self.file is None and self.sock is not None:
            self.file = BufferedReader(_Patience(self.sock, self))
        return super().getreply()


class _TlsServer(_Hurried, smtplib.SMTP_SSL):
    """A server spoken to by TLS from the first byte."""


class MailLine:
    """A connection to the mail server that serves one letter after another; by itself it is closed, and opens again."""

    def __init__(self) -> None:
        self._server: _Hurried | None = None
        self._served = 0

    def send(self, service: NotifyLetter, sender: str, to: str, content: bytes) -> None:
        """Hand one letter over; raises what smtplib raises, and begins with a new connection then."""
        server = self._ready(service)
        try:
            server.sendmail(sender, [to], content)
        except smtplib.SMTPRecipientsRefused:
            self._served = MOST_SERVED if server.sock is None else self._served + 1
            raise
        except BaseException:
            self.close()
            raise
        self._served += 1

    def close(self) -> None:
        """The letters are taken, or not: what the server makes of the farewell changes nothing."""
        server, self._server = self._server, None
        if server is not None:
            with suppress(OSError, smtplib.SMTPException):
                server.hurry()
                server.quit()
            server.close()

    def _ready(self, service: NotifyLetter) -> _Hurried:
        """The connection of the letter before where the server still answers on it, else a new one."""
        if self._server is not None and (self._served >= MOST_SERVED or not _answers(self._server)):
            self.close()
        if self._server is None:
            self._server, self._served = service.connected(), 0
        return self._server


def _answers(server: _Hurried) -> bool:
    server.hurry()
    try:
        return server.noop()[0] == 250
    except (OSError, smtplib.SMTPException):
        return False


def fault_of(code: int, said: bytes) -> Fault:
    """Whose failure the refusal of an address is: of the address only where it says that there is no such mailbox.

    RFC 5321, 4.2.3 and RFC 3463: 4xx is for now; 5.1.x is the address, 5.2.1 a mailbox that is switched off; 5.7.x
    and what speaks of relaying, logging in or blocking concerns whoever sends.
    """
    found = _ENHANCED.match(said)
    subject = tuple(map(int, found.group(1).split(b"."))) if found else ()
    if code < 500:
        return "server" if code == 421 or subject[:1] == (3,) else "channel"
    if _UNKNOWN_MAILBOX.search(said):
        return "address"
    if subject and subject[0] != 0 and subject != (1, 0):
        return "address" if subject in NO_SUCH_MAILBOX else "channel" if subject[0] == 2 else "server"
    return "address" if code in NO_SUCH_ADDRESS and not _SENDERS_FAULT.search(said) else "server"


def fault_of_letter(code: int, said: bytes) -> Fault:
    """The same of a whole letter: what is not about its address counts against the channel, it may be the content."""
    fault = fault_of(code, said)
    return "channel" if fault == "server" and code >= 500 else fault


def _refusal(problem: OSError | smtplib.SMTPException) -> tuple[str, Fault]:
    """What a mail server made of a letter, in Russian words, and whose failure it was."""
    match problem:
        case smtplib.SMTPRecipientsRefused():
            [(code, said)] = problem.recipients.values()
            return f"почтовый сервер не принял адрес ({code})", fault_of(code, _bytes(said))
        case smtplib.SMTPAuthenticationError():
            return f"почтовый сервер не принял имя или пароль ({problem.smtp_code})", "server"
        case smtplib.SMTPDataError():
            fault = fault_of_letter(problem.smtp_code, _bytes(problem.smtp_error))
            return f"почтовый сервер отказал ({problem.smtp_code})", fault
        case smtplib.SMTPResponseException():
            words = f"почтовый сервер отказал ({problem.smtp_code})"
            return words if problem.smtp_code > 0 else "на месте почтового сервера отвечает что-то другое", "server"
        case ssl.SSLCertVerificationError():
            return "сертификат почтового сервера не прошёл проверку", "server"
    return f"почтовый сервер недоступен ({type(problem).__name__})", "server"


def _bytes(said: bytes | str) -> bytes:
    return said if isinstance(said, bytes) else said.encode()


def reach_mail_server(url: str) -> None:
    """Connect to the mail server of a mail URL, log in where it says so, and take leave; raises ``NotSent``."""
    try:
        server = _mail_server(url).connected()
        with suppress(OSError, smtplib.SMTPException):
            server.quit()
    except (OSError, smtplib.SMTPException) as problem:
        words, fault = _refusal(problem)
        raise NotSent(words, fault=fault) from None


def send(
    letter: Letter,
    *,
    notice: Notice,
    channel: Channel,
    settings: Settings,
    at: datetime,
    secret: Secret,
    line: MailLine,
) -> None:
    """Send one letter to one address; raises ``NotSent``. A letter that broke off goes on with its unsent messages."""
    if channel.kind == "email":
        # Whoever gave the address may not be the one whose secrets are in the environment.
        if set("${}") & set(channel.address):
            raise NotSent("неверный адрес электронной почты: знаков $, { и } в нём быть не может")
        _mail(letter, notice=notice, address=channel.address, settings=settings, at=at, line=line)
    elif channel.kind == "telegram":
        address = resolved(channel.address, secret)
        _plain(_limited(f"tgram://{address}", overflow="split", format="text"), letter, notice=notice)
    else:
        _plain(_limited(resolved(channel.address, secret)), letter, notice=notice)


def resolved(address: str, secret: Secret) -> str:
    """The address with ${NAME} from the environment, never one of Vekha's or Prefect's own; ``prefect:<block>`` is a
    Secret block. Raises ``NotSent``.
    """
    if address.startswith("prefect:"):
        return secret(address.removeprefix("prefect:"))

    def value(found: re.Match[str]) -> str:
        name = found.group(1)
        if is_own_variable(name):
            raise NotSent(f"переменная {name} в адрес не подставляется: назовите её иначе, без {name.split('_')[0]}_")
        if not (held := os.environ.get(name)):
            raise NotSent(f"не задана переменная окружения {name}")
        return held

    return _VARIABLE.sub(value, address)


def no_blocks(block: str) -> str:
    """Where nobody handed in who reads Secret blocks: raises ``NotSent``."""
    raise NotSent(f"блок Prefect Secret «{block}» здесь не читается")


def _mail(letter: Letter, *, notice: Notice, address: str, settings: Settings, at: datetime, line: MailLine) -> None:
    if settings.mail_url is None:
        mail = message(letter, notice=notice, sender=(NAME, SENDER), address=address, at=at)
        put(settings.letters, mail, notice=notice, address=address)
        return
    service = _mail_service(settings.mail_url.get_secret_value(), address)
    name, mailbox = service.from_addr
    sender = (NAME if name in (False, APP_ID) else str(name), str(mailbox))
    service.mail = message(letter, notice=notice, sender=sender, address=address, at=at)
    service.line = line
    _notify(service, body=letter.text, title=letter.subject)


def _mail_service(url: str, address: str) -> NotifyLetter:
    """The mail server of the settings with exactly one recipient."""
    found = is_email(address)  # type: ignore[no-untyped-call]
    if not found or found["full_email"] != address:
        raise NotSent("неверный адрес электронной почты в списке контактов", fault="address")
    service = copy(_mail_server(url))
    service.targets = [(False, address)]
    return service


@lru_cache(maxsize=1)
def _mail_server(url: str) -> NotifyLetter:
    """The service of a mail URL, without its targets, Cc and Bcc: those would be copies."""
    parsed = NotifyEmail.parse_url(_limited(url))  # type: ignore[no-untyped-call]
    if not parsed or parsed.get("schema") not in ("mailto", "mailtos"):
        wrong = "неверный адрес почтового сервера: VEKHA_MAIL_URL — это mailto:// или mailtos://"
        raise NotSent(wrong, fault="server")
    kept = {name: part for name, part in parsed.items() if name not in ("targets", "to", "cc", "bcc", "reply_to")}
    try:
        return NotifyLetter(**kept, asset=_ASSET)  # type: ignore[no-untyped-call]
    except TypeError as bad:
        raise NotSent("неверный адрес почтового сервера VEKHA_MAIL_URL: укажите from=", fault="server") from bad


def _limited(url: str, **extra: str) -> str:
    """The URL with our timeouts and no retries of its own: those belong to the outbox."""
    try:
        parts = urlsplit(url)
    except ValueError as bad:
        raise NotSent("неверный адрес канала") from bad
    limits = {"cto": str(CONNECT_SECONDS), "rto": str(READ_SECONDS), "retry": "0"} | extra
    # «+», «-» and «:» at the start of a name mean headers to apprise and must stay as they are.
    kept = [(name, value) for name, value in parse_qsl(parts.query, keep_blank_values=True) if name not in limits]
    query = urlencode(kept + list(limits.items()), safe="+-:", quote_via=quote)
    return urlunsplit(parts._replace(query=query))


def _plain(url: str, letter: Letter, *, notice: Notice) -> None:
    try:
        service = Apprise.instantiate(url, asset=_ASSET, suppress_exceptions=True)
    except Exception as bad:
        raise NotSent(f"неверный адрес канала ({type(bad).__name__})", fault="address") from None
    if service is None:
        raise NotSent("неверный адрес канала: такой службы нет или адрес неполон", fault="address")
    titled = [(one["title"], one["body"]) for one in _messages(service, letter)]
    if notice.unsent:
        titled = [("", body) for body in json.loads(notice.unsent)]
    for n, (title, body) in enumerate(titled):
        try:
            _notify(service, body=body, title=title)
        except NotSent as refused:
            # Where nothing has left yet, the next try says what is true then.
            is_begun = n > 0 or bool(notice.unsent)
            unsent = [body for _, body in titled[n:]] if is_begun else []
            raise NotSent(str(refused), fault=refused.fault, unsent=unsent) from refused


def _messages(service: Any, letter: Letter) -> list[dict[str, str]]:
    """The letter as the service takes it: in several messages where it is too long for one.

    Apprise would go on after a refused message, and begin with the first one at the next try.
    """
    cut: list[dict[str, str]] = service._apply_overflow(letter.text, title=letter.subject)
    return cut


def _notify(service: Any, *, body: str, title: str) -> None:
    apprise = Apprise(asset=_ASSET)
    if not apprise.add(service):
        raise NotSent("неверный адрес канала")
    # Apprise says yes or no; why not is only in its log.
    with LogCapture(level=logging.WARNING, fmt="%(message)s") as log:  # type: ignore[no-untyped-call]
        done = apprise.notify(body=body, title=title, body_format=NotifyFormat.TEXT)
        said = log.getvalue()
    if done is True:
        return
    if failure := getattr(service, "failure", ""):
        raise NotSent(failure, fault=service.fault)
    answer = _HTTP_ANSWER.search(said)
    code = int(answer.group(1)) if answer else 0
    words = f"служба отказала ({code})" if code else "служба отказала или недоступна"
    is_gone = code in GONE or (code == 400 and "chat not found" in said.lower())
    reason = "никому не подошло" if done is None else words
    raise NotSent(f"не отправлено: {reason}", fault="address" if is_gone else "channel")


@cache
def _tls(verify: bool) -> ssl.SSLContext:
    context = ssl.create_default_context()
    if not verify:
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
    return context

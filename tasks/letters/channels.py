"""The only module that sends: one letter to one address by e-mail, Telegram, any apprise URL, or into the mailbox."""

import os
import re
import smtplib
import socket
import ssl
import warnings
from collections.abc import Callable
from contextlib import suppress
from copy import copy
from datetime import datetime
from email.message import Message
from functools import cache, lru_cache
from io import BufferedReader
from time import monotonic
from typing import Any
from urllib.parse import parse_qsl, quote, urlencode, urlsplit, urlunsplit

from apprise import Apprise, AppriseAsset, NotifyFormat
from apprise.utils.parse import is_email

from models import Channel, Notice
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
NAME = "Веха"
#: Plain letters: apprise puts it into HTTP headers.
APP_ID = "Vekha"
_ASSET = AppriseAsset(app_id=APP_ID, app_desc=APP_ID, async_mode=False)
_VARIABLE = re.compile(r"\$\{(\w+)\}")

Secret = Callable[[str], str]
"""The value of a Prefect Secret block by its name; raises ``NotSent``. Handed in: letters know no Prefect."""


class NotSent(RuntimeError):
    """The letter did not leave; the text, one Russian line, holds neither address nor secret."""


class NotifyLetter(NotifyEmail):  # type: ignore[no-untyped-call]
    """Apprise's e-mail service with our own message: its URLs, defaults of providers and log-in, our text part and id.

    The plain service makes the text out of the HTML, gives every send a new Message-ID and reads the machine's
    certificates for every letter.
    """

    mail: Message
    failure: str = ""

    def send(self, body: Any, title: Any = "", notify_type: Any = None, attach: Any = None, **_: Any) -> bool:
        """Hand the message over; the reason of a refusal stays in ``failure``."""
        try:
            server = self._connected()
            try:
                server.sendmail(str(self.from_addr[1]), [self.targets[0][1]], self.mail.as_bytes())
            finally:
                # The letter is taken, or not: what the server makes of the farewell changes nothing.
                with suppress(OSError, smtplib.SMTPException):
                    server.quit()
                server.close()
        except smtplib.SMTPRecipientsRefused as refused:
            codes = ", ".join(str(code) for code, _ in refused.recipients.values())
            self.failure = f"почтовый сервер не принял адрес ({codes})"
        except smtplib.SMTPAuthenticationError as refused:
            self.failure = f"почтовый сервер не принял имя или пароль ({refused.smtp_code})"
        except smtplib.SMTPResponseException as refused:
            said = f"почтовый сервер отказал ({refused.smtp_code})"
            self.failure = said if refused.smtp_code > 0 else "на месте почтового сервера отвечает что-то другое"
        except ssl.SSLCertVerificationError:
            self.failure = "сертификат почтового сервера не прошёл проверку"
        except (OSError, smtplib.SMTPException) as broken:
            self.failure = f"почтовый сервер недоступен ({type(broken).__name__})"
        return not self.failure

    def _connected(self) -> smtplib.SMTP:
        host, port, timeout = self.smtp_host, int(self.port or 0), self.socket_connect_timeout
        server: smtplib.SMTP
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

    def __init__(self, sock: socket.socket, until: float) -> None:
        super().__init__(sock, "r")
        self._socket, self._until = sock, until

    def readinto(self, buffer: Any) -> int | None:
        left = self._until - monotonic()
        if left <= 0:
            raise TimeoutError
        self._socket.settimeout(min(READ_SECONDS, left))
        return super().readinto(buffer)


class _Hurried(smtplib.SMTP):
    """A mail server that is given ``LETTER_SECONDS`` in all."""

    def connect(self, *args: Any, **more: Any) -> tuple[int, bytes]:
        self._until = monotonic() + LETTER_SECONDS
        return super().connect(*args, **more)

    def getreply(self) -> tuple[int, bytes]:
        if self.file is None and self.sock is not None:
            self.file = BufferedReader(_Patience(self.sock, self._until))
        return super().getreply()


class _TlsServer(_Hurried, smtplib.SMTP_SSL):
    """A server spoken to by TLS from the first byte."""


def send(letter: Letter, *, notice: Notice, channel: Channel, settings: Settings, at: datetime, secret: Secret) -> None:
    """Send one letter to one address; raises ``NotSent``."""
    if channel.kind == "email":
        # Whoever gave the address may not be the one whose secrets are in the environment.
        if set("${}") & set(channel.address):
            raise NotSent("неверный адрес электронной почты: знаков $, { и } в нём быть не может")
        _mail(letter, notice=notice, address=channel.address, settings=settings, at=at)
    elif channel.kind == "telegram":
        address = resolved(channel.address, secret)
        _plain(_limited(f"tgram://{address}", overflow="split", format="text"), letter)
    else:
        _plain(_limited(resolved(channel.address, secret)), letter)


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


def _mail(letter: Letter, *, notice: Notice, address: str, settings: Settings, at: datetime) -> None:
    if settings.mail_url is None:
        mail = message(letter, notice=notice, sender=(NAME, SENDER), address=address, at=at)
        put(settings.letters, mail, notice=notice, address=address)
        return
    service = _mail_service(settings.mail_url.get_secret_value(), address)
    name, mailbox = service.from_addr
    sender = (NAME if name in (False, APP_ID) else str(name), str(mailbox))
    service.mail = message(letter, notice=notice, sender=sender, address=address, at=at)
    _notify(service, letter, text=letter.text)


def _mail_service(url: str, address: str) -> NotifyLetter:
    """The mail server of the settings with exactly one recipient."""
    found = is_email(address)  # type: ignore[no-untyped-call]
    if not found or found["full_email"] != address:
        raise NotSent("неверный адрес электронной почты в списке контактов")
    service = copy(_mail_server(url))
    service.targets = [(False, address)]
    return service


@lru_cache(maxsize=1)
def _mail_server(url: str) -> NotifyLetter:
    """The service of a mail URL, without its targets, Cc and Bcc: those would be copies."""
    parsed = NotifyEmail.parse_url(_limited(url))  # type: ignore[no-untyped-call]
    if not parsed or parsed.get("schema") not in ("mailto", "mailtos"):
        raise NotSent("неверный адрес почтового сервера: VEKHA_MAIL_URL — это mailto:// или mailtos://")
    kept = {name: part for name, part in parsed.items() if name not in ("targets", "to", "cc", "bcc", "reply_to")}
    try:
        return NotifyLetter(**kept, asset=_ASSET)  # type: ignore[no-untyped-call]
    except TypeError as bad:
        raise NotSent("неверный адрес почтового сервера VEKHA_MAIL_URL: укажите from=") from bad


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


def _plain(url: str, letter: Letter) -> None:
    try:
        service = Apprise.instantiate(url, asset=_ASSET, suppress_exceptions=True)
    except Exception as bad:
        raise NotSent(f"неверный адрес канала ({type(bad).__name__})") from None
    if service is None:
        raise NotSent("неверный адрес канала: такой службы нет или адрес неполон")
    _notify(service, letter, text=letter.text)


def _notify(service: Any, letter: Letter, *, text: str) -> None:
    apprise = Apprise(asset=_ASSET)
    if not apprise.add(service):
        raise NotSent("неверный адрес канала")
    done = apprise.notify(body=text, title=letter.subject, body_format=NotifyFormat.TEXT)
    if done is not True:
        reason = "никому не подошло" if done is None else "служба отказала или недоступна"
        raise NotSent(getattr(service, "failure", "") or f"не отправлено: {reason}")


@cache
def _tls(verify: bool) -> ssl.SSLContext:
    context = ssl.create_default_context()
    if not verify:
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
    return context

"""Signed links: an official answers a letter, or subscribes to a calendar, without an account.

A link holds numbers only, never a name or an address. It is bound to one official (or body), expires, and dies when
the official's ``link_serial`` is raised.
"""

import hashlib
import os
import secrets
from dataclasses import dataclass
from datetime import date, datetime
from functools import cache
from pathlib import Path
from typing import Any

from itsdangerous import BadSignature, SignatureExpired, URLSafeSerializer, URLSafeTimedSerializer
from sqlalchemy import Engine
from sqlmodel import Session

from models import Body, Channel, Official
from models.settings import Settings, SettingsRefused, long_enough_key
from models.tables.audit import write_audit
from roadmap.language import ON_PAGE

DAY_SECONDS = 24 * 3600
MY = "my"
"""Stands in an address where the token would, for whoever has given the code of a letter."""


class LinkRefused(ValueError):
    """The link opens nothing; the text is one Russian line for the person who followed it."""


@dataclass(frozen=True, slots=True)
class LinkHolder:
    """Whom a link stands for; ``channel`` is where the letter with it went, None when given out by hand."""

    official: Official
    channel: Channel | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """Who answers (by the token of the link), when, and the once-key of the form."""

    settings: Settings
    engine: Engine
    token: str
    at: datetime
    once: str
    today: date
    """In the roadmap's zone."""


def official_url(settings: Settings, official: Official, channel_id: int | None = None, *, path: str = "") -> str:
    """The personal page of an official, «…/o/<token>» + ``path``; where letters have codes, «…/o/my» + ``path``."""
    token = MY if settings.letter_codes else _token(settings, official, channel_id)
    return f"{settings.pages_url}/o/{token}{path}"


def letter_code(settings: Settings, official: Official, channel_id: int | None = None) -> str:
    """What opens «…/o/my», to be given beside it; empty where the links themselves open the pages."""
    return _token(settings, official, channel_id) if settings.letter_codes else ""


def _token(settings: Settings, official: Official, channel_id: int | None) -> str:
    return str(_timed(settings).dumps([official.id, official.link_serial, channel_id]))


def link_holder(session: Session, settings: Settings, token: str) -> LinkHolder:
    """Who may act by the token. Raises ``LinkRefused``: expired, revoked, forged, of a person who has left."""
    try:
        official_id, serial, channel_id = _timed(settings).loads(token, max_age=settings.link_days * DAY_SECONDS)
    except SignatureExpired as old:
        raise LinkRefused("Срок действия ссылки истёк. Откройте ссылку из последнего письма.") from old
    except (BadSignature, ValueError, TypeError) as forged:
        raise LinkRefused("Ссылка неполна или повреждена. Откройте её из письма целиком.") from forged
    official = session.get(Official, official_id)
    if official is None or not official.is_active or official.link_serial != serial:
        raise LinkRefused("Ссылка отозвана. Откройте ссылку из последнего письма или обратитесь к координатору.")
    channel = session.get(Channel, channel_id) if channel_id is not None else None
    return LinkHolder(official, channel if channel and channel.official_id == official.id else None)


def actor_of(official: Official) -> str:
    """How a transition names the official: the post, never the name."""
    return f"{official.post}{ON_PAGE}"


def audit(session: Session, by: LinkHolder, action: str, subject: str, detail: str, *, at: datetime) -> None:
    """One line of the audit; a confirmed action also proves that letters reach the channel of the link."""
    who = {"actor": by.official.post, "official_id": by.official.id}
    write_audit(session, at=at, action=action, subject=subject, detail=detail, **who)  # type: ignore[arg-type]
    if by.channel is not None:
        by.channel.proven_at = at
        by.channel.forget_failures()
        session.add(by.channel)


def calendar_url(settings: Settings, whose: Official | Body) -> str:
    """The feed of deadlines, «…/calendar/<token>.ics»: it does not expire, a calendar program asks for years."""
    kind = "o" if isinstance(whose, Official) else "b"
    return f"{settings.pages_url}/calendar/{_lasting(settings).dumps([kind, whose.id, whose.link_serial])}.ics"


def calendar_owner(session: Session, settings: Settings, token: str) -> Official | Body:
    """Whose deadlines the token shows. Raises ``LinkRefused``."""
    try:
        kind, number, serial = _lasting(settings).loads(token)
    except (BadSignature, ValueError, TypeError) as forged:
        raise LinkRefused("Ссылка на календарь повреждена.") from forged
    whose: Official | Body | None = session.get(Official, number) if kind == "o" else session.get(Body, number)
    if whose is None or whose.link_serial != serial or (isinstance(whose, Official) and not whose.is_active):
        raise LinkRefused("Ссылка на календарь отозвана.")
    return whose


def revoke(session: Session, whose: Official | Body) -> None:
    """Every link given to the official, or to the body's calendar, so far is dead from now on."""
    whose.link_serial += 1
    session.add(whose)


def _timed(settings: Settings) -> Any:
    return URLSafeTimedSerializer(signing_key(settings), salt="official", signer_kwargs=_SHA256)


def _lasting(settings: Settings) -> Any:
    return URLSafeSerializer(signing_key(settings), salt="calendar", signer_kwargs=_SHA256)


_SHA256 = {"digest_method": hashlib.sha256}


def signing_key(settings: Settings) -> str:
    """The key from the settings; without it one of our own, made once, readable by the owner only."""
    if settings.link_key is not None:
        return settings.link_key.get_secret_value()
    return _own_key((settings.data / "link.key").absolute())


def known_key(settings: Settings) -> str:
    """The same where there is one already, else empty."""
    if settings.link_key is None and not (settings.data / "link.key").exists():
        return ""
    return signing_key(settings)


@cache
def _own_key(path: Path) -> str:
    """Read once: a batch of letters signs hundreds of links."""
    if not path.exists():
        _make_key(path)
    key = path.read_text(encoding="utf-8", errors="replace")
    if not long_enough_key(key):
        raise SettingsRefused(
            f"Ключ личных ссылок в файле {path} пуст или испорчен: верните файл из копии или удалите его "
            "(новый сделается сам, прежние ссылки перестанут открываться)"
        )
    return key


def _make_key(path: Path) -> None:
    """Two processes or threads starting at once agree: the file appears whole, and only the first one's stays."""
    path.parent.mkdir(parents=True, exist_ok=True)
    unfinished = path.with_name(f"{path.name}.{secrets.token_hex(8)}")
    with os.fdopen(os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as file:
        file.write(secrets.token_urlsafe(48))
    try:
        os.link(unfinished, path)
    except FileExistsError:
        pass
    finally:
        unfinished.unlink()

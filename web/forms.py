"""Reading what people typed: one form at a time, fields bounded, days in Russian or as a browser sends them."""

import re
import secrets
import unicodedata
from collections.abc import AsyncIterator
from datetime import date
from typing import Annotated
from urllib.parse import urlsplit

from fastapi import Depends, Request
from starlette.datastructures import FormData, UploadFile

from roadmap.language.dates import NotADay, read_day

LONGEST = 4000
"""Characters of one field: two pages of text."""


class BadField(ValueError):
    """A field cannot be taken as it is; the text is one Russian line."""


async def _read(request: Request) -> AsyncIterator[FormData]:
    form = await request.form(max_files=1, max_fields=20)
    try:
        yield form
    finally:
        await form.close()


Form = Annotated[FormData, Depends(_read)]
"""The form of a request, for a route written as a plain function; a temporary file is closed after it."""


def once_key() -> str:
    """A random value for a hidden field «once»: the same form sent twice is one action."""
    return secrets.token_urlsafe(18)


def once(form: FormData) -> str:
    """The form's once-key. Raises ``BadField`` when it was not made by ``once_key``."""
    given = form.get("once")
    if not isinstance(given, str) or not re.fullmatch(r"[\w-]{24}", given, re.ASCII):
        raise BadField("Форма устарела. Откройте страницу заново.")
    return given


def text(form: FormData, name: str, label: str, *, longest: int = LONGEST, is_required: bool = False) -> str:
    """The words of a field, trimmed. Raises ``BadField``: too long, with control characters, empty where required."""
    given = form.get(name, "")
    if not isinstance(given, str):
        raise BadField(f"Поле «{label}»: ожидался текст.")
    words = given.replace("\r\n", "\n").strip()
    if len(words) > longest:
        raise BadField(f"Поле «{label}»: слишком длинно, {len(words)} знаков, можно до {longest}.")
    if any(unicodedata.category(sign) in ("Cc", "Cs") and sign not in "\n\t" for sign in words):
        raise BadField(f"Поле «{label}»: в тексте служебные знаки. Наберите его заново.")
    if is_required and not words:
        raise BadField(f"Заполните поле «{label}».")
    return words


def day(form: FormData, name: str, label: str, *, earliest: date, latest: date) -> date:
    """The day of a field: 2027-05-31 as browsers send it, or as people type it. Raises ``BadField``."""
    words = text(form, name, label, longest=40, is_required=True)
    try:
        found = read_day(words)
    except NotADay as wrong:
        raise BadField(f"Поле «{label}»: {wrong}.") from wrong
    assert found is not None
    if found < earliest:
        raise BadField(f"Поле «{label}»: {found:%d.%m.%Y} — слишком рано, можно с {earliest:%d.%m.%Y}.")
    if found > latest:
        raise BadField(f"Поле «{label}»: {found:%d.%m.%Y} — слишком поздно, можно до {latest:%d.%m.%Y}.")
    return found


def maybe_day(form: FormData, name: str, label: str) -> date | None:
    """The day of a field that may stay empty. Raises ``BadField`` when it is no day."""
    try:
        return read_day(text(form, name, label, longest=40))
    except NotADay as wrong:
        raise BadField(f"Поле «{label}»: {wrong}.") from wrong


def link(form: FormData, name: str, label: str) -> str:
    """A web address, or nothing. Raises ``BadField``: not http(s), no host, a password inside."""
    words = text(form, name, label, longest=1000)
    if not words:
        return ""
    try:
        parts = urlsplit(words)
        is_good = parts.scheme in ("http", "https") and bool(parts.hostname) and "@" not in parts.netloc
    except ValueError:
        is_good = False
    if not is_good or re.search(r"[\s<>\"]", words):
        raise BadField(f"Поле «{label}»: нужен адрес целиком, например https://example.org/prikaz.pdf")
    return words


def number(form: FormData, name: str, label: str) -> int:
    """The whole number of a hidden field or a list. Raises ``BadField``."""
    words = text(form, name, label, longest=12, is_required=True)
    if not re.fullmatch(r"\d{1,9}", words, re.ASCII):
        raise BadField(f"Поле «{label}»: выберите из списка.")
    return int(words)


def file(form: FormData, name: str) -> UploadFile | None:
    """The file of a field, None when nothing was chosen."""
    given = form.get(name)
    return given if isinstance(given, UploadFile) and given.filename else None

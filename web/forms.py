"""Reading what people typed: one form at a time, fields bounded, days in Russian or as a browser sends them."""

import re
import secrets
import unicodedata
from collections.abc import AsyncIterator, Callable, Sequence
from datetime import date
from typing import Annotated, Concatenate, ParamSpec, TypeVar
from urllib.parse import urlsplit

from fastapi import Depends, Request
from starlette.datastructures import FormData, UploadFile

from roadmap.language.dates import NotADay, read_day

LONGEST = 4000
"""Characters of one field: two pages of text."""


MOST_FILES = 10
"""Of one report."""
_MOST_PARTS = 50
"""So many files are read at all: who sends a few too many is told so by name of the field."""
T = TypeVar("T")
P = ParamSpec("P")


class BadField(ValueError):
    """A field cannot be taken as it is; the text is one Russian line. ``field`` is its name in the form, if any."""

    def __init__(self, line: str, field: str = "") -> None:
        super().__init__(line)
        self.field = field


class BadFields(ValueError):
    """Some fields of a form cannot be taken; what is wrong with each, in the order of the form."""

    def __init__(self, faults: Sequence[BadField]) -> None:
        super().__init__(" ".join(map(str, faults)))
        self.faults = tuple(faults)


class Faults(list[BadField]):
    """What is wrong with the fields of a form that is read to its end: who sent it is told everything at once."""

    def read(
        self,
        field: Callable[Concatenate[FormData, str, P], T],
        form: FormData,
        name: str,
        *args: P.args,
        **kw: P.kwargs,
    ) -> T | None:
        """The field as ``field`` reads it; None when it cannot be taken, which is noted."""
        try:
            return field(form, name, *args, **kw)
        except BadField as bad:
            self.append(bad)
            return None

    def about(self, *fields: str) -> bool:
        """Whether one of the fields is among them."""
        return any(fault.field in fields for fault in self)

    def refuse(self) -> None:
        """Raises ``BadFields`` when anything was wrong."""
        if self:
            raise BadFields(self)


async def _read(request: Request) -> AsyncIterator[FormData]:
    form = await request.form(max_files=1, max_fields=20)
    try:
        yield form
    finally:
        await form.close()


async def read_with_files(request: Request) -> AsyncIterator[FormData]:
    """The form of a report, to which several files may be attached."""
    form = await request.form(max_files=_MOST_PARTS, max_fields=20)
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
        raise BadField(f"Поле «{label}»: ожидался текст.", name)
    words = given.replace("\r\n", "\n").strip()
    if len(words) > longest:
        raise BadField(f"Поле «{label}»: слишком длинно, {len(words)} знаков, можно до {longest}.", name)
    if any(unicodedata.category(sign) in ("Cc", "Cs") and sign not in "\n\t" for sign in words):
        raise BadField(f"Поле «{label}»: в тексте служебные знаки. Наберите его заново.", name)
    if is_required and not words:
        raise BadField(f"Заполните поле «{label}».", name)
    return words


def day(form: FormData, name: str, label: str, *, earliest: date, latest: date) -> date:
    """The day of a field: 2027-05-31 as browsers send it, or as people type it. Raises ``BadField``."""
    words = text(form, name, label, longest=40, is_required=True)
    try:
        found = read_day(words)
    except NotADay as wrong:
        raise BadField(f"Поле «{label}»: {wrong}.", name) from wrong
    assert found is not None
    if found < earliest:
        raise BadField(f"Поле «{label}»: {found:%d.%m.%Y} — слишком рано, можно с {earliest:%d.%m.%Y}.", name)
    if found > latest:
        raise BadField(f"Поле «{label}»: {found:%d.%m.%Y} — слишком поздно, можно до {latest:%d.%m.%Y}.", name)
    return found


def maybe_day(form: FormData, name: str, label: str) -> date | None:
    """The day of a field that may stay empty. Raises ``BadField`` when it is no day."""
    try:
        return read_day(text(form, name, label, longest=40))
    except NotADay as wrong:
        raise BadField(f"Поле «{label}»: {wrong}.", name) from wrong


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
        raise BadField(f"Поле «{label}»: нужен адрес целиком, например https://example.org/prikaz.pdf", name)
    return words


def number(form: FormData, name: str, label: str) -> int:
    """The whole number of a hidden field or a list. Raises ``BadField``."""
    words = text(form, name, label, longest=12, is_required=True)
    if not re.fullmatch(r"\d{1,9}", words, re.ASCII):
        raise BadField(f"Поле «{label}»: выберите из списка.", name)
    return int(words)


def file(form: FormData, name: str) -> UploadFile | None:
    """The file of a field, None when nothing was chosen."""
    given = form.get(name)
    return given if isinstance(given, UploadFile) and given.filename else None


def files(form: FormData, name: str) -> list[UploadFile]:
    """The files of a field, of which several may be chosen. Raises ``BadField`` when there are too many."""
    given = [one for one in form.getlist(name) if isinstance(one, UploadFile) and one.filename]
    if len(given) > MOST_FILES:
        raise BadField(f"Выбрано файлов: {len(given)}, а приложить можно не больше {MOST_FILES}.", name)
    return given

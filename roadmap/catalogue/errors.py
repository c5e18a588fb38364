"""Pydantic's refusals as one Russian line each: entry, field, what is wrong, remedy."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from pydantic import ValidationError
from pydantic_core import ErrorDetails


def refusals(error: ValidationError, data: Any) -> list[str]:
    """A line for each refused field of ``data``, in the order of the schema."""
    return [f"{_place(details['loc'], data)}{_reason(details)}" for details in error.errors()]


def _place(loc: tuple[int | str, ...], data: Any) -> str:
    """``items[3] (2.1.4), поле owner: `` — everything up to the last name is the entry, the rest the field."""
    names = [at for at, step in enumerate(loc) if isinstance(step, str)]
    if not names:
        return ""
    entry, name = loc[: names[-1]], _path(loc[names[-1] :])
    return f"{_path(entry)}{_code(entry, data)}, поле {name}: " if entry else f"поле {name}: "


def _path(loc: Sequence[int | str]) -> str:
    steps = [f"[{step}]" if isinstance(step, int) else f".{step}" for step in loc]
    return "".join(steps).removeprefix(".")


def _code(entry: Sequence[int | str], data: Any) -> str:
    """The code of the list entry in brackets, so that it is found without counting."""
    for step in entry[:2]:
        data = data[step]
    code = data.get("code") if len(entry) >= 2 and isinstance(data, Mapping) else None
    return f" ({code})" if isinstance(code, (str, int, float)) else ""


def _reason(details: ErrorDetails) -> str:
    kind, value, context = details["type"], details["input"], details.get("ctx", {})
    if kind == "value_error":
        return str(context["error"])
    if kind == "literal_error":
        allowed = context["expected"].replace(" or ", ", ").replace("'", "")
        return f"недопустимое значение «{value}» — выберите одно из: {allowed}"
    if kind == "string_type" and isinstance(value, (int, float, date)):
        return f'нужна строка, а записано {_shown(value)} — возьмите значение в кавычки: "{_shown(value)}"'
    if kind == "string_pattern_mismatch":
        return f"код «{value}» не годится — пишите строчными латинскими буквами, цифрами, точкой и дефисом"
    if kind == "string_too_long":
        return f"строка длиннее {context['max_length']} знаков — сократите её"
    return _REASONS.get(kind, f"значение не подходит ({kind}) — сверьтесь со схемой").format(value=_shown(value))


def _shown(value: Any) -> str:
    if value is None:
        return "пусто"
    if isinstance(value, (Mapping, tuple)):
        return "набор полей" if isinstance(value, Mapping) else "список"
    return str(value).lower() if isinstance(value, bool) else str(value)


_REASONS = {
    "missing": "поля нет — добавьте его",
    "extra_forbidden": "такого поля нет в схеме — исправьте имя или уберите поле",
    "string_type": "нужна строка, а записано: {value} — впишите текст или уберите поле",
    "string_too_short": "пустая строка — впишите текст",
    "date_type": "нужна дата без кавычек вида 2027-05-31, а записано: {value}",
    "tuple_type": "нужен список, а записано: {value} — начните каждую строку с дефиса",
    "too_short": "пустой список — добавьте хотя бы одну запись",
    "bool_type": "нужно true или false без кавычек, а записано: {value}",
    "int_type": "нужно целое число без кавычек, а записано: {value}",
    "float_type": "нужно число без кавычек, а записано: {value}",
    "model_type": "нужен набор полей «ключ: значение», а записано: {value}",
}

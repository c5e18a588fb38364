"""What a cell of a sheet shows: a date is what its format says of it, a number is no number with a tail."""

import re
from datetime import date, datetime, time, timedelta
from typing import Any

from openpyxl.cell.rich_text import CellRichText, TextBlock

from roadmap.language.months import MONTHS, OF_MONTHS
from tasks.documents.lines import above_the_line

_LITERAL = re.compile(r'"[^"]*"|\[[^\]]*\]|\\.|[_*].')
_DECIMALS = re.compile(r"[#0,\s]*\.(0+)%?$")


def shown(value: Any, form: str) -> str:
    """The words of a value under a number format of Excel; lines are parted by ``\\n``, struck words are left out."""
    if value is None:
        return ""
    if isinstance(value, CellRichText):
        return _seen(value)
    if isinstance(value, bool):
        return "да" if value else "нет"
    if isinstance(value, int | float):
        return _number(value, form)
    if isinstance(value, datetime | date):
        return _day(value, form)
    if isinstance(value, time):
        return f"{value:%H:%M}"
    if isinstance(value, timedelta):
        minutes = int(value.total_seconds()) // 60
        return f"{minutes // 60}:{minutes % 60:02}"
    return str(value)


def _seen(pieces: CellRichText) -> str:
    text = ""
    for piece in pieces:
        if not isinstance(piece, TextBlock):
            text += piece
        elif not piece.font.strike:
            raised = piece.font.vertAlign == "superscript"
            text += above_the_line(piece.text, text) if raised else piece.text
    return text


def _number(value: int | float, form: str) -> str:
    plain = _LITERAL.sub("", form.split(";")[0])
    percent = plain.endswith("%")
    if percent:
        value *= 100
    decimals = _DECIMALS.match(plain)
    said = f"{value:.{len(decimals[1])}f}" if decimals else f"{value:.15g}"
    return f"{said}%" if percent else said


def _day(value: date, form: str) -> str:
    """A day whose format has no day is a month, one without a year is a day of any year."""
    tokens = _LITERAL.sub("", form.split(";")[0]).casefold()
    has_day = "d" in re.sub(r"d{3,}", "", tokens)  # without the name of a day of the week
    has_year, has_hour = "y" in tokens, "h" in tokens
    has_month = "m" in tokens and (has_day or has_year or not has_hour)
    hour = f" {value:%H:%M}" if isinstance(value, datetime) and value.time() != time() else ""
    if has_day and has_month and not has_year:
        return f"{value.day} {OF_MONTHS[value.month - 1]}{hour}"
    if not has_day and has_year:
        return f"{MONTHS[value.month - 1]} {value.year}" if has_month else f"{value.year}"
    if not has_day and has_month:
        return MONTHS[value.month - 1]
    if not has_day and has_hour:
        return hour.strip() or "0:00"
    return f"{value:%d.%m.%Y}{hour if has_hour else ''}"

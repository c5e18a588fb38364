"""A day as people type it. Pure."""

import re
from datetime import date, datetime

EXAMPLE = "31.05.2027"
_RUSSIAN = re.compile(r"(\d{1,2})\.(\d{1,2})\.(\d{4})", re.ASCII)
_ISO = re.compile(r"(\d{4})-(\d{2})-(\d{2})", re.ASCII)


class NotADay(ValueError):
    """The words are no day; the text is one Russian line without a stop. Callers put the name of the field before."""


def read_day(words: str) -> date | None:
    """The day of «31.05.2027», «31.05.2027 г.», «1.5.2027» or «2027-05-31»; None where nothing was entered.

    Raises ``NotADay``: short years, other orders, words, digits of other scripts, days no calendar has.
    """
    asked = words.strip()
    found = asked.removesuffix("г.").rstrip()
    if not asked:
        return None
    try:
        if match := _RUSSIAN.fullmatch(found):
            return date(int(match[3]), int(match[2]), int(match[1]))
        if found == asked and (match := _ISO.fullmatch(found)):
            return date(int(match[1]), int(match[2]), int(match[3]))
    except ValueError:
        pass
    raise NotADay(f"«{asked}» — не дата; напишите, например, {EXAMPLE}")


def read_cell(cell: object) -> date | None:
    """The day in a cell of a table: one that the table keeps as such, or the words of ``read_day``."""
    if isinstance(cell, datetime):
        return cell.date()
    if cell is None or isinstance(cell, date):
        return cell
    return read_day(str(cell))

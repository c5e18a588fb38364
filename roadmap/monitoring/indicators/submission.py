"""What a body answers for an indicator: read from what was typed, checked, put into words. Pure."""

import math
import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from roadmap.catalogue.municipalities import Problem
from roadmap.catalogue.schema import Indicator
from roadmap.language import counted
from roadmap.monitoring.indicators.due import since_words

Typed = str | date | int | float | None
"""A field as it comes: words of a page, or whatever a cell of a spreadsheet holds."""
NBSP = "\u00a0"
LONGEST_REASON = 500
LARGEST = 1e12
YES, NO = ("да", "есть", "1", "true", "истина"), ("нет", "0", "false", "ложь")
UNIT_RU = {"percent": "%", "count": "ед.", "yes_no": "да/нет"}
#: What is asked for where the catalogue does not say it in words of its own.
NUMERATOR_RU = {"share": "Сколько из них", "ratio": "Сколько всего", "total": "Значение", "flag": "Да или нет"}
DENOMINATOR_RU = {"share": "Сколько всего", "ratio": "На сколько делится"}
_GROUPED = re.compile(r"[+-]?\d{1,3}(?:[ \u00a0\u2009\u202f]\d{3})+(?:[.,]\d+)?")
_PLAIN = re.compile(r"[+\-\u2212]?\d+(?:[.,]\d+)?", re.ASCII)


@dataclass(frozen=True, slots=True)
class Given:
    """One answer. Without a numerator the body says that it has no data, and ``reason`` why; that is not zero.

    ``reason`` beside numbers says why an earlier answer is corrected; ``place`` is where the answer stands.
    """

    indicator: str
    """Code."""
    numerator: float | None = None
    denominator: float | None = None
    reason: str = ""
    place: str = ""

    @property
    def is_missing(self) -> bool:
        """The body has no data."""
        return self.numerator is None

    @property
    def value(self) -> tuple[float | None, float | None, str]:
        """What makes it another answer: the numbers; of no data the reason too."""
        return self.numerator, self.denominator, self.reason if self.is_missing else ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Fields:
    """What stands in the fields of one indicator, and where each field is: a cell «H7», the name of a field."""

    numerator: Typed = None
    denominator: Typed = None
    reason: Typed = None
    is_missing: bool = False
    """«Данных нет» is ticked; in a spreadsheet a reason without numbers says so."""
    places: Mapping[str, str]
    """Of «numerator», «denominator», «reason»."""


def takes_denominator(indicator: Indicator) -> bool:
    """A share and a ratio have two numbers, a total and a flag one."""
    return indicator.counted in DENOMINATOR_RU


def numerator_words(indicator: Indicator) -> str:
    """What the first number counts, and since when where the catalogue leaves that to the rule."""
    said, since = indicator.numerator or NUMERATOR_RU[indicator.counted], since_words(indicator)
    return f"{said} ({since})" if since else said


def denominator_words(indicator: Indicator) -> str:
    """What the second number counts; empty where there is none."""
    return indicator.denominator or DENOMINATOR_RU.get(indicator.counted, "") if takes_denominator(indicator) else ""


def unit_words(indicator: Indicator) -> str:
    """«%», «да/нет»: the unit the indicator is reckoned in."""
    return "да/нет" if indicator.counted == "flag" else UNIT_RU.get(indicator.unit or "", "")


def counted_indicators(count: int) -> str:
    """«9 показателей»."""
    return counted(count, "показатель", "показателя", "показателей")


def number_words(value: float | None) -> str:
    """«1 234,5» with blanks that do not break; empty for None."""
    if value is None:
        return ""
    shown = f"{value:,.0f}" if value == int(value) else f"{value:,.4f}".rstrip("0").rstrip(".")
    return shown.replace(",", NBSP).replace(".", ",")


def answer_words(indicator: Indicator, given: Given) -> str:
    """«45 из 120 (37,5 %)», «12», «да», «нет данных: учёт не ведётся»."""
    if given.numerator is None:
        return f"нет данных: {given.reason}" if given.reason else "нет данных"
    if indicator.counted == "flag":
        return "да" if given.numerator else "нет"
    shown = number_words(given.numerator)
    if given.denominator is None:
        return shown
    if indicator.counted == "ratio":
        per = f" ({number_words(round(given.numerator / given.denominator, 1))})" if given.denominator else ""
        return f"{shown} на {number_words(given.denominator)}{per}"
    share = (
        f" ({number_words(round(100 * given.numerator / given.denominator, 1))}{NBSP}%)" if given.denominator else ""
    )
    return f"{shown} из {number_words(given.denominator)}{share}"


def read_answer(indicator: Indicator, fields: Fields) -> tuple[Given | None, list[Problem]]:
    """The answer in the fields, or every fault with its place; (None, []) where nothing was filled in.

    Numbers beside a tick at «данных нет» are a fault: nobody but the sender knows which of the two is meant.
    """
    problems: list[Problem] = []
    reason = _reason(fields, problems)
    has_numbers = not (_is_blank(fields.numerator) and _is_blank(fields.denominator))
    if fields.is_missing or (reason and not has_numbers):
        if has_numbers:
            both = "здесь число, а ниже отмечено «Данных нет»: оставьте одно из двух"
            problems.append(Problem(fields.places["numerator"], both))
        elif not reason and not problems:
            problems.append(Problem(fields.places["reason"], "назовите причину, по которой данных нет"))
        return (None, problems) if problems else (Given(indicator.code, None, None, reason), [])
    first = _first(indicator, fields, problems)
    second = _second(indicator, fields, problems)
    if not problems and first is not None and second is not None and indicator.counted == "share" and first > second:
        too_many = f"часть ({number_words(first)}) больше целого ({number_words(second)}): проверьте оба числа"
        problems.append(Problem(fields.places["numerator"], too_many))
    if problems or first is None:
        return None, problems
    return Given(indicator.code, first, second, reason), []


def read_number(typed: Typed) -> float:
    """A number that is not negative. ``ValueError`` has one Russian line with the remedy.

    «1 234,5» and «1234.5» are read; a percent, a formula, a date that a spreadsheet made of «1.5» are not.
    """
    if isinstance(typed, bool) or typed is None:
        raise ValueError("здесь нужно число")
    if isinstance(typed, date):
        raise ValueError(f"здесь дата {typed:%d.%m.%Y}, а нужно число: впишите его заново")
    try:
        value = _worded(typed) if isinstance(typed, str) else float(typed)
    except OverflowError:  # A whole number of a spreadsheet has no bound: one of 400 digits is no float.
        value = math.inf
    if not math.isfinite(value) or value > LARGEST:
        raise ValueError("слишком большое число: проверьте, не склеились ли два")
    if value < 0:
        raise ValueError(f"число не может быть отрицательным: {number_words(value)}")
    return value


def _worded(typed: str) -> float:
    words = typed.strip()
    if words.startswith("="):
        raise ValueError("здесь формула, а нужно число: впишите её результат")
    if words.endswith("%"):
        raise ValueError(f"«{words[:40]}» — процент, а нужно число: долю посчитаем сами")
    if _GROUPED.fullmatch(words):
        words = re.sub(r"\s", "", words)
    if not _PLAIN.fullmatch(words) or len(words) > 40:
        raise ValueError(f"«{words[:40]}» — не число: впишите его цифрами, например 120")
    return float(words.replace(",", ".").replace("\u2212", "-"))


def _first(indicator: Indicator, fields: Fields, problems: list[Problem]) -> float | None:
    place = fields.places["numerator"]
    if _is_blank(fields.numerator):
        if takes_denominator(indicator) and not _is_blank(fields.denominator):
            problems.append(Problem(place, f"не заполнено: {numerator_words(indicator)}"))
        return None
    if indicator.counted == "flag":
        said = _flag(fields.numerator)
        if said is None:
            problems.append(Problem(place, "здесь нужно «да» или «нет»"))
        return said
    return _number(fields.numerator, place, problems)


def _second(indicator: Indicator, fields: Fields, problems: list[Problem]) -> float | None:
    place = fields.places["denominator"]
    if not takes_denominator(indicator):
        if not _is_blank(fields.denominator):
            problems.append(Problem(place, "здесь число не нужно: у показателя одно значение — уберите его"))
        return None
    if _is_blank(fields.denominator):
        if not _is_blank(fields.numerator):
            problems.append(Problem(place, f"не заполнено: {denominator_words(indicator)}"))
        return None
    return _number(fields.denominator, place, problems)


def _number(typed: Typed, place: str, problems: list[Problem]) -> float | None:
    try:
        return read_number(typed)
    except ValueError as bad:
        problems.append(Problem(place, str(bad)))
        return None


def _flag(typed: Typed) -> float | None:
    if isinstance(typed, date):
        return None
    said = f"{int(typed)}" if isinstance(typed, int | float) and typed in (0, 1) else f"{typed}".strip().casefold()
    return 1.0 if said in YES else 0.0 if said in NO else None


def _reason(fields: Fields, problems: list[Problem]) -> str:
    place, typed = fields.places["reason"], fields.reason
    words = f"{typed:%d.%m.%Y}" if isinstance(typed, date) else " ".join(f"{'' if typed is None else typed}".split())
    if words.startswith("="):
        problems.append(Problem(place, "здесь формула, а нужны слова"))
    if len(words) > LONGEST_REASON:
        problems.append(Problem(place, f"слишком длинно: {len(words)} знаков, можно до {LONGEST_REASON}"))
    if any(unicodedata.category(sign) in ("Cc", "Cs") for sign in words):
        problems.append(Problem(place, "в тексте служебные знаки: наберите его заново"))
    return words


def _is_blank(typed: Typed) -> bool:
    return typed is None or (isinstance(typed, str) and not typed.strip())

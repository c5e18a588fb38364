"""What the parts of a phrase say beside one another: lost days and commas, headers, brackets."""

from itertools import pairwise
from typing import Any

from roadmap.terms.grammar.nodes import (
    Bracketed,
    Header,
    Paces,
    Part,
    Point,
    Recur,
    Stretch,
    Then,
    Times,
    UnclearError,
    Until,
)
from roadmap.terms.grammar.normal import Token
from roadmap.terms.meaning.dates import YEARS, Dated, end, with_year, words

MANY_YEARS = frozenset({"гг", "годы", "годов", "годах", "годам"})


def lost_day(month: Point) -> UnclearError:
    """A month in the genitive that stands alone."""
    return UnclearError(f"Похоже, потеряно число месяца: «{words(month)}».")


def check_days(parts: tuple[Any, ...]) -> None:
    """«Мая 2024 г.» has lost its day, unless «в течение» asks for the genitive."""
    stretches = [part for part in parts if isinstance(part, Stretch)]
    if any(part.during for part in stretches):
        return
    for part in stretches:
        if part.how in ("single", "dash") and (part.first.of or part.last.of):
            raise lost_day(part.last if part.last.of else part.first)


def check_gaps(parts: tuple[Any, ...]) -> None:
    """Two dates side by side may have lost a comma or a dash: a comma is certain only inside a list that has others."""
    repeats = any(isinstance(part, Recur | Times) for part in parts)
    listed = any(isinstance(part, Token) for part in parts)
    for one, other in pairwise(parts):
        before = one[-1] if type(one) is list else one
        after = other[0] if type(other) is list else other
        if not (isinstance(before, Stretch | Until) and isinstance(after, Stretch | Until)):
            continue
        if repeats and (end(before).year is None) != (end(after).year is None):
            continue
        months = {end(before).scale, end(after).scale} == {"month"} and type(before) is type(after) is Stretch
        if not (listed and months and end(before).year is not None):
            raise UnclearError(f"Между «{words(end(before))}» и «{words(end(after))}» нет ни запятой, ни тире.")


def check_signs(parts: tuple[Any, ...]) -> None:
    """A colon opens the days of a rhythm («ежегодно: май, октябрь»), «но» its least measure."""
    for one, sign, other in zip(parts, parts[1:], parts[2:], strict=False):
        if not isinstance(sign, Token):
            continue
        if sign.type == "COLON" and not isinstance(one, Recur | Times | Paces | Then):
            raise UnclearError("Непонятно место двоеточия.")
        if sign.type == "BUT" and not (isinstance(other, Recur | Times) and other.least):
            raise UnclearError("Неясно, что добавляет «но».")


def spread(parts: list[Part]) -> list[Part]:
    """«Май 2023, 2024 гг.», «июнь, декабрь 2023–2024 гг.»: each named part of the year in each of the years."""
    named, years = _named_and_years(parts)
    if not named or not years:
        return parts
    last = end(named[-1]).year
    fits = all(end(item).scale not in YEARS for item in named) and all(end(item).year is None for item in named[:-1])
    if not fits or last is None or [last, *years] != sorted({last, *years}):
        return parts
    if any(isinstance(item, Stretch) and item.how != "single" and item.first.year is not None for item in named):
        return parts
    return [with_year(_yearless(item), year) for year in (last, *years) for item in named]


def _named_and_years(parts: list[Part]) -> tuple[list[Dated], list[int]]:
    """The parts of the year, and the years that close the list when their mark is plural («гг.»)."""
    named: list[Dated] = []
    years: list[int] = []
    closed = False
    for part in parts:
        if not isinstance(part, Stretch | Until):
            return [], []
        if isinstance(part, Stretch) and part.last.scale == "year" and part.last.year and _closes(part, named):
            first = part.first.year or part.last.year
            if part.first.scale != "year":
                named.append(Stretch(part.first, part.first))
                first += 1
            years += range(first, part.last.year + 1)
            closed = part.last.many
        elif years:
            return [], []
        else:
            named.append(part)
    return (named, years) if closed else ([], [])


def _closes(part: Stretch, named: list[Dated]) -> bool:
    """A year after the names, or «декабрь 2023–2024 гг.», which holds the last name itself."""
    mixed = part.first.scale not in YEARS and part.first.year is not None
    return part.how in ("single", "dash") and (mixed or (part.first.scale == "year" and bool(named)))


def _yearless(item: Dated) -> Dated:
    if isinstance(item, Until):
        return item._replace(point=item.point._replace(year=None))
    return item._replace(first=item.first._replace(year=None), last=item.last._replace(year=None))


def headed(parts: list[Part]) -> list[Part]:
    """«2023 год: май, октябрь»: the year goes to the names after it that have none of their own."""
    if not any(isinstance(part, Header) for part in parts):
        return parts
    found: list[Part] = []
    year = None
    for part in parts:
        if isinstance(part, Header):
            year = part.year
        elif year and isinstance(part, Stretch | Until) and end(part).year is None:
            found.append(with_year(part, year))
        else:
            found.append(part)
        if year and not isinstance(part, Header | Stretch | Until):
            raise UnclearError(f"Неясно, к чему относится «{year} год:».")
    if not found:
        raise UnclearError(f"После «{year} год:» ничего не названо.")
    return found


def opened(parts: list[Part]) -> list[Part]:
    """«Ежегодно (до 1 декабря)»: brackets may explain a rhythm, never add a date to a date."""
    rhythm = any(isinstance(part, Recur | Times) for part in parts)
    found: list[Part] = []
    for part in parts:
        if not isinstance(part, Bracketed):
            found.append(part)
        elif rhythm:
            found += part.parts
        else:
            inside = part.parts[0]
            named = words(end(inside)) if isinstance(inside, Stretch | Until) else f"{inside.day} числа"
            raise UnclearError(f"Неясно, что значит дата в скобках: «{named}».")
    return found

"""What the parts of a phrase say beside one another: lost days and commas, headers, brackets."""

from itertools import pairwise
from typing import Any

from lark import Token

from roadmap.terms.dates import end, with_year, words
from roadmap.terms.nodes import Bracketed, Header, Part, Point, Recur, Stretch, UnclearError, Until


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
    repeats = any(isinstance(part, Recur) for part in parts)
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
    rhythm = any(isinstance(part, Recur) for part in parts)
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

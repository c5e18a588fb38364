"""Counts beside dates: «3 раза в год», «2 раза в год: май, октябрь», «ежемесячно с сентября по май»."""

from collections import Counter

from roadmap.calendar.spans import MONTHS
from roadmap.reading import Every, Reading, Window
from roadmap.terms.grammar.nodes import Part, Recur, Since, Stretch, Times, UnclearError, Until, Whole
from roadmap.terms.meaning.checks import contradiction, times_words
from roadmap.terms.meaning.dates import YEARS, Dated, end, with_years
from roadmap.terms.meaning.limits import limits_of
from roadmap.terms.meaning.period_year import is_school_year
from roadmap.terms.meaning.rhythms import SHARES, TIMES, Limits, check_length, in_each_year, shares, whole_units


def by_times(text: str, parts: tuple[Part, ...], period: Limits) -> tuple[Reading | None, tuple[Part, ...]]:
    """A reading of its own where the times share the unit, else the parts with the rhythm that the times come to."""
    times = next(part for part in parts if isinstance(part, Times))
    rest = [part for part in parts if part != times]
    if (other := next((part for part in rest if isinstance(part, Times)), None)) is not None:
        raise contradiction(times, other)
    named = [part for part in rest if isinstance(part, Stretch | Until) and end(part).year is None]
    if named:
        _check_count(times, len(named))
        return None, (Recur("year"), *rest)
    if (times.often, times.every) == (4, "year") and is_school_year(period):
        raise UnclearError(f"Сказано «{times_words(times)}», а кварталы учебного года не названы: назовите месяцы.")
    if (every := TIMES.get((times.often, times.every))) is not None:
        return None, (Recur(every), *rest)
    if (times.often, times.every) not in SHARES:
        raise UnclearError(
            f"Сказано, сколько раз, но не сказано когда: «{times_words(times)}». Назовите дни или месяцы."
        )
    return _shared(text, times, rest, period), parts


def is_counted_list(parts: tuple[Part, ...]) -> bool:
    """«3 раза в год: январь, май, сентябрь 2024 г.»: terms with their year, not the span of a rhythm."""
    dates = [part for part in parts if isinstance(part, Stretch | Until)]
    single = all(isinstance(part, Until) or part.how == "single" for part in dates)
    scales = {end(part).scale for part in dates}
    years = [end(part).year for part in dates]
    return len(dates) == len(parts) - 1 and single and any(years) and len(dates) > 1 and scales.isdisjoint(YEARS)


def check_counted(parts: tuple[Part, ...]) -> list[Dated]:
    """The terms of such a list: as many in each year as was said."""
    times = next(part for part in parts if isinstance(part, Times))
    items = with_years([part for part in parts if isinstance(part, Stretch | Until)])
    for number in Counter(end(item).year for item in items).values():
        _check_count(times, number)
    return items


def _check_count(times: Times, number: int) -> None:
    if times.every != "year" or number != times.often:
        raise UnclearError(f"Сказано «{times_words(times)}», а сроков названо: {number}.")


def _shared(text: str, times: Times, rest: list[Part], period: Limits) -> Reading:
    bounding: list[Part] = []
    for part in rest:
        until_day = isinstance(part, Until) and part.by == "date" and part.point.scale == "day"
        if (
            not isinstance(part, Stretch | Since | Until | Whole)
            or until_day
            or (isinstance(part, Whole) and part.habit)
        ):
            raise contradiction(times, part)
        bounding.append(part)
    limits, own = limits_of(bounding, period)
    if own:
        check_length(limits, times.every)
    return Reading(text, "recurring", "times-in-unit", shares(limits, times.often, times.every))


def fill_each_unit(parts: tuple[Part, ...], every: Every) -> bool:
    """«Ежеквартально (март, июнь, сентябрь, декабрь)»: one named term in each quarter of the year."""
    if every not in ("quarter", "half_year"):
        return False
    named = [part for part in parts if isinstance(part, Stretch | Until) and end(part).year is None]
    if any(
        end(item).scale not in ("month", "day") or (isinstance(item, Stretch) and item.how != "single")
        for item in named
    ):
        return False
    units = sorted((end(item).no - 1) // MONTHS[every] for item in named)
    return units == list(range(12 // MONTHS[every]))


def with_until_carried(parts: tuple[Part, ...]) -> tuple[Part, ...]:
    """«До 10 апреля, 10 июля, …» of a full set of units: «до» stands for all the days of the list."""
    items = [part for part in parts if isinstance(part, Stretch | Until)]
    days = [item for item in items if isinstance(item, Stretch) and item.how == "single" and item.last.scale == "day"]
    if not items or not isinstance(items[0], Until) or items[0].point.scale != "day" or len(days) != len(items) - 1:
        return parts
    return tuple(Until(part.last) if isinstance(part, Stretch) else part for part in parts)


def is_season(inside: list[Dated]) -> bool:
    """«С сентября по май» beside a shorter rhythm."""
    item = inside[0]
    return len(inside) == 1 and isinstance(item, Stretch) and item.how in ("to", "dash") and item.last.scale == "month"


def in_season(limits: Limits, season: Dated, every: Every) -> tuple[Window, ...]:
    """The months or weeks that lie in the season, each year."""
    seasons = in_each_year(limits, [season])
    found = (whole_units(Limits(window.start or window.due, window.due), every) for window in seasons)
    return tuple(window for windows in found for window in windows)

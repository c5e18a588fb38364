"""Points of the tree → dates, and the years the words leave out."""

from calendar import monthrange
from datetime import date, timedelta
from itertools import pairwise

from roadmap.terms.grammar.nodes import MONTH_END, Point, Stretch, UnclearError, Until
from roadmap.terms.grammar.words import MONTHS, ROMAN

Dated = Stretch | Until
YEARS = ("year", "school_year")

WEEKDAYS = ("понедельник", "вторник", "среда", "четверг", "пятница", "суббота", "воскресенье")
_MONTHS_IN = {"quarter": 3, "half_year": 6}


def words(point: Point) -> str:
    """The point in Russian, for messages: «31 июня 2023 года»."""
    year = "" if point.year is None else f" {point.year} года"
    if point.scale == "day":
        month = MONTHS[point.no - 1][1] if 1 <= point.no <= 12 else f"{point.no}-го месяца"
        return f"{'последний день' if point.day == MONTH_END else point.day} {month}{year}"
    if point.scale in ("week", "weekday"):
        unit = "неделя" if point.scale == "week" else WEEKDAYS[point.day]
        which = "последний по счёту" if point.nth < 0 else f"{point.nth}-й по счёту"
        return f"{which} {unit}, {MONTHS[point.no - 1][0]}{year}"
    if point.scale == "month":
        return f"{MONTHS[point.no - 1][point.of]}{year}"
    if point.scale == "year":
        return f"{point.year} год" if point.year else "год"
    if point.scale == "school_year":
        return f"{point.year}/{point.year + 1} учебный год" if point.year else "учебный год"
    number = ROMAN[point.no] if point.no < len(ROMAN) else str(point.no)
    return f"{number} {'квартал' if point.scale == 'quarter' else 'полугодие'}{year}"


def bounds(point: Point) -> tuple[date, date]:
    """First and last day of a point; its year must be known. A day or a quarter that does not exist is refused."""
    year, scale = point.year, point.scale
    if year is None:
        raise UnclearError(f"Не назван год: «{words(point)}». Если срок ежегодный, допишите «ежегодно».")
    if scale in ("week", "weekday"):
        return _of_month(point, date(year, point.no, 1))
    if scale == "day":
        try:
            number = monthrange(year, point.no)[1] if point.day == MONTH_END else point.day
            day = date(year, point.no, number)
        except ValueError:
            raise UnclearError(f"Такой даты нет: «{words(point)}».") from None
        return day, day
    if scale == "month":
        return date(year, point.no, 1), date(year, point.no, monthrange(year, point.no)[1])
    if scale == "year":
        return date(year, 1, 1), date(year, 12, 31)
    if scale == "school_year":
        return date(year, 9, 1), date(year + 1, 8, 31)
    length = _MONTHS_IN[scale]
    last = point.no * length
    if not length <= last <= 12:
        raise UnclearError(f"Такого отрезка года нет: «{words(point)}».")
    return date(year, last - length + 1, 1), date(year, last, monthrange(year, last)[1])


def _of_month(point: Point, first: date) -> tuple[date, date]:
    """The n-th day of the week, or the n-th week where the month begins (for the last one: ends) with a whole one."""
    last = first.replace(day=monthrange(first.year, first.month)[1])
    if point.scale == "weekday":
        day = nth_weekday(first, last, point.nth, point.day)
        if day > last or point.nth == 0:
            raise UnclearError(f"Такого дня в месяце нет: «{words(point)}».")
        return day, day
    opens = last - timedelta(days=6) if point.nth < 0 else first + timedelta(days=7 * (point.nth - 1))
    due = opens + timedelta(days=6)
    if opens.weekday() != 0 or due > last or point.nth == 0:
        raise UnclearError(f"Неясно, какие дни недели: «{words(point)}». Назовите числа.")
    return opens, due


def nth_weekday(first: date, last: date, number: int, weekday: int) -> date:
    """The n-th Monday (0)… of a month, quarter or year given by its first and last day; −1 is the last one."""
    if number < 0:
        return last - timedelta(days=(last.weekday() - weekday) % 7)
    return first + timedelta(days=(weekday - first.weekday()) % 7 + 7 * (number - 1))


def stretch_bounds(stretch: Stretch) -> tuple[date, date]:
    """First and last day of a stretch; one that runs backwards or has unlike ends is refused."""
    first, last = stretch.first, stretch.last
    if stretch.how == "single":
        return bounds(first)
    if first.year is None and last.year is not None:
        # «С сентября по май 2024 г.» can only begin the autumn before; beside a bare dash it may be a slip.
        before = stretch.how == "to" and over_new_year(stretch)
        first = first._replace(year=last.year - before)
    _check_ends(stretch)
    opens, due = bounds(first)[0], bounds(last)[1]
    if opens > due:
        both = " Если срок идёт через Новый год, назовите оба года." if over_new_year(stretch) else ""
        raise UnclearError(f"Начало позже конца: «{words(stretch.first)} – {words(last)}».{both}")
    return opens, due


def over_new_year(stretch: Stretch) -> bool:
    """Whether the first month of a stretch stands later in the year than its last."""
    first, last = stretch.first, stretch.last
    return first.scale == last.scale and first.scale in ("month", "day") and first.no > last.no


def _check_ends(stretch: Stretch) -> None:
    first, last = stretch.first, stretch.last
    text = f"«{words(first)} – {words(last)}»"
    if first.year is not None and last.year is None:
        raise UnclearError(f"Не назван год конца: {text}.")
    if first.scale != last.scale:
        raise UnclearError(f"Начало и конец названы по-разному: {text}.")
    if stretch.how == "until" and last.scale != "day":
        raise UnclearError(f"Неясно, входит ли конец в срок: {text}.")


def end(item: Dated) -> Point:
    """The point whose year counts for the whole item."""
    return item.point if isinstance(item, Until) else item.last


def with_year(item: Dated, year: int) -> Dated:
    """The same item, its missing years filled in."""
    if isinstance(item, Until):
        return item._replace(point=item.point._replace(year=year))
    if item.first.year is not None:
        raise UnclearError(f"Не назван год конца: «{words(item.first)} – {words(item.last)}».")
    return item._replace(first=item.first._replace(year=year), last=item.last._replace(year=year))


def with_years(items: list[Dated]) -> list[Dated]:
    """«Март, июнь 2023 г.»: a year belongs to the names before it, as long as there is one way to read them."""
    if (backwards := _one_year_backwards(items)) is not None:
        return backwards
    filled: list[Dated] = []
    for place, item in enumerate(items):
        if end(item).year is None:
            item = _inherit(item, items[place + 1 :], filled)
        filled.append(item)
    return filled


def _one_year_backwards(items: list[Dated]) -> list[Dated] | None:
    """«Декабрь, сентябрь 2023 г.» in any order, unless it may be autumn of one year and spring of the next."""
    year = end(items[-1]).year
    if year is None or any(end(item).year is not None for item in items[:-1]):
        return None
    filled = [*(with_year(item, year) for item in items[:-1]), items[-1]]
    dues = [bounds(end(item))[1] for item in filled]
    falls = all(before > after for before, after in pairwise(dues))
    return filled if falls and not (dues[0].month > 6 >= dues[-1].month) else None


def _inherit(item: Dated, later: list[Dated], earlier: list[Dated]) -> Dated:
    dated = next((other for other in later if end(other).year is not None), None)
    if dated is None:
        raise UnclearError(f"Не назван год: «{words(end(item))}».")
    year = end(dated).year
    assert year is not None
    found = with_year(item, year)
    follower = end(later[0])._replace(year=end(later[0]).year or year)
    if bounds(end(found))[1] >= bounds(follower)[1]:
        raise UnclearError(f"Неясно, к какому году относится «{words(end(item))}»: порядок в перечне обратный.")
    before = end(earlier[-1]).year if earlier else year
    if before is not None and before != year:
        other = with_year(item, before)
        if bounds(end(other))[1] > bounds(end(earlier[-1]))[1]:
            raise UnclearError(f"Неясно, к какому году относится «{words(end(item))}»: {before} или {year}.")
    return found

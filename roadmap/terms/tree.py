"""Grammar → tree: the rules of deadline.lark turned into nodes while the parser runs."""

from itertools import pairwise
from typing import Any, cast

from lark import Token, Transformer, v_args

from roadmap.reading import DayUnit, Every
from roadmap.terms.dates import end, words
from roadmap.terms.nodes import (
    Demand,
    MonthDay,
    Offset,
    Part,
    Plan,
    Point,
    Recur,
    Since,
    Stretch,
    UnclearError,
    Until,
    Weekdays,
    Whole,
)

# How often in a unit → the rhythm that gives every time a window of its own; other counts name no dates.
TIMES: dict[tuple[int, Every], Every] = {
    (2, "year"): "half_year",
    (4, "year"): "quarter",
    (12, "year"): "month",
    (2, "half_year"): "quarter",
    (3, "quarter"): "month",
}
_NUMBERS = {"NUM", "CNT", "NDAY", "NMONTH"}
_LINKS = {"AND", "V", "S", "PO", "NA", "DASH"}
_UNITS = {"UNIT", "SUBYEAR", "YM", "HALF"}


def _value(args: tuple[Any, ...], types: set[str]) -> Any:
    """The value of the first token of these types, or None."""
    return next((arg.value for arg in args if isinstance(arg, Token) and arg.type in types), None)


def _tail(args: tuple[Any, ...]) -> tuple[int, int] | None:
    return args[-1] if args and type(args[-1]) is tuple else None


def _every(args: tuple[Any, ...]) -> Every:
    """The unit said last: «в каждом месяце», «раз в год»."""
    token = next(arg for arg in reversed(args) if arg.type in _UNITS)
    return "year" if token.type == "YM" else cast(Every, token.value)


def _in_year(number: Token, scale: Token, year: int | None) -> Point:
    if scale.type == "SUBYEAR":
        return Point(scale.value, year, number.value)
    if number.type == "ORD":
        raise UnclearError(f"День месяца записан порядковым словом или римской цифрой: «{number}».")
    return Point("day", year, scale.value, number.value)


def _lost_day(month: Point) -> UnclearError:
    return UnclearError(f"Похоже, потеряно число месяца: «{words(month)}».")


def _check_days(parts: tuple[Any, ...]) -> None:
    """«Мая 2024 г.» has lost its day, unless «в течение» asks for the genitive."""
    stretches = [part for part in parts if isinstance(part, Stretch)]
    if any(part.during for part in stretches):
        return
    for part in stretches:
        if part.how in ("single", "dash") and (part.first.of or part.last.of):
            raise _lost_day(part.last if part.last.of else part.first)


def _check_gaps(parts: tuple[Any, ...]) -> None:
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


@v_args(inline=True)
class Builder(Transformer[Token, tuple[Part, ...]]):
    """One method for each alternative of the grammar."""

    def start(self, *parts: Any) -> tuple[Part, ...]:
        _check_days(parts)
        if len(parts) == 1 and type(parts[0]) is not list:
            return parts
        _check_gaps(parts)
        flat: list[Part] = []
        for part in parts:
            if type(part) is list:
                flat += part
            elif not isinstance(part, Token):
                flat.append(part)
        return tuple(flat)

    # Points: the year, where there is one, follows.

    def day(self, day: Token, month: Token, *year: Token) -> Point:
        return Point("day", year[0].value if year else None, month.value, day.value)

    def month(self, month: Token, *year: Token) -> Point:
        return Point("month", year[0].value if year else None, month.value, of=month.type == "MONTHGEN")

    def subyear(self, number: Token, unit: Token, *year: Token) -> Point:
        return Point(unit.value, year[0].value if year else None, number.value)

    def year(self, year: Token, *_: Token) -> Point:
        return Point("year", year.value)

    def figures(self, date: Token, *_: Token) -> Point:
        day, month, *year = cast(list[int], date.value)
        return Point("day", year[0] if year else None, month, day)

    # Stretches

    def single(self, point: Point) -> Stretch:
        return Stretch(point, point)

    def dashed(self, first: Point, _: Token, last: Point) -> Stretch:
        return Stretch(first, last, "dash")

    def from_to(self, _: Token, first: Point, __: Token, last: Point) -> Stretch:
        if last.of:
            raise _lost_day(last)
        return Stretch(first, last, "to")

    def from_until(self, _: Token, first: Point, __: Token, last: Point) -> Stretch:
        return Stretch(first, last, "until")

    def numbers_dashed(self, *args: Token) -> Stretch:
        first, last = (arg for arg in args if arg.type in ("NUM", "ORD"))
        scale = next(arg for arg in args if arg.type in ("MONTHGEN", "SUBYEAR"))
        year = _value(args, {"YEAR"})
        return Stretch(_in_year(first, scale, year), _in_year(last, scale, year), "to")

    def numbers(self, *args: Token) -> list[Stretch]:
        scale = next(arg for arg in args if arg.type in ("MONTHGEN", "SUBYEAR"))
        year = _value(args, {"YEAR"})
        points = [_in_year(arg, scale, year) for arg in args if arg.type in ("NUM", "ORD")]
        return [Stretch(point, point) for point in points]

    def within(self, *args: Any) -> Any:
        return args[-1]

    def inclusive(self, part: Any, _: Token) -> Any:
        """«До мая включительно» is «до конца мая»."""
        if isinstance(part, Until) and part.point.scale != "day":
            return part._replace(by="end")
        if isinstance(part, Stretch) and part.how == "until":
            return part._replace(how="to")
        return part

    def bracketed(self, _: Token, part: Part, __: Token) -> Part:
        return part

    def during(self, *args: Any) -> Any:
        dates = args[-1]
        if type(dates) is list:
            return dates
        return Stretch(dates.first, dates.last, dates.how, True)

    # Bounds

    def until(self, *args: Any) -> Until:
        return Until(args[-1])

    def until_end(self, *args: Any) -> Until:
        return Until(args[-1], "end")

    def until_unnamed_end(self, *_: Token) -> Part:
        raise UnclearError("Не сказано, до конца какого именно месяца, квартала или года.")

    def until_next_year(self, *args: Token) -> Until:
        day, month = _value(args, {"NUM"}), _value(args, {"MONTHGEN"})
        return Until(Point("day", None, month, day), next_year=True)

    def number_of_month(self, *args: Token) -> MonthDay:
        return MonthDay(args[-2].value, len(args) > 2, "same")

    def number_of_this_month(self, *args: Token) -> MonthDay:
        if args[-1].value != "month":
            raise UnclearError("Не назван месяц, к числу которого относится срок.")
        return MonthDay(_value(args, {"NUM"}), args[0].type != "NUM", "same")

    def number_of_next_month(self, *args: Token) -> MonthDay:
        return self._month_day(args, "next")

    def number_of_last_month(self, *args: Token) -> MonthDay:
        return self._month_day(args, "last")

    @staticmethod
    def _month_day(args: tuple[Token, ...], place: Any) -> MonthDay:
        if _value(args, {"UNIT"}) != "month":
            raise UnclearError("Не назван месяц, к числу которого относится срок.")
        return MonthDay(_value(args, {"NUM"}), True, place)

    def since(self, *args: Any) -> Since:
        return Since(args[-1])

    # Rhythms

    def every(self, *args: Token) -> Recur:
        return Recur(args[0].value if args[0].type == "EVERY" else _every(args))

    def times(self, *args: Token) -> Recur:
        count, unit = _value(args, _NUMBERS) or 1, _every(args)
        every = unit if count == 1 else TIMES.get((count, unit))
        if every is None:
            raise UnclearError(f"Сказано, сколько раз, но не сказано когда: «{count} {_value(args, {'RAZ'})}».")
        return Recur(every)

    def times_in_several(self, *args: Token) -> Part:
        raise UnclearError("Повторение реже одного раза за отрезок времени: не сказано, с какого дня вести счёт.")

    def each_weekday(self, *args: Token) -> Weekdays:
        return Weekdays(args[-1].value, False)

    def more_weekdays(self, day: Token) -> Weekdays:
        return Weekdays(day.value, True)

    # Whole period, plans, demand, events

    def habit(self, *_: Token) -> Whole:
        return Whole(True)

    def whole(self, *_: Token) -> Whole:
        return Whole(False)

    def tail(self, *names: Token) -> tuple[int, int]:
        if not _LINKS.isdisjoint((names[0].type, names[-1].type)):
            raise UnclearError("План или событие названы не полностью.")
        return cast(int, names[0].start_pos), cast(int, names[-1].end_pos)

    def plan(self, *args: Any) -> Plan:
        name = _value(args, {"PLAN"})
        if own := _value(args, {"OWN"}):
            name = f"{own} {name}"
        return Plan(name, _tail(args))

    def named_plan(self, *args: Any) -> Plan:
        tail = _tail(args)
        last = tail[1] if tail else next(arg for arg in reversed(args) if isinstance(arg, Token)).end_pos
        return Plan("", (args[1].start_pos, cast(int, last)))

    def demand(self, *_: Any) -> Demand:
        return Demand()

    def days(self, *args: Any) -> Offset:
        unit: DayUnit = _value(args, {"DAYKIND"}) or "calendar_days"
        return Offset(_value(args, _NUMBERS), unit, _tail(args))

    def units(self, *args: Any) -> Offset:
        count = _value(args, _NUMBERS) or 1
        unit = _value(args, {"UNIT"}) or ("month" if _value(args, {"NMONTH"}) else "year")
        if unit == "week":
            return Offset(7 * count, "calendar_days", _tail(args))
        return Offset(count if unit == "month" else 12 * count, "months", _tail(args))

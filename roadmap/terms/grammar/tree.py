"""Grammar → tree: the rules of deadline.lark turned into nodes while the parser runs."""

from datetime import date, timedelta
from typing import Any, cast

from lark import v_args

from roadmap.calendar.spans import add_months
from roadmap.terms.grammar.nodes import (
    Bracketed,
    Demand,
    Header,
    MonthDay,
    Part,
    Plan,
    Point,
    Since,
    Stretch,
    UnclearError,
    Until,
    Whole,
)
from roadmap.terms.grammar.normal import Token
from roadmap.terms.grammar.tree_parts import (
    MANY_YEARS,
    check_days,
    check_gaps,
    check_signs,
    headed,
    lost_day,
    opened,
    spread,
)
from roadmap.terms.grammar.tree_rhythms import LINKS, UNITS, Rhythms, every_of, tail_of, value
from roadmap.terms.meaning.dates import bounds, nth_weekday, words


def _in_year(number: Token, scale: Token, year: int | None) -> Point:
    if scale.type == "SUBYEAR":
        return Point(scale.value, year, number.value)
    if number.type == "ORD":
        raise UnclearError(f"День месяца записан порядковым словом или римской цифрой: «{number}».")
    return Point("day", year, scale.value, number.value)


def _point_of(day: date) -> Point:
    return Point("day", day.year, day.month, day.day)


@v_args(inline=True)
class Builder(Rhythms):
    """One method for each alternative of the grammar."""

    def start(self, *parts: Any) -> tuple[Part, ...]:
        check_days(parts)
        if len(parts) == 1 and type(parts[0]) is not list and type(parts[0]) not in (Header, Bracketed):
            return parts
        check_gaps(parts)
        check_signs(parts)
        flat: list[Part] = []
        for part in parts:
            if type(part) is list:
                flat += part
            elif not isinstance(part, Token):
                flat.append(part)
        return tuple(opened(spread(headed(flat))))

    # Points: the year, where there is one, follows.

    def day(self, day: Token, month: Token, *year: Token) -> Point:
        return Point("day", year[0].value if year else None, month.value, day.value)

    def month(self, month: Token, *year: Token) -> Point:
        return Point("month", year[0].value if year else None, month.value, of=month.type == "MONTHGEN")

    def subyear(self, number: Token, unit: Token, *year: Token) -> Point:
        return Point(unit.value, year[0].value if year else None, number.value)

    def whole_year(self, *args: Token) -> Stretch:
        point = Point("year", value(args, {"YEAR"}))
        return Stretch(point, point, during=True)

    def dashed_years(self, *args: Any) -> list[Stretch]:
        """«Май–июнь 2023–2024 гг.»."""
        first, _, last, __, until, mark = args
        if mark.value not in MANY_YEARS or last.year is None or first.year is not None:
            raise UnclearError(f"Непонятно, к чему относится «{until.value} {mark.value}».")
        if until.value <= last.year:
            raise UnclearError(f"Начало позже конца: «{last.year} – {until.value} год».")
        years = Stretch(Point("year", last.year + 1), Point("year", until.value, many=True), "dash")
        return [Stretch(first, last, "dash"), years]

    def school_year(self, *args: Token) -> Point:
        """«2023/2024 учебный год» begins in 2023; the second year must follow the first."""
        named = value(args, {"SCHOOLYEARS"}) or [arg.value for arg in args if arg.type == "YEAR"]
        first, last = named
        if last != first + 1:
            raise UnclearError(f"Такого учебного года нет: «{first}/{last}».")
        return Point("school_year", first)

    def unnamed_school_year(self, *_: Token) -> Point:
        return Point("school_year", None)

    def year(self, year: Token, *mark: Token) -> Point:
        return Point("year", year.value, many=bool(mark) and mark[0].value in MANY_YEARS)

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
            raise lost_day(last)
        return Stretch(first, last, "to")

    def from_until(self, _: Token, first: Point, __: Token, last: Point) -> Stretch:
        return Stretch(first, last, "until")

    def from_until_end(self, _: Token, first: Point, *rest: Any) -> Stretch:
        """«С 1 сентября 2023 г. до конца 2024 года»: the years must be said, the ends may be unlike."""
        if first.year is None:
            first = first._replace(year=rest[-1].year)
        opens, due = bounds(first)[0], bounds(rest[-1])[1]
        return Stretch(_point_of(opens), _point_of(due), "to")

    def decade(self, number: Token, _: Token, month: Token, *__: Token) -> Stretch:
        """«III декада мая 2024 г.» is the 21st to the month's last day."""
        year = value(__, {"YEAR"})
        whole = Point("month", year, month.value)
        if number.value not in (1, 2, 3):
            raise UnclearError(f"В месяце три декады: «{number.value} декада».")
        if year is None and number.value == 3 and month.value == 2:
            raise UnclearError("Не назван год, а последнее число февраля зависит от него: «3 декада, февраль».")
        last = bounds(whole._replace(year=year or 2001))[1].day if number.value == 3 else 10 * number.value
        first = Point("day", year, month.value, 10 * number.value - 9)
        return Stretch(first, first._replace(day=last), "to")

    def weekday_of_month(self, *args: Token) -> Stretch:
        """«Первый вторник мая 2024 г.» is that day."""
        year = value(args, {"YEAR"})
        month = Point("month", year, value(args, {"MONTHGEN", "MONTHABBR"}), of=True)
        if year is None:
            raise UnclearError(f"Не назван год: «{words(month)}».")
        number = -1 if args[0].type == "LAST" else args[0].value
        day = nth_weekday(*bounds(month), number, value(args, {"WEEKDAY"}))
        point = Point("day", year, month.no, day.day)
        return Stretch(point, point)

    def numbers_dashed(self, *args: Token) -> Stretch:
        first, last = (arg for arg in args if arg.type in ("NUM", "ORD"))
        scale = next(arg for arg in args if arg.type in ("MONTHGEN", "SUBYEAR"))
        year = value(args, {"YEAR"})
        return Stretch(_in_year(first, scale, year), _in_year(last, scale, year), "to")

    def numbers(self, *args: Token) -> list[Stretch]:
        scale = next(arg for arg in args if arg.type in ("MONTHGEN", "SUBYEAR"))
        year = value(args, {"YEAR"})
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

    def bracketed_date(self, *args: Any) -> Bracketed:
        inside: list[Any] = []
        for arg in args:
            if type(arg) is list:
                inside += arg
            elif not isinstance(arg, Token):
                inside.append(arg)
        return Bracketed(tuple(inside))

    def header(self, *args: Token) -> Header:
        return Header(cast(int, value(args, {"YEAR"})))

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
        day, month = value(args, {"NUM"}), value(args, {"MONTHGEN"})
        return Until(Point("day", None, month, day), next_year=True)

    def number_of_month(self, *args: Token) -> MonthDay:
        return MonthDay(args[-2].value, len(args) > 2, "same")

    def until_this_year(self, *args: Token) -> Until:
        """«До 1 декабря текущего года»: a rhythm says which years."""
        return Until(Point("day", None, value(args, {"MONTHGEN"}), value(args, {"NUM"})))

    def numbers_span(self, *args: Token) -> MonthDay:
        """«С 1 по 5 число» of each month, or of the month after the reported unit."""
        first, last = (arg.value for arg in args if arg.type == "NUM")
        if not 1 <= first < last:
            raise UnclearError(f"Начало позже конца: «с {first} по {last} число».")
        if "NEXT" not in (arg.type for arg in args):
            return MonthDay(last, False, "same", first=first)
        return self._month_day(args, "next")._replace(day=last, until=False, first=first)

    def number_of_this_month(self, *args: Token) -> MonthDay:
        if args[-1].value != "month":
            raise UnclearError("Не назван месяц, к числу которого относится срок.")
        return MonthDay(value(args, {"NUM"}), args[0].type != "NUM", "same")

    def number_of_next_month(self, *args: Token) -> MonthDay:
        return self._month_day(args, "next")

    def number_of_last_month(self, *args: Token) -> MonthDay:
        return self._month_day(args, "last")

    @staticmethod
    def _month_day(args: tuple[Token, ...], place: Any) -> MonthDay:
        if value(args, {"UNIT"}) != "month":
            raise UnclearError("Не назван месяц, к числу которого относится срок.")
        types = [arg.type for arg in args]
        every = None
        if place == "next" and types.index("UNIT") < types.index("NEXT"):
            reported = args[types.index("NEXT") :]
            every = every_of(reported) if UNITS & {arg.type for arg in reported} else None
        return MonthDay(value(args, {"NUM"}), True, place, every)

    def before_date(self, *args: Any) -> Until:
        """«За 14 дней до 1 сентября 2023 г.» is a date, unless working days or months are counted back."""
        point, unit = args[-1], value(args, {"UNIT"})
        count = value(args, {"NUM", "CNT"}) or 1
        if value(args, {"DAYKIND"}) == "working_days" or point.scale != "day":
            raise UnclearError(f"Назовите сам день: он считается назад от «{words(point)}».")
        anchor = bounds(point)[0]
        if unit != "month":
            return Until(_point_of(anchor - timedelta(days=count * (7 if unit else 1))))
        day = add_months(anchor, -count)
        if day.day != anchor.day:
            raise UnclearError(f"Назовите сам день: такого числа нет за {count} мес. до «{words(point)}».")
        return Until(_point_of(day))

    def numbers_of_month(self, *args: Token) -> list[MonthDay]:
        return [MonthDay(arg.value, args[0].type != "NUM", "same") for arg in args if arg.type == "NUM"]

    def since(self, *args: Any) -> Since:
        return Since(args[-1])

    # Whole period, plans, demand, events

    def habit(self, *_: Token) -> Whole:
        return Whole(True)

    def whole(self, *_: Token) -> Whole:
        return Whole(False)

    def tail(self, *names: Token) -> tuple[int, int]:
        if not LINKS.isdisjoint((names[0].type, names[-1].type)):
            raise UnclearError("План или событие названы не полностью.")
        return names[0].start_pos, names[-1].end_pos

    def plan(self, *args: Any) -> Plan:
        name = value(args, {"PLAN"})
        if own := value(args, {"OWN"}):
            name = f"{own} {name}"
        return Plan(name, tail_of(args))

    def named_plan(self, *args: Any) -> Plan:
        tail = tail_of(args)
        last = tail[1] if tail else next(arg for arg in reversed(args) if isinstance(arg, Token)).end_pos
        return Plan("", (args[1].start_pos, last))

    def set_terms(self, *args: Any) -> Plan:
        """«В сроки, установленные Министерством»: another act names them."""
        return Plan("", (args[1].start_pos, tail_of(args)[1]))  # type: ignore[index]  # the grammar asks for a tail

    def demand(self, *_: Any) -> Demand:
        return Demand()

"""Grammar → tree: the rules of deadline.lark turned into nodes while the parser runs."""

from typing import Any, cast

from lark import v_args

from roadmap.terms.grammar.nodes import (
    Bracketed,
    Demand,
    Header,
    MonthDay,
    Part,
    Plan,
    Point,
    Since,
    UnclearError,
    Until,
    Whole,
)
from roadmap.terms.grammar.normal import Token
from roadmap.terms.grammar.tree_dates import Dates
from roadmap.terms.grammar.tree_parts import check_days, check_gaps, check_signs, headed, opened, spread
from roadmap.terms.grammar.tree_rhythms import LINKS, UNITS, Tail, every_of, rhythm_alone, tail_of, value
from roadmap.terms.grammar.words import ROMAN, Roman


@v_args(inline=True)
class Builder(Dates):
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

    # Bounds

    def until(self, *args: Any) -> Until:
        return Until(args[-1])

    def until_end(self, *args: Any) -> Until:
        return Until(args[-1], "end")

    def until_through(self, _: Token, point: Point) -> Until:
        """«По 31 декабря», «по май»: the last day is within."""
        return Until(point, "date" if point.scale == "day" else "end")

    def until_year_end(self, *_: Token) -> Until:
        return Until(Point("year", None), "end")

    def until_unnamed_end(self, *_: Token) -> Part:
        raise UnclearError("Не сказано, до конца какого именно месяца, квартала или года.")

    def until_next_year(self, *args: Token) -> Until:
        return Until(_day_of(args), next_year=True)

    def until_end_next_year(self, *args: Token) -> Until:
        """«До конца января следующего года»."""
        return Until(Point("month", None, value(args, {"MONTHGEN"})), "end", next_year=True)

    def until_this_year(self, *args: Token) -> Until:
        """«До 1 декабря текущего года»: a rhythm says which years."""
        return Until(_day_of(args))

    def number_of_month(self, *args: Token) -> MonthDay:
        return MonthDay(_number(args), len(args) > 2, "same")

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
        return MonthDay(_number(args), args[0].type not in ("NUM", "ORD"), "same")

    def number_of_next_month(self, *args: Token) -> MonthDay:
        return self._month_day(args, "next")

    def number_of_last_month(self, *args: Token) -> MonthDay:
        return self._month_day(args, "last")

    def number_of_nth_month_after(self, *args: Token) -> MonthDay:
        """«До 25 числа второго месяца, следующего за отчётным кварталом»."""
        return self._nth_month(args, "next")

    def number_of_nth_month(self, *args: Token) -> MonthDay:
        """«До 15 числа второго месяца квартала»."""
        return self._nth_month(args, "same")

    @staticmethod
    def _nth_month(args: tuple[Token, ...], place: Any) -> MonthDay:
        units = [arg for arg in args if arg.type in UNITS]
        month = args[args.index(units[0]) - 1].value
        every = every_of(args) if len(units) > 1 else None
        if units[0].value != "month" or every in ("week", "month"):
            raise UnclearError("Неясно, какого отрезка это месяц: назовите квартал, полугодие или год.")
        return MonthDay(_number(args), True, place, every, month=int(month))

    @staticmethod
    def _month_day(args: tuple[Token, ...], place: Any) -> MonthDay:
        if value(args, {"UNIT"}) != "month":
            raise UnclearError("Не назван месяц, к числу которого относится срок.")
        types = [arg.type for arg in args]
        every = None
        if place == "next" and types.index("UNIT") < types.index("NEXT"):
            reported = args[types.index("NEXT") :]
            every = every_of(reported) if UNITS & {arg.type for arg in reported} else None
        return MonthDay(_number(args), True, place, every, alone=rhythm_alone(types))

    def numbers_of_month(self, *args: Token) -> list[MonthDay]:
        until = args[0].type not in ("NUM", "ORD")
        return [MonthDay(arg.value, until, "same") for arg in args if arg.type in ("NUM", "ORD")]

    def since(self, *args: Any) -> Since:
        return Since(args[-1])

    # Whole period, plans, demand, events

    def habit(self, *_: Token) -> Whole:
        return Whole(True)

    def whole(self, *_: Token) -> Whole:
        return Whole(False)

    def tail(self, *names: Token) -> Tail:
        if not LINKS.isdisjoint((names[0].type, names[-1].type)):
            raise UnclearError("План или событие названы не полностью.")
        return Tail(names[0].start_pos, names[-1].end_pos, all(name.type == "SET" for name in names))

    def yearly_tail(self, *names: Token) -> Tail:
        """The words of a plan up to its year; a year without «на» may be a term of its own."""
        year = next(place for place, name in enumerate(names) if name.type in ("YEAR", "SCHOOLYEARS"))
        if year == 0 or names[year - 1].type != "NA" or (year > 1 and names[0].type in LINKS):
            raise UnclearError("Неясно, год ли это плана или срок: напишите «на … год» или отделите запятой.")
        return Tail(names[0].start_pos, names[-1].end_pos)

    def plan(self, *args: Any) -> Plan:
        name = value(args, {"PLAN"})
        if own := value(args, {"OWN"}):
            name = f"{own if name[-1] not in 'ая' else 'отдельная'} {name}"
        return Plan(name, tail_of(args))

    def named_plan(self, *args: Any) -> Plan:
        tail = tail_of(args)
        last = tail[1] if tail else next(arg for arg in reversed(args) if isinstance(arg, Token)).end_pos
        return Plan("", (args[1].start_pos, last))

    def card(self, *args: Any) -> Plan:
        """«В соответствии с дорожной картой»."""
        return Plan("дорожная карта", tail_of(args))

    def set_terms(self, *args: Any) -> Plan:
        """«В сроки, установленные Министерством», «в сроки проведения олимпиады»: another act names them."""
        if args[-1].is_set_only:
            self.set_by_nobody()
        return Plan("", (args[1].start_pos, args[-1].end))

    def agreed_terms(self, *args: Any) -> Plan:
        """«В соответствии со сроками, установленными министерством»."""
        return Plan("сроки", tail_of(args))

    def demand(self, *_: Any) -> Demand:
        return Demand()


def _number(args: tuple[Token, ...]) -> int:
    """The number of the day, the first in the phrase."""
    number = value(args, {"NUM", "ORD"})
    if isinstance(number, Roman):
        raise UnclearError(f"Число месяца записано римской цифрой: «{ROMAN[number]}».")
    return int(number)


def _day_of(args: tuple[Token, ...]) -> Point:
    """«1 февраля», «01.02»."""
    if (figures := value(args, {"DAYMONTH"})) is not None:
        day, month = figures
        return Point("day", None, month, day)
    return Point("day", None, value(args, {"MONTHGEN"}), _number(args))

"""Grammar → tree for rhythms and for counts from an event, with what both halves of the builder share."""

from typing import Any, NamedTuple, cast

from lark import Transformer, v_args

from roadmap.reading import DayUnit, Every
from roadmap.terms.grammar.nodes import (
    LAST_DAY,
    MonthDay,
    NthWeekday,
    Offset,
    Paces,
    Part,
    Point,
    Recur,
    Stretch,
    Then,
    Times,
    UnclearError,
    Weekdays,
    Whole,
    WorkingDay,
)
from roadmap.terms.grammar.normal import Token
from roadmap.terms.meaning.dates import words

LINKS = {"AND", "V", "S", "PO", "NA", "DASH"}
_NUMBERS = {"NUM", "CNT", "NDAY", "NMONTH", "TWICE"}
UNITS = {"UNIT", "SUBYEAR", "YM", "HALF"}


class Tail(NamedTuple):
    """The place in the text of the words of an event or a plan."""

    start: int
    end: int
    is_set_only: bool = False
    """«Установленные» and no more: nobody is named."""


def value(args: tuple[Any, ...], types: set[str]) -> Any:
    """The value of the first token of these types, or None."""
    return next((arg.value for arg in args if isinstance(arg, Token) and arg.type in types), None)


def tail_of(args: tuple[Any, ...]) -> tuple[int, int] | None:
    """The place of an event's or a plan's words in the text."""
    last = args[-1] if args else None
    return (last.start, last.end) if isinstance(last, Tail) else None


def every_of(args: tuple[Any, ...]) -> Every:
    """The unit said last: «в каждом месяце», «раз в год»."""
    token = next(arg for arg in reversed(args) if arg.type in UNITS)
    return "year" if token.type == "YM" else cast(Every, token.value)


def rhythm_alone(types: list[str]) -> Every | None:
    """«Месяца, следующего за отчётным» alone is said of each month; of «отчётный период» nobody knows the length."""
    return "month" if "NEXT" in types and "REPORTING" in types and "PERIOD" not in types else None


def _weekday(number: int, args: tuple[Token, ...]) -> NthWeekday:
    if not (number == -1 or 1 <= number <= 4):
        raise UnclearError(f"Такого дня недели в месяце может не быть: «{number}-й по счёту».")
    every = every_of(args) if any(arg.type in UNITS for arg in args) else None
    if every == "week":
        raise UnclearError("В неделе каждый день один: назовите месяц, квартал или год.")
    return NthWeekday(number, value(args, {"WEEKDAY"}), every)


def _day_of_unit(args: tuple[Token, ...], *, until: bool) -> MonthDay | WorkingDay:
    """«Последний рабочий день месяца», «до 5-го рабочего дня месяца, следующего за отчётным»."""
    if value(args, {"DAYS"}) not in ("день", "дня", "дню"):
        raise UnclearError("Неясно, число дней это или день по счёту: напишите «5-го дня месяца».")
    number = -1 if value(args, {"LAST"}) else value(args, {"NUM", "ORD"})
    types = [arg.type for arg in args]
    after = types.index("NEXT") if "NEXT" in types else None
    named = args[:after] if after is not None else args
    every = every_of(named) if UNITS & {arg.type for arg in named} else None
    if after is not None:
        if every != "month":
            raise UnclearError("Не назван месяц, к числу которого относится срок.")
        reported = args[after:]
        every = every_of(reported) if UNITS & {arg.type for arg in reported} else None
    if value(args, {"DAYKIND"}) == "working_days":
        return WorkingDay(number, until, "same" if after is None else "next", every, rhythm_alone(types))
    if after is None and every and number == -1:
        return _last_day(every, until=until)
    if number == -1 or every is None or (after is None and every != "month"):
        raise UnclearError("Не назван месяц, к числу которого относится срок.")
    return MonthDay(number, until, "same" if after is None else "next", every, alone=rhythm_alone(types))


def _last_day(every: Every, *, until: bool) -> MonthDay:
    if every == "week":
        raise UnclearError("Последний день недели: назовите сам день недели.")
    return MonthDay(LAST_DAY, until, "same" if every == "month" else "last", every)


@v_args(inline=True)
class Rhythms(Transformer[Any, tuple[Part, ...]]):
    """The methods of the grammar's ``repeated`` and ``counted``."""

    # What names no day

    def vague(self, *args: Any) -> Part:
        """«Конец мая», «середина года»: no day."""
        vague = str(value(args, {"VAGUE"})).capitalize()
        raise UnclearError(f"«{vague}» — не день («{words(args[-1])}»): назовите число, декаду или месяц.")

    def season(self, *args: Token) -> Part:
        year = value(args, {"YEAR"})
        months = value(args, {"SEASON"})
        raise UnclearError(f"Время года — не срок: назовите месяцы, например «{months} {year or '…'} г.».")

    def set_by_nobody(self, *_: Token) -> Any:
        raise UnclearError("Не сказано, чем установлен срок: назовите акт, план или день.")

    # Rhythms

    def every(self, *args: Token) -> Recur:
        return Recur(args[0].value if args[0].type == "EVERY" else every_of(args))

    def times(self, *args: Token) -> Part:
        number, unit = value(args, _NUMBERS), every_of(args)
        count, least = 1 if number is None else number, value(args, {"SELDOM"}) is not None
        if count < 1:
            raise UnclearError("«0 раз» — не срок.")
        return Recur(unit, least) if count == 1 else Times(count, unit, least)

    def times_in_several(self, *args: Token) -> Part:
        """«Раз в две недели», «каждые 3 месяца»."""
        numbers = [arg.value for arg in args if arg.type in ("NUM", "CNT")]
        if args[0].type not in ("V", "EACH") and len(numbers) > 1 and numbers[0] != 1:
            raise UnclearError(f"Сказано, сколько раз, но не сказано когда: «{numbers[0]} раза».")
        if numbers[-1] < 1:
            raise UnclearError("Повторение через ноль отрезков времени невозможно.")
        return Recur(every_of(args)) if numbers[-1] == 1 else Paces(numbers[-1], every_of(args))

    def then(self, *args: Token) -> Then:
        return Then(args[-1].value if args[-1].type == "EVERY" else every_of(args))

    def then_what(self, _: Token) -> Part:
        raise UnclearError("Не сказано, как срок повторяется: «далее».")

    def daily(self, *_: Token) -> Whole:
        """«Ежедневно»: a habit, whose days are not controlled one by one."""
        return Whole(True, daily=True)

    def results(self, *args: Token) -> Recur:
        """«По итогам квартала»: each quarter, told of when it is over."""
        return Recur(every_of(args), results=True)

    def results_of(self, *args: Any) -> Part:
        raise UnclearError(f"Не сказано, к какому дню нужны итоги: «{words(args[-1])}».")

    def nth_weekday(self, *args: Token) -> NthWeekday:
        """«Каждая последняя среда» is that of each month; «каждый второй вторник» may be every other one."""
        number = -1 if value(args, {"LAST"}) else value(args, {"NUM", "ORD"})
        if value(args, {"EACH"}) and not any(arg.type in UNITS for arg in args) and number in (-1, 1):
            return NthWeekday(number, value(args, {"WEEKDAY"}), "month")
        return _weekday(number, args)

    def nth_weekdays(self, *args: Token) -> list[NthWeekday]:
        """«Первый и третий четверг»: only a month has several to choose from."""
        numbers = [arg.value for arg in args if arg.type in ("NUM", "ORD")]
        if not any(arg.type in UNITS for arg in args):
            args = (*args, Token("UNIT", "month", 0, 0))
        return [_weekday(number, args) for number in numbers]

    def day_of_unit(self, *args: Token) -> Part:
        return _day_of_unit(args, until=False)

    def until_day_of_unit(self, *args: Token) -> Part:
        return _day_of_unit(args, until=True)

    def last_number(self, *args: Token) -> MonthDay:
        return _last_day(every_of(args), until=args[0].type != "LAST")

    def decade_of_month(self, *args: Token) -> MonthDay:
        number = value(args, {"NUM", "ORD"})
        every = every_of(args) if any(arg.type in UNITS for arg in args) else None
        if number not in (1, 2, 3):
            raise UnclearError(f"В месяце три декады: «{number} декада».")
        if every not in ("month", None):
            raise UnclearError("Декада — треть месяца: назовите месяц.")
        return MonthDay(LAST_DAY if number == 3 else 10 * number, False, "same", every, first=10 * number - 9)

    def each_weekday(self, *args: Token) -> Weekdays:
        return Weekdays(args[-1].value, False)

    def more_weekdays(self, day: Token) -> Weekdays:
        return Weekdays(day.value, True)

    def days(self, *args: Any) -> Offset:
        unit: DayUnit = value(args, {"DAYKIND"}) or "calendar_days"
        return Offset(value(args, _NUMBERS), unit, tail_of(args), value(args, {"NDAY"}) is not None)

    def units(self, *args: Any) -> Offset | Stretch:
        if value(args, {"DURING"}) and len(args) == 3 and args[-1].type == "YM":
            return Stretch(Point("year", None), Point("year", None), during=True)
        count = value(args, _NUMBERS) or 1
        unit = value(args, {"UNIT"}) or ("month" if value(args, {"NMONTH"}) else "year")
        alone = value(args, {"NMONTH"}) is not None
        if unit == "week":
            return Offset(7 * count, "calendar_days", tail_of(args))
        return Offset(count if unit == "month" else 12 * count, "months", tail_of(args), alone)

    def days_before(self, *args: Any) -> Offset:
        """«За 14 дней до …»: counted back."""
        return self.days(*args).back()

    def units_before(self, *args: Any) -> Offset:
        return cast(Offset, self.units(*args)).back()

    def next_day(self, *args: Any) -> Offset:
        return Offset(1, value(args, {"DAYKIND"}) or "calendar_days", tail_of(args))

"""Grammar → tree for rhythms and for counts from an event, with what both halves of the builder share."""

from typing import Any, cast

from lark import Token, Transformer, v_args

from roadmap.reading import DayUnit, Every
from roadmap.terms.nodes import NthWeekday, Offset, Paces, Part, Recur, Then, UnclearError, Weekdays

# How often in a unit → the rhythm that gives every time a window of its own; other counts name no dates.
TIMES: dict[tuple[int, Every], Every] = {
    (2, "year"): "half_year",
    (4, "year"): "quarter",
    (12, "year"): "month",
    (2, "half_year"): "quarter",
    (6, "half_year"): "month",
    (3, "quarter"): "month",
}
LINKS = {"AND", "V", "S", "PO", "NA", "DASH"}
_NUMBERS = {"NUM", "CNT", "NDAY", "NMONTH", "TWICE"}
UNITS = {"UNIT", "SUBYEAR", "YM", "HALF"}


def value(args: tuple[Any, ...], types: set[str]) -> Any:
    """The value of the first token of these types, or None."""
    return next((arg.value for arg in args if isinstance(arg, Token) and arg.type in types), None)


def tail_of(args: tuple[Any, ...]) -> tuple[int, int] | None:
    """The place of an event's or a plan's words in the text."""
    return args[-1] if args and type(args[-1]) is tuple else None


def every_of(args: tuple[Any, ...]) -> Every:
    """The unit said last: «в каждом месяце», «раз в год»."""
    token = next(arg for arg in reversed(args) if arg.type in UNITS)
    return "year" if token.type == "YM" else cast(Every, token.value)


@v_args(inline=True)
class Rhythms(Transformer[Token, tuple[Part, ...]]):
    """The methods of the grammar's ``repeated`` and ``counted``."""

    def every(self, *args: Token) -> Recur:
        return Recur(args[0].value if args[0].type == "EVERY" else every_of(args))

    def times(self, *args: Token) -> Recur:
        count, unit = value(args, _NUMBERS) or 1, every_of(args)
        every = unit if count == 1 else TIMES.get((count, unit))
        if every is None:
            raise UnclearError(
                f"Сказано, сколько раз, но не сказано когда: «{count} {value(args, {'RAZ'}) or 'раза'}»."
            )
        return Recur(every)

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

    def daily(self, *_: Token) -> Recur:
        raise UnclearError("Срок «ежедневно» не говорит, когда отчитываться: назовите неделю, месяц или квартал.")

    def nth_weekday(self, *args: Token) -> NthWeekday:
        number = -1 if value(args, {"LAST"}) else value(args, {"ORD"})
        every = every_of(args) if any(arg.type in UNITS for arg in args) else None
        if every == "week":
            raise UnclearError("В неделе каждый день один: назовите месяц, квартал или год.")
        return NthWeekday(number, value(args, {"WEEKDAY"}), every)

    def nth_working_day(self, *_: Token) -> Part:
        raise UnclearError("Рабочие дни месяца зависят от календаря: назовите число месяца.")

    def each_weekday(self, *args: Token) -> Weekdays:
        return Weekdays(args[-1].value, False)

    def more_weekdays(self, day: Token) -> Weekdays:
        return Weekdays(day.value, True)

    def days(self, *args: Any) -> Offset:
        unit: DayUnit = value(args, {"DAYKIND"}) or "calendar_days"
        return Offset(value(args, _NUMBERS), unit, tail_of(args), value(args, {"NDAY"}) is not None)

    def units(self, *args: Any) -> Offset:
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
        return self.units(*args).back()

    def next_day(self, *args: Any) -> Offset:
        return Offset(1, value(args, {"DAYKIND"}) or "calendar_days", tail_of(args))

"""What a deadline phrase says, before any period is known: the small tree between the grammar and the meaning."""

from typing import Literal, NamedTuple

from roadmap.reading import DayUnit, Every

Scale = Literal["day", "weekday", "week", "month", "quarter", "half_year", "year", "school_year"]
How = Literal["single", "dash", "to", "until"]
By = Literal["date", "end"]
Place = Literal["same", "next", "last"]


MONTH_END = -1


class Point(NamedTuple):
    """A calendar unit or a day; ``year`` is None where the text leaves it out; ``no`` counts inside the year.

    A school year stands under the year in which it begins. A day ``MONTH_END`` is the month's last; of a ``week`` or a
    ``weekday`` of a month ``nth`` says which one (−1 is the last), and ``day`` the day of the week (Monday is 0).

    ``of`` marks a month in the genitive («мая 2024 г.»), which alone may have lost its day.
    """

    scale: Scale
    year: int | None
    no: int = 0
    day: int = 0
    of: bool = False
    many: bool = False
    """«…, 2024 гг.»: a year that closes a list of years."""
    nth: int = 0


class Stretch(NamedTuple):
    """From the first day of one point to the last day of another (the same one for «май 2023 г.»)."""

    first: Point
    last: Point
    how: How = "single"
    during: bool = False


class Until(NamedTuple):
    """«До 1 декабря», «до конца мая»: a due date without a start."""

    point: Point
    by: By = "date"
    next_year: bool = False


class Since(NamedTuple):
    """«Начиная с 2023 года»."""

    point: Point


class MonthDay(NamedTuple):
    """«До 10 числа месяца, следующего за отчётным»: a day of this, the next or the last month of each unit.

    ``first`` opens a span («с 1 по 10 число»); the day ``LAST_DAY`` is the month's last.
    """

    day: int
    until: bool
    place: Place
    every: Every | None = None
    first: int | None = None
    month: int = 0
    """«Второго месяца квартала», «второго месяца, следующего за …»: which one, 0 where the text does not count."""
    alone: Every | None = None
    """The rhythm where the phrase names none: «следующего за отчётным» is the month's."""


LAST_DAY = -1


class WorkingDay(NamedTuple):
    """«До 5-го рабочего дня месяца»: of each unit, or of the month after it; −1 is the last one."""

    number: int
    until: bool
    place: Place
    every: Every | None = None
    alone: Every | None = None


class Recur(NamedTuple):
    """``least`` is «не реже»: a demand or a habit beside it adds no date and takes none away."""

    every: Every
    least: bool = False
    results: bool = False
    """«По итогам квартала»: a day named beside it follows the quarter."""


class Times(NamedTuple):
    """«3 раза в год»: so many terms in each unit."""

    often: int
    every: Every
    least: bool = False


class Paces(NamedTuple):
    """«Раз в две недели»: every so many units, counted from a day that the text must name."""

    number: int
    unit: Every


class Then(NamedTuple):
    """«Далее ежегодно»: what was said before returns every year."""

    every: Every


class NthWeekday(NamedTuple):
    """«Последняя пятница месяца»: Monday is 0, the last one is −1; ``every`` is None where no unit is named."""

    number: int
    day: int
    every: Every | None = None


class Header(NamedTuple):
    """«2023 год: …»: the year of the names after it."""

    year: int


class Bracketed(NamedTuple):
    """A date in brackets, which may explain a rhythm and nothing else."""

    parts: tuple["Stretch | Until | MonthDay", ...]


class Weekdays(NamedTuple):
    """Monday is 0; a ``bare`` name of a day only continues «по вторникам, …»."""

    day: int
    bare: bool


class Whole(NamedTuple):
    """«Весь период», or the habit «постоянно», «регулярно»."""

    habit: bool
    daily: bool = False


class Plan(NamedTuple):
    """A plan to come: its name, or the place of the name in the text."""

    name: str
    place: tuple[int, int] | None = None


class Demand(NamedTuple):
    """«По мере необходимости», «по запросу»."""


class Offset(NamedTuple):
    """So many days or months after an event, before it for a negative number; the place of its words in the
    text, None when it is not named."""

    number: int
    unit: DayUnit
    event: tuple[int, int] | None = None
    alone: bool = False
    """«В 3-дневный срок» may stand without an event; «в течение 3 дней» may not."""

    def back(self) -> "Offset":
        return self._replace(number=-self.number)


Part = (
    Stretch
    | Until
    | Since
    | MonthDay
    | WorkingDay
    | Recur
    | Times
    | Paces
    | Then
    | Weekdays
    | NthWeekday
    | Whole
    | Plan
    | Demand
    | Offset
    | Header
    | Bracketed
)


class UnclearError(Exception):
    """The phrase is a question; the message says, in Russian, why and where."""


class UnparsedError(UnclearError):
    """The words themselves are no deadline."""

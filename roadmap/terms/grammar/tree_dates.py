"""Grammar → tree for points and stretches of time: days, months, decades, quarters, years and what lies between."""

from datetime import date, timedelta
from typing import Any, Literal, cast

from lark import v_args

from roadmap.calendar.spans import add_months
from roadmap.terms.grammar.nodes import MONTH_END, Point, Stretch, UnclearError, Until
from roadmap.terms.grammar.normal import Token
from roadmap.terms.grammar.tree_parts import MANY_YEARS, lost_day
from roadmap.terms.grammar.tree_rhythms import Rhythms, value
from roadmap.terms.grammar.words import Roman
from roadmap.terms.meaning.dates import YEARS, bounds, words

# «30-6.11» runs over a month's end; «16-6.11» is a slip.
_OVER_MONTH_END = 15


def _in_year(number: Token, scale: Token, year: int | None) -> Point:
    if scale.type == "SUBYEAR":
        return Point(scale.value, year, number.value)
    if isinstance(number.value, Roman):
        raise UnclearError(f"День месяца записан римской цифрой: «{number}».")
    return Point("day", year, scale.value, number.value)


def _point_of(day: date) -> Point:
    return Point("day", day.year, day.month, day.day)


def _decades(first: int, last: int, month: Point) -> Stretch:
    for number in (first, last):
        if number not in (1, 2, 3):
            raise UnclearError(f"В месяце три декады: «{number} декада».")
    if first > last:
        raise UnclearError(f"Начало позже конца: «{first} – {last} декада».")
    opens = Point("day", month.year, month.no, 10 * first - 9)
    return Stretch(opens, opens._replace(day=MONTH_END if last == 3 else 10 * last), "to")


def _nth_of_month(scale: Literal["week", "weekday"], args: tuple[Token, ...]) -> Stretch:
    """The n-th week or day of the week of a month."""
    number = MONTH_END if value(args, {"LAST"}) else int(value(args, {"NUM", "ORD"}))
    month = value(args, {"MONTHGEN", "MONTHABBR"})
    point = Point(scale, value(args, {"YEAR"}), month, value(args, {"WEEKDAY"}) or 0, nth=number)
    return Stretch(point, point)


@v_args(inline=True)
class Dates(Rhythms):
    """One method for each alternative of the grammar's ``dates`` and ``point``."""

    # Points: the year, where there is one, follows.

    def day(self, day: Token, month: Token, *year: Token) -> Point:
        return _in_year(day, month, year[0].value if year else None)

    def month(self, month: Token, *year: Token) -> Point:
        return Point("month", year[0].value if year else None, month.value, of=month.type == "MONTHGEN")

    def subyear(self, number: Token, unit: Token, *year: Token) -> Point:
        return Point(unit.value, year[0].value if year else None, number.value)

    def all_year(self, *_: Token) -> Stretch:
        """«В течение года», «весь год»: the period says which."""
        point = Point("year", None)
        return Stretch(point, point, during=True)

    def all_school_year(self, *_: Token) -> Stretch:
        point = Point("school_year", None)
        return Stretch(point, point, during=True)

    def for_years(self, *args: Any) -> Any:
        """«На 2022–2023 годы»; «на 1 сентября» would be a day of reporting, not a term."""
        dates = args[-1]
        if type(dates) is list or dates.first.scale not in YEARS:
            raise UnclearError("Неясно, что значит «на»: назовите срок с «до», «с … по» или «в течение».")
        return dates._replace(during=True)

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

    def month_in_figures(self, figures: Token, *_: Token) -> Point:
        """«06.2023»."""
        month, year = cast(list[int], figures.value)
        return Point("month", year, month)

    # Stretches

    def single(self, point: Point) -> Stretch:
        return Stretch(point, point)

    def dashed(self, first: Point, _: Token, last: Point) -> Stretch:
        return Stretch(first, last, "dash")

    def elided(self, first: Point, _: Token, last: Point) -> Stretch:
        """«25 мая … 1 июня»: between two days an ellipsis is a dash, between months one may have lost its words."""
        if first.scale != "day" or last.scale != "day":
            raise UnclearError(f"Не понято: «{words(first)} … {words(last)}».")
        return Stretch(first, last, "dash")

    def figures_dashed(self, *args: Token) -> Stretch:
        """«11-16.01.2027»; «30-6.11.2027» begins in the month before, as long as the two days are near."""
        number, last = value(args, {"NUM"}), self.figures(next(arg for arg in args if arg.type in ("DATE", "DAYMONTH")))
        first = last._replace(day=number)
        if number > last.day and number - last.day > _OVER_MONTH_END:
            in_december = last.no == 1
            year = last.year - 1 if last.year and in_december else last.year
            first = first._replace(no=12 if in_december else last.no - 1, year=year)
            return Stretch(first, last, "to")
        return Stretch(first, last, "to")

    def figures_listed(self, *args: Token) -> list[Stretch]:
        """«5, 12, 19.03.2027»."""
        last = self.figures(next(arg for arg in args if arg.type in ("DATE", "DAYMONTH")))
        points = [last._replace(day=arg.value) for arg in args if arg.type in ("NUM", "ORD")]
        return [Stretch(point, point) for point in (*points, last)]

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

    def from_until_year_end(self, _: Token, first: Point, *__: Token) -> Stretch:
        """«С 1 марта 2023 г. до конца года»: of the same year, which must be said."""
        if first.year is None:
            raise UnclearError(f"Не назван год: «{words(first)}».")
        return Stretch(_point_of(bounds(first)[0]), Point("day", first.year, 12, 31), "to")

    def decade(self, number: Token, _: Token, month: Token, *year: Token) -> Stretch:
        """«III декада мая 2024 г.» is the 21st to the month's last day."""
        return _decades(number.value, number.value, Point("month", value(year, {"YEAR"}), month.value))

    def decades(self, *args: Any) -> Stretch:
        """«3 декада сентября – 1 декада октября 2022»."""
        first, last = (arg for arg in args if isinstance(arg, Stretch))
        return Stretch(first.first, last.last, "to")

    def decades_of_month(self, *args: Token) -> Stretch:
        """«I–II декада июня»."""
        first, last = (arg.value for arg in args if arg.type in ("NUM", "ORD"))
        month = Point("month", value(args, {"YEAR"}), value(args, {"MONTHGEN", "MONTHABBR"}))
        return _decades(first, last, month)

    def week_of_month(self, *args: Token) -> Stretch:
        """«II неделя марта 2027 г.»."""
        if value(args, {"UNIT"}) != "week":
            raise UnclearError("Месяц назван дважды.")
        return _nth_of_month("week", args)

    def half_of_month(self, *args: Token) -> Stretch:
        """«2-я половина марта» is the 16th to the last day."""
        month = Point("month", value(args, {"YEAR"}), value(args, {"MONTHGEN", "MONTHABBR"}))
        match args[0].value:
            case 1:
                first = Point("day", month.year, month.no, 1)
                return Stretch(first, first._replace(day=15), "to")
            case 2:
                first = Point("day", month.year, month.no, 16)
                return Stretch(first, first._replace(day=MONTH_END), "to")
        raise UnclearError(f"В месяце две половины: «{args[0].value}-я половина».")

    def half_of_year(self, *args: Token) -> Stretch:
        """«Первая половина 2027 года»."""
        point = Point("half_year", value(args, {"YEAR"}), args[0].value)
        return Stretch(point, point)

    def weekday_of_month(self, *args: Token) -> Stretch:
        """«Первый вторник мая 2024 г.» is that day."""
        return _nth_of_month("weekday", args)

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

    def during(self, *args: Any) -> Any:
        dates = args[-1]
        if type(dates) is list:
            return dates
        return Stretch(dates.first, dates.last, dates.how, True)

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

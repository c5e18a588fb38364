"""How many are missing to a value, in what the numerator counts: «До 12 % — ещё 102 учителя». Pure."""

from math import ceil, floor

from roadmap.catalogue.schema import Indicator
from roadmap.language import plural
from roadmap.monitoring.indicators.compute import shown
from roadmap.monitoring.indicators.verdict import meets
from roadmap.monitoring.snapshot import IndicatorResult

Forms = tuple[str, str, str]
NBSP = "\u00a0"
EXACT = 1e-6
#: What numerators and denominators begin with, and how it is counted; the longer beginnings first.
COUNTED: tuple[tuple[str, Forms], ...] = (
    (
        "педагогические работники",
        ("педагогический работник", "педагогических работника", "педагогических работников"),
    ),
    ("управленческие команды", ("управленческая команда", "управленческие команды", "управленческих команд")),
    ("региональные методисты", ("региональный методист", "региональных методиста", "региональных методистов")),
    ("муниципальные методисты", ("муниципальный методист", "муниципальных методиста", "муниципальных методистов")),
    ("молодые педагоги", ("молодой педагог", "молодых педагога", "молодых педагогов")),
    ("образовательные организации", ("образовательная организация", "образовательные организации",
                                     "образовательных организаций")),
    ("учителя", ("учитель", "учителя", "учителей")),
    ("педагоги", ("педагог", "педагога", "педагогов")),
    ("методисты", ("методист", "методиста", "методистов")),
    ("наставники", ("наставник", "наставника", "наставников")),
    ("воспитатели", ("воспитатель", "воспитателя", "воспитателей")),
    ("руководители", ("руководитель", "руководителя", "руководителей")),
    ("специалисты", ("специалист", "специалиста", "специалистов")),
    ("работники", ("работник", "работника", "работников")),
    ("обучающиеся", ("обучающийся", "обучающихся", "обучающихся")),
    ("организации", ("организация", "организации", "организаций")),
    ("школы", ("школа", "школы", "школ")),
    ("программы", ("программа", "программы", "программ")),
    ("мероприятия", ("мероприятие", "мероприятия", "мероприятий")),
    ("площадки", ("площадка", "площадки", "площадок")),
)  # fmt: skip
UNITS: dict[str, Forms] = {"человек": ("человек", "человека", "человек"), "единиц": ("единица", "единицы", "единиц")}


def missing(
    one: IndicatorResult, entry: Indicator | None, *, numerator: float | None, denominator: float | None
) -> str:
    """The sentence on what is missing to the target, without one to the value of all; empty where nothing can be said.

    It holds for the denominator as it is now. Where less is better it says how many are too many.
    """
    goal = one.target if one.target is not None else one.value
    if goal is None or numerator is None or one.way == "flag" or (one.way != "total" and not denominator):
        return ""
    whole = goal if one.way == "total" else goal * (denominator or 0.0) / (100 if one.way == "share" else 1)
    to = shown(goal, one) if one.target is not None else f"среднего по{NBSP}региону ({shown(goal, one)})"
    if one.comparison == "at_most":
        extra = numerator - floor(whole + EXACT)
        return (
            f"Сверх {to}{NBSP}— {_count(extra, entry)}{_or_more(one, entry, numerator, denominator, goal)}."
            if extra > 0
            else ""
        )
    short = ceil(whole - numerator - EXACT)
    return f"До {to}{NBSP}— ещё {_count(short, entry)}." if short > 0 else ""


def _or_more(
    one: IndicatorResult, entry: Indicator | None, numerator: float, denominator: float | None, goal: float
) -> str:
    """A ratio that is too high also falls when what it is divided by grows: «; на них нужно ещё 2 методиста»."""
    if one.way != "ratio" or not denominator or not goal or meets(numerator / denominator, "at_most", goal):
        return ""
    more = ceil(numerator / goal - denominator - EXACT)
    return f"; или нужно ещё {_named(more, entry.denominator if entry else '')}"


def _count(number: float, entry: Indicator | None) -> str:
    return _named(number, entry.numerator if entry else "")


def _named(number: float, what: str) -> str:
    """«102 учителя», «5 человек», «7»."""
    digits = f"{ceil(number):,}".replace(",", NBSP)
    forms = forms_of(what)
    return f"{digits}{NBSP}{plural(ceil(number), *forms)}" if forms else digits


def forms_of(what: str) -> Forms | None:
    """How what a number counts is counted: by its first words, of two kinds together and of others by its unit."""
    said = what.strip().casefold()
    for start, forms in COUNTED:
        rest = said.removeprefix(start)
        if rest != said and not rest[:1].isalpha() and not rest.startswith((" и ", " или ")):
            return forms
    return UNITS.get(said.rpartition(",")[2].strip())

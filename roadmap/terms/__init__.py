"""The deadline language of official orders: «Май-июнь 2023 г.», «до 10 числа месяца, следующего за отчётным»…

``read`` gives the dated meaning of one phrase inside the period of one roadmap. A phrase that is not understood whole,
contradicts itself, the calendar or the period is a question (``unreadable``) and never a guess.
"""

from datetime import date

from roadmap.calendar import WorkCalendar
from roadmap.reading import Reading
from roadmap.terms.grammar.nodes import UnclearError
from roadmap.terms.grammar.parsing import parse
from roadmap.terms.meaning.meaning import understand
from roadmap.terms.meaning.rhythms import Limits
from roadmap.terms.rules import RULES

__all__ = ["RULES", "read"]


def read(text: str, *, start: date, end: date, calendar: WorkCalendar | None = None) -> Reading:
    """The reading of a phrase for a roadmap that runs from ``start`` to ``end``, both days included.

    Terms that count working days of a month need the region's ``calendar``; without it they are questions.

    Raises nothing on any text: what is not understood is ``unreadable``, with the reason and the place in Russian.
    """
    parts, problem = parse(text)
    if problem is None:
        try:
            return understand(text, parts, Limits(start, end), calendar=calendar)
        except UnclearError as error:
            problem = str(error)
        except OverflowError:
            problem = "Период комплекса мер выходит за пределы календаря."
    return Reading(text, "unreadable", "unreadable", problems=(problem,))

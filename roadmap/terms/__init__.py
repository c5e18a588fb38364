"""The deadline language of official orders: «Май-июнь 2023 г.», «до 10 числа месяца, следующего за отчётным»…

``read`` gives the dated meaning of one phrase inside the period of one roadmap. A phrase that is not understood whole,
contradicts itself, the calendar or the period is a question (``unreadable``) and never a guess.
"""

from datetime import date

from roadmap.calendar import WorkCalendar
from roadmap.reading import Reading
from roadmap.terms.grammar.mending import mended
from roadmap.terms.grammar.nodes import UnclearError, UnparsedError
from roadmap.terms.grammar.parsing import parse
from roadmap.terms.meaning.meaning import understand
from roadmap.terms.meaning.rhythms import Limits
from roadmap.terms.proposing.proposals import proposals
from roadmap.terms.rules import RULES

__all__ = ["RULES", "is_deadline", "read"]

# A longer text is rarely a deadline, and mending it would take time.
LONGEST_MENDED = 300


def read(text: str, *, start: date, end: date, calendar: WorkCalendar | None = None) -> Reading:
    """The reading of a phrase for a roadmap that runs from ``start`` to ``end``, both days included.

    Terms that count working days of a month need the region's ``calendar``; without it they are questions, and a
    question carries the ``proposals`` that the words and the period allow.

    Raises nothing on any text: what is not understood is ``unreadable``, with the reason and the place in Russian.
    """
    period = Limits(start, end)
    try:
        return _as_written(text, period, calendar)
    except UnclearError as error:
        problem = str(error)
    as_meant = mended(text) if len(text) <= LONGEST_MENDED else text
    if as_meant != text:
        try:
            return _as_written(text, period, calendar, as_meant)
        except UnparsedError:
            pass
        except UnclearError as error:
            problem = str(error)
    found = proposals(as_meant, period, lambda words: _as_written(words, period, calendar))
    return Reading(text, "unreadable", "unreadable", problems=(problem,), proposals=found)


def is_deadline(text: str) -> bool:
    """Whether the words are those of a deadline, dated or not: «март», which no period of two years can place, is."""
    return parse(text)[1] is None or (len(text) <= LONGEST_MENDED and parse(mended(text))[1] is None)


def _as_written(text: str, period: Limits, calendar: WorkCalendar | None, as_meant: str | None = None) -> Reading:
    parts, problem = parse(text if as_meant is None else as_meant)
    if problem is not None:
        raise UnparsedError(problem)
    try:
        return understand(text, parts, period, calendar=calendar)
    except OverflowError:
        raise UnclearError("Период комплекса мер выходит за пределы календаря.") from None

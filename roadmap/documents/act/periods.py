"""The period that an act holds for: what its title, its terms and its text say, and where they leave a choice."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from roadmap.documents.act.head import FoundAct, day_of
from roadmap.documents.act.title_periods import end_named, spans_of
from roadmap.documents.questions import Question

_YEAR = re.compile(r"(?<!\d)20\d{2}(?!\d)")
_SINCE = re.compile(r"начиная\s+с\s+(?P<year>20\d{2})\s*(?:года|г\.?)", re.IGNORECASE)
_UNTIL = re.compile(r"на период до (?P<year>20\d{2}) года")
#: The titles of other acts: «О стратегических задачах развития … на период до 2030 года».
_QUOTED = re.compile(r"«(?:[^«»]|«[^«»]*»)*»|\"[^\"]*\"")
_FULL_DAY = re.compile(r"\d{1,2}(?:\.\d{2}\.|\s+[а-я]+\s+)20\d{2}")


@dataclass(frozen=True, slots=True)
class FoundPeriod:
    """First and last day, both included, why these, and the question where the document also allows others."""

    start: date
    end: date
    ground: str
    question: Question | None = None


def find_period(act: FoundAct, titles: Sequence[str], terms: Sequence[str], texts: Sequence[str]) -> FoundPeriod | None:
    """1. the span that a title names; 2. else from the act to the last year of terms or text; None: not said."""
    if named := titled(act, titles):
        return named
    ends = _ends(terms, texts)
    starts = _starts(act, [*terms, *texts])
    if not ends or not starts or starts[0][0] > ends[0][0]:
        return None
    (start, since), (end, until) = starts[0], ends[0]
    ground = f"{since}; {until}"
    spans = [(a, b) for a, _ in starts for b, _ in ends if a <= b]
    if len(spans) == 1:
        return FoundPeriod(start, end, ground)
    said = "; ".join(why for _, why in (*starts, *ends))
    return _asked(spans, ground, f"документ допускает разные периоды: {said}")


def titled(act: FoundAct, titles: Sequence[str]) -> FoundPeriod | None:
    """The period that the first telling title names, whole, whenever the act was signed; None where none tells.

    What ended before the act was signed («об итогах работы в 2026 году») is not what it plans.
    """
    for title in titles:
        spans = [s for s in spans_of(_QUOTED.sub("", title)) or spans_of(title) if not (act.on and s[1] < act.on)]
        end = end_named(title)
        if len(spans) == 1:
            return FoundPeriod(*spans[0], f"назван в заголовке: «{title}»")
        if spans:
            return _asked(spans, f"назван в заголовке: «{title}»", f"заголовок допускает разные периоды: «{title}»")
        if end and act.on and act.on <= end:
            return FoundPeriod(act.on, end, f"начало — дата акта; до конца года, названного в заголовке: «{title}»")
    return None


def _asked(spans: Sequence[tuple[date, date]], ground: str, why: str) -> FoundPeriod:
    """The likeliest of several spans, and the question which of them it is."""
    choices = tuple(f"{start:%d.%m.%Y} – {end:%d.%m.%Y}" for start, end in spans)
    proposed = " или ".join(f"«{words}»" for words in choices)
    question = Question("period", "начало документа", "period", why, proposed, choices)
    return FoundPeriod(*spans[0], ground, question)


def _ends(terms: Sequence[str], texts: Sequence[str]) -> list[tuple[date, str]]:
    """The last days that the terms allow, the likelier first; «начиная с 2023 года» names no end."""
    named = [(int(year), term) for term in terms for year in _YEAR.findall(_SINCE.sub("", term))]
    if not named:
        own = (_QUOTED.sub("", text) for text in texts)
        until = [(int(m["year"]), m[0]) for text in own for m in _UNTIL.finditer(text)]
        return [(date(year, 12, 31), f"конец — «{words}»") for year, words in sorted(until)[-1:]]
    last, words = max(named)
    whole_year = (date(last, 12, 31), f"конец последнего года, названного в документе: «{words}»")
    latest = [term for year, term in named if year == last]
    days = [(day, term) for term in latest if _FULL_DAY.search(term) and (day := day_of(term))]
    if len(days) < len(latest) or not days:
        return [whole_year]
    day, words = max(days)
    return [(day, f"конец — последний названный день: «{words}»"), whole_year] if day < whole_year[0] else [whole_year]


def _starts(act: FoundAct, texts: Sequence[str]) -> list[tuple[date, str]]:
    """The first days that the document allows, the likelier first."""
    since = [(int(m["year"]), m[0]) for text in texts for m in _SINCE.finditer(text)]
    if act.on is None:
        first = sorted(since)[:1]
        return [(date(year, 1, 1), f"начало — «{words}», даты акта в тексте нет") for year, words in first]
    own = (act.on, "начало — дата акта")
    if not act.amends or not since or min(since)[0] >= act.on.year:
        return [own]
    before, number = date.fromisoformat(act.amends["on"]), act.amends["number"]
    earlier = f"начало — дата изменяемого акта № {number}: «{min(since)[1]}»"
    return [(before, earlier), own] if before.year <= min(since)[0] else [own]

"""The span in which a rhythm or a habit runs."""

from datetime import date
from itertools import pairwise

from roadmap.reading import Window
from roadmap.terms.grammar.nodes import Part, Since, Stretch, UnclearError, Until, Whole
from roadmap.terms.meaning.checks import check_overlap, contradiction, window_of
from roadmap.terms.meaning.dates import YEARS, Dated, bounds, end, stretch_bounds
from roadmap.terms.meaning.rhythms import Limits


def one_span(items: list[Dated]) -> tuple[date, date]:
    """One stretch, or years in a row: «2023, 2024 гг.»."""
    stretches = []
    for item in items:
        if not isinstance(item, Stretch):
            raise contradiction(items[0], item)
        stretches.append(item)
    spans = sorted({stretch_bounds(stretch) for stretch in stretches})
    if len(spans) > 1:
        scales = {stretch.last.scale for stretch in stretches}
        whole_years = scales in ({"year"}, {"school_year"}) and all(stretch.how == "single" for stretch in stretches)
        in_a_row = all(after[0].year == before[0].year + 1 for before, after in pairwise(spans))
        if not (whole_years and in_a_row):
            raise contradiction(stretches[0], stretches[-1])
    return spans[0][0], spans[-1][1]


def limits_of(parts: list[Part], period: Limits) -> tuple[Limits, bool]:
    """The span between which a rhythm or a habit runs, and whether the text names it whole."""
    stretches: list[Dated] = [part for part in parts if isinstance(part, Stretch)]
    whole = next((part for part in parts if isinstance(part, Whole)), None)
    narrow = next((item for item in stretches if end(item).scale not in YEARS and _is_single(item)), None)
    if whole and narrow:
        raise contradiction(whole, narrow)
    since = {bounds(part.point)[0] for part in parts if isinstance(part, Since)}
    until = {window_of(part).due for part in parts if isinstance(part, Until)}
    if len(since) > 1 or len(until) > 1 or (stretches and (since or until)):
        raise UnclearError("Противоречие: границы срока названы по-разному.")
    own = Limits(*one_span(stretches)) if stretches else period
    limits = own if stretches else Limits(max([period.start, *since]), min([period.end, *until]))
    if limits.start > limits.end or limits.start > period.end or limits.end < period.start:
        named = [Window(*own)] if stretches else [Window(None, day) for day in sorted(since | until)]
        for window in named:
            check_overlap(window, period)
        raise UnclearError("Противоречие: границы срока идут в обратном порядке.")
    return limits, bool(stretches)


def _is_single(item: Dated) -> bool:
    return isinstance(item, Stretch) and item.how == "single"

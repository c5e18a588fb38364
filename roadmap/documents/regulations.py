"""Standing duties of a regulation: paragraphs that name a rhythm of their own."""

import re
from collections.abc import Callable, Iterator, Sequence

from roadmap.documents.neutral import Paragraph
from roadmap.documents.rows import FoundItem

_RHYTHM = re.compile(
    r"не\s+реже(?:,?\s+чем)?\s+(?:\d+|одного|двух|трех|трёх)\s+раза?\s+в\s+(?:год|квартал|полугодие|месяц|неделю)"
    r"|\bежегодно\b|\bежеквартально\b|\bежемесячно\b|\bеженедельно\b",
    re.IGNORECASE,
)
_POINT = re.compile(r"^(?P<n>\d+(?:\.\d+)+)\.?\s+(?P<words>.*)$")
_INDICATOR = re.compile(r"показател|^\W*(?:дол[яи]|количество|разработан\w*|разработка)\b.*\(", re.IGNORECASE)


def standing_duties(
    paragraphs: Sequence[Paragraph], taken: set[str], reads: Callable[[str], bool]
) -> Iterator[tuple[str, str, FoundItem]]:
    """("duty", code, item) for each paragraph with a rhythm outside the order's own points and its indicators."""
    point, n, listing, opening = "", 0, False, ""
    for paragraph in paragraphs:
        if paragraph.place in taken:
            continue
        numbered = _POINT.match(paragraph.text)
        words = numbered["words"] if numbered else paragraph.text
        if numbered:
            point, n, opening = numbered["n"], 1, words if words.endswith(":") else ""
            listing = bool(re.search(r"показател\w+.*:$", words, re.IGNORECASE))
        else:
            n += 1
        match = _RHYTHM.search(words)
        if not point or listing or match is None or _INDICATOR.search(words) or not reads(match[0]):
            continue
        title = words.rstrip(" .;»").lstrip("-–— ")
        item = FoundItem(point, "", "", "", None, f"п. {point}, {paragraph.place}")
        item.words = {"title": title, "responsible": _bearer(opening), "term": match[0]}
        yield "duty", f"{point}-{n:02}", item


def _bearer(opening: str) -> str:
    """The body that «… осуществляет:» opens with, where the words before the verb are short."""
    match = re.match(
        r"(?P<who>.{3,160}?)\s+(?:осуществля|обеспечива|организу|выполня|реализу|проводит)\w*.*:$", opening
    )
    return re.split(r",?\s+котор", match["who"])[0].rstrip(" ,–-(") if match else ""

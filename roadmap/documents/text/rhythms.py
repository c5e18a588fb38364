"""Terms inside running text: the rhythm or the day that a sentence names, in its own words."""

import re
from collections.abc import Callable

_EVERY = r"(?:ежегодно|ежеквартально|ежемесячно|еженедельно|ежедневно)"
_STARTS = re.compile(
    rf"(?<!\w)(?:{_EVERY}(?!\w)|(?:не\s+реже(?:,?\s+чем)?\s+)?(?:\d+|один|одного|два|двух|три|тр[её]х|четыре|четыр[её]х)?\s?"
    r"раза?\s+в\s+(?:\w+\s+)?(?:год|полугодие|квартал|месяц|недел\w+|дн\w+|лет|года)(?!\w)"
    r"|(?:в\s+срок\s+)?не\s+поздн?ее\s|в\s+срок\s+(?:до|не)\s|в\s+(?:\w+-?\s?)?(?:дневный|недельный|месячный)\s+срок"
    r"|в\s+\d+-?\s?(?:ти|х)?-?\s?дневный\s+срок|(?:до|к)\s+\d{1,2}(?:\.\d{2}(?:\.\d{4})?|\s+(?:числа|января|февраля|марта|апреля"
    r"|мая|июня|июля|августа|сентября|октября|ноября|декабря))|в\s+течение\s+(?:\S+\s+)?(?:рабочих\s+|календарных\s+)?"
    r"(?:дн|месяц|недел)\w*|кажд(?:ый|ую|ое)\s+(?:год|квартал|месяц|недел|полугоди|понедельник|вторник|сред|четверг|пятниц)\w*)",
    re.IGNORECASE,
)
_QUALITY = re.compile(
    r"(?<!\w)(?:ежегодн|ежеквартальн|ежемесячн|еженедельн)(?:ы[йехм]|ого|ому|ая|ое|ой|ую|ыми)(?!\w)", re.I
)
_QUOTED = re.compile(r"«(?:[^«»]|«[^«»]*»)*»")
_BRACKETED = re.compile(r"\s*\((?P<words>[^()]*)\)$")
_LONGEST = 120


def named(words: str, reads: Callable[[str], bool]) -> tuple[str, str]:
    """(the words without a term in brackets at their end, the term); a term that is not understood is still named."""
    hidden = _QUOTED.sub(lambda quoted: "_" * len(quoted[0]), words)
    bracketed = _BRACKETED.search(hidden)
    if bracketed and _STARTS.search(bracketed["words"]):
        return words[: bracketed.start()].rstrip(), words[bracketed.start("words") : bracketed.end("words")]
    starts = list(_STARTS.finditer(hidden))
    for start in starts:
        if term := _longest(words[start.start() :], reads):
            return words, term
    if starts:
        return words, _as_said(words, starts[0])
    return words, ""


def _as_said(words: str, start: re.Match[str]) -> str:
    """A term that is not understood: the rhythm's own words, or a day's words up to the end of the clause."""
    if not start[0].endswith(" "):
        return words[start.start() : start.end()]
    clause = re.split(r"[;()]|,(?!\s*следующ)", words[start.start() :])[0]
    return clause.strip(" .")[:_LONGEST]


def _longest(tail: str, reads: Callable[[str], bool]) -> str:
    tail = tail[:_LONGEST]
    ends = sorted({len(tail), *(found.start() for found in re.finditer(r"[\s,;.()]", tail))}, reverse=True)
    return next((words for end in ends if (words := tail[:end].strip(" .,;(")) and reads(words)), "")


def is_named(words: str) -> bool:
    """Whether a term or a rhythm is named outside quotes, be it only as a quality: «ежегодных совещаний»."""
    hidden = _QUOTED.sub("", words)
    return bool(_STARTS.search(hidden) or _QUALITY.search(hidden))

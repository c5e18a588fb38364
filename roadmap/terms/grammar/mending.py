"""What documents write around a deadline and what typing does to it: read past where the phrase is not understood.

Every mend keeps the length of the text, so that places in it hold: what is read past becomes blanks.
"""

import re

from roadmap.terms.grammar.words import lexicon

_WORDS = lexicon()
_LETTER = r"[^\W\d_]"
_LABEL = re.compile(
    r"^\s*срок(?:и)?(?:\s+(?:исполнения|выполнения|проведения|реализации))?\s*(?:[:\u2010-\u2015-]|(?=\s(?:до|не|с|к)\s))",
    re.IGNORECASE,
)
_BULLET = re.compile(r"(?:^|(?<=\n))\s*[-\u2010-\u2015*]\s*(?=\S)|^\s*[\u2022\u00b7\uf0b7]")
_INNER_BULLET = re.compile("[\u2022\u00b7\uf0b7]")
_NUMBERED = re.compile(
    r"(?:^|(?<=[\s;,.]))(?:(?P<number>[1-9][0-9]?)(?:\)(?=\s*\S)|\.(?=\s*[^\W\d_]))|(?P<letter>[а-и])\)(?=\s*\S))",
    re.IGNORECASE,
)
_QUOTED = re.compile(r"[«\"„“‟”']\s?(?=[0-9]{1,2}\s?[»\"“”'])|(?<=[0-9])\s?[»\"“”'](?=\s?[^\W\d_])")
_FOOTNOTE = re.compile(r"[!*\u00b9\u00b2\u00b3\u2070-\u2079]+\s*$")
_APOSTROPHE = re.compile(rf"(?<={_LETTER})\s?['’`](?=[0-9])")
_INCLUSIVE = re.compile(r"\(\s*включительно\s*\)", re.IGNORECASE)
_GAP = re.compile(rf"(?<={_LETTER})(?:\s?-\s*|\s+)(?={_LETTER})")
_LAST_WORD, _FIRST_WORD = re.compile(rf"{_LETTER}+$"), re.compile(rf"{_LETTER}+")
_LIKE_FIGURES = re.compile(
    r"""(?<![^\W_])(?=[0-9]?[ОоOoЗзlI])[0-9ОоOoЗзlI]{1,2}(?=\.[0-9ОоOo]{2}\.[0-9])
    |(?<=\.)(?:[ОоOo][0-9]|1[ОоOo])(?=\.[0-9]{4})""",
    re.VERBOSE,
)
_FIGURE_OF = str.maketrans("ОоOoЗзlI", "00003311")
# «9:00», «15.00», «в 10-00», «18 часов», «10 ч. 30 мин.», with what stands before and after it.
_TIME = r"(?:[01]?[0-9]|2[0-4])"
_CLOCK = re.compile(
    rf"""(?P<before>\(?\s*(?:(?<!{_LETTER})(?:не\s+позднее|до|к|ко|с|со|по|в|во)\s+)?)
    (?P<time>(?<![0-9.,:])
        (?:{_TIME}\s?:\s?[0-5][0-9]
        |{_TIME}\s?\.\s?(?:00|15|30|45)(?![0-9]|\s?\.\s?[0-9])
        |(?<=в\s){_TIME}\.[0-5][0-9](?![0-9]|\s?\.\s?[0-9])
        |{_TIME}-00(?![0-9])
        |{_TIME}\s?(?:ч(?![^\W\d_])\.?|час(?:а|ов|ам)?(?![^\W\d_])\.?)(?:\s?[0-5][0-9]\s?мин(?:ут)?\.?)?))
    (?P<unit>\s?(?:час(?:а|ов)?(?![^\W\d_])|ч(?![^\W\d_])\.?)?)
    (?P<zone>(?:\s?\(?(?:мск|по\s+московскому\s+времени|(?:по\s+)?местно(?:го|му)\s+времени)\)?)?\s?\)?)""",
    re.VERBOSE | re.IGNORECASE,
)
_RANGE_OF_TIMES = re.compile(r"[-\u2010-\u2015]\s*$")
_DATE_END = re.compile(r"(?:[0-9]{2}|г\.?|года)\s*[,;]?\s*$", re.IGNORECASE)
_FULL_DATES = re.compile(r"[0-9]{1,2}\.[0-9]{2}\.[0-9]{4}(?:\s+[0-9]{1,2}\.[0-9]{2}\.[0-9]{4}){2,}\s*$")


def mended(text: str) -> str:
    """The text without labels, bullets, clock times and torn words; the same text where there is nothing to mend."""
    text = _LABEL.sub(_blank, text)
    text = _INNER_BULLET.sub(";", _BULLET.sub(_blank, text))
    text = _numbered(text)
    text = _FOOTNOTE.sub(_blank, text)
    text = _QUOTED.sub(_blank, text)
    text = _APOSTROPHE.sub(_blank, text)
    text = _INCLUSIVE.sub(lambda found: found.group().translate(_BRACKETS), text)
    text = _LIKE_FIGURES.sub(lambda found: found.group().translate(_FIGURE_OF), text)
    text = _joined(text)
    text = _without_clock(text)
    if _FULL_DATES.match(text.strip()):
        text = re.sub(r"(?<=[0-9]{4})\s(?=\s*[0-9])", ";", text)
    return text.replace("\n", ";") if "\n" in text.strip() else text


_SOFT_HYPHEN = "\u00ad"
_BRACKETS = {ord("("): " ", ord(")"): " "}


def _blank(found: re.Match[str]) -> str:
    return " " * len(found.group())


def _numbered(text: str) -> str:
    """«1) до 1 марта; 2) до 1 апреля»: numbers or letters in their order, at least two unless one opens the text."""
    marks = list(_NUMBERED.finditer(text))
    said = [(mark["number"] or mark["letter"]).lower() for mark in marks]
    numbers = [str(n) for n in range(1, len(said) + 1)]
    if not said or (said != numbers and said != list("абвгдежзи")[: len(said)]):
        return text
    if text[: marks[0].start()].strip() or (len(said) == 1 and text[marks[0].end() - 1] != ")"):
        return text
    for mark in marks:
        text = (
            f"{text[: mark.start()]}{';' if mark.start() else ' '}{' ' * (len(mark.group()) - 1)}{text[mark.end() :]}"
        )
    return text


def _joined(text: str) -> str:
    """«Еже-квартально», «ежеме- сячно», «ежеквар тально»: halves of one known word that are no words themselves."""
    for gap in list(_GAP.finditer(text)):
        one, other = _LAST_WORD.search(text[: gap.start()]), _FIRST_WORD.match(text[gap.end() :])
        assert one is not None
        assert other is not None
        halves = [part.group().lower().replace("ё", "е") for part in (one, other)]
        known = sum(half in _WORDS for half in halves)
        if "".join(halves) in _WORDS and known < (2 if "-" in gap.group() else 1):
            text = f"{text[: gap.start()]}{_SOFT_HYPHEN * len(gap.group())}{text[gap.end() :]}"
    return text


def _without_clock(text: str) -> str:
    """Clock times become blanks; «до» before one stays where the day follows it: «до 12.00 1 марта»."""
    while (found := _CLOCK.search(text)) is not None:
        start, end = found.span()
        after, before = text[end:].lstrip(), text[:start]
        keeps = after[:1].isdigit() or (after[:1].isalpha() and not _clock_goes_on(after))
        sign = " "
        if keeps and found["before"].strip(" (").lower() not in ("", "в", "во"):
            start = found.start("time")
        elif keeps and not found["before"].strip() and _DATE_END.search(before):
            sign = ";"
        text = f"{text[:start]}{sign}{' ' * (end - start - 1)}{text[end:]}"
        if not keeps:
            text = _RANGE_OF_TIMES.sub(_blank, text[:end]) + text[end:]
    return text


def _clock_goes_on(after: str) -> bool:
    """«… с 10.00 до 12.00»: what follows is the other end of the time."""
    return _CLOCK.match(after) is not None

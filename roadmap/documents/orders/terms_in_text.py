"""Terms inside a sentence: the longest words that read as one, wherever they stand; what dates a paper is none."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from itertools import pairwise

from roadmap.documents.orders.verbs import INFINITIVE, without_quotes

Reads = Callable[[str], bool]

_MONTH_OF = r"(?:января|февраля|марта|апреля|мая|июня|июля|августа|сентября|октября|ноября|декабря)"
_MONTH = r"(?:январ|феврал|март|апрел|ма[йеяю]|июн|июл|август|сентябр|октябр|ноябр|декабр)[а-яё]*"
_DAY = (
    rf"(?:«?\d{{1,2}}»?(?:\s?-?\s?го)?\s*{_MONTH_OF}|\d{{1,2}}\.\d{{1,2}}(?:\.\d{{2,4}})?(?!\.?\d)|\d{{4}}-\d\d-\d\d)"
)
_NTH = r"(?:[IVІХX]{1,3}|[1-4](?:-?(?:й|го|м|ом|е|ое))?|перв\w+|втор\w+|треть\w+|четв[её]рт\w+)"
_PART = rf"{_NTH}\s+(?:квартал|кв\.|полугод|декад)\w*"
_SPAN = r"(?:дн|недел|месяц|год|квартал|полугод|учебн|сут)"
_EVERY = r"(?:ежегодно|ежеквартально|ежемесячно|еженедельно|ежедневно)"
#: The words that a term may begin with; whether it is one, the reading of the words after it decides.
_FIRST = re.compile(
    rf"(?<![\w№\-./])(?:до|к|ко|не|с|со|в|во|по|за|раза?|дважды|еже\w+о|кажд\w+|один|одного|два|двух|три|тр[её]х|начиная|весь|всё|на(?=\s+постоян)"
    rf"|постоянно|регулярно|систематически|непрерывно|незамедлительно|немедленно|последн\w+|{_MONTH}|{_NTH}|«?\d[\d.]*»?)(?![\w\-])",
    re.IGNORECASE,
)
#: What surely means a term, though it is not read: it is then asked about in its own words.
_SURE = re.compile(
    rf"(?:(?:в\s+)?срок\s+)?(?:до|к|не\s+поздн?ее(?:\s+до)?|не\s+ранее|с)\s+(?:{_DAY}|\d{{1,2}}(?:-?\w{{1,2}})?\s+числа|{_PART}"
    rf"|(?:конца|начала|концу|началу|окончани\w+|завершени\w+|{_MONTH_OF})(?!\w))"
    rf"|во?\s+(?:{_MONTH}|{_PART}|(?:конце|начале)\s+(?:{_SPAN}|{_MONTH_OF})\w*|теч[ие]ни[еи]\s+(?:\S+\s+){{0,3}}{_SPAN}\w*"
    rf"|(?:\S+\s?)?(?:дневный|недельный|месячный|суточный|кратчайш\w+)\s+срок\w*)(?!\w)"
    rf"|в\s+срок,?\s+не\s+(?:превышающ|позднее|более)\w*\s+(?:\S+\s+){{1,3}}?{_SPAN}\w*"
    rf"|{_EVERY}(?!\w)|(?:\S+\s+)?раза?\s+в\s+(?:\S+\s+)?{_SPAN}\w*|не\s+реже\s(?:\S+\s+){{1,5}}?{_SPAN}\w*|{_DAY}|{_PART}",
    re.IGNORECASE,
)
_ENDS_ITSELF = re.compile(rf"(?:во?\s+(?!теч)|{_EVERY}|(?:\S+\s+)?раза?\s|не\s+реже|{_DAY}|{_PART})", re.IGNORECASE)
_YEAR = re.compile(r"(?:\s+20\d\d)?(?:\s*(?:года|году|год|г\.?)(?!\w))?", re.IGNORECASE)
#: «От 10.01.2026», «на 1 января», «за I квартал» date a paper, a state or what is told of.
_NO_TERM = re.compile(r"(?:(?<!\w)(?:от|на|за|период|состоянию|редакции|итогам|итогах)|№\s*\S*)\s*$", re.IGNORECASE)
_BARE = re.compile(rf"(?:{_DAY}|{_MONTH}|{_NTH}(?!\w)|до\s+(?:конца\s+)?20\d\d|с\s+20\d\d|\d)", re.IGNORECASE)
_JUST_NUMBER = re.compile(r"(?:[\d\s/–-]+|до\s+20\d\d|с\s+20\d\d|20\d\d\s+год\w*)$", re.IGNORECASE)
#: «Ежегодно проводимых», «постоянно действующей»: the rhythm of another thing.
_OF_ANOTHER = re.compile(
    r"\s+[\w\-]+(?:щ|нн|м|т)(?:ий|ый|ая|яя|ое|ее|ие|ые|их|ых|ого|его|ой|ей|ую|юю|ым|им|ему|ому|ыми|ими)(?!\w)",
    re.IGNORECASE,
)
#: A rhythm and a day are one term wherever they stand: «ежеквартально представлять … до 5 числа …».
_RHYTHM = re.compile(rf"{_EVERY}|(?:\S+\s+){{0,4}}раза?\s+в\s|кажд|не\s+реже", re.IGNORECASE)
_PARTICIPLE = re.compile(
    r"(?<!\w)(?!\w*(?:ственн|менн(?:ы|о|а)|данн(?:ы|о)|обучающ|учащ|служащ|заведующ|управляющ|трудящ|поступающ))"
    r"[а-яё]{2,}(?:нн|вш|ющ|ящ|ущ|ащ)(?:ых|их|ого|его|ой|ей|ый|ий|ую|юю|ые|ие|ое|ее|ая|яя|ым|им|ыми|ими|ом|ем)(?:ся)?\s+$",
    re.IGNORECASE,
)
_YEAR_ONLY = re.compile(r"во?\s+20\d\d(?:\s*(?:году|г\.?))?$", re.IGNORECASE)
_CLAUSE = re.compile(r"[;()]|[.](?=\s+[А-ЯЁ]|$)|,(?!\s*(?:следующ|но\s+не|а\s+также))")
_WORD_ENDS = re.compile(r"(?=[\s,;:.()])|$")
_BETWEEN = re.compile(r"\s*(?:[,;:()–-]|и|но|,\s*но|а\s+также)?\s*")
_LABEL = re.compile(
    r"[\s(,;.–-]*(?:(?<=[\s(,;.–-])|^)(?:в\s+)?срок(?:и|ом)?(?:\s+(?:исполнения|выполнения|реализации|проведения))?\s*[:–—-]?\s*$",
    re.IGNORECASE,
)
_AFTER = re.compile(r"^[\s,;.:)–-]*(?:включительно\)?)?[,;.:)]*\s*")
LONGEST, LONGEST_AS_SAID = 170, 120


@dataclass(frozen=True, slots=True)
class Span:
    """A term in a text: from ``start`` to before ``end``."""

    start: int
    end: int
    words: str


@dataclass(frozen=True, slots=True)
class Parted:
    """A sentence without its term; ``others`` are further terms, which cannot be joined with it into one."""

    rest: str
    term: str = ""
    others: tuple[str, ...] = ()


def part(text: str, reads: Reads) -> Parted:
    """The words of a duty without its term, and the term; two terms that read as one together are one.

    A year alone («проведённых в 2026 году») is the term only where the sentence names no nearer one.
    """
    found = spans(text, reads)
    taken = [span for span in found if not _YEAR_ONLY.match(span.words)] or found
    if not taken:
        return Parted(text)
    terms = [taken[0].words]
    for before, span in pairwise(taken):
        near = _BETWEEN.fullmatch(text[before.end : span.start])
        rhythmic = near or any(_RHYTHM.match(words) for words in (terms[-1], span.words))
        marks = (", ", " ") if rhythmic else ()
        if joined := next((words for mark in marks if reads(words := f"{terms[-1]}{mark}{span.words}")), ""):
            terms[-1] = joined
        elif near:
            terms[-1] += text[before.end : span.end]
        else:
            terms.append(span.words)
    return Parted(_without(text, taken), terms[0], tuple(terms[1:]))


def spans(text: str, reads: Reads) -> list[Span]:
    """The terms of a sentence in order: those that are read, and those that surely are terms though they are not."""
    words = without_quotes(text)
    found: list[Span] = []
    at = 0
    while start := _FIRST.search(words, at):
        end = _read(words, start.start(), reads) or _sure(words, start.start())
        if end and not _is_another(words, start.start(), end):
            end += bool(re.search(r"\sгг?$", words[:end])) and words[end : end + 1] == "."
            found.append(Span(start.start(), end, text[start.start() : end]))
        at = end or start.end()
    return found


def _is_another(words: str, start: int, end: int) -> bool:
    """Whether the words date a paper, a state or another thing: «от 10.01.2026», «заявки, поступившие до 1 марта»."""
    if (_BARE.match(words, start) and _NO_TERM.search(words[:start])) or _PARTICIPLE.search(words[:start]):
        return True
    return bool(_OF_ANOTHER.match(words, end)) and not re.search(r"\d", words[start:end])


def _read(words: str, start: int, reads: Reads) -> int:
    """The end of the longest words from ``start`` on that are read as a term; 0 where none are."""
    tail = words[start : start + LONGEST]
    if verb := INFINITIVE.search(tail):
        tail = tail[: verb.start()]
    for end in sorted({found.start() for found in _WORD_ENDS.finditer(tail)}, reverse=True):
        said = tail[:end].rstrip(" .,;:(–-")
        if said.count("(") == said.count(")") and "_" not in said and not _JUST_NUMBER.match(said) and reads(said):
            return start + len(said)
    return 0


def _sure(words: str, start: int) -> int:
    """The end of what surely is a term: of a day or a rhythm its own words, of «до начала …» the clause."""
    sure = _SURE.match(words, start)
    if sure is None:
        return 0
    if _ENDS_ITSELF.match(words, start):
        year = _YEAR.match(words, sure.end())
        return year.end() if year else sure.end()
    limit = min(len(words), start + LONGEST_AS_SAID)
    if verb := INFINITIVE.search(words, sure.end(), limit):
        limit = verb.start()
    clause = _CLAUSE.search(words, sure.end(), limit)
    return start + len(words[start : clause.start() if clause else limit].rstrip(" .,;:(–-"))


def trimmed(text: str) -> str:
    """The words without the marks after them; the stop of «г.» and of initials stays."""
    words = re.sub(r"\.{2,}$", ".", text.strip().rstrip(" ;:,"))
    if words.count("»") > words.count("«"):
        words = words.rstrip("» ;:,")
    return words if re.search(r"(?:\sгг?|(?<!\w)[А-ЯЁ])\.$", words) else words.rstrip(" .;:,")


def _without(text: str, taken: list[Span]) -> str:
    """What is left around the terms, without the marks and labels that held them."""
    pieces, at = [], 0
    for span in taken:
        pieces.append(_LABEL.sub("", text[at : span.start]).rstrip(" ,(–-:"))
        at = span.end
    pieces.append(text[at:])
    pieces = [piece if not n else _AFTER.sub("", piece) for n, piece in enumerate(pieces)]
    words = " ".join(piece.strip() for piece in pieces if piece.strip(" .,;:()"))
    return words + ")" * max(0, words.count("(") - words.count(")"))

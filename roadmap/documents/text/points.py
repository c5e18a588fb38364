"""The numbered points of an act's own text, and the directives with terms that they hold."""

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from roadmap.documents.neutral import Paragraph
from roadmap.documents.tables.rows import FoundItem
from roadmap.documents.text import rhythms

_TOP = re.compile(r"^(\d+)\.\s+(?!\d)(.*)$")
_SUB = re.compile(r"^(\d+)\)\s+(.*)$|^(\d+\.\d+)\.?\s+(.*)$")
_BULLET = re.compile(r"^[-–—•]\s*(.*)$")
_WHO = re.compile(r"^[А-ЯЁ][а-яё\-]*(?:у|ю|ам|ям|ому|ему)\b")
_INFINITIVE = re.compile(
    r"(?<![\w\-])(?!(?:\w*ость|область|часть|сеть|связь)\b)"
    r"(?:[а-яё]+(?:[аеиоуыя]ть|ться|чь)|внести|провести|ввести|довести|привести|произвести|вести|найти)(?![\w\-])"
)
_ORDERS = re.compile(r"п\s?р\s?и\s?к\s?а\s?з\s?ы\s?в\s?а\s?ю|постановля|обязыва|распоряжа", re.IGNORECASE)
_TERM = re.compile(
    r"(?:в\s+срок\s+)?(?<!\w)(?:(?:до|не\s+позднее|к)\s+\d|в\s+\d+-?\s?(?:ти|х)?-?дневный\s+срок|в\s+течение\s+\d|"
    r"в\s+недельный\s+срок|в\s+месячный\s+срок|ежегодно|ежемесячно|ежеквартально|еженедельно|"
    r"не\s+реже|не\s+позднее|по\s+мере\s+необходимости)",
    re.IGNORECASE,
)
_REGULATION = re.compile(r"^«?\s*(?:ПОЛОЖЕНИЕ|ПОРЯДОК|РЕГЛАМЕНТ)(?!\w)")
_SHORT = 60


@dataclass(frozen=True, slots=True)
class Point:
    """One paragraph of the act's text under its number; ``above`` are the words it continues, outermost first."""

    code: str
    number: str
    text: str
    place: str
    above: tuple[str, ...] = ()
    bulleted: bool = False
    leaf: bool = True


def operative(paragraphs: Sequence[Paragraph]) -> Iterator[Paragraph]:
    """The paragraphs of the order's own points: from the first to the signature."""
    start = next((n + 1 for n, p in enumerate(paragraphs) if _ORDERS.search(p.text)), None)
    if start is None:
        start = next((n for n, p in enumerate(paragraphs) if _TOP.match(p.text)), len(paragraphs))
        if _is_section(paragraphs[start : start + 2]) or any(_REGULATION.match(p.text) for p in paragraphs[:start]):
            return
    expected, open_ended = 1, False
    for paragraph in paragraphs[start:]:
        top = _TOP.match(paragraph.text)
        if top and int(top[1]) == expected:
            expected += 1
        elif expected > 1 and not (_SUB.match(paragraph.text) or _BULLET.match(paragraph.text) or open_ended):
            return
        elif expected == 1:
            continue
        open_ended = paragraph.text.endswith((":", ";")) or bool(re.search(r"[;:]$|»\.?;$", paragraph.text))
        yield paragraph


def _is_section(first_two: Sequence[Paragraph]) -> bool:
    """«1. Общие положения» over «1.1. …» heads a regulation that stands without its order; it orders nothing."""
    texts = [paragraph.text for paragraph in first_two]
    return len(texts) == 2 and not _INFINITIVE.search(texts[0]) and bool(re.match(r"1\.1\.?\s", texts[1]))


def points(paragraphs: Sequence[Paragraph]) -> list[Point]:
    """The operative points with the words above each, in order."""
    found: list[Point] = []
    top = sub = ""
    top_words = sub_words = ""
    inner = 0
    for paragraph in paragraphs:
        text = paragraph.text
        if match := _TOP.match(text):
            top, top_words, sub, sub_words, inner = match[1], match[2], "", "", 0
            found.append(Point(f"p{top}", top, top_words, paragraph.place, leaf=not top_words.endswith(":")))
        elif match := _SUB.match(text):
            sub = match[1] or match[3].rpartition(".")[2]
            sub_words, inner = match[2] or match[4] or "", 0
            leaf = not sub_words.endswith(":")
            number = f"{top}.{sub}"
            found.append(Point(f"p{number}", number, sub_words, paragraph.place, (top_words,), leaf=leaf))
        else:
            inner += 1
            bullet = _BULLET.match(text)
            above = (top_words, sub_words) if sub else (top_words,)
            number = f"{top}.{sub}" if sub else top
            words = bullet[1] if bullet else text
            found.append(Point(f"p{number}.{inner}", number, words, paragraph.place, above, bullet is not None))
    return found


def directives(found: Sequence[Point], reads: Callable[[str], bool]) -> Iterator[tuple[str, str, FoundItem]]:
    """(origin, code, item) for each duty that a point lays on a named body, and for control with a term."""
    for point in found:
        if not point.leaf:
            continue
        who, above, text = _addressed(point)
        title, term = split_term(text, reads)
        if not who and re.match(r"Контроль\s", point.text) and term:
            whom = re.search(r"возложить на (.+)$", title)
            title = title.rstrip(" (")
            who = whom[1].rstrip(" (") if whom else ""
        elif not who:
            continue
        verbs = bool(_INFINITIVE.match(title))
        if above and above[-1].rstrip(":").casefold() == "обеспечить" and not verbs:
            above = above[:-1]
        origin = "duty" if point.bulleted and not verbs and not term else "directive"
        item = FoundItem(point.number, "", "", "", None, point.place)
        item.words = {"title": " ".join((*above, title)), "responsible": who, "term": term}
        yield origin, point.code, item


def _addressed(point: Point) -> tuple[str, tuple[str, ...], str]:
    """Who is told, the words between that and the point, and the point's own words."""
    chain = [*point.above, point.text]
    for n, words in enumerate(chain):
        if not _WHO.match(words):
            continue
        verb = _INFINITIVE.search(words)
        who = words[: verb.start()] if verb else words
        rest = words[verb.start() :] if verb else ""
        if not verb and n == len(chain) - 1:
            return "", (), point.text
        after = [*([rest] if rest else []), *chain[n + 1 :]]
        return who.rstrip(" :,"), tuple(after[:-1]), after[-1]
    return "", (), point.text


def split_term(text: str, reads: Callable[[str], bool]) -> tuple[str, str]:
    """The words without their term, and the term; a term counts only where it is understood."""
    words = text.rstrip(" .;»")
    for match in _TERM.finditer(words):
        tail = words[match.start() :].rstrip(" .;)")
        ends = (found.start() for found in re.finditer(r"[,;()]|\s(?=[а-яё])", tail[:_SHORT]))
        for end in (len(tail), *sorted(ends, reverse=True)):
            candidate, left = tail[:end].rstrip(" .;,)"), tail[end:].strip(" ,)")
            if candidate and not _TERM.search(left) and reads(candidate):
                return f"{words[: match.start()].rstrip(' ,(')} {left}".strip(), candidate
    return words, ""


def names_a_term(text: str) -> bool:
    """Whether the words hold something that looks like a term or a rhythm: «до 35 лет» does not."""
    return rhythms.is_named(text)

"""The lines of an order's own points: from «ПРИКАЗЫВАЮ» to the signature, whatever stands between their numbers."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace

from roadmap.documents.neutral import Paragraph
from roadmap.documents.orders import headings
from roadmap.documents.orders.addressees import is_addressee
from roadmap.documents.orders.labels import labelled
from roadmap.documents.orders.verbs import infinitives
from roadmap.documents.questions import Answers, Question
from roadmap.documents.tables.sections import number_of

TOP = re.compile(r"^(?P<n>\d{1,2})\s?\.\s*(?!\d)(?P<words>\S.*)$")
PAREN = re.compile(r"^(?P<n>\d{1,2}|[а-я])\)\s*(?P<words>\S.*)$")
_OTHER_TOP = re.compile(r"^(?:§\s*|пункт\s+|п\.\s*)?(?P<n>[IVXІХ]{1,5}|\d{1,2})\s?[.)]?\s+(?P<words>[А-ЯЁ«].*)$")
SUB = re.compile(r"^(?P<n>\d{1,2}(?:\.\d{1,2})+)[.)]?\s*(?P<words>[^\d\s.].*)$")
BULLET = re.compile(r"^[-–—•·▪*]\s*(?P<words>.*)$")
_ORDERS = re.compile(
    r"приказыва(?:ю|ет|ем)|постановля(?:ю|ет|ем)|обязыва(?:ю|ет|ем)|распоряжа(?:юсь|ется)|(?:решил[аио]?|решает|предлагаю|поручаю|требую)(?:\([а-я]\))?:?$"
    r"|решил[аио]?(?:\([а-я]\))?:",
    re.IGNORECASE,
)
_ORDER_WORD = re.compile(
    r"(?:п\s?р\s?и\s?к\s?а\s?з\s?ы\s?в\s?а\s?[юе]\s?[тм]?|п\s?о\s?с\s?т\s?а\s?н\s?о\s?в\s?л\s?я\s?[юе]\s?[тм]?|о\s?б\s?я\s?з\s?ы\s?в\s?а\s?[юе]\s?[тм]?"
    r"|р\s?а\s?с\s?п\s?о\s?р\s?я\s?ж\s?а\s?ю\s?с\s?ь|р\s?е\s?ш\s?и\s?л\s?[аио]?(?:\([а-я]\))?|предлагаю|поручаю)\s*:\s*(?P<words>\S.*)$",
    re.IGNORECASE,
)
_REGULATION = re.compile(r"^«?\s*(?:ПОЛОЖЕНИЕ|ПОРЯДОК|РЕГЛАМЕНТ)(?!\w)")
_SIGNATURE = re.compile(
    r"^(?:(?:первый |старший |главный |(?:временно )?исполняющ\w+ обязанности |и\.?\s?о\. |врио )?"
    r"(?:заместитель|министр|директор|начальник|глава|губернатор|руководитель|председатель|ректор|заведующ(?:ий|ая)|секретарь|мэр)(?!\w)"
    r"|[А-ЯЁ]\.\s?[А-ЯЁ]\.\s?[А-ЯЁ][а-яё]+$|[А-ЯЁ][а-яё]+\s[А-ЯЁ]\.\s?[А-ЯЁ]\.$)",
    re.IGNORECASE,
)
_AFTER = re.compile(
    r"^(?:«?приложени|«?утвержд[её]н|с приказом|с распоряжением|ознакомлен|разослать|рассылка|согласовано|исп\.)",
    re.IGNORECASE,
)
_RUN_ON = re.compile(r"(?<=[.;:»)])\s+(?=(?P<n>\d{1,2})\.\s?(?!\d)[А-ЯЁ«])")
LONGEST_SIGNATURE, AHEAD, GAP, SHOWN = 160, 3, 3, 120


@dataclass(frozen=True, slots=True)
class Line:
    """Words of one source paragraph (``source`` is its number), which may hold several points."""

    text: str
    place: str
    source: int


@dataclass(slots=True)
class Order:
    """The lines of the points in order; ``unread`` hold a verb of duty, yet nobody can tell whose point they are."""

    lines: list[Line] = field(default_factory=list)
    unread: list[Line] = field(default_factory=list)

    def questions(self, answers: Answers) -> list[Question]:
        """One about each line that may lay a duty and was not read."""
        why = "в приказе есть поручение, но кому и что поручено — не понято"
        proposed = "дать пункту номер и назвать исполнителя или «пропустить»"
        return [
            Question("row", line.place, line.text[:SHOWN], why, proposed, ("пропустить",))
            for line in self.unread
            if answers.of("row", line.text[:SHOWN]) is None
        ]


def order_of(paragraphs: Sequence[Paragraph]) -> Order:
    """The order's own points; without lines where the document holds no order."""
    start, first = _beginning(paragraphs)
    if start is None:
        return Order()
    return _until_signature(
        [*first, *(line for n in range(start, len(paragraphs)) for line in _lines(paragraphs[n], n))]
    )


def _beginning(paragraphs: Sequence[Paragraph]) -> tuple[int | None, list[Line]]:
    """Where the points begin, and what stands in the paragraph of «ПРИКАЗЫВАЮ» itself."""
    for n, paragraph in enumerate(paragraphs):
        if _ORDERS.search(re.sub(r"\s", "", paragraph.text)):
            rest = _ORDER_WORD.search(paragraph.text)
            return n + 1, list(_lines(Paragraph(rest["words"], paragraph.place), n)) if rest else []
    start = next((n for n, p in enumerate(paragraphs) if TOP.match(p.text)), None)
    if start is None or _is_section(paragraphs[start : start + 2]):
        return None, []
    above = paragraphs[:start]
    if any(_REGULATION.match(p.text) for p in above) or any(True for _ in headings.titles(above)):
        return None, []
    return start, []


def _is_section(first_two: Sequence[Paragraph]) -> bool:
    """«1. Общие положения» over «1.1. …» heads a regulation that stands without its order; it orders nothing."""
    texts = [paragraph.text for paragraph in first_two]
    return len(texts) == 2 and not infinitives(texts[0]) and bool(re.match(r"1\.1\.?\s", texts[1]))


def _lines(paragraph: Paragraph, source: int) -> Iterator[Line]:
    """A paragraph, parted where the next numbers of the list run on in it: «1. … 2. …»."""
    text, number = paragraph.text, TOP.match(paragraph.text)
    expected = int(number["n"]) + 1 if number else 0
    at = 0
    for match in _RUN_ON.finditer(text) if number else ():
        if int(match["n"]) == expected:
            yield Line(text[at : match.start()].strip(), paragraph.place, source)
            at, expected = match.end(), expected + 1
    yield Line(text[at:].strip(), paragraph.place, source)


def _until_signature(lines: Sequence[Line]) -> Order:
    """1. numbered points in rising order; 2. what they list; 3. labels; 4. further sentences that lay a duty.

    A line that is none of these is passed by; several in a row without a verb of duty end the order.
    """
    order, last, idle, open_ended = Order(), 0, 0, False
    for line in lines:
        text = line.text
        if not text:
            continue
        started = bool(order.lines)
        top = TOP.match(text) or TOP.match(text := _arabic(text, last))
        if top and not last < int(top["n"]) <= last + GAP:
            break
        if top:
            last = int(top["n"])
        elif _is_end(text, inside=open_ended) and not (open_ended and BULLET.match(text)):
            if started:
                break
            continue
        elif not (_is_listed(text, started=started) or (started and open_ended) or _lays_duty(text)):
            order.unread += [line] if infinitives(text) else []
            idle = 0 if infinitives(text) else idle + 1
            if started and idle > AHEAD:
                break
            continue
        idle = 0
        open_ended = text.endswith((":", ";", ",")) or bool(re.search(r"»\.?;$", text))
        order.lines.append(replace(line, text=text))
    return order


def _arabic(text: str, last: int) -> str:
    """«II. Школам провести …» and «2 Школам провести …» as «2. …» where they are the next point of the order."""
    match = _OTHER_TOP.match(text)
    if match is None or not (_lays_duty(match["words"]) or match["words"].endswith(":")):
        return text
    number = number_of(match["n"])
    return f"{number}. {match['words']}" if number == last + 1 else text


def _is_end(text: str, *, inside: bool) -> bool:
    """A signature, an annex, the title of a plan; ``inside`` a list that is open a title is one of its lines."""
    if _AFTER.match(text) or (not inside and headings.TITLE.match(text) and not infinitives(text)):
        return True
    return (
        len(text) < LONGEST_SIGNATURE
        and bool(_SIGNATURE.match(text))
        and not infinitives(text)
        and text[-1] not in ":;"
    )


def _is_listed(text: str, *, started: bool) -> bool:
    numbered = SUB.match(text) or PAREN.match(text) or BULLET.match(text)
    if numbered:
        return started or bool(infinitives(text))
    return started and labelled(text).is_only_labels


def _lays_duty(text: str) -> bool:
    """A paragraph without a number that orders: «Отделу кадров подготовить …», «Провести …»."""
    verbs = infinitives(text)
    if not verbs:
        head = re.match(r"(?P<who>.{3,200}?)\s[–—-]\s", text)
        return head is not None and is_addressee(head["who"])
    before = text[: verbs[0].start()].strip()
    return not before or is_addressee(before)

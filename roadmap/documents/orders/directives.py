"""The duties that an order lays: each infinitive under «ПРИКАЗЫВАЮ» is an item, a question, or done by the act."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field

from roadmap.documents.orders.addressees import is_addressee, parted
from roadmap.documents.orders.clauses import HANDS_ON, duties_in
from roadmap.documents.orders.labels import Labelled, labelled
from roadmap.documents.orders.points import Point
from roadmap.documents.orders.terms_in_text import Parted, Reads, part, trimmed
from roadmap.documents.orders.verbs import hidden, infinitives
from roadmap.documents.questions import Answers, Question
from roadmap.documents.tables.rows import FoundItem

Directive = tuple[str, str, FoundItem]
_CONTROL = re.compile(r"^(?:Общий\s+|Персональный\s+)?Контроль\s", re.IGNORECASE)
#: What an act does by being signed, where it says neither who nor by when.
_DONE = re.compile(
    r"^(?:утвердить|отменить|изложить|дополнить|заменить|исключить|считать|одобрить|переименовать"
    r"|признать(?=\s+(?:\S+\s+){0,3}?(?:утратив|не\s+действ|недейств))|внести(?=\s.*(?:изменени|дополнени))"
    r"|ввести(?=\s+в\s+действие)|принять(?=\s+к\s+сведению)|снять(?=\s+с\s+контроля)|установить(?=,?\s+что)|признать)(?!\w)",
    re.IGNORECASE,
)
#: «Ввести в действие с 1 февраля»: from when on, not by when.
_IN_FORCE = re.compile(r"(?:с|со)\s", re.IGNORECASE)
#: What may be done by the act, or be a work that somebody answers for: a person decides.
_DOUBTFUL = re.compile(
    r"^(?:назначить|возложить|определить|создать|образовать|сформировать|закрепить|включить|установить|уполномочить|наделить"
    r"|разрешить|присвоить|наградить|объявить|освободить|ввести|продлить|принять|внести)(?!\w)",
    re.IGNORECASE,
)
_ORDINARY = "обеспечить"


@dataclass(slots=True)
class Directives:
    """Items (origin, code, item), the source paragraphs that hold them, questions, and what the act does itself."""

    items: list[Directive] = field(default_factory=list)
    sources: set[int] = field(default_factory=set)
    questions: list[Question] = field(default_factory=list)
    done: list[tuple[str, str]] = field(default_factory=list)
    """(place, words) of what is done by signing."""


@dataclass(frozen=True, slots=True)
class _Duty:
    """Who, the words of the duty, and the term of a point or of a line above it."""

    who: str
    words: str
    term: str = ""
    others: tuple[str, ...] = ()
    hands_on: str = ""


def directives(found: Sequence[Point], reads: Reads, answers: Answers) -> Directives:
    """The duties of all points in order; each infinitive is accounted for."""
    told = Directives()
    for point in found:
        if point.leaf:
            for text in duties_in(point.text, reads):
                _read(point, text, reads, answers, told)
    return told


def _read(point: Point, text: str, reads: Reads, answers: Answers, told: Directives) -> None:
    own = labelled(text)
    labels = _together(own, point.labels)
    duty, above = _duty(point, own.words, reads)
    if _CONTROL.match(point.text):
        duty = _of_control(duty)
        if not (duty.term or labels.term) or not duty.who:
            return
    elif not (duty.who or labels.who or labels.term) and (not duty.term or _IN_FORCE.match(duty.term)):
        if _settled(point, text, answers, told):
            return
    elif not infinitives(" ".join((*point.above, text))) and not (duty.who and (point.above or duty.term)):
        return
    _add(point, duty, above, labels, told, answers, reads)


def _settled(point: Point, text: str, answers: Answers, told: Directives) -> bool:
    """Whether nobody is to do anything: the act does it itself, a person says so, or is asked."""
    opening = next((words for words in (*point.above, text) if infinitives(words)), "")
    if not opening:
        return True
    verb = infinitives(opening)[0]
    words = opening[verb.start() :]
    before = opening[: verb.start()].strip()
    if _DONE.match(words) and len(before) < 60:
        if opening not in (said for _, said in told.done):  # a list of changes is one doing
            told.done.append((point.place, opening))
        return True
    if not _DOUBTFUL.match(words):
        return False
    answer = (answers.of("row", text) or "").casefold()
    if answer == "поручение":
        return False
    if answer != "пропустить":
        why = "сделано самим актом или кому-то поручено — не сказано"
        choices = ("пропустить", "поручение")
        told.questions.append(Question("row", point.place, text, why, "«пропустить» или «поручение»", choices))
    return True


def _of_control(duty: _Duty) -> _Duty:
    whom = re.search(r"возложить\s+на\s+(.+)$", duty.words)
    return _Duty(whom[1].rstrip(" (.") if whom else "", duty.words.rstrip(" (."), duty.term, duty.others)


def _duty(point: Point, text: str, reads: Reads) -> tuple[_Duty, tuple[str, ...]]:
    """The duty of a line, its addressee found in the outermost line that names one, its term in the innermost."""
    chain = [*point.above, text]
    levels = [_level(words, reads, opens=n < len(chain) - 1) for n, words in enumerate(chain)]
    at = next((n for n, level in enumerate(levels) if level.who), None)
    own = levels[-1]
    term = own.term or next((level.term for level in reversed(levels) if level.term), "")
    if at is None:
        words = tuple(level.words for level in levels[:-1])
        return _Duty("", own.words, term, own.others), words
    words = tuple(level.words for level in levels[at:-1] if level.words)
    duty = own if at == len(levels) - 1 else _Duty("", chain_words(own), own.term, own.others)
    return _Duty(levels[at].who, duty.words, term, own.others), words


def chain_words(level: _Duty) -> str:
    """The words of a line under another: an addressee of its own stays among them."""
    return " ".join(filter(None, (level.who, level.words)))


def _level(text: str, reads: Reads, *, opens: bool) -> _Duty:
    """One line: the addressee, what it is to do, and the term."""
    said: Parted = part(trimmed(text), reads)
    words = said.rest + ":" * (opens and text.endswith(":") and not said.rest.endswith(":"))
    verbs = infinitives(words)
    if verbs and HANDS_ON.match(verbs[0][0]) and not words[: verbs[0].start()].strip():
        return _handed_on(words, verbs, said, opens=opens)
    before = words[: verbs[0].start()] if verbs else ""
    if verbs and before.strip() and is_addressee(before):
        who, more = parted(before)
        return _Duty(who, " ".join(filter(None, (more, words[verbs[0].start() :]))), said.term, said.others)
    if not verbs:
        head, dash, rest = _dashed(words)
        if is_addressee(head) and (dash or opens):
            who, more = parted(head)
            return _Duty(who, " ".join(filter(None, (more, rest.strip(" :")))), said.term, said.others)
    return _Duty("", words, said.term, said.others)


def _handed_on(words: str, verbs: Sequence[re.Match[str]], said: Parted, *, opens: bool) -> _Duty:
    """«Рекомендовать главам … разработать …»: whom stands between the two verbs."""
    first = verbs[0]
    if len(verbs) > 1:
        who, more = parted(words[first.end() : verbs[1].start()])
        rest = " ".join(filter(None, (first[0], more, words[verbs[1].start() :])))
        return _Duty(who, rest, said.term, said.others) if who else _Duty("", words, said.term, said.others)
    who = words[first.end() :].strip(" ,:")
    if opens and who:
        return _Duty(who, first[0], said.term, said.others)
    return _Duty("", words, said.term, said.others)


def _dashed(words: str) -> tuple[str, bool, str]:
    """«Отделу кадров – подготовка списка» at its first dash or colon."""
    match = re.search(r"\s[–—-]\s|:\s", hidden(words))
    return (words[: match.start()], True, words[match.end() :]) if match else (words, False, "")


def _together(own: Labelled, below: Labelled) -> Labelled:
    return Labelled(
        own.words, own.term or below.term, own.who or below.who, own.more or below.more, own.result or below.result
    )


def _add(
    point: Point,
    duty: _Duty,
    above: tuple[str, ...],
    labels: Labelled,
    told: Directives,
    answers: Answers,
    reads: Reads,
) -> None:
    title = trimmed(duty.words)
    term = duty.term or labels.term
    verbs = infinitives(title)
    starts = bool(verbs) and verbs[0].start() == 0
    if above and above[-1].rstrip(":").casefold() == _ORDINARY and not starts:
        above = above[:-1]
    origin = "duty" if point.bulleted and not starts and not term else "directive"
    item = FoundItem(point.number, "", "", "", None, point.place)
    item.words = {"title": " ".join((*above, title)), "responsible": duty.who or labels.who, "term": term}
    if labels.more or (duty.who and labels.who):
        item.words["executors"] = labels.more or labels.who
    if labels.result:
        item.words["result"] = labels.result
    told.items.append((origin, point.code, item))
    told.sources.add(point.source)
    others = (*duty.others, *((labels.term,) if labels.term not in ("", term) and not point.listed else ()))
    if others:
        said = (term, *others)
        item.words["term"] = "; ".join(said)
        if reads(item.words["term"]) and answers.of("term", item.words["term"]) is None:
            why = "в пункте несколько сроков — не сказано, какой из них срок исполнения"
            proposed = " или ".join(f"«{words}»" for words in said)
            told.questions.append(Question("term", point.place, item.words["term"], why, proposed, said))

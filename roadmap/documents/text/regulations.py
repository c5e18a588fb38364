"""Standing duties of a regulation: what a body does by its office, and every passage that names a rhythm or a term.

A passage is a duty where it stands in a list that a body opens («ЦНППМ осуществляет следующие функции:»), where it
lists measures («Системообразующими мероприятиями являются:»), where its own sentence says what a body does, or where it
names a rhythm or a day. Goals, principles, grounds and definitions are none; they are counted as what they are.
"""

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from typing import Literal

from roadmap.documents.bodies import Bodies
from roadmap.documents.neutral import Paragraph
from roadmap.documents.tables.rows import FoundItem
from roadmap.documents.tables.sections import number_of
from roadmap.documents.text import bearers, rhythms
from roadmap.documents.text.bearers import Bearer
from roadmap.documents.text.definitions import definitions_of
from roadmap.documents.text.outline import Where
from roadmap.documents.text.passages import Passage, bare, listed, sentences, whole
from roadmap.language.cases import nominative

Duty = tuple[str, str, FoundItem]
PassageClass = Literal["item", "indicator", "definition", "heading", "statement"]

_POINT = re.compile(r"^(?P<n>\d+(?:\.\d+)+)\.?\s+(?P<words>.*)$")
_SECTION = re.compile(r"^(?:(?:[Рр]аздел|РАЗДЕЛ)\s+)?(?P<n>\d{1,2}|[IVXІХ]+)\.?\s+(?=[А-ЯЁ«])(?P<words>.{3,600})$")
_LABEL = re.compile(r"^(?P<label>\d{1,2}|[а-я])\)\s+(?P<words>.*)$")
_DIRECTION = re.compile(r"^(?:направление|этап|блок)\s*№?\s*(?P<n>\d+|[IVXІХ]+)(?!\w)", re.IGNORECASE)
_SAID = re.compile(r"\w(?:ется|ются|ится|ятся)(?!\w)")
_ANNEX = re.compile(r"^(?:«?приложение|«?утвержд[её]н[оаы]?)(?!\w)", re.IGNORECASE)
_INDICATORS = re.compile(r"показател\w+.*:$", re.IGNORECASE)
_MEASURED = re.compile(
    r"^\W*(?:дол[яи]|количество|число|численность|удельный|процент|охват|степень|наличие|[а-яё]+(?:ан|ен)[аоы]?)(?!\w)",
    re.I,
)
_LEVEL_OF_LIST = re.compile(r"^(?:на|для)\s[^.;]{3,80}:$", re.IGNORECASE)
_OUTCOME = re.compile(r"^По\s+(?:результатам|итогам)\s.*\w(?:ется|ются|ится|ятся)(?!\w)", re.IGNORECASE)
_ACTS_OF = re.compile(r"^(?:приказ|распоряжение|постановление)\s+(?P<who>[^«№\d]+?)\s+(?:от\s|«)", re.IGNORECASE)
_VERBAL = re.compile(
    r"^[\W]*[\w\-]+(?:[её]т|ит|ют|ят|ут|ат|ние|нию|ция|цию|ства?|тв[оу]|тка|тку|вка|вку|ржк[ау]|ощь)(?:ся)?(?!\w)",
    re.IGNORECASE,
)


@dataclass(slots=True)
class Regulation:
    """Duties in order, the class of each passage, sections by code, and the level that the text gives a bearer."""

    duties: list[Duty] = field(default_factory=list)
    classes: list[tuple[Passage, PassageClass]] = field(default_factory=list)
    sections: dict[str, str] = field(default_factory=dict)
    levels: dict[str, str] = field(default_factory=dict)

    def number_sections(self, taken: Iterable[str]) -> dict[str, str]:
        """The sections by codes that no section of a table has (``taken``); the duties get these codes."""
        tables = set(taken)
        codes = {code: f"text.{code}" if code in tables else code for code in self.sections}
        for _, _, item in self.duties:
            item.section_code = codes.get(item.section_code, item.section_code)
        return {codes[code]: title for code, title in self.sections.items()}


def regulation_of(
    paragraphs: Sequence[Paragraph],
    taken: set[int],
    reads: Callable[[str], bool],
    bodies: Bodies,
    *,
    listed: set[int],
) -> Regulation:
    """The regulation beside the order's own paragraphs (``taken``) and those of ``listed`` plans, by their numbers.

    ``bodies`` learn short names, and that a bearer is one body.
    """
    known = bodies.learn(passage.text for passage in whole(paragraphs))
    inside = definitions_of(paragraphs).paragraphs
    found = read_regulation(paragraphs, taken, reads, known=known, inside=inside, listed=listed)
    for _, _, item in found.duties:
        bodies.keep_whole(item.words["responsible"], found.levels.get(item.words["responsible"], ""))
    return found


def read_regulation(
    paragraphs: Sequence[Paragraph],
    taken: set[int],
    reads: Callable[[str], bool],
    *,
    known: Iterable[str] = (),
    inside: Iterable[int] = (),
    listed: Iterable[int] = (),
) -> Regulation:
    """The regulation in the paragraphs outside the order's own points (``taken``), ``listed`` plans and definitions.

    ``known`` are short names of bodies, ``inside`` the paragraphs that hold definitions, ``reads`` says whether words
    are a term.
    """
    reader = _Reader(reads, frozenset(known))
    definitions = set(inside)
    passages = whole(paragraphs)
    last_ordered = max(taken, default=-1)
    left_out = taken | set(listed)
    for passage in passages:
        if passage.first in left_out:
            continue
        reader.in_head = passage.first < last_ordered
        if passage.first in definitions:
            reader.found.classes.append((passage, "definition"))
        elif passage.text:
            reader.found.classes.append((passage, reader.read(passage)))
    return reader.found


class _Reader:
    def __init__(self, reads: Callable[[str], bool], known: frozenset[str]) -> None:
        self.reads, self.known = reads, known
        self.found = Regulation()
        self.at = Where()
        self.started = self.in_head = self.roman = False

    def read(self, passage: Passage) -> PassageClass:
        """1. the head of the act and annexes; 2. numbered points; 3. sections; 4. what stands without a number."""
        text = passage.text
        if self.in_head:
            return "heading"
        if _ANNEX.match(text) and len(text) < LONGEST_HEADING:
            self.at = Where()
            return "heading"
        if numbered := _POINT.match(text):
            self.started = True
            self._enter(numbered["n"])
            return self._words(numbered["words"], passage)
        if section := _SECTION.match(text):
            self.started = True
            if section["n"].isdigit() and self._is_point(section["words"]):
                self._enter(section["n"])
                return self._words(section["words"], passage)
            code = section["n"] if section["n"].isdigit() else str(number_of(section["n"]))
            self.roman = self.roman or not section["n"].isdigit()
            self.at = Where(section=(code, text.rstrip(":")))
            return "heading"
        if not self.started:
            return "item" if self._sentences(text, passage) == "item" else "heading"
        if direction := _DIRECTION.match(text):
            self.at.direction = (f"n{direction['n']}", text.rstrip(":"))
        self.at.n += 1
        found = self._words(text, passage)
        return "heading" if direction and found == "statement" else found

    def _is_point(self, words: str) -> bool:
        """Whether a number of one level counts a point, not a heading: under Roman sections, or where words say so."""
        if words.endswith(":") or _SAID.search(words) or (self.roman and words.endswith((".", ";"))):
            return True
        opened = words.endswith(":") and bearers.of_opening(words, self.known, subjects=False)
        return bool(opened or bearers.of_sentence(words, self.known, subjects=False) or rhythms.is_named(words))

    def _enter(self, point: str) -> None:
        at = self.at
        at.point, at.n, at.direction, at.mode, at.bearer, at.open_list = point, 1, ("", ""), "", None, False

    def _words(self, words: str, passage: Passage) -> PassageClass:
        at = self.at
        if words.endswith(":"):
            return self._open(words)
        marked = words[0].islower() or bare(words) != words.rstrip(" .;") or bool(_LABEL.match(words))
        if at.open_list and at.first_of_list:
            at.marked, at.first_of_list = marked, False
        is_entry = marked or (at.open_list and not at.marked)
        if at.mode and is_entry and at.n > 1:
            return self._entries(words, passage)
        if at.n > 1 and not is_entry:
            at.mode = at.mode if at.mode == "indicators" else ""
        return self._sentences(words, passage)

    def _open(self, words: str) -> PassageClass:
        """A passage that ends in «:» says what the list after it holds."""
        at = self.at
        at.open_list = at.first_of_list = True
        if at.mode and _LEVEL_OF_LIST.match(words):
            return "heading"
        if at.direction[0]:
            at.n = 1
        if at.n == 1 and not at.direction[0]:
            at.openings[at.point] = words.rstrip(":")
        at.mode, at.bearer = "", None
        if _INDICATORS.search(words):
            at.mode = "indicators"
        elif not _ACTS_OF.match(words) and (bearer := self._opener(words)):
            at.mode, at.bearer = "functions", bearer
            at.bare_colon = bearer.alone
        elif self._lists_measures(words):
            at.mode = "measures"
        return "heading"

    def _opener(self, words: str) -> Bearer | None:
        return bearers.of_opening(words, self.known, subjects=self.at.under_subjects and self.at.n == 1)

    def _lists_measures(self, words: str) -> bool:
        named = re.search(r"мероприяти[ея]", words.casefold()) or re.search(
            r"мероприятиями.*являются", words.casefold()
        )
        heading = _DIRECTION.match(words) and re.search(r"мероприятия", self.at.section[1].casefold())
        return bool((named and not _DIRECTION.match(words)) or (heading and not words.endswith("включая:")))

    def _entries(self, words: str, passage: Passage) -> PassageClass:
        """The entries of an open list that stand in one passage."""
        at = self.at
        found: PassageClass = "indicator" if at.mode == "indicators" else "statement"
        for n, piece in enumerate(listed(words)):
            at.n += 1 if n else 0
            label = _LABEL.match(piece)
            title = bare(label["words"] if label else piece)
            if at.mode == "indicators":
                if not _MEASURED.match(title) and rhythms.is_named(title):
                    found = self._add(title, "", passage)
            elif at.mode == "measures" or not at.bare_colon or _VERBAL.match(title) or rhythms.is_named(title):
                found = self._add(title, at.bearer.words if at.bearer else "", passage)
        at.open_list = words.endswith(";")
        return found

    def _sentences(self, words: str, passage: Passage) -> PassageClass:
        at = self.at
        found: PassageClass = "indicator" if at.mode == "indicators" else "statement"
        at.open_list = False
        rhythmic = False
        for n, sentence in enumerate(sentences(words)):
            at.n += 1 if n else 0
            title = bare(sentence)
            if at.mode == "indicators" and _MEASURED.match(title):
                continue
            bearer = bearers.of_sentence(title, self.known, subjects=at.under_subjects)
            if rhythms.is_named(title) or (rhythmic and _OUTCOME.match(title)):
                found = self._add(*self._rhythmic(title, bearer, again=rhythmic), passage, said=title)
                rhythmic = True
            elif bearer and self._is_office(title, bearer):
                staff = bearer.staff
                found = self._add(title if staff else bearer.duty, self._of_staff(bearer), passage)
        return found

    def _is_office(self, title: str, bearer: Bearer) -> bool:
        """Inside points only, and of staff only under their body: elsewhere the sentence is a description."""
        if bearer.staff and not self.at.openings.get(self.at.point):
            return False
        return bool(self.at.point) and not re.match(r"^(?:настоящ|данн)", title.casefold())

    def _rhythmic(self, title: str, bearer: Bearer | None, *, again: bool) -> tuple[str, str]:
        """The title and the bearer of a sentence with a rhythm; a second sentence has the bearer of the first."""
        if bearer:
            return title if bearer.staff else bearer.duty, self._of_staff(bearer)
        who = bearers.of_passive(title, self.known)
        if acts := _ACTS_OF.match(title):
            who = nominative(acts["who"])
        if not who and again:
            who = self.found.duties[-1][2].words["responsible"]
        return title, who

    def _of_staff(self, bearer: Bearer) -> str:
        """The staff of a body are its hands: the body whose point this is answers."""
        if not bearer.staff:
            return bearer.words
        opener = bearers.of_opening(f"{self.at.openings.get(self.at.point, '')}:", self.known, subjects=True)
        return opener.words if opener else bearer.words

    def _add(self, words: str, responsible: str, passage: Passage, *, said: str = "") -> PassageClass:
        """One duty; ``said`` is the whole sentence where its rhythm may stand before the verb."""
        at = self.at
        title, term = rhythms.named(words, self.reads)
        term = term or rhythms.named(said, self.reads)[1]
        code, heading = at.section
        place = f"п. {at.number}, {passage.place}" if at.number else passage.place
        item = FoundItem(at.number, heading, code, at.parent, None, place)
        item.words = {"title": title, "responsible": responsible, "term": term}
        if code:
            self.found.sections[code] = heading
        if level := bearers.level_said(at.parent) or bearers.level_said(at.openings.get(at.point, "")):
            self.found.levels.setdefault(item.words["responsible"], level)
        self.found.duties.append(("duty", at.code, item))
        return "item"


LONGEST_HEADING = 300

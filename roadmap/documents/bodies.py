"""Bodies and their other names, from the cells that name them and from «далее – …»."""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from roadmap.documents.names import NameKind, kind_of, names_in
from roadmap.documents.neutral import clean
from roadmap.documents.questions import Answers, Question
from roadmap.documents.text.bearers import is_body
from roadmap.language.cases import nominative
from roadmap.language.normalise import DRAFTS, code_of, plain_with_signs

_ALIAS = re.compile(
    r"\(\s*далее(?P<each>\s+соответственно)?(?:\s+(?:совместно|именуем\w+|именуется|именуются|также|по\s+тексту))*"
    r"\s*[-–—:]?\s*(?P<short>(?:[^()]|\([^()]*\))+?)\s*\)"
)
_NUMBER = re.compile(r"^(?:\d+(?:\.\d+)*[.)]?|[а-я]\)|[-–—•])\s+")
_APPOSITION = re.compile(r",\s+(?:структурное|обособленное)\s+подразделение\s.*$")
_PERSON = re.compile(r"\s*\((?:[А-ЯЁ]\.\s?[А-ЯЁ]\.\s?[А-ЯЁ][а-яё\-]+|[А-ЯЁ][а-яё\-]+\s+[А-ЯЁ]\.\s?[А-ЯЁ]\.)\)")
_ASIDE = re.compile(r"\s*\((?:по согласованию|(?:отдел|сектор|управление)\s[^()]*)\)")
_LEVELS = (
    ("municipal", re.compile(r"муниципал|\bмо[уц]|\bммс\b|район|городск|администраци")),
    ("institutional", re.compile(r"образовательн(?:ые|ых|ой) организаци|\bоо\b|школ|площадк|детск(?:ий|ие) сад")),
    ("federal", re.compile(r"федеральн\w+ (?:оператор|координатор|центр)|минпросвещения|российской федерации")),
    (
        "regional",
        re.compile(
            r"региональн|област|(?:ого|ский) кра[йя]|республик|автономного округа|"
            r"(?<!федеральное )государственно\w+ (?:автономн|бюджетн|казенн|казённ)"
        ),
    ),
)
#: Posts that only educational organisations have.
_OF_SCHOOL = re.compile(
    r"(?:учител|классн\w+ руководител|завуч|воспитател|вожат|(?:социальн\w+ )?педагог(?!ическ)"
    r"|зам\w*\.? директора по [увнмах]*р(?!\w))"
)
LEVELS_RU = {
    "федеральный": "federal",
    "региональный": "regional",
    "муниципальный": "municipal",
    "образовательная организация": "institutional",
}
KINDS: tuple[NameKind, ...] = ("body", "person", "post")
OFFICIALS: tuple[NameKind, ...] = ("person", "post")
#: Answers that leave a name as the document has it, and the one that takes it out.
AS_IT_STANDS = ("орган", "должность", "лицо")
NOBODY = "не исполнитель"
LONGEST = 48
_LONGEST_NAME = 300


def aliases(texts: Iterable[str]) -> Iterator[tuple[str, str]]:
    """(the words before, the short name) for each «(далее – …)»; «далее соответственно – …, …» gives several."""
    for text in texts:
        for match in _ALIAS.finditer(text):
            before = clean(_NUMBER.sub("", text[: match.start()]))
            shorts = match["short"].split(",") if match["each"] else [match["short"]]
            yield from ((before, short.strip(' «»"') if match["each"] else short.strip()) for short in shorts)


@dataclass(slots=True)
class Body:
    """One body: its code is ours, made from the short name."""

    code: str
    name: str
    short: str
    other: list[str] = field(default_factory=list)
    level: str = ""

    @property
    def kind(self) -> NameKind:
        """Whether it is a body, a post, a person, or something that its name does not tell."""
        kinds = {kind_of(name) for name in (self.name, self.short)}
        return next((kind for kind in KINDS if kind in kinds), "unknown")

    @property
    def level_told(self) -> str:
        """The level that the document gives the body, by its structure or its name; empty where it gives none."""
        if not self.level and self.kind == "post" and _OF_SCHOOL.match(self.name.casefold()):
            return "institutional"
        named = (level for level, words in _LEVELS if words.search(self.name.casefold()))
        return self.level or next(named, "")

    def doubt(self, place: str) -> Question | None:
        """The question about a level that neither the name nor the structure of the document gives."""
        if self.level_told:
            return None
        proposed = "«региональный» или «федеральный», «муниципальный», «образовательная организация»"
        return Question("responsible", place, self.name, "уровень органа не назван, в черновике региональный", proposed)

    def name_doubt(self, place: str) -> Question:
        """The question about a name that is of no body, post or person that anybody knows."""
        why = "не похоже ни на орган, ни на должность, ни на лицо"
        proposed = f"вписать, кто это, или «{AS_IT_STANDS[0]}», «{NOBODY}»"
        return Question("responsible", place, self.name, why, proposed, (*AS_IT_STANDS, NOBODY))

    def settle(self, answer: str) -> None:
        """The level that a person named."""
        self.level = LEVELS_RU.get(answer.casefold().strip(" .«»"), self.level)

    def to_entry(self) -> dict[str, Any]:
        """The body as the catalogue keeps it."""
        level = self.level_told or "regional"
        found: dict[str, Any] = {"code": self.code, "name": self.name, "short": self.short, "level": level}
        return found | ({"aliases": self.other} if self.other else {})

    def to_person(self) -> dict[str, Any]:
        """A post or a person in the public JSON form: an official has no level of a body."""
        return {"code": self.code, "name": self.name, "short": self.short, "kind": self.kind}


class Bodies:
    """The bodies of one document in the order in which they are met; one name, one body."""

    def __init__(self) -> None:
        self.all: list[Body] = []
        self._by_name: dict[str, Body] = {}
        self._codes: set[str] = set()
        self._whole: set[str] = set()
        self._levels: dict[str, str] = {}
        self._learned: dict[str, tuple[str, str]] = {}

    def learn(self, texts: Iterable[str]) -> frozenset[str]:
        """The short names that the texts give to bodies; a body met later under either name has both."""
        shorts = []
        for before, short in aliases(texts):
            if len(before) <= _LONGEST_NAME and is_body(before):
                shorts.append(short)
                self._learned.setdefault(plain_with_signs(short), (before, short))
                self._learned.setdefault(plain_with_signs(before), (before, short))
        return frozenset(shorts)

    def keep_whole(self, name: str, level: str = "") -> None:
        """One body, whatever commas its name holds, on the level that the document gives it."""
        self._whole.add(plain_with_signs(name))
        if level:
            self._levels.setdefault(plain_with_signs(name), level)

    def level_questions(self, bearers: Iterable[tuple[Body, str]], answers: Answers) -> list[Question]:
        """A question for each (body, place) whose level is not told; an answer is taken over."""
        asked: dict[str, Question] = {}
        for body, place in bearers:
            if answer := answers.of("responsible", body.name):
                body.settle(answer)
            elif question := body.doubt(place):
                asked.setdefault(body.code, question)
        return list(asked.values())

    def named_in(self, cell: str, lines: Sequence[str] = (), answers: Answers | None = None) -> list[Body]:
        """The bodies that a cell names, new ones among them, each once; ``lines`` are the cell's own lines.

        Where a person has said what a name stands for, it is that.
        """
        found: list[Body] = []
        names = [cell] if plain_with_signs(cell) in self._whole else names_in(cell, lines)
        for words in (said for name in names for said in _answered(name, answers)):
            body = self._body(words)
            if body is not None and body not in found:
                found.append(body)
        return found

    def unknown_questions(self, named: Iterable[tuple[Body, str]], answers: Answers) -> list[Question]:
        """A question for each (body, place) whose name is that of no body, post or person, each name once."""
        asked: dict[str, Question] = {}
        for body, place in named:
            if body.kind == "unknown" and answers.of("responsible", body.name) is None:
                asked.setdefault(body.code, body.name_doubt(place))
        return list(asked.values())

    def _body(self, words: str) -> Body | None:
        alias = _ALIAS.search(words)
        said = _without_marks(clean(_ASIDE.sub("", _PERSON.sub("", _ALIAS.sub("", words)))))
        if not plain_with_signs(said):
            return None
        name, short = nominative(said), alias["short"].strip() if alias else ""
        before = _APPOSITION.sub("", name)
        name, short = (
            self._learned.get(plain_with_signs(name)) or self._learned.get(plain_with_signs(before)) or (name, short)
        )
        names = [name, short, said] if said != name else [name, short]
        known = next(
            (
                self._by_name[plain_with_signs(each)]
                for each in names
                if each and plain_with_signs(each) in self._by_name
            ),
            None,
        )
        if known is None:
            known = Body(self._code(short or name), name, short or self._short(name))
            self.all.append(known)
        known.level = known.level or self._levels.get(plain_with_signs(words), "")
        for other in names:
            if other and plain_with_signs(other) not in self._by_name:
                self._by_name[plain_with_signs(other)] = known
                if other not in (known.name, known.short):
                    known.other.append(other)
        return known

    def _short(self, name: str) -> str:
        """A short name that no other body has; the whole name where each shorter one is taken."""
        taken = {plain_with_signs(body.short) for body in self.all}
        return next(
            (short for short in (_shortened(name), _proper(name)) if plain_with_signs(short) not in taken), name
        )

    def _code(self, words: str) -> str:
        stem, n = latin(words), 1
        code = stem
        while code in self._codes:
            n += 1
            code = f"{stem}-{n}"
        self._codes.add(code)
        return code


def _answered(name: str, answers: Answers | None) -> list[str]:
    """The names that stand for a name: itself, none, or those of a person's answer."""
    answer = None if answers is None else answers.of("responsible", name) or answers.of("responsible", nominative(name))
    if not answer or (is_of_kind(answer) and _bare(answer) != NOBODY):
        return [name]
    return [] if _bare(answer) == NOBODY else names_in(answer)


def is_of_kind(answer: str) -> bool:
    """Whether an answer says what a name is, and not who it is: a level, a kind, or nobody at all."""
    return _bare(answer) in (*AS_IT_STANDS, NOBODY, *LEVELS_RU)


def _bare(answer: str) -> str:
    return answer.casefold().strip(" .«»")


def _without_marks(name: str) -> str:
    """The name without the marks around it; the stop of initials is part of it."""
    bare = name.strip(" .,;:")
    return f"{bare}." if re.search(r"(?<!\w)[А-ЯЁ]$", bare) and f"{bare}." in name else bare


def latin(words: str) -> str:
    """A code in Latin letters, digits and hyphens, at most 40 characters."""
    return code_of(words, DRAFTS, longest=40) or "organ"


def _shortened(name: str) -> str:
    return name if len(name) <= LONGEST else name[: LONGEST - 1].rsplit(" ", 1)[0] + "…"


def _proper(name: str) -> str:
    """What follows the legal form: «Центр …» of «Государственное автономное учреждение … Центр …»."""
    quoted = re.search(r"[«\"](?P<name>.+)[»\"]", name)
    own = re.search(r"(?:учреждени|организаци|предприяти)\w+\s.*?(?<=[а-яё»]\s)(?P<name>[А-ЯЁ][а-яё\-]+\s.+)$", name)
    match = quoted or own
    return _shortened(match["name"]) if match else name

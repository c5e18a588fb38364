"""Labels under or inside a line: «Срок: …», «Ответственный – …», «(отв. – …)», «Результат: …»."""

import re
from dataclasses import dataclass

from roadmap.documents.orders.verbs import without_quotes

_TERM = (
    r"(?:плановый\s+|предельный\s+)?(?:срок|дата|период|время)(?:и|ы)?"
    r"(?:\s+(?:исполнения|выполнения|проведения|реализации|представления|сдачи))?"
)
_WHO = (
    r"ответственн(?:ый|ая|ое|ые|\.)"
    r"(?:\s+(?:исполнител[ьи]|лиц[оа]|сотрудники?|за\s+(?:исполнение|выполнение|проведение|реализацию)))?"
    r"|отв\.?(?:\s+исполнител[ьи]|\s+лиц[оа])?|исполнител[ьи]|исп\.|организатор(?:ы)?|куратор(?:ы)?"
)
_MORE = r"соисполнител[ьи]|участники\s+исполнения"
_RESULT = r"(?:ожидаемый\s+)?результат|вид\s+документа|подтверждение|форма\s+(?:отч[её]та|завершения)"
_MARK = r"(?:\s*[:–—]|\s*-\s)\s*"
#: «Срок», «отв.» and «исп.» need no mark after them where they begin the line, the bracket or its part.
_LABEL = re.compile(
    rf"(?P<lead>^|[.;,(|/]\s*|\s[–—-]\s+|\s)(?:(?P<term>{_TERM})|(?P<more>{_MORE})|(?P<who>{_WHO})|(?P<result>{_RESULT}))(?!\w){_MARK}"
    r"|(?P<opens>^|[.;,(]\s*)(?:(?P<term2>сроки?(?:\s+(?:исполнения|выполнения|проведения))?)|(?P<who2>отв\.|исп\.))\s+(?=\S)",
    re.IGNORECASE,
)
_ROLES = {"term": ("term", "term2"), "who": ("who", "who2"), "more": ("more",), "result": ("result",)}


@dataclass(frozen=True, slots=True)
class Labelled:
    """The words before the labels, and what each label says; empty where there is none."""

    words: str
    term: str = ""
    who: str = ""
    more: str = ""
    result: str = ""

    @property
    def is_only_labels(self) -> bool:
        """The line says nothing of its own."""
        return not self.words.strip(" .,;:()–-") and self.has_labels

    @property
    def has_labels(self) -> bool:
        """At least one label with its words."""
        return bool(self.term or self.who or self.more or self.result)


def labelled(text: str) -> Labelled:
    """The line without its labels, and their values: each goes to the next label, or to the end."""
    plain = without_quotes(text)
    found = [match for match in _LABEL.finditer(plain) if _is_label(plain, match)]
    values: dict[str, str] = {}
    for n, match in enumerate(found):
        end = found[n + 1].start() if n + 1 < len(found) else len(text)
        role = next(role for role, groups in _ROLES.items() if any(match[group] for group in groups))
        value = _value(text[match.end() : end])
        if value:
            values[role] = f"{values[role]}, {value}" if role in values else value
    if not values:
        return Labelled(text)
    return Labelled(text[: found[0].start()].strip().rstrip(" ,;(–-"), **values)


def _is_label(plain: str, match: re.Match[str]) -> bool:
    """«Назначить ответственным –» and «установить срок – …» name no label of their own."""
    before = plain[: match.start()].rstrip()
    if re.search(r"(?:установить|определить|продлить|назначить|указать)$", before, re.IGNORECASE):
        return False
    return match["opens"] is not None or not match["lead"].isspace() or match[0].strip()[:1].isupper() or not before


def _value(words: str) -> str:
    """Without the marks after it; the stop of «г.» and of initials stays."""
    words = re.sub(r"\.{2,}$", ".", words.strip().rstrip(";, "))
    if words.count(")") > words.count("("):
        words = (words[: words.rfind(")")].rstrip(";, ") + words[words.rfind(")") + 1 :]).rstrip(";, ")
        words = words if not words.endswith("..") else words[:-1]
    return words if re.search(r"(?:\sгг?|(?<!\w)[А-ЯЁ])\.$", words) else words.rstrip(". ")

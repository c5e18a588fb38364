"""One row of a roadmap as an item: the words of its cells, and where they stand for those of the row above."""

import re
from collections.abc import Callable
from dataclasses import dataclass, field, replace

from roadmap.documents.columns.content import is_term
from roadmap.documents.columns.layout import Columns
from roadmap.documents.columns.roles import Role
from roadmap.documents.names import is_ditto, is_same_person, names_in
from roadmap.documents.neutral import Row, healed, join_torn
from roadmap.documents.tables.stacked import list_of_terms, numbered_parts
from roadmap.language.normalise import in_cyrillic

WORDS: tuple[Role, ...] = ("title", "responsible", "executors", "term", "result")
#: Kept with the item as the document has it; nobody gets a letter or a term by these words.
ASIDE: tuple[Role, ...] = ("controller", "participants", "done")
_GLUED = re.compile(r"^(?P<number>\d{1,3}(?:\.\d{1,3})*)[.)]\s+(?=[^\W\d])")


@dataclass(slots=True)
class Group:
    """The numbered wider measure that several measures stand under."""

    number: str
    title: str
    members: int = 0
    responsible: str = ""
    place: str = ""


@dataclass(slots=True)
class FoundItem:
    """One row of a roadmap with what the rows after it added; words are those of the document."""

    number: str
    section: str
    section_code: str
    parent: str
    group: Group | None
    place: str
    words: dict[Role, str] = field(default_factory=dict)
    term_answered: bool = False
    act_words: dict[Role, str] = field(default_factory=dict)
    """The document's words of a role whose words were answered by a person; empty where it has none."""
    term_doubt: str = ""
    """Why the words of the term may not be what they read as."""
    unowned: str = ""
    """What a question calls all the items of a table that has no column for who is responsible."""
    lines: dict[Role, tuple[str, ...]] = field(default_factory=dict)
    """The cells by their own lines where they have several: a new line may begin another name."""

    def add(self, role: Role, words: str, lines: tuple[str, ...] = ()) -> None:
        """More words of a cell; a torn cell goes on in its last line."""
        before = self.lines.get(role) or ((self.words[role],) if self.words.get(role) else ())
        after = lines or ((words,) if words else ())
        self.words[role] = join_torn(self.words.get(role, ""), words)
        joined = (*before[:-1], join_torn(before[-1], after[0]), *after[1:]) if before and after else before or after
        self.lines[role] = joined


@dataclass(frozen=True, slots=True)
class Cells:
    """The words of one row by their roles."""

    columns: Columns
    row: Row

    @property
    def number(self) -> str:
        """The number of the row, be it typed before the measure where there is no column for it."""
        if "number" in self.columns.at:
            return self.columns.cell(self.row, "number")
        glued = _GLUED.match(self.columns.cell(self.row, "title"))
        return glued["number"] if glued else ""

    def of(self, role: Role) -> str:
        """The words of a role; of a term all that its columns say together."""
        if role == "term":
            return self.columns.term_of(self.row)
        words = self.columns.cell(self.row, role)
        if role == "title" and "number" not in self.columns.at:
            return _GLUED.sub("", words)
        return words

    def lines(self, role: Role) -> tuple[str, ...]:
        """The lines of a cell where it has several."""
        at = self.columns.at.get(role)
        lines = self.row.lines_of(at) if at is not None else ()
        return tuple(line for line in lines if line) if len(lines) > 1 else ()


def of_above(words: str, above: FoundItem | None, role: Role) -> tuple[str, str]:
    """(the words with «он же», «-//-» replaced by those of the row above, why this must be asked)."""
    pieces = re.split(r"\s*[,;]\s*", words)
    if not words or not any(map(is_ditto, pieces)):
        return words, ""
    before = above.words.get(role, "") if above else ""
    if not before:
        return (
            words,
            f"«{words}», а строкой выше никого нет" if role != "term" else f"«{words}», а строкой выше срока нет",
        )
    said = ", ".join(before if is_ditto(piece) else piece for piece in pieces)
    several = len(names_in(before, above.lines.get(role, ()) if above else ())) > 1
    if several and any(map(is_same_person, pieces)):
        return said, f"«{words}», а строкой выше названы несколько: «{before}»"
    return said, ""


def stacked(item: FoundItem, reads: Callable[[str], bool]) -> list[FoundItem]:
    """The item parted where its cell numbers several actions, each with a term under the same number; else itself."""
    lead, actions = numbered_parts(item.words.get("title", ""))
    before, terms = numbered_parts(item.words.get("term", ""))
    if not actions or before or len(terms) != len(actions) or not all(is_term(term, reads) for term in terms):
        return [item]
    parts = {role: numbered_parts(words) for role, words in item.words.items() if role not in ("title", "term")}
    found = []
    for n, (action, term) in enumerate(zip(actions, terms, strict=True)):
        words = {
            role: own[n] if not said and len(own) == len(actions) else item.words[role]
            for role, (said, own) in parts.items()
        }
        title = f"{lead.rstrip(' :')}: {action}".rstrip(".") if lead else action.rstrip(".")
        number = f"{item.number}.{n + 1}" if item.number else str(n + 1)
        lines = {role: lines for role, lines in item.lines.items() if words.get(role) == item.words.get(role)}
        found.append(replace(item, number=number, words=words | {"title": title, "term": term}, lines=lines))
    return found


def heal(item: FoundItem, reads: Callable[[str], bool]) -> FoundItem:
    """The item once every torn half is in: words whole, Latin twins as Russian letters, terms in one list."""
    term, actions = item.words.get("term", ""), numbered_parts(item.words.get("title", ""))[1]
    if actions and (terms := numbered_parts(term)[1]):
        item.term_doubt = f"сроки под номерами, их {len(terms)}, а действий в клетке {len(actions)}"
    elif term:
        item.words["term"] = list_of_terms(
            term, item.lines.get("term", ()), reads, is_term=lambda part: is_term(part, reads)
        )
    item.words = {role: in_cyrillic(healed(words)) for role, words in item.words.items()}
    item.lines = {role: tuple(in_cyrillic(healed(line)) for line in lines) for role, lines in item.lines.items()}
    return item

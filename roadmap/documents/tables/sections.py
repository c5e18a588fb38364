"""Headings inside a table: which stands under which, and the code each gives to its items."""

import re
from dataclasses import dataclass, field

from roadmap.documents.neutral import join_torn

_LABEL = re.compile(
    r"^(?P<word>направление|раздел|этап|блок|часть|задача|цель|подраздел)\s*(?:№\s*)?(?P<n>\d+|[IVXivx]+)?\b(?P<rest>.*)$"
    r"|^(?P<roman>[IVXІХ]+)[.)](?P<rest2>\s.*)$|^(?P<arabic>\d+)[.)]?(?P<rest3>\s+\D.*)$",
    re.IGNORECASE,
)
_ROMAN = {"I": 1, "V": 5, "X": 10, "І": 1, "Х": 10}
PLAIN = "plain"
SECTION = re.compile(
    r"(?:направление|раздел|этап|блок|задача|цель|подраздел)\s+[№\dIVXІХ]|[IVXІХ]+[.)]\s", re.IGNORECASE
)


@dataclass(slots=True)
class Heading:
    """One heading; ``style`` is its label word, «roman», «arabic» or plain."""

    title: str
    style: str
    number: int | None
    bare: bool
    place: str
    code: str = ""
    children: int = 0


@dataclass(slots=True)
class Sections:
    """The headings met so far as a stack; only those that items stand under become sections."""

    stack: list[Heading] = field(default_factory=list)
    used: list[Heading] = field(default_factory=list)
    top: int = 0

    def add(self, text: str, place: str, *, adjacent: bool, torn: bool) -> None:
        """A heading row; ``adjacent``: nothing but headings since the last one."""
        last = self.stack[-1] if self.stack else None
        new = _heading(text, place)
        if last is not None and adjacent and new.style == PLAIN and (last.bare or (torn and text[0].islower())):
            last.title, last.bare = join_torn(last.title, text), False
            return
        styles = [heading.style for heading in self.stack]
        if new.style in styles:
            del self.stack[styles.index(new.style) :]
        self.stack.append(new)

    @property
    def current(self) -> Heading | None:
        """The heading that items stand under now, with its code settled."""
        if not self.stack:
            return None
        heading = self.stack[-1]
        if not heading.code:
            self._give_codes()
            self.used.append(heading)
        return heading

    @property
    def parent(self) -> str:
        """The title of the heading above the current one."""
        return self.stack[-2].title if len(self.stack) > 1 else ""

    def _give_codes(self) -> None:
        above: Heading | None = None
        for heading in self.stack:
            if not heading.code:
                taken = {other.code for other in self.used}
                ordinal = (above.children if above else self.top) + 1
                prefix = f"{above.code}." if above else ""
                wanted = f"{prefix}{heading.number or ordinal}"
                while wanted in taken:
                    ordinal += 1
                    wanted = f"{prefix}{ordinal}"
                heading.code = wanted
                if above:
                    above.children += 1
                else:
                    self.top += 1
            above = heading


def _heading(text: str, place: str) -> Heading:
    match = _LABEL.match(text)
    if match is None:
        return Heading(text, PLAIN, None, False, place)
    if match["word"]:
        number = number_of(match["n"]) if match["n"] else None
        rest = match["rest"].strip(" .:")
        if number is None:
            return Heading(text, PLAIN, None, False, place)
        return Heading(text, match["word"].casefold(), number, not rest, place)
    if match["roman"]:
        return Heading(text, "roman", number_of(match["roman"]), False, place)
    return Heading(text, "arabic", int(match["arabic"]), False, place)


def number_of(digits: str) -> int | None:
    if digits.isdigit():
        return int(digits)
    values = [_ROMAN[letter] for letter in digits.upper()]
    following = [*values[1:], 0]
    return sum(-value if value < after else value for value, after in zip(values, following, strict=True))

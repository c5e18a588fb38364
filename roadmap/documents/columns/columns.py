"""What the columns of a table hold: told by the words of its header, and by their cells where the words are silent."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from roadmap.documents.columns.content import CLEAR, Content
from roadmap.documents.columns.grid import FEWEST, Grid, grid_of, spans_of
from roadmap.documents.columns.layout import Columns as Columns
from roadmap.documents.columns.roles import WEAK, Heading, Role, heading_of
from roadmap.language.normalise import plain_with_signs

LONGEST_HEADING = 160
FEW = 0.3
#: Roles that a table of measures has no use for: their column is asked about, and content may make it another.
_OF_INDICATORS: tuple[Role, ...] = ("value", "method", "unit", "indicator")
_SILENT: tuple[Role, ...] = ("unknown", *_OF_INDICATORS)
_MAYBE_TERM: tuple[Role, ...] = ("term", "term_end", *_SILENT)


def columns_of(
    words: tuple[str, ...], answers: dict[str, Role] | None = None, contents: Sequence[Content] = ()
) -> Columns | None:
    """The columns that a header names, or None where the words are no header of a roadmap or of indicators.

    1. the words of each heading; 2. a grid of years, quarters, months; 3. one column for each role; 4. where words
    are silent or the cells say clearly otherwise, the cells (``contents``, one for each column) decide.
    """
    if any(len(cell) > LONGEST_HEADING for cell in words) or sum(map(bool, words)) < 2:
        return None
    contents = tuple(contents) or (Content(),) * len(words)
    headings = [heading_of(cell, answers or {}) for cell in words]
    if indicators := _indicators(headings, words):
        return indicators
    return _Settling(words, headings, contents).columns()


def columns_by_cells(width: int, contents: Sequence[Content]) -> Columns | None:
    """The columns of a table without a header, where its cells tell them clearly."""
    terms = [at for at, content in enumerate(contents) if content.filled >= 2 and content.terms >= CLEAR]
    if len(terms) != 1:
        return None
    found = _Settling(("",) * width, [Heading("", "unknown", 0)] * width, tuple(contents), headless=True).columns()
    return found if found and contents[found.at["title"]].letters >= 10 else None


def _indicators(headings: list[Heading], words: tuple[str, ...]) -> Columns | None:
    roles = [heading.role for heading in headings]
    named = plain_with_signs(" ".join(words))
    of_measures = "title" in roles and {"term", "term_end", "responsible"} & set(roles)
    if "indicator" not in roles or "мероприят" in named or of_measures:
        return None
    at: dict[Role, int] = {}
    for n, role in enumerate(roles):
        if role not in ("unknown", "unused", "aside"):
            at.setdefault(role, n)
    if not at.keys() & {"value", "method", "unit"}:
        return None
    unknown = tuple(
        n for n, role in enumerate(roles) if words[n] and (role in ("unknown", "aside") or at.get(role, n) != n)
    )
    return Columns("indicators", at, words, unknown)


@dataclass(slots=True)
class _Settling:
    """Makes of what each heading says one table of measures."""

    words: tuple[str, ...]
    headings: list[Heading]
    contents: tuple[Content, ...]
    headless: bool = False
    roles: list[Role] = field(init=False)
    by_content: set[int] = field(default_factory=set)
    day: int | None = None

    def columns(self) -> Columns | None:
        """The columns, or None where measures and their terms or those responsible cannot be told."""
        self.roles = [heading.role for heading in self.headings]
        grid = self._grid()
        self._drop_what_cells_deny()
        self._term(grid)
        self._titles()
        self._people()
        self._title_by_cells(grid)
        self._responsible_by_cells()
        self._rest()
        at: dict[Role, int] = {}
        for n, role in enumerate(self.roles):
            if role not in ("unknown", "unused", "aside"):
                at.setdefault(role, n)
        if not self._is_roadmap(at, grid):
            return None
        gridded = grid.columns if grid else frozenset()
        unknown = tuple(n for n in range(len(self.words)) if self._is_open(n, at) and n not in gridded)
        return Columns(
            "roadmap",
            at,
            self.words,
            unknown,
            by_content=frozenset(self.by_content),
            answered=frozenset(n for n, heading in enumerate(self.headings) if heading.answered),
            grid=grid,
            day=self.day,
            contents=self.contents,
        )

    def _grid(self) -> Grid | None:
        spans = [at for at, _ in spans_of(self.words) if not self.headings[at].answered]
        if len(spans) < FEWEST:
            return None
        dated = any(role == "term" for n, role in enumerate(self.roles) if n not in spans)
        grid = None if dated else grid_of(self.words, self.contents)
        for at in spans:
            self.roles[at] = "unused" if grid else "aside"
        return grid

    def _is_roadmap(self, at: dict[Role, int], grid: Grid | None) -> bool:
        if "title" not in at:
            return False
        if "term" in at and at["title"] in self.by_content and self.contents[at["term"]].filled > 0:
            return self.contents[at["term"]].terms >= FEW  # a timetable has neither terms nor measures
        if grid or at.keys() & {"term", "term_end"}:
            return True
        return "responsible" in at and self.headings[at["responsible"]].rank > WEAK

    def _is_open(self, n: int, at: dict[Role, int]) -> bool:
        """Whether nobody knows what the column is for."""
        role = self.roles[n]
        return bool(self.words[n]) and role != "unused" and (role in ("unknown", "aside") or at.get(role, n) != n)

    def _free(self) -> list[int]:
        """Columns whose words are silent and whose cells may decide; without any words it is no column of a header."""
        silent = (n for n, role in enumerate(self.roles) if role in _SILENT and not self.headings[n].answered)
        return [n for n in silent if self.words[n] or self.headless]

    def _drop_what_cells_deny(self) -> None:
        """Where the cells clearly are something else than the words say and another column fits, the cells win."""
        for n, role in enumerate(self.roles):
            content = self.contents[n]
            if self.headings[n].answered or content.filled < 3:
                continue
            if role in ("title", "group", "responsible", "executors", "participants") and content.terms >= CLEAR:
                self.roles[n] = "unknown"
            if role == "controller" and content.people < FEW:
                self.roles[n] = "aside"
            if role in ("term", "term_end") and content.terms <= 0.1:
                dated = [m for m in range(len(self.roles)) if self.roles[m] in _MAYBE_TERM and m != n]
                if any(self.contents[m].terms >= CLEAR for m in dated) or content.people >= CLEAR:
                    self.roles[n] = "unknown"

    def _term(self, grid: Grid | None) -> None:
        """«Срок» before «Дата» before «Месяц»; of equals the one whose cells read better; else what reads as terms."""
        named = [n for n, role in enumerate(self.roles) if role == "term"]
        if len(named) > 1:
            best = max(named, key=lambda n: (self.headings[n].rank, self.contents[n].terms, -n))
            days = [n for n in named if self.contents[n].days >= CLEAR]
            if len(named) == 2 and len(days) == 1 and self.contents[sum(named) - days[0]].months >= CLEAR:
                best, self.day = sum(named) - days[0], days[0]
            for n in named:
                self.roles[n] = "term" if n == best else "unused" if n == self.day else "aside"
        if "term" in self.roles or "term_end" not in self.roles:
            self.roles = ["aside" if role in ("term_start", "term_end") else role for role in self.roles]
        if "term" in self.roles:
            return
        if not grid and "term_end" not in self.roles:
            reading = [n for n in self._free() if self.contents[n].is_term]
            if len(reading) == 1:
                self._take(reading[0], "term")

    def _titles(self) -> None:
        """Two columns of one meaning: the wider measure before the measure."""
        titles = [n for n, role in enumerate(self.roles) if role == "title"]
        if len(titles) > 1:
            strongest = max(self.headings[n].rank for n in titles)
            strong = [n for n in titles if self.headings[n].rank == strongest]
            title = strong[min(1, len(strong) - 1)]
            for n in titles:
                if n != title:
                    self.roles[n] = "group" if n < title and "group" not in self.roles else "aside"
        if "title" not in self.roles and "group" in self.roles and not self._longer_than("group"):
            self.roles[self.roles.index("group")] = "title"
        if "indicator" in self.roles and "result" not in self.roles and "title" in self.roles:
            self.roles[self.roles.index("indicator")] = "result"

    def _longer_than(self, role: Role) -> list[int]:
        """Columns that nobody knows with words twice as long as those of a role."""
        own = self.contents[self.roles.index(role)].letters
        return [n for n in self._free() if self.contents[n].is_words and self.contents[n].letters > 2 * own > 0]

    def _people(self) -> None:
        """The one who answers before the one who carries out; a controller is neither."""
        people = [n for n, role in enumerate(self.roles) if role == "responsible"]
        if len(people) > 1 and "executors" not in self.roles:
            strong = [n for n in people if "ответств" in plain_with_signs(self.words[n])]
            first = max(strong or people, key=lambda n: (self.headings[n].rank, -n))
            second = next(n for n in people if n != first)
            self.roles[second] = "executors"
        elif len(people) == 0 and "executors" in self.roles:
            self.roles[self.roles.index("executors")] = "responsible"

    def _title_by_cells(self, grid: Grid | None) -> None:
        """The longest words are the measure where the header names none, or only something short before it."""
        named = self.roles.index("title") if "title" in self.roles else None
        if named is None and not (grid or set(self.roles) & {"term", "term_end"}):
            return
        if named is not None and (self.headings[named].rank > WEAK or self.headings[named].answered):
            return
        free = [n for n in self._free() if self.contents[n].is_words and not self.contents[n].is_people]
        if named is not None:
            free = [n for n in free if n in self._longer_than("title")]
        if not free and named is None:
            free = [n for n, role in enumerate(self.roles) if role == "result" and self.contents[n].is_words]
        if not free:
            return
        best = max(free, key=lambda n: self.contents[n].letters)
        if named is not None:
            self.roles[named] = "group" if named < best and "group" not in self.roles else "aside"
        self._take(best, "title")

    def _responsible_by_cells(self) -> None:
        if "responsible" in self.roles:
            return
        people = [n for n in self._free() if self.contents[n].is_people]
        if len(people) == 1:
            self._take(people[0], "responsible")

    def _rest(self) -> None:
        """Numbers under an empty heading; what only indicators have is nothing that anybody knows here."""
        if "number" not in self.roles and self.roles and not self.words[0] and self.contents[0].numbers >= CLEAR:
            self._take(0, "number")
        self.roles = ["unknown" if role in _OF_INDICATORS else role for role in self.roles]

    def _take(self, n: int, role: Role) -> None:
        self.roles[n] = role
        self.by_content.add(n)

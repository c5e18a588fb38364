"""Where the reading of running text stands: the section, the point, the direction, and the list that is open."""

import re
from dataclasses import dataclass, field
from typing import Literal

from roadmap.documents.text.bearers import Bearer

_SUBJECTS = re.compile(r"субъект|в\s+состав\w*\s.*входят|структур", re.IGNORECASE)


@dataclass(slots=True)
class Where:
    """The place of the next passage; a duty takes its number, code, section and group from here."""

    section: tuple[str, str] = ("", "")
    point: str = ""
    n: int = 0
    direction: tuple[str, str] = ("", "")
    openings: dict[str, str] = field(default_factory=dict)
    mode: Literal["", "functions", "measures", "indicators"] = ""
    bearer: Bearer | None = None
    bare_colon: bool = False
    open_list: bool = False
    first_of_list: bool = False
    marked: bool = False
    """Whether the entries of the open list start with a small letter or a mark, so that a capital ends it."""

    @property
    def number(self) -> str:
        return self.point or self.section[0]

    @property
    def code(self) -> str:
        parts = (self.number or "text", self.direction[0])
        return "-".join((*filter(None, parts), f"{self.n:02}"))

    @property
    def parent(self) -> str:
        """The opening of the wider point, or the direction, that stands above."""
        above = self.point.rpartition(".")[0]
        return self.direction[1] or self.openings.get(above, "")

    @property
    def under_subjects(self) -> bool:
        above = (words for number, words in self.openings.items() if self.point.startswith(f"{number}."))
        return any(_SUBJECTS.search(words) for words in above)

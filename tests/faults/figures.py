"""What a campaign counts, and where it leaves it for ``docs/reliability.md``."""

import json
from collections import Counter
from collections.abc import Iterable
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from tests.parts.twins import Standing, differences
from tests.places import OUT

FOLDER = OUT / "faults"
DELIVERY = ("notice", "notice_line", "notice_remark", "round_letter")


@dataclass
class Figures:
    """The figures of one campaign; the four that are promised come first."""

    name: str
    deadlines_lost: int = 0
    """Points that stand otherwise than the twin's, by key, days or status."""
    decisions_doubled: int = 0
    """Steps in the history of points that the twin has not, or has once less."""
    letters_lost: int = 0
    """Letters, and lines of letters, that the twin's people got and ours did not."""
    repeated_a_crash: int = 0
    """The most letters that came once too often, by crash."""
    crashes: int = 0
    """Processes or servers killed, torn connections, refusals, days without a control: whatever the campaign does."""
    letters_repeated: int = 0
    decisions_lost: int = 0
    otherwise: int = 0
    """Rows of other tables that are not the twin's."""
    steps: int = 0
    days: int = 0
    """Simulated days of control."""
    seconds: float = 0.0
    cpu_seconds: float = 0.0
    acts: dict[str, int] = field(default_factory=dict)
    """Of which kinds the steps were."""
    differences: list[str] = field(default_factory=list)
    """The first of what was not the same."""

    def compare(self, ours: Standing, twins: Standing, *, after: object = "") -> None:
        """Count what is not as in the twin."""
        found = differences(ours, twins)
        for table, (more, fewer) in found.items():
            if table == "control_point":
                self.deadlines_lost += max(fewer.total(), more.total())
            elif table in ("transition", "evidence", "request"):
                self.decisions_doubled += more.total()
                self.decisions_lost += fewer.total()
            elif table in DELIVERY:
                self.letters_lost += fewer.total()
                self.otherwise += max(0, more.total() - fewer.total())
            else:
                self.otherwise += max(fewer.total(), more.total())
            self.note(f"{after} {table}: only here {list(more)[:2]}, only the twin {list(fewer)[:2]}")

    def count_letters(self, ours: Iterable[Any], twins: Iterable[Any], *, crashes: int = 1, after: object = "") -> None:
        """What came to people, by (addressee, number), beside what came to the twin's."""
        came, should = Counter(ours), Counter(twins)
        lost = set(should) - set(came)
        repeats = sum((came - should).values())
        self.letters_lost += len(lost)
        self.letters_repeated += repeats
        self.repeated_a_crash = max(self.repeated_a_crash, -(-repeats // max(crashes, 1)))
        if lost or repeats > crashes:
            self.note(f"{after}: lost {sorted(lost)[:3]}, repeated {list((came - should).items())[:3]}")

    def note(self, words: str) -> None:
        if len(self.differences) < 20:
            self.differences.append(words)

    def keep(self, folder: Path = FOLDER) -> None:
        """Write the figures down, then insist on what is promised."""
        folder.mkdir(parents=True, exist_ok=True)
        told = json.dumps(asdict(self), ensure_ascii=False, indent=1, default=str)
        (folder / f"{self.name}.json").write_text(told + "\n", encoding="utf-8")
        broken = (self.deadlines_lost, self.decisions_doubled, self.decisions_lost, self.letters_lost, self.otherwise)
        assert broken == (0, 0, 0, 0, 0), "\n".join([told, *self.differences])
        assert self.repeated_a_crash <= 1, told

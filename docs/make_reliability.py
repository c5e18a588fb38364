"""Writes the table of docs/reliability.md from what the campaigns of ``make faults`` have counted.

Run ``python docs/make_reliability.py`` after ``make faults``; a campaign that has left no figures says so.
"""

import json
import re
import sys
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[1]
PAGE = ROOT / "docs" / "reliability.md"
FIGURES = ROOT / "tests" / "out" / "faults"
HEAD = (
    "| campaign | faults | deadlines lost | decisions doubled | letters lost | letters repeated (most a crash) |\n"
    "|---|--:|--:|--:|--:|--:|\n"
)
#: The figures by the beginning of their names, and what was done.
CAMPAIGNS = {
    "kills-control-sqlite": "kill -9 at every write of the daily control, SQLite",
    "kills-control-postgresql": "the same, PostgreSQL",
    "kills-delivery-sqlite": "kill -9 at every write of a delivery, SQLite",
    "kills-delivery-postgresql": "the same, PostgreSQL",
    "kills-decisions-sqlite": "kill -9 at every write of six decisions, SQLite",
    "kills-decisions-postgresql": "the same, PostgreSQL",
    "kills-amendment-sqlite": "kill -9 at every write of a new edition, SQLite",
    "kills-amendment-postgresql": "the same, PostgreSQL",
    "kills-round-sqlite": "kill -9 at every write and file of every step of a round, SQLite",
    "kills-round-postgresql": "the same, PostgreSQL",
    "syncs-sqlite": "kill -9 at ten places of `vekha sync`, SQLite",
    "syncs-postgresql": "the same, PostgreSQL",
    "mail-": "ten days with a mail server that hangs, tears, refuses, greylists, is away",
    "disk-full-": "the disk is full in the middle of control, delivery, decisions",
    "locked-": "another process holds the database",
    "postgresql-dies": "the PostgreSQL server dies in the middle of control, delivery, decisions",
    "clock-": "the clock jumps by 47 and 400 days and back, all built-in roadmaps",
    "outages": "no control for 1 to 400 days",
    "machine-": "the Hypothesis machine",
    "years-sqlite": "five years, killed on about every second day, SQLite",
    "years-postgresql": "a year of the same, PostgreSQL",
}


def table() -> str:
    """A line a campaign."""
    return HEAD + "".join(_line(start, words) for start, words in CAMPAIGNS.items())


def _line(start: str, words: str) -> str:
    found: list[dict[str, Any]] = [
        json.loads(path.read_text(encoding="utf-8")) for path in sorted(FIGURES.glob(f"{start}*.json"))
    ]
    if not found:
        return f"| {words} | not run yet | | | | |\n"
    total = {name: sum(one[name] for one in found) for name in found[0] if isinstance(found[0][name], int)}
    more = [f"{total['steps']:,} acts"] if total["steps"] else []
    more += [f"{total['days']:,} days"] if total["days"] else []
    said = f"{words} ({', '.join(more)})" if more else words
    most = max(one["repeated_a_crash"] for one in found)
    counted = (total["crashes"], total["deadlines_lost"], total["decisions_doubled"], total["letters_lost"])
    numbers = " | ".join(f"{n:,}" for n in counted)
    return f"| {said} | {numbers} | {total['letters_repeated']} ({most}) |\n"


def page() -> str:
    """The page with its table made anew."""
    marked = re.compile(r"(<!-- figures -->\n).*?(<!-- end of figures -->)", re.DOTALL)
    return marked.sub(lambda found: f"{found[1]}{table()}{found[2]}", PAGE.read_text(encoding="utf-8"))


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
    sys.stdout.write(f"{PAGE.name}\n")

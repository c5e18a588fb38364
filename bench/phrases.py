"""Deadline phrases per second and how many are read right, ours against dateparser, on the same phrases."""

import json
import time
from collections.abc import Callable, Iterable, Iterator
from datetime import date
from itertools import islice
from pathlib import Path
from typing import Any

import dateparser

from bench.table import show
from roadmap.terms import read
from roadmap.terms.grammar.words import MONTHS

GOLD = Path(__file__).parents[1] / "tests" / "roadmap" / "terms" / "gold_terms.jsonl"
START, END = date(1995, 1, 1), date(2095, 12, 31)
DISTINCT, REPEATS, BEST_OF = 10_000, 200, 3
DATEPARSER_LIMIT_S = 3.0
AIM = 20_000


def gold() -> list[dict[str, Any]]:
    """The 95 phrases of the documents with their right readings."""
    return [json.loads(line) for line in GOLD.read_text(encoding="utf-8").splitlines()]


def distinct_phrases() -> Iterator[str]:
    """Phrases of the documents' shapes, each with other months, days or years, so that none is met twice."""
    for year in range(1996, 2094):
        for month, (name, genitive, _) in enumerate(MONTHS, start=1):
            later = MONTHS[min(month, 11)]
            yield f"{name.capitalize()} {year} г."
            yield f"{name.capitalize()}-{later[0]} {year} г., {name} {year + 1} г." if month < 12 else f"{name} {year}"
            yield f"{name.capitalize()} {year} г., {later[0]} {year + 1} г."
            for day in (3, 8, 13, 18, 23, 28):
                yield f"{day} {genitive} {year} г."
                yield f"До {day} {genitive} {year} года"
                yield f"с {day} {genitive} {year} г. по {day} {later[1]} {year + 1} г."
        yield f"В течение {year}-{year + 1} гг."
        yield f"Ежемесячно в течение {year}-{year + 1} гг."


def per_second(session: Callable[[str], object], phrases: Iterable[str], limit_s: float = 60.0) -> float:
    """Phrases per second of one pass, cut off after ``limit_s`` seconds."""
    began = time.perf_counter()
    count = 0
    for phrase in phrases:
        session(phrase)
        count += 1
        if count % 50 == 0 and time.perf_counter() - began > limit_s:
            break
    return count / (time.perf_counter() - began)


def _ours(phrase: str) -> object:
    return read(phrase, start=START, end=END)


def _theirs(phrase: str) -> Any:
    return dateparser.parse(phrase, languages=["ru"], settings={"PREFER_DAY_OF_MONTH": "last"})


def ours_right(lines: list[dict[str, Any]]) -> int:
    """How many of the phrases give exactly the right kind, windows, plan and offset."""
    return sum(_is_right(line) for line in lines)


def _is_right(line: dict[str, Any]) -> bool:
    start, end = map(date.fromisoformat, line["period"])
    found = read(line["text"], start=start, end=end).to_json()
    return all(found.get(key) == line.get(key) for key in ("kind", "windows", "plan", "relative"))


def theirs_right(lines: list[dict[str, Any]]) -> int:
    """How many phrases of one window give its due date: all that a reader of single dates can be asked for."""
    right = 0
    for line in lines:
        windows = line.get("windows", ())
        if line["kind"] == "windows" and len(windows) == 1:
            found = _theirs(line["text"])
            right += found is not None and found.date().isoformat() == windows[0][1]
    return right


def run() -> list[dict[str, Any]]:
    """Rows of (name, value, unit, peer, ratio, aim, ok); the peer is dateparser."""
    lines = gold()
    texts = [line["text"] for line in lines]
    _ours(texts[0]), _theirs(texts[0])
    fresh = iter(distinct_phrases())
    distinct = [list(islice(fresh, DISTINCT // BEST_OF)) for _ in range(BEST_OF)]
    ours_distinct = max(per_second(_ours, phrases) for phrases in distinct)
    theirs_distinct = per_second(_theirs, distinct[0], DATEPARSER_LIMIT_S)
    ours_repeated = max(per_second(_ours, texts * REPEATS) for _ in range(BEST_OF))
    theirs_repeated = per_second(_theirs, texts * REPEATS, DATEPARSER_LIMIT_S)
    single = sum(line["kind"] == "windows" and len(line["windows"]) == 1 for line in lines)
    right = ours_right(lines)
    return [
        _row(
            "distinct phrases, each new",
            "/s",
            ours_distinct,
            theirs_distinct,
            aim=f"≥ {AIM:,}",
            ok=ours_distinct >= AIM,
        ),
        _row("the documents' phrases, repeated", "/s", ours_repeated, theirs_repeated, aim="", ok=True),
        _row(
            f"read right of {len(lines)} ({single} with one window)",
            "phrases",
            right,
            theirs_right(lines),
            aim=f"{len(lines)}",
            ok=right == len(lines),
        ),
    ]


def _row(name: str, unit: str, ours: float, theirs: float, *, aim: str, ok: bool) -> dict[str, Any]:
    ratio = ours / theirs if theirs else None
    return {"name": name, "value": ours, "unit": unit, "peer": theirs, "ratio": ratio, "aim": aim, "ok": ok}


if __name__ == "__main__":
    show(run())

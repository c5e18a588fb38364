"""Indicators with their targets: from a table, or from a list under «Показатели…»."""

import re
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from roadmap.documents.columns.layout import Columns, is_column_numbers, is_repeated, is_rule
from roadmap.documents.neutral import Paragraph, Row, healed, join_torn
from roadmap.documents.questions import Answers, Question
from roadmap.documents.tables.rows import RowClass

_LIST = re.compile(r"^(?:(?P<point>\d+(?:\.\d+)+)\.?\s+)?(?:К показателям|Показател)\S*(?:\s.*)?:$", re.IGNORECASE)
_POINT = re.compile(r"^(?P<point>\d+(?:\.\d+)+)\.?\s+(?P<words>.*)$")
_TARGET = re.compile(r"\s*\((?P<words>[^()]*(?:\d|ежегодно|ежеквартально|ежемесячно)[^()]*)\)$")
_AT_LEAST = re.compile(r"не\s+менее|не\s+ниже|свыше|более", re.IGNORECASE)
_AT_MOST = re.compile(r"не\s+более|не\s+выше|до\s+\d+\s*%|менее", re.IGNORECASE)
_PERCENT = re.compile(r"(\d+(?:[.,]\d+)?)\s*(?:%|процент)")
_COUNT = re.compile(r"(?:не\s+более|не\s+менее|не\s+выше|не\s+ниже)\s+(\d+(?:[.,]\d+)?)", re.IGNORECASE)
_YEAR = re.compile(r"(?:к|до)\s+(?:концу\s+)?(20\d{2})\s*г")
_DONE = re.compile(r"разработ|создан|утвержд|сформиров|реализу", re.IGNORECASE)
_COMPARES = re.compile(
    r"не\s+(?:менее|ниже|более|выше|меньше|больше)|свыше|более|менее|\bдо\s+\d+\s*%|ровно|равно|\b100\s*%",
    re.IGNORECASE,
)
_YEARLY = re.compile(r"ежегодн", re.IGNORECASE)
#: The answer that leaves an indicator as the document words it.
NO_TARGET = "без цели"
_PROPOSED = f"вписать цель словами, например «не менее 30% к 2027 г.», или «{NO_TARGET}»"


def target_of(title: str, words: str) -> dict[str, Any]:
    """Unit, comparison, number, year, rhythm and accumulation that the words of an indicator name."""
    both = f"{title} {words}"
    percent, count = _PERCENT.search(words), _COUNT.search(words)
    found: dict[str, Any] = {}
    number = percent or count
    if number:
        found["unit"] = "percent" if percent else "count"
        at_most = _AT_MOST.search(words) and not re.search(r"не\s+менее", words, re.IGNORECASE)
        found["comparison"] = "at_most" if at_most else "at_least" if _AT_LEAST.search(words) else "equals"
        found["target"] = float(number[1].replace(",", "."))
    elif re.match(r"дол[яи]\b|удельный вес|процент", title, re.IGNORECASE):
        found["unit"] = "percent"
    elif re.match(r"количество|число|численность", title, re.IGNORECASE):
        found["unit"] = "count"
    elif _DONE.match(title):
        found |= {"unit": "yes_no", "comparison": "equals", "target": 1.0}
    if year := _YEAR.search(words) or (found.get("unit") == "yes_no" and _YEAR.search(both)):
        found["target_year"] = int(year[1])
    if _YEARLY.search(words):
        found["rhythm"] = "year"
    if "нарастающим итогом" in words:
        found["cumulative"] = True
    return found


def entry(code: str, title: str, words: str, method: str, place: str) -> dict[str, Any]:
    """One indicator as the catalogue keeps it."""
    found: dict[str, Any] = {"code": code, "title": title} | target_of(title, words)
    if words:
        found["words"] = words
    if method:
        found["method"] = method
    return found | {"source": {"place": place}}


def settled(found: Iterable[dict[str, Any]], answers: Answers) -> tuple[list[dict[str, Any]], list[Question]]:
    """The indicators with answers in the place of doubtful targets, and a question for each doubt that is left."""
    entries: list[dict[str, Any]] = []
    questions: list[Question] = []
    for indicator in found:
        title, place = indicator["title"], indicator["source"]["place"]
        answer = answers.of("indicator", title)
        if answer is not None and answer.casefold() != NO_TARGET:
            indicator = entry(indicator["code"], title, answer, indicator.get("method", ""), place)
        entries.append(indicator)
        if answer is None or answer.casefold() != NO_TARGET:
            doubts = _doubts(indicator, with_year=answer is None)
            if doubts:
                questions.append(Question("indicator", place, title, "; ".join(doubts), _PROPOSED))
    return entries, questions


def _doubts(indicator: dict[str, Any], *, with_year: bool) -> list[str]:
    """What the words of the target leave open; what is done or not is due by the end of the period without more."""
    words, doubts = indicator.get("words", ""), []
    if indicator.get("unit") == "yes_no":
        return []
    if "target" not in indicator:
        doubts.append("число цели не названо")
    elif not _COMPARES.search(words):
        doubts.append(f"сравнение не названо: «{words}»")
    if with_year and "target_year" not in indicator and "rhythm" not in indicator:
        doubts.append("год или ритм цели не назван")
    return doubts


def from_rows(
    rows: Sequence[Row], columns: Columns
) -> tuple[list[dict[str, Any]], list[tuple[Row, RowClass]], list[Question]]:
    """The indicators of a table, the class of each of its rows, and what must be asked."""
    found: list[list[str]] = []
    classes: list[tuple[Row, RowClass]] = []
    questions: list[Question] = []
    for row in rows:
        number, title = columns.cell(row, "number"), columns.cell(row, "indicator")
        words = [number.rstrip(".)"), title, columns.cell(row, "value"), columns.cell(row, "method")]
        kind: RowClass
        if is_rule(row) or is_column_numbers(row) or is_repeated(row, columns):
            kind = "header"
        elif not row.filled:
            kind = "continuation"
        elif len(row.filled) == 1 and row.filled[0] == 0:
            kind = "heading"
        elif title and (number or ("number" not in columns.at and not title[0].islower())):
            kind = "indicator"
            found.append([*words, row.place])
        elif found and not number:
            kind = "continuation"
            found[-1][1:4] = [join_torn(first, second) for first, second in zip(found[-1][1:4], words[1:], strict=True)]
        else:
            kind = "question"
            questions.append(
                Question("row", row.place, row.words, "строка таблицы показателей не понята", "пропустить")
            )
        classes.append((row, kind))
    entries = []
    for n, (number, title, value, method, place) in enumerate(found, start=1):
        code = number if re.fullmatch(r"[\d.]+", number) else str(n)
        entries.append(entry(code, healed(title), healed(value), healed(method), place))
    return entries, classes, questions


def from_paragraphs(paragraphs: Sequence[Paragraph]) -> Iterator[dict[str, Any]]:
    """The indicators listed under «Показатели…»: points of their own, or paragraphs up to the next point."""
    point, n, listing = "", 0, False
    for paragraph in paragraphs:
        if match := _LIST.match(paragraph.text):
            point, n, listing = match["point"] or "", 0, True
            continue
        if not listing:
            continue
        numbered = _POINT.match(paragraph.text)
        if numbered and (point or not _indicates(numbered["words"])):
            listing = False
            continue
        n += 1
        text = (numbered["words"] if numbered else paragraph.text).rstrip(" .;»")
        code = numbered["point"] if numbered else f"{point}-{n}" if point else str(n)
        target = _TARGET.search(text)
        title = text[: target.start()] if target else text
        yield entry(code, title.lstrip("-–— "), target["words"] if target else "", "", paragraph.place)
        if paragraph.text.endswith((".", ".».")) and point:
            listing = False


def _indicates(words: str) -> bool:
    return bool(
        re.match(r"дол[яи]\b|количество|число|численность|удельный|разработан|наличие|охват", words, re.IGNORECASE)
    )

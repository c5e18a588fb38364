"""The parts of a letter about a round of monitoring: the note in short, and a body's own page."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from markupsafe import Markup

from roadmap.language import plural
from roadmap.letters.letter import Attachment, Part, templates
from roadmap.monitoring.report.summary import summary
from roadmap.monitoring.report.tables import indicators_grid
from roadmap.monitoring.report.view import Page
from roadmap.monitoring.snapshot import Snapshot

NOTE_WHY = "завершён раунд мониторинга, составлена аналитическая справка"
PAGE_WHY = "завершён раунд мониторинга, в котором участвует ваш орган"
SHOWN_ROWS = 40


@dataclass(frozen=True, slots=True, kw_only=True)
class Enclosed:
    """The files of a part: attached, or, where they are too large or the channel takes none, behind a link."""

    files: tuple[Attachment, ...] = ()
    url: str = ""
    """The page with the files; always told to those who have one."""


def report_part(snapshot: Snapshot, enclosed: Enclosed, *, decides: bool = False) -> Part:
    """The note in short; ``decides``: its reader is to decide on the recommendations."""
    rows = [_indicator(row) for row in indicators_grid(snapshot.indicators).rows]
    fresh = sum(not one.is_open_already for one in snapshot.advice)
    todo = ""
    if decides and fresh:
        words = plural(fresh, "рекомендация ждёт", "рекомендации ждут", "рекомендаций ждут")
        todo = f"Вашего решения (взять на контроль или отклонить): {fresh} {words}."
    values = {
        "heading": f"Аналитическая справка за {snapshot.period}",
        "paragraphs": summary(snapshot),
        "remarks": snapshot.remarks,
        "rows": rows,
        "overdue": (),
        "todo": todo,
    }
    return _part(f"справка за {snapshot.period}", NOTE_WHY, values, enclosed)


def page_part(page: Page, period: str, enclosed: Enclosed) -> Part:
    """A body's own page: its values, its execution, its overdue points; nothing of another body."""
    overdue = [
        f"{row['number']} {row['title']} — срок {row['deadline']}, просрочено дней: {row['days']}".removeprefix("— ")
        for row in page.overdue.rows
    ]
    values = {
        "heading": f"Итоги мониторинга за {period}: {page.body}",
        "paragraphs": tuple(filter(None, (page.lead, page.execution))),
        "remarks": (),
        "rows": [_own(row) for row in page.indicators.rows],
        "overdue": overdue[:SHOWN_ROWS],
        "todo": "",
    }
    return _part(f"итоги мониторинга за {period}", PAGE_WHY, values, enclosed)


def _part(subject: str, why: str, values: dict[str, Any], enclosed: Enclosed) -> Part:
    values = values | {"names": [file.name for file in enclosed.files], "url": enclosed.url}
    text, html = (templates.get_template(f"round.{form}.j2").render(values) for form in ("txt", "html"))
    return Part(subject=subject, text=text.strip(), html=Markup(html), why=why, files=enclosed.files)


def _indicator(row: Mapping[str, str]) -> dict[str, Any]:
    cells = (("Значение", row["value"]), ("Цель", row["target"]), ("Оценка", row["verdict"]))
    return _row(row["title"], cells)


def _own(row: Mapping[str, str]) -> dict[str, Any]:
    value = row["value"]
    if row["numerator"] and row["denominator"]:
        value += f" ({row['numerator']} из {row['denominator']})"
    cells = (("Ваше значение", value), ("По региону", row["region"]), ("Цель", row["target"]))
    return _row(row["title"], cells)


def _row(title: str, cells: Sequence[tuple[str, str]]) -> dict[str, Any]:
    return {"title": title, "cells": cells, "line": "; ".join(f"{name.lower()}: {words}" for name, words in cells)}

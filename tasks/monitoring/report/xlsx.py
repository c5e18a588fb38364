"""The appendix of a note with many bodies: every number with its source, one workbook."""

import io
from collections.abc import Iterable, Sequence
from datetime import date
from typing import Any

from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.styles import Alignment, Font, PatternFill
from openpyxl.utils import get_column_letter

from roadmap.monitoring.indicators.ranking import lagging
from roadmap.monitoring.report.heat_table import heat_of
from roadmap.monitoring.report.tables import STATE_RU
from roadmap.monitoring.report.words import forecast, printable, target
from roadmap.monitoring.snapshot import Snapshot
from tasks.files.reproducible import tidy

Value = str | float | int | date | None
ANSWER_RU = {"given": "представлено", **STATE_RU}
HEAD = PatternFill("solid", fgColor="E8EDF1")
MOST_WORDS = 32_000
"""What a cell of Excel holds at most is a little more."""


def appendix_xlsx(snapshot: Snapshot) -> bytes:
    """The workbook: indicators, every answer, who gave nothing, execution, overdue, recommendations, the heat table.

    Numbers are numbers, as the snapshot has them, not rounded.
    """
    book = Workbook(write_only=True)
    _sheet(book, "Показатели", _indicators(snapshot))
    _sheet(book, "Данные", _answers(snapshot))
    _sheet(book, "Не представили", [("Участник",), *((name,) for name in snapshot.silent)])
    _sheet(book, "Хуже цели и среднего", _lagging(snapshot))
    _sheet(book, "Исполнение", _execution(snapshot))
    _sheet(book, "Просрочено", _overdue(snapshot))
    _sheet(book, "Рекомендации", _advice(snapshot))
    _heat(book, snapshot)
    _sheet(book, "О расчёте", _about(snapshot))
    content = io.BytesIO()
    book.properties.creator, book.properties.title = "", f"Приложение к справке за {snapshot.period}"
    book.properties.created = snapshot.as_of.replace(tzinfo=None, microsecond=0)
    book.save(content)
    return tidy(content.getvalue(), modified=snapshot.as_of)


def _indicators(snapshot: Snapshot) -> Iterable[Sequence[Value]]:
    yield (
        "№",
        "Показатель",
        "Цель",
        "Числитель",
        "Знаменатель",
        "Значение",
        "Оценка",
        "Запрошено",
        "Представлено",
        "Изменение",
        "По скольким",
        "Прогноз",
    )
    for one in snapshot.indicators:
        verdict, aim = one.verdict_words, target(one)
        like = one.compared
        step = (like.now - like.before, like.bodies) if like else (None, None)
        numbers = one.numerator, one.denominator, one.value
        yield one.code, one.title, aim, *numbers, verdict, one.asked, one.given, *step, forecast(one)


def _answers(snapshot: Snapshot) -> Iterable[Sequence[Value]]:
    yield (
        "№",
        "Участник",
        "Код",
        "Состояние",
        "Числитель",
        "Знаменатель",
        "Значение",
        "Источник",
        "Пояснение",
        "Позже срока",
    )
    for one in snapshot.indicators:
        for each in one.answers:
            late = "да" if each.is_late else ""
            numbers = each.numerator, each.denominator, each.value
            yield one.code, each.name, each.body, ANSWER_RU[each.state], *numbers, each.source, each.reason, late


def _lagging(snapshot: Snapshot) -> Iterable[Sequence[Value]]:
    yield ("Участник", "Код", "Не достигли цели", "Хуже среднего по региону", "Без данных", "В среднем на, %")
    for lag in lagging(snapshot):
        codes = (", ".join(some) for some in (lag.below_target, lag.below_mean, lag.missing))
        yield lag.name, lag.body, *codes, round(100 * lag.gap, 2)


def _execution(snapshot: Snapshot) -> Iterable[Sequence[Value]]:
    yield (
        "Разрез",
        "Название",
        "Срок наступил",
        "В срок",
        "С опозданием",
        "Не исполнено",
        "Из них не по вине",
        "В срок, %",
    )
    for kind, rows in (
        ("раздел", snapshot.by_section),
        ("вид мероприятия", snapshot.by_kind),
        ("исполнитель", snapshot.by_body),
    ):
        for row in rows:
            share = None if row.share is None else round(100 * row.share, 2)
            yield kind, row.name, row.due, row.in_time, row.late, row.overdue, row.excused, share


def _overdue(snapshot: Snapshot) -> Iterable[Sequence[Value]]:
    yield ("Пункт", "Мероприятие", "Исполнитель", "Срок", "Дней", "Ключ")
    for point in sorted(snapshot.overdue, key=lambda point: (-point.days, point.key)):
        yield point.number, point.title, point.body, point.deadline_on, point.days, point.key


def _advice(snapshot: Snapshot) -> Iterable[Sequence[Value]]:
    yield ("Кому", "Что рекомендуется", "Основание", "Пункты дорожной карты", "Срок", "Дано ранее")
    for one in snapshot.advice:
        old = "да" if one.is_open_already else ""
        yield one.body_name, one.text, one.ground, "; ".join(one.items), one.due_on, old


def _about(snapshot: Snapshot) -> Iterable[Sequence[Value]]:
    yield ("Сведения", "Значение")
    yield "Регион", snapshot.region
    yield "Дорожная карта", f"{snapshot.title}, {snapshot.act}"
    yield "Период", snapshot.period
    yield "Учтены данные, внесённые до (UTC)", f"{snapshot.as_of:%d.%m.%Y %H:%M}"
    yield "Контрольная сумма расчёта (SHA-256)", snapshot.sha256


def _heat(book: Any, snapshot: Snapshot) -> None:
    heat = heat_of(snapshot)
    if heat is None:
        return
    sheet = _titled(book, "Карта дефицитов", ("Участник", *(code.replace("\u00ad", "") for code in heat.columns)), [40])
    grounds = {
        tone: PatternFill("solid", fgColor=tone) for row in heat.rows for tone in (cell.tone for cell in row.cells)
    }
    for row in heat.rows:
        cells = []
        for cell in row.cells:
            made = WriteOnlyCell(sheet, _safe(cell.text))
            made.fill = grounds[cell.tone]
            cells.append(made)
        sheet.append([_safe(row.name), *cells])
    for line in (heat.compared, heat.legend_words):
        sheet.append([line])


def _sheet(book: Any, title: str, rows: Iterable[Sequence[Value]]) -> None:
    """A sheet: the first row is its head, frozen, with a filter."""
    listed = list(rows)
    widths = [min(60, max(12, *(len(str(row[n])) + 2 for row in listed[:200]))) for n in range(len(listed[0]))]
    sheet = _titled(book, title, [str(words) for words in listed[0]], widths)
    for row in listed[1:]:
        sheet.append([_dated(sheet, cell) if isinstance(cell, date) else _safe(cell) for cell in row])
    sheet.auto_filter.ref = f"A1:{get_column_letter(len(listed[0]))}{len(listed)}"


def _titled(book: Any, title: str, head: Sequence[str], widths: Sequence[float]) -> Any:
    sheet = book.create_sheet(title)
    sheet.freeze_panes = "A2"
    for number, width in enumerate(widths, start=1):
        sheet.column_dimensions[get_column_letter(number)].width = width
    cells = []
    for words in head:
        cell = WriteOnlyCell(sheet, words)
        cell.font, cell.fill = Font(bold=True), HEAD
        cell.alignment = Alignment(wrap_text=True, vertical="top")
        cells.append(cell)
    sheet.append(cells)
    return sheet


def _dated(sheet: Any, day: date) -> Any:
    cell: Any = WriteOnlyCell(sheet)
    cell.value = day
    cell.number_format = "DD.MM.YYYY"
    return cell


def _safe(value: Value) -> Any:
    """Words that begin like a formula stay words; signs that Excel refuses are left out."""
    if not isinstance(value, str):
        return value
    words = printable(value)[:MOST_WORDS]
    return f"'{words}" if words[:1] in ("=", "+", "-", "@") else words

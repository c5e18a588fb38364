"""How long the import of a long order takes, a document and a workbook, how it grows, and how much memory it needs.

The document is made from its XML, for a table of 10,000 rows takes minutes through python-docx; it has merged cells,
repeated headers and headings as real orders have. Each import runs in a process of its own, which tells its peak. The
seconds are those that a person waits for, with the loading of modules and grammar; the growth is that of the import
alone, in processor time and after a first one of a single row: a second of loading beside a small file would hide it.
"""

import io
import json
import subprocess
import sys
import tempfile
import zipfile
from pathlib import Path
from typing import Any

from docx import Document
from openpyxl import Workbook

from bench.table import show

ROWS, MORE = 1_000, 10_000
AIM_SECONDS, AIM_MEMORY, AIM_GROWTH = 3.0, 300, 11.0
HEADER = ("№ п/п", "Наименование мероприятия", "Ответственный", "Срок", "Результат")
TERMS = ("до 1 июня 2027 г.", "Май-июнь 2027 г.", "ежеквартально", "весь период", "в течение 2027 г.")


def run(rows: int = ROWS, more: int = MORE) -> list[dict[str, Any]]:
    """Seconds and memory for ``rows`` rows, and the growth to ``more``; every row must be accounted for."""
    return [row for ending in ("docx", "xlsx") for row in _of_kind(ending, rows, more)]


def _of_kind(ending: str, rows: int, more: int) -> list[dict[str, Any]]:
    with tempfile.TemporaryDirectory() as folder:
        small = _measured(Path(folder) / f"small.{ending}", rows)
        large = _measured(Path(folder) / f"large.{ending}", more)
    growth = large["net"] / small["net"]
    name = f"import of a .{ending} with {rows:,} rows"
    return [
        _row(name, small["seconds"], "s", f"≤ {AIM_SECONDS:g}", small["seconds"] <= AIM_SECONDS),
        _row(f"{name}, memory", small["memory"], "MB", f"≤ {AIM_MEMORY}", small["memory"] <= AIM_MEMORY),
        _row(f"{name}, growth to {more:,}", growth, "×", f"≤ {AIM_GROWTH:g}", growth <= AIM_GROWTH),
    ]


def _row(name: str, value: float, unit: str, aim: str, ok: bool) -> dict[str, Any]:
    return {"name": name, "value": value, "unit": unit, "peer": None, "ratio": None, "aim": aim, "ok": ok}


def _measured(path: Path, rows: int) -> dict[str, Any]:
    make = order if path.suffix == ".docx" else workbook
    path.write_bytes(make(rows))
    first = path.with_name(f"first{path.suffix}")
    first.write_bytes(make(1))
    command = [sys.executable, "-m", "bench.import_side", str(path), str(first)]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    told: dict[str, Any] = json.loads(done.stdout)
    if told["items"] != rows or told["counted"] != told["rows"] or told["questions"]:
        raise RuntimeError(f"not every row was accounted for: {told}")
    return told


TITLE = (
    *("МИНИСТЕРСТВО ОБРАЗОВАНИЯ КРАСНОДАРСКОГО КРАЯ", "ПРИКАЗ", "от 12.01.2027 № 15"),
    *("Об утверждении плана мероприятий на 2027 год", "ПРИКАЗЫВАЮ:", "1. Утвердить план мероприятий."),
    "План мероприятий на 2027 год",
)


def order(rows: int) -> bytes:
    """A .docx of an order with a table of so many measures, a heading every 50 rows, a repeated header every 25."""
    blank = io.BytesIO()
    Document().save(blank)
    body = "".join(f"<w:p>{_run(text)}</w:p>" for text in TITLE)
    table = "".join(_table_row(n) for n in range(rows))
    with zipfile.ZipFile(blank) as old:
        parts = {part: old.read(part) for part in old.namelist()}
    head, _, rest = parts["word/document.xml"].decode().partition("<w:body>")
    parts["word/document.xml"] = f"{head}<w:body>{body}<w:tbl>{_cells(HEADER)}{table}</w:tbl>{rest}".encode()
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as new:
        for part, content in parts.items():
            new.writestr(part, content)
    return out.getvalue()


def workbook(rows: int) -> bytes:
    """The same order as an .xlsx of one sheet; headings are merged over the columns."""
    book = Workbook()
    sheet = book.active
    assert sheet is not None
    for text in TITLE:
        sheet.append([text])
    sheet.append(HEADER)
    for n in range(rows):
        section, place = divmod(n, 50)
        if place == 0:
            sheet.append([_heading(section)])
            sheet.merge_cells(start_row=sheet.max_row, end_row=sheet.max_row, start_column=1, end_column=5)
        if n and place == 25:
            sheet.append(HEADER)
        sheet.append(_measure(n))
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def _table_row(n: int) -> str:
    section, place = divmod(n, 50)
    heading = f"<w:tr>{_cell(_heading(section), 5)}</w:tr>" if place == 0 else ""
    header = _cells(HEADER) if n and place == 25 else ""
    return heading + header + _cells(_measure(n))


def _heading(section: int) -> str:
    return f"Раздел {section + 1}. Направление работы"


def _measure(n: int) -> tuple[str, ...]:
    section, place = divmod(n, 50)
    return (
        f"{section + 1}.{place + 1}",
        f"Проведение мероприятия по плану работы, очередное, под номером {n + 1}",
        ("Министерство образования", "Институт развития образования, муниципальные методические службы")[n % 2],
        TERMS[n % len(TERMS)],
        "Аналитическая справка о проведении",
    )


def _cells(words: tuple[str, ...]) -> str:
    return "<w:tr>" + "".join(map(_cell, words)) + "</w:tr>"


def _cell(text: str, span: int = 1) -> str:
    wide = f'<w:tcPr><w:gridSpan w:val="{span}"/></w:tcPr>' if span > 1 else ""
    return f"<w:tc>{wide}<w:p>{_run(text)}</w:p></w:tc>"


def _run(text: str) -> str:
    return f'<w:r><w:t xml:space="preserve">{text}</w:t></w:r>'


if __name__ == "__main__":
    show(run())

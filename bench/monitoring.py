"""A round of monitoring: 9 indicators of 2,400 municipalities, from the filled .xlsx form to the note.

Each side runs in a process of its own, which tells its peak memory. The bare side aggregates the same rows by
hand-written SQL: the newest answer of each body, its value, the sums, all of it as JSON; no trend, verdict or forecast.
The whole computation (execution of the roadmap, recommendations, the stored snapshot with its hash) is shown beside
bare SQL that stores its JSON: a thing to watch, for the two do not do the same.
"""

import io
import json
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

from openpyxl import load_workbook

from bench.table import show

MUNICIPALITIES, INDICATORS = 2_400, 9
AIM_SECONDS, AIM_MEMORY, AIM_RATIO = 30.0, 500, 3.0


def run(size: int = MUNICIPALITIES) -> list[dict[str, Any]]:
    """Seconds of each step and of all, peak memory, and the ratio of the computation to bare SQL."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "ours.db"
        _side("prepare", path, size)
        _fill(path.with_name("form.xlsx"))
        ours = _side("ours", path, size)
        bare = _side("bare", path, size)
    for name in ("sums", "answers"):
        if ours[name] != bare[name]:
            raise RuntimeError(f"the two sides did different work ({name}): {ours[name]} and {bare[name]}")
    if ours["answers"] != size * INDICATORS:
        raise RuntimeError(f"not everything was taken: {ours['answers']}")
    steps, rows = ours["seconds"], f"{size * INDICATORS:,} rows"
    title = f"monitoring, {INDICATORS} indicators × {size:,}"
    total, ratio = sum(steps.values()), ours["aggregation"] / bare["aggregation"]
    same = _row(f"{title}: aggregation", ours["aggregation"], "s", f"≤ {AIM_RATIO:g}×", ratio <= AIM_RATIO)
    whole = _row(f"{title}: computation", steps["computation"], "s", "", True)
    stored = bare["aggregation"] + bare["storing"]
    return [
        _row(f"{title}: import of {rows}", steps["import"], "s", "", True),
        same | {"peer": bare["aggregation"], "ratio": ratio},
        whole | {"peer": stored, "ratio": steps["computation"] / stored},
        _row(f"{title}: note, {ours['files']} files", steps["note"], "s", "", True),
        _row(f"{title}: all of it", total, "s", f"≤ {AIM_SECONDS:g}", total <= AIM_SECONDS),
        _row(f"{title}: memory", ours["peak_mb"], "MB", f"≤ {AIM_MEMORY}", ours["peak_mb"] <= AIM_MEMORY),
    ]


def _row(name: str, value: float, unit: str, aim: str, ok: bool) -> dict[str, Any]:
    return {"name": name, "value": value, "unit": unit, "peer": None, "ratio": None, "aim": aim, "ok": ok}


def _side(side: str, path: Path, size: int) -> dict[str, Any]:
    command = [sys.executable, "-m", "bench.monitoring_sides", side, f"{path}", f"{size}"]
    done = subprocess.run(command, capture_output=True, text=True)
    if done.returncode:
        raise RuntimeError(done.stderr)
    told: dict[str, Any] = json.loads(done.stdout)
    return told


def _fill(path: Path) -> None:
    """Answers in every row of the form, as the municipalities would have typed them."""
    from roadmap.monitoring.workbook import FIRST, HEADER_ROW, SECOND

    book = load_workbook(io.BytesIO(path.read_bytes()))
    sheet = book.worksheets[0]
    for row in range(HEADER_ROW + 1, sheet.max_row + 1):
        whole = 100 + row * 7919 % 900
        sheet.cell(row, FIRST + 1).value = row * 104729 % whole
        sheet.cell(row, SECOND + 1).value = whole
    book.save(path)


if __name__ == "__main__":
    show(run())

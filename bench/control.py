"""One daily control over many open points against the same work as bare SQL in one transaction, on copies of one file.

Each side runs in its own process, so that peak memory is its own.
"""

import json
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

from bench.table import show

TODAY = date(2027, 5, 26)
AT = datetime(2027, 5, 26, 3, 0, tzinfo=UTC)
OFFICIALS = 2400
OVERDUE_SHARE = 0.133
AHEAD = 90
RATIO_AIM, MEMORY_AIM, GROWTH_AIM = 3.0, 400.0, 11.0


def run(sizes: Sequence[int] = (100_000, 1_000_000)) -> list[dict[str, Any]]:
    """Ratios to bare SQL, peak memory in MB, and the growth from the first size to the last."""
    rows: list[dict[str, Any]] = []
    seconds: list[float] = []
    for size in sizes:
        ours, bare = _both(size)
        if ours["state"] != bare["state"]:
            raise RuntimeError(f"the two sides did different work:\n{ours}\n{bare}")
        seconds.append(ours["seconds"])
        name = f"daily control, {size:,} open points, {ours['overdue']:,} go overdue, {ours['letters']:,} letters"
        ratio = ours["seconds"] / bare["seconds"]
        rows.append(_row(name, ours["seconds"], "s", bare["seconds"], ratio, f"≤ {RATIO_AIM:g}×", ratio <= RATIO_AIM))
        peak = ours["peak_mb"]
        rows.append(
            _row(
                f"peak memory at {size:,}",
                peak,
                "MB",
                bare["peak_mb"],
                None,
                f"≤ {MEMORY_AIM:g} MB",
                peak <= MEMORY_AIM,
            )
        )
    growth = seconds[-1] / seconds[0]
    name = f"growth from {sizes[0]:,} to {sizes[-1]:,}"
    rows.append(_row(name, growth, "×", None, None, f"≤ {GROWTH_AIM:g}×", growth <= GROWTH_AIM))
    return rows


def _row(
    name: str, value: float, unit: str, peer: float | None, ratio: float | None, aim: str, ok: bool
) -> dict[str, Any]:
    return {"name": name, "value": value, "unit": unit, "peer": peer, "ratio": ratio, "aim": aim, "ok": ok}


def _both(size: int) -> tuple[dict[str, Any], dict[str, Any]]:
    with tempfile.TemporaryDirectory() as folder:
        built = Path(folder) / "built.db"
        _child("build", built, size)
        results = []
        for side in ("ours", "bare"):
            copy = Path(folder) / f"{side}.db"
            shutil.copyfile(built, copy)
            results.append(_child(side, copy, size))
            copy.unlink()
        return results[0], results[1]


def _child(side: str, path: Path, size: int) -> dict[str, Any]:
    command = [sys.executable, "-m", "bench.control_sides", side, str(path), str(size)]
    done = subprocess.run(command, check=True, capture_output=True, text=True)
    found: dict[str, Any] = json.loads(done.stdout or "{}")
    return found


def deadline(n: int) -> date:
    """The deadline of the n-th point: 13.3 % fell due yesterday, the rest spread over the days ahead."""
    if n % 1000 < OVERDUE_SHARE * 1000:
        return TODAY - timedelta(days=1)
    return TODAY + timedelta(days=1 + n % AHEAD)


if __name__ == "__main__":
    started = time.perf_counter()
    show(run())
    print(f"{time.perf_counter() - started:.0f} s")

"""Every part of the bench still does its work; such sizes say nothing of speed, which no test asserts."""

from collections.abc import Callable
from typing import Any

import pytest

from bench import agreements, control, importing, letters, monitoring

PARTS: dict[str, Callable[[], list[dict[str, Any]]]] = {
    "importing": lambda: importing.run(20, 40),
    "letters": lambda: letters.run(10),
    "control": lambda: control.run((300, 600)),
    "agreements": lambda: agreements.run(5),
    "monitoring": lambda: monitoring.run(5),
}


@pytest.mark.usefixtures("own_programs", "campaign")
@pytest.mark.parametrize("part", PARTS)
def test_it_measures(part: str) -> None:
    rows = PARTS[part]()
    assert rows
    assert all(row["value"] > 0 for row in rows)

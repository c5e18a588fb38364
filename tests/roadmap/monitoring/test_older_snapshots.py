"""Snapshots of earlier versions open: with their own words, and the hash that stands in the note."""

import hashlib
import json
from datetime import UTC, date, datetime
from typing import Any

from roadmap.monitoring.report.view import report_of
from roadmap.monitoring.snapshot import Snapshot

NOTHING_DUE = {"name": "Всего", "due": 0, "in_time": 0, "late": 0, "overdue": 0, "excused": 0}


def indicator() -> dict[str, Any]:
    """As 0.3.0 wrote it: no word of who answered then, of the day of the target or of a comparison."""
    answers = [
        {"body": code, "name": name, "state": "given", "numerator": n, "denominator": 100.0, "value": n, "source": "",
         "reason": "", "is_late": False}
        for code, name, n in (("a", "Анапа", 11.0), ("e", "Ейск", 9.0))
    ]  # fmt: skip
    return {
        "code": "3", "number": 3, "title": "Доля", "unit": "percent", "way": "share", "comparison": "at_least",
        "target": 12.0, "target_year": 2026, "is_cumulative": False, "words": "", "place": "", "asked": 2, "given": 2,
        "numerator": 20.0, "denominator": 200.0, "value": 10.0, "verdict": "not_met", "direction": "up",
        "trend": [
            {"period": "II квартал 2026 г.", "ends_on": "2026-06-30", "value": 9.0},
            {"period": "III квартал 2026 г.", "ends_on": "2026-09-30", "value": 10.0},
        ],
        "expected": {"year": 2026, "value": 11.0, "method": "по прямой от первого значения: данные двух раундов"},
        "answers": answers,
    }  # fmt: skip


def stored() -> dict[str, Any]:
    return {
        "roadmap": "krai", "region": "Край", "title": "Комплекс мер", "act": "приказ", "rhythm": "quarter",
        "period": "III квартал 2026 г.", "period_start": "2026-07-01", "period_end": "2026-09-30",
        "as_of": "2026-10-14T07:30:00Z", "due_on": "2026-10-07", "note_on": "2026-10-14", "bodies_asked": 2,
        "bodies_answered": 2, "silent": [], "remarks": [], "indicators": [indicator()], "by_body": [],
        "by_section": [], "by_kind": [], "execution": NOTHING_DUE, "overdue": [], "advice": [],
    }  # fmt: skip


def test_a_snapshot_of_0_3_0_opens_with_what_it_said() -> None:
    found = Snapshot.model_validate(stored())
    assert found.as_of == datetime(2026, 10, 14, 7, 30, tzinfo=UTC)
    assert (found.indicators[0].trend[0].ends_on, found.indicators[0].is_judged_by_target) == (date(2026, 6, 30), True)
    shown = report_of(found)
    said = shown.details[0].sentence.replace("\u00a0", " ")
    assert "оценка: не достигнут" in said
    assert "По сравнению с предыдущим раундом (II квартал 2026 г.: 9,0 %): +1,0 п. п." in said
    assert "на конец 2026 года — 11,0 %" in said
    assert shown.details[0].worst.startswith("Ниже цели")


def test_its_hash_is_that_of_its_note() -> None:
    content = stored()
    canonical = json.dumps(content, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    assert Snapshot.model_validate(content).sha256 == hashlib.sha256(canonical.encode()).hexdigest()

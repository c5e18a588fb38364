"""The week's table and the drill as parts of a letter."""

from datetime import date
from typing import Any

from roadmap.control.discipline import Discipline
from roadmap.letters import Addressee, Origin, letter
from roadmap.letters.parts import SHOWN_BODIES, Digest, digest_part, muted_words, reachability_part

ORIGIN = Origin(region="Краснодарский край", title="Комплекс мер", act="приказ от 13.08.2021 № 2625")
COORDINATOR = Addressee(role="coordinator", post="Координатор")


def digest(*rows: Discipline, **more: Any) -> Digest:
    line = "Точек на контроле: 4, писем за неделю отправлено: 2, не доставлено: 0."
    return Digest(since=date(2027, 1, 1), until=date(2027, 6, 10), rows=rows, heartbeat=line, **more)


def test_the_table_shows_the_rows_and_their_sum() -> None:
    part = digest_part(digest(Discipline("ИРО", in_time=1, late=1, returned=2), Discipline("ЦНППМ", in_time=3)))
    assert "ИРО: в срок 1, с опозданием 1, просрочено 0, из них не по вине органа 0, возвратов 2" in part.text
    assert "ВСЕГО: в срок 4, с опозданием 1, просрочено 0" in part.text
    assert "(доля в срок 80 %)" in part.text
    assert "Точек на контроле: 4" in part.text
    assert part.html.count("<tr>") == 4


def test_a_region_of_many_bodies_gets_the_worst_and_the_rest_as_one_row() -> None:
    rows = [Discipline(f"Район {n}", in_time=1, late=1) for n in range(SHOWN_BODIES + 22)]
    part = digest_part(digest(*rows))
    assert "ещё 22 органа: в срок 22" in part.text
    assert f"ВСЕГО: в срок {SHOWN_BODIES + 22}" in part.text


def test_bodies_without_remarks_are_one_row() -> None:
    rows = [Discipline("ИРО", in_time=3, overdue=1), Discipline("Отдел", late=1)]
    rows += [Discipline(f"Район {n}", in_time=2, returned=1) for n in range(12)]
    part = digest_part(digest(*rows))
    assert "Без замечаний: 12 органов — в срок 24, с опозданием 0, просрочено 0" in part.text
    assert "Без замечаний: 12 органов" in part.html
    assert "Район" not in part.text + part.html
    assert part.text.index("ИРО: в срок 3") < part.text.index("Без замечаний") < part.text.index("ВСЕГО: в срок 27")
    assert "наступило или исполнено досрочно 29." in part.text


def test_both_shares_are_said_where_a_body_could_not_help_being_late() -> None:
    text = digest_part(digest(Discipline("ИРО", in_time=7, late=1, overdue=2, excused=1))).text
    assert "(доля в срок 70 %)" in text
    assert "Без опозданий не по вине органов доля в срок — 78 %." in text


def test_what_is_muted_and_unproven_is_said() -> None:
    muted = muted_words("п. 1.3", overdue=2, until=date(2026, 12, 31), by="координатор", reason="ждём приказа")
    text = digest_part(digest(muted=(muted, "ЦНППМ, до 31.12.2026 (координатор: ликвидация)"), unproven=5)).text
    assert (
        "Письма исполнителям приостановлены: п. 1.3, просрочено 2, до 31.12.2026 (координатор: ждём приказа);" in text
    )
    assert "; ЦНППМ, до 31.12.2026 (координатор: ликвидация)." in text
    assert "Связь не подтверждена у должностных лиц: 5." in text
    assert "Сроков в этом периоде не было." in text


def test_names_of_bodies_cannot_break_the_letter() -> None:
    assert "<b>" not in digest_part(digest(Discipline("<b>Школа</b>", late=1))).html


def test_a_letter_may_consist_of_parts_alone() -> None:
    parts = [digest_part(digest()), reachability_part("https://vekha.test/o/abc/proof")]
    made = letter("В-000001", COORDINATOR, origin=ORIGIN, lines=[], today=date(2027, 6, 10), parts=parts)
    assert made.subject == "Координатору: проверка связи, дисциплина за неделю. Краснодарский край [В-000001]"
    assert "https://vekha.test/o/abc/proof" in made.text
    assert 'href="https://vekha.test/o/abc/proof"' in made.html
    assert "раз в неделю приходит таблица" in made.text

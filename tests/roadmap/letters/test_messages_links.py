"""Where a letter leads, what it says beside points, how much of it is told in full."""

import re
from datetime import date, timedelta
from typing import Any

import pytest
from markupsafe import Markup

from roadmap.letters import Addressee, Letter, Line, Links, Origin, Part, letter
from roadmap.letters.letter import MOST_LINES

TODAY = date(2027, 5, 26)
ORIGIN = Origin(region="Краснодарский край", title="Комплекс мер", act="приказ от 13.08.2021 № 2625")
PAGE = "https://vekha.example.org/o/token"
LINKS = Links(page=PAGE, calendar="https://vekha.example.org/calendar/feed.ics", until=date(2027, 8, 24))


def line(reason: Any = "due_soon", days: int = 5, **facts: Any) -> Line:
    values: dict[str, Any] = {
        "key": f"krai/1/-/{days}",
        "number": "1",
        "title": "Форсайт-сессия",
        "result": "справка",
        "working_days": days,
        "source": "строка 3",
        "owner": "ИРО",
        "deadline_on": TODAY + timedelta(days=days),
        "url": f"{PAGE}/point/{days}",
    }
    return Line(**(values | {"reason": reason, "days": days} | facts))


def written(*lines: Line, role: str = "executor", **more: Any) -> Letter:
    return letter(
        "В-000123",
        Addressee(role=role, post="Ректор"),
        origin=ORIGIN,
        lines=lines,
        today=TODAY,
        **({"links": LINKS} | more),
    )


def both(made: Letter) -> tuple[str, str]:
    return made.text, made.html


@pytest.mark.parametrize(
    ("role", "page", "card"),
    [
        ("executor", "Мои сроки", "Открыть и ответить"),
        ("coordinator", "Контроль", "Открыть и решить"),
        ("controller", "На моём контроле", "Открыть карточку"),
    ],
)
def test_the_page_stands_at_the_top_and_each_card_under_its_point(role: str, page: str, card: str) -> None:
    made = written(line(days=1), line(days=2), role=role)
    assert f"{page}: {PAGE}\n" in made.text
    assert re.search(rf'<a href="{PAGE}"[^>]*>{page}</a>', made.html)
    for body in both(made):
        places = [body.index(f"{PAGE}{path}") for path in ("", "/point/1", "/point/2")]
        assert places == sorted(places)
        assert places[1] < body.index("28.05.2027") < places[2]
        assert body.count(card) == 2


def test_without_pages_a_letter_names_none() -> None:
    made = written(line(url=""), links=Links())
    for body in both(made):
        assert not {"Мои сроки", "Открыть и ответить", "без учётной записи", "календар"} & {
            words for words in ("Мои сроки", "Открыть и ответить", "без учётной записи", "календар") if words in body
        }
    assert "href" not in made.html


def test_a_link_without_an_end_promises_no_day() -> None:
    made = written(line(), links=Links(page=PAGE))
    assert "действуют до" not in made.text + made.html
    assert "действуют до 24.08.2027" in written(line()).text


@pytest.mark.parametrize(("n", "rest"), [(MOST_LINES, 0), (MOST_LINES + 1, 1), (372, 312)])
def test_a_letter_tells_the_most_urgent_in_full_and_counts_the_rest(n: int, rest: int) -> None:
    lines = [line("overdue", -k) for k in range(1, 11)] + [line("opened", k) for k in range(1, n - 9)]
    made = written(*lines)
    for body in both(made):
        assert body.count("Где установлено: ") == min(n, MOST_LINES)
        assert ("и ещё" in body) is bool(rest)
        assert not rest or f"и ещё {rest} — " in body
        assert body.index("Срок истёк".upper() if body == made.text else "Срок истёк") < body.index("/point/-1")
    assert f"просрочено — 10, новых пунктов — {n - 10}" in made.subject
    assert f"НОВОЕ: НАЧАЛОСЬ ИСПОЛНЕНИЕ ({n - 10})" in made.text
    if rest:
        assert f"…и ещё {rest} — на странице «Мои сроки»: {PAGE}" in made.text


def test_a_section_that_is_not_told_at_all_is_still_counted() -> None:
    made = written(*[line("overdue", -k) for k in range(1, MOST_LINES + 1)], line("opened", 9))
    assert "новых пунктов — 1" in made.subject
    assert "НОВОЕ" not in made.text
    assert "началось время исполнения" in made.text
    assert "и ещё 1 — " in made.text


def test_who_stands_in_is_told_for_whom() -> None:
    made = written(line(instead_of="Проректор <и. о.>"), line(days=6))
    assert made.text.count("за время отсутствия: Проректор <и. о.>") == 1
    assert made.html.count("за время отсутствия: Проректор &lt;и. о.&gt;") == 1


PART = Part(
    subject="сводка за неделю", text="СВОДКА ЗА НЕДЕЛЮ\nисполнено 3 < 5", html=Markup("<table>3</table>"), why="неделя"
)


def test_a_part_stands_before_the_points_with_its_share_of_the_subject() -> None:
    made = written(line("overdue", -1), parts=[PART])
    assert "сводка за неделю, просрочено — 1. " in made.subject
    assert made.text.index("исполнено 3 < 5") < made.text.index("СРОК ИСТЁК")
    assert made.html.index("<table>3</table>") < made.html.index("Срок истёк")
    for body in both(made):
        assert "Почему пришло это письмо: неделя; срок истёк" in body


def test_a_letter_may_be_made_of_a_part_alone() -> None:
    made = written(parts=[PART], role="coordinator")
    assert made.subject == "Координатору: сводка за неделю. Краснодарский край [В-000123]"
    assert "исполнено 3 < 5" in made.text


def test_a_part_that_is_not_marked_as_html_is_escaped() -> None:
    plain: Any = "<script>"
    part = Part(subject="x", text="x", html=plain, why="x")
    assert "<script>" not in written(line(), parts=[part]).html

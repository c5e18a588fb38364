"""Sentences end once; titles are cut at a word."""

import pytest

from roadmap.language.text import brief, brief_item, ended
from roadmap.monitoring.report.tables import items_words


@pytest.mark.parametrize(
    ("parts", "said"),
    [
        pytest.param(("Данные за III квартал 2026 г.",), "Данные за III квартал 2026 г.", id="«г.» brings its stop"),
        pytest.param(("Данные за III квартал 2026 г..",), "Данные за III квартал 2026 г.", id="a stop too many"),
        pytest.param(("отставание 5 п.\u00a0п..",), "отставание 5 п.\u00a0п.", id="«п. п.» brings its stop"),
        pytest.param(("Дубна",), "Дубна.", id="a word is stopped"),
        pytest.param(("Богородский г. о.",), "Богородский г. о.", id="a name with an abbreviation"),
        pytest.param(("Почему?.",), "Почему?", id="a question"),
        pytest.param(("и так далее...",), "и так далее...", id="three dots are no mistake"),
        pytest.param(("Первое г..", "", "второе"), "Первое г. второе.", id="two parts"),
        pytest.param(("За 2026 г. .",), "За 2026 г.", id="apart"),
        pytest.param(("", " "), "", id="nothing said"),
    ],
)
def test_a_sentence_has_one_stop_at_its_end(parts: tuple[str, ...], said: str) -> None:
    assert ended(*parts) == said
    assert ended(ended(*parts)) == said


@pytest.mark.parametrize(
    ("title", "shown"),
    [
        pytest.param("Короткое название", "Короткое название", id="short"),
        pytest.param("Проведение диагностики, анализа", "Проведение диагностики…", id="no comma before the dots"),
        pytest.param("Проведение диагностики анализа", "Проведение диагностики…", id="between two words"),
        pytest.param("А" * 40, "А" * 23 + "…", id="one long word"),
    ],
)
def test_a_title_is_cut_at_a_word(title: str, shown: str) -> None:
    assert brief(title, 24) == shown
    assert len(brief(title, 24)) <= 24


def test_an_item_is_named_by_its_number_and_three_at_most() -> None:
    long = "2.4.1 Организация и сопровождение обучения педагогических работников образовательных организаций региона"
    assert brief_item(long) == "2.4.1\u00a0Организация и сопровождение обучения педагогических…"
    assert brief_item("Ежеквартальный мониторинг исполнения") == "Ежеквартальный мониторинг исполнения"
    items = [f"{n}.1 Пункт" for n in range(1, 6)]
    assert items_words(items) == "1.1\u00a0Пункт; 2.1\u00a0Пункт; 3.1\u00a0Пункт; ещё\u00a02"
    assert items_words(items[:3]).count(";") == 2
    assert items_words(()) == "—"

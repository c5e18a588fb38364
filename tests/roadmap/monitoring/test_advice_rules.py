"""Rules of recommendations that cannot be used are refused with file, place and remedy."""

from pathlib import Path

import pytest

from roadmap.monitoring.recommendations.rules import RulesError, load_rules

RULE = "  - {code: a, when: overdue, days: 3, term: 5, text: 'Исполнить «{item}».', ground: 'На {day}.'}\n"


@pytest.mark.parametrize(
    ("text", "said"),
    [
        pytest.param("rules:\n" + RULE * 2, "код правила «a» повторяется", id="a code twice"),
        pytest.param("rules:\n" + RULE.replace("days: 3, ", ""), "нужно поле days", id="its number is missing"),
        pytest.param(
            "rules:\n" + RULE.replace("days: 3", "days: 3, gap: 1.0"), "поле gap не нужно", id="a foreign number"
        ),
        pytest.param("rules:\n" + RULE.replace("{item}", "{title}"), "неизвестное слово {title}", id="a foreign word"),
        pytest.param("rules:\n" + RULE.replace("{item}", "{item"), "скобка без пары", id="an open brace"),
        pytest.param("rules:\n" + RULE.replace("overdue", "never"), "when", id="an unknown case"),
        pytest.param("rules:\n" + RULE.replace("term: 5", "term: 5, colour: red"), "такого поля нет", id="unknown key"),
        pytest.param("rules: [", "rules.yaml", id="no YAML"),
    ],
)
def test_rules_that_cannot_be_used_are_refused_in_one_line(tmp_path: Path, text: str, said: str) -> None:
    path = tmp_path / "rules.yaml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(RulesError) as refused:
        load_rules(path)
    assert said in f"{refused.value}"
    assert "\n" not in f"{refused.value}"

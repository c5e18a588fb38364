"""The card of a round on its run in Prefect: who has answered, which steps are done. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from roadmap.language import day
from roadmap.language.markdown import no_markup

ROUND_FORM = (
    "Отвечать не нужно: справка составляется сама, когда ответили все или наступил её день. **Составить справку "
    "сейчас** — не дожидаясь остальных. **Снять с контроля** — данные больше не собираются, справки не будет; нужно "
    "основание."
)
SHOWN = 15


@dataclass(frozen=True, slots=True, kw_only=True)
class RoundFacts:
    """What the card of a round shows."""

    due_on: date
    """The day data are due."""
    note_on: date
    asked: int
    answered: int
    waited_for: Sequence[str]
    """Short names of bodies that have not answered."""
    steps: Sequence[tuple[str, date, str]]
    """What was done, the day, what came of it; in the order of doing."""


def round_card(facts: RoundFacts) -> str:
    """Markdown: the answers, the days, the steps that are done."""
    days = f"Данные — до {day(facts.due_on)}, справка — {day(facts.note_on)}."
    rows = [f"| {no_markup(name)} | {day(on)} | {no_markup(words)} |" for name, on, words in facts.steps]
    table = "\n".join(["| Шаг | Дата | Что сделано |", "|---|---|---|", *rows]) if rows else ""
    return "\n\n".join(part for part in ("### Ход раунда", f"{_answers(facts)} {days}", table) if part)


def _answers(facts: RoundFacts) -> str:
    if not facts.asked:
        return "Данные не запрашиваются." if facts.steps else "Раунд ещё не начат."
    said = f"Ответили **{facts.answered} из {facts.asked}**"
    waited = list(facts.waited_for)
    if not waited:
        return f"{said}."
    more = f" и ещё {len(waited) - SHOWN}" if len(waited) > SHOWN else ""
    return f"{said}; ждём: {no_markup(', '.join(waited[:SHOWN]))}{more}."

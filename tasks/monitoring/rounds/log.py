"""The steps of a round: each is done once, whoever comes to it second is told so."""

from datetime import date, datetime
from typing import Literal

from sqlalchemy import insert
from sqlmodel import Session, col

from models import RoundStep
from models.queries.rounds import done_steps
from tasks.monitoring.rounds.rows import STEPS

Step = Literal["opened", "asked", "computed", "noted", "sent", "recommended", "archived"]
HEAVY_STEPS: tuple[Step, ...] = ("computed", "noted", "sent", "recommended", "archived")
STEPS_RU: dict[str, str] = {
    "opened": "Раунд открыт",
    "asked": "Данные запрошены",
    "computed": "Показатели рассчитаны",
    "noted": "Справка составлена",
    "sent": "Справка разослана",
    "recommended": "Рекомендации предложены",
    "archived": "Раунд в архиве",
}


def is_done(session: Session, round_id: int, step: Step) -> bool:
    """Whether the step's row is there."""
    found = done_steps(col(RoundStep.id)).where(col(RoundStep.round_id) == round_id, col(RoundStep.step) == step)
    return session.execute(found).first() is not None


def step_done(session: Session, round_id: int, step: Step, *, at: datetime, words: str, on: date | None = None) -> bool:
    """Record a step in the caller's transaction, which holds the round; False: it was recorded already.

    ``on``: the day the step was done for, in the roadmap's zone; None: that of ``at``.
    """
    if is_done(session, round_id, step):
        return False
    row = {"round_id": round_id, "step": step, "on_day": on, "done_at": at, "words": words}
    session.execute(insert(STEPS), [row])
    return True

"""The steps of a round: each is done once, whoever comes to it second is told so."""

from datetime import datetime
from typing import Literal

from sqlalchemy import insert, select
from sqlmodel import Session

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
    found = select(STEPS.c.id).where(STEPS.c.round_id == round_id, STEPS.c.step == step)
    return session.execute(found).first() is not None


def step_done(session: Session, round_id: int, step: Step, *, at: datetime, words: str) -> bool:
    """Record a step in the caller's transaction, which holds the round; False: it was recorded already."""
    if is_done(session, round_id, step):
        return False
    session.execute(insert(STEPS), [{"round_id": round_id, "step": step, "done_at": at, "words": words}])
    return True

"""What of a round of monitoring stands: what was done on a false day and reversed since is not among it."""

from typing import Any

from sqlalchemy import Select, select
from sqlmodel import col

from models.tables.monitoring import RoundLetter, RoundStep, Snapshot


def done_steps(*columns: Any) -> Select[Any]:
    """The steps of rounds that were done; whole rows unless columns are named."""
    return select(*(columns or (RoundStep,))).where(col(RoundStep.reversed_at).is_(None))


def kept_snapshots(*columns: Any) -> Select[Any]:
    """The snapshots that notes may rest on; whole rows unless columns are named."""
    return select(*(columns or (Snapshot,))).where(col(Snapshot.reversed_at).is_(None))


def enclosed_letters() -> Select[tuple[RoundLetter]]:
    """What of rounds went into letters."""
    return select(RoundLetter).where(col(RoundLetter.reversed_at).is_(None))

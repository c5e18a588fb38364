"""Days that a plan outside the roadmap names («по плану НИКУ»): what may be entered, what follows from it. Pure."""

from dataclasses import dataclass
from datetime import date, timedelta

DAYS_AHEAD = 60
"""How long before its first day the work on a planned event opens; set by the program, not by the document."""
SAME_ROUND = 183
"""Days of a plan that lie closer together than this are the same event, moved."""


class PlanRefused(ValueError):
    """The days cannot be entered; one Russian line with the remedy."""


@dataclass(frozen=True, slots=True)
class PlanDays:
    """The days of one event of a plan, both included."""

    plan: str
    starts_on: date
    ends_on: date

    @property
    def words(self) -> str:
        """«По плану НИКУ: с 12.10.2027 по 16.10.2027»; begins the note of every deadline it gave."""
        return f"По плану {self.plan}: с {self.starts_on:%d.%m.%Y} по {self.ends_on:%d.%m.%Y}"

    @property
    def opens_on(self) -> date:
        """The day the work begins."""
        return self.starts_on - timedelta(days=DAYS_AHEAD)


def check_days(days: PlanDays, *, period_start: date, period_end: date, today: date) -> None:
    """Raises ``PlanRefused`` for days that run backwards, lie in the past or outside the roadmap's period."""
    if days.ends_on < days.starts_on:
        raise PlanRefused(
            f"{days.plan}: план заканчивается {days.ends_on:%d.%m.%Y}, раньше начала "
            f"{days.starts_on:%d.%m.%Y} — поменяйте --from и --to"
        )
    if days.starts_on < today:
        raise PlanRefused(
            f"{days.plan}: {days.starts_on:%d.%m.%Y} уже прошло, сегодня {today:%d.%m.%Y} — поправьте --from"
        )
    if days.starts_on < period_start or days.ends_on > period_end:
        raise PlanRefused(
            f"{days.plan}: с {days.starts_on:%d.%m.%Y} по {days.ends_on:%d.%m.%Y} выходит за период комплекса мер, "
            f"{period_start:%d.%m.%Y}–{period_end:%d.%m.%Y} — проверьте год"
        )


def is_same_round(ends_on: date, due_on: date) -> bool:
    """Whether new days move the event that is due on a day, rather than name another."""
    return abs((ends_on - due_on).days) < SAME_ROUND

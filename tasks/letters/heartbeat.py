"""Is Vekha alive? What it watched and sent in the last week, and the call that an outside watcher waits for.

Each week at least the digest leaves: a week without a letter means that control, delivery or the mail stands still. The
outside watcher (healthchecks-style) alarms people when the call does not come, or when it comes as «…/fail».
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

import httpx
from sqlalchemy import Engine, func, select
from sqlmodel import Session, col

from models import Channel, ControlPoint, Edition, Notice, Official
from models.db import open_session
from models.lifecycle import LIVE
from models.queries.officials import unreached
from models.settings import Settings
from models.tables.alert import alerts
from tasks.context.last_control import missed_controls

WEEK = timedelta(days=7)
LATE = timedelta(hours=26)
"""A letter that should have left so long ago: a day and the hours until the office opens."""
PATIENCE_SECONDS = 10.0


class WatcherUnreachable(RuntimeError):
    """The watcher did not take the call; the text, one Russian line, does not hold the address: it is a secret."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Heartbeat:
    """The last seven days of every roadmap together."""

    watched: int
    """Live control points, history left out."""
    sent: int
    """Letters that left in the last seven days."""
    undelivered: int
    """Letters given up in the last seven days."""
    stuck: int
    """Letters that should have left more than a day ago and still wait."""
    unreached: int
    """Officials to whom letters do not get through: every channel is given up."""
    failing: int
    """Channels on which letters have failed for more than a day and are tried still."""
    last_sent_at: datetime | None
    on_duty_since: datetime | None
    """When the first roadmap came on control; None when there is none."""
    alerts: tuple[str, ...] = ()
    """What stands still or is broken, in words."""

    @property
    def line(self) -> str:
        """«Точек на контроле: 149, писем за неделю отправлено: 33, не доставлено: 0.»"""
        letters = f"писем за неделю отправлено: {self.sent}, не доставлено: {self.undelivered}"
        if self.unreached:
            letters += f", должностных лиц не на связи: {self.unreached}"
        return f"Точек на контроле: {self.watched}, {letters}."

    def problems(self, at: datetime) -> list[str]:
        """Russian lines of what is wrong; empty when all is well. A roadmap loaded this week is given its time."""
        if self.on_duty_since is None:
            return ["ни одной дорожной карты на контроле нет"]
        found = list(self.alerts)
        newest = max(filter(None, (self.last_sent_at, self.on_duty_since)))
        if at - newest > WEEK:
            found.append(f"за неделю не ушло ни одного письма, последнее — {newest:%d.%m.%Y}")
        if self.undelivered:
            found.append(f"не доставлено писем за неделю: {self.undelivered}")
        if self.unreached:
            found.append(f"письма не доходят до должностных лиц: {self.unreached} — кто и почему: vekha people КОД")
        if self.failing:
            found.append(f"адресов, на которые письма не уходят больше суток: {self.failing} — почему: vekha outbox")
        if self.stuck:
            found.append(f"писем ждут отправки больше суток: {self.stuck}")
        return found


def heartbeat(session: Session, *, at: datetime, code: str | None = None) -> Heartbeat:
    """The week up to ``at``, of one roadmap or of all."""
    week = at - WEEK
    watched = (
        select(func.count())
        .select_from(ControlPoint)
        .where(col(ControlPoint.status).in_(LIVE), col(ControlPoint.is_history).is_(False))
        .where(col(ControlPoint.parent_id).is_(None))
    )
    letters = select(func.count()).select_from(Notice).where(col(Notice.reversed_at).is_(None))
    last = select(func.max(col(Notice.sent_at))).where(col(Notice.reversed_at).is_(None), col(Notice.sent_at) <= at)
    loaded = select(func.min(col(Edition.loaded_at)))
    if code is not None:
        watched = watched.where(col(ControlPoint.roadmap_code) == code)
        ours = col(Notice.official_id).in_(select(col(Official.id)).where(col(Official.roadmap_code) == code))
        letters, last = letters.where(ours), last.where(ours)
        loaded = loaded.where(col(Edition.roadmap_code) == code)
    failing = (
        select(func.count())
        .select_from(Channel)
        .join(Official, col(Official.id) == col(Channel.official_id))
        .where(col(Official.is_active), col(Channel.is_active))
        .where(col(Channel.given_up_at).is_(None), col(Channel.failing_since) < at - LATE)
    )
    if code is not None:
        failing = failing.where(col(Official.roadmap_code) == code)
    waiting = letters.where(col(Notice.state).in_(("queued", "sending")), col(Notice.not_before) < at - LATE)
    return Heartbeat(
        watched=session.execute(watched).scalar_one(),
        sent=session.execute(letters.where(col(Notice.state) == "sent", col(Notice.sent_at) > week)).scalar_one(),
        undelivered=session.execute(
            letters.where(col(Notice.state) == "dead", col(Notice.on_day) > week.date())
        ).scalar_one(),
        stuck=session.execute(waiting).scalar_one(),
        unreached=len(unreached(session, code)),
        failing=session.execute(failing).scalar_one(),
        last_sent_at=session.execute(last).scalar_one(),
        on_duty_since=session.execute(loaded).scalar_one(),
        alerts=(*missed_controls(session, at=at, code=code), *(alert.words for alert in alerts(session))),
    )


@dataclass(frozen=True, slots=True)
class Watch:
    """What was found, and whether the watcher was called (False: no address is set)."""

    heartbeat: Heartbeat
    problems: tuple[str, ...]
    called: bool


def watch(engine: Engine, *, settings: Settings, at: datetime) -> Watch:
    """Look and call the watcher. Raises ``WatcherUnreachable`` when it does not answer."""
    with open_session(engine) as session:
        found = heartbeat(session, at=at)
    problems = tuple(found.problems(at))
    if settings.watch_url is None:
        return Watch(found, problems, called=False)
    _call(settings.watch_url.get_secret_value(), found, problems)
    return Watch(found, problems, called=True)


def _call(url: str, found: Heartbeat, problems: tuple[str, ...]) -> None:
    address = url.rstrip("/") + ("/fail" if problems else "")
    words = "\n".join((*problems, found.line))
    try:
        httpx.post(address, content=words.encode(), timeout=PATIENCE_SECONDS).raise_for_status()
    except (httpx.HTTPError, httpx.InvalidURL) as failed:
        reason = f"ответ {failed.response.status_code}" if isinstance(failed, httpx.HTTPStatusError) else "нет связи"
        raise WatcherUnreachable(f"Наблюдатель не принял сигнал ({reason}): проверьте VEKHA_WATCH_URL и сеть") from None

"""The parts of a letter that are not about single points: the week's table of a roadmap, the drill's question."""

from collections import Counter
from datetime import date, datetime, timedelta

from sqlalchemy import func, select
from sqlmodel import Session, col

from models import Channel, ControlPoint, Official, Roadmap
from models.lifecycle import LIVE
from models.queries import standing
from models.queries.officials import MuteRow, muted, unreached
from models.queries.point_view import PointView, read_points
from models.queries.printed_numbers import number_of, shared_numbers
from models.settings import Settings
from roadmap.calendar import WorkCalendar
from roadmap.calendar.zones import today_there
from roadmap.control.series import Undone
from roadmap.control.state import OWED, is_overdue, state_name
from roadmap.language import cited, numbered
from roadmap.letters import Part
from roadmap.letters.leads import Overall, Owed, controller_lead, coordinator_lead, owed_part
from roadmap.letters.letter import TITLE_LENGTH, Lead, shortened
from roadmap.letters.parts import (
    Digest,
    Personal,
    digest_part,
    muted_words,
    personal_part,
    reachability_part,
    unreached_part,
    unreached_words,
)
from roadmap.letters.wording import time_left, times_missed, what_is_due
from tasks.context.working_calendar import calendar_of
from tasks.control.figures import Figures, figures
from tasks.discipline import discipline
from tasks.letters.heartbeat import heartbeat
from tasks.people.links import official_url

WEEK = timedelta(days=7)


class Parts:
    """Makes the parts of the letters of one batch; each roadmap's table is reckoned once."""

    def __init__(self, session: Session, *, at: datetime, settings: Settings) -> None:
        self._work, self._at, self._settings = session, at, settings
        self._digests: dict[str, Part] = {}
        self._unreached: dict[str, list[Part]] = {}
        self._stands: dict[str, Figures] = {}

    def digest(self, code: str, today: date) -> Part:
        """The table of the year so far, with the heartbeat of the roadmap."""
        if code not in self._digests:
            self._digests[code] = digest_part(digest_of(self._work, code, today=today, at=self._at))
        return self._digests[code]

    def lead(self, official: Official, today: date) -> Lead:
        """What the letter of whoever coordinates or controls begins with."""
        overall = self._overall(official.roadmap_code, today)
        return coordinator_lead(overall) if official.role == "coordinator" else controller_lead(overall)

    def owed(self, code: str, today: date) -> list[Part]:
        """To the coordinator: what is overdue and what falls due this week, where anything does."""
        found, base = self._figures(code, today), self._settings.pages_url
        calendar = calendar_of(self._work, code)
        rows = [_owed(duty, calendar, today=today, base=base) for duty in found.duties]
        ahead = [point for point in found.week if not is_overdue(point, today)]
        due = [_owed(Undone((point,), is_unbroken=True), calendar, today=today, base=base) for point in ahead]
        late = len(found.week) - len(ahead)
        made = owed_part(rows, due, late=late, until=found.week_ends_on, page="Контроль", url=f"{base}/control")
        return [made] if made else []

    def _figures(self, code: str, today: date) -> Figures:
        if code not in self._stands:
            self._stands[code] = figures(self._work, code, today=today)
        return self._stands[code]

    def _overall(self, code: str, today: date) -> Overall:
        found = self._figures(code, today)
        owners = Counter(point.owner for point in found.overdue)
        longest = found.duties[0] if found.duties else None
        return Overall(
            on_control=found.on_control,
            has_stages=found.stages > 0,
            overdue=len(found.overdue),
            fresh=len(found.overdue) - found.overdue_on(today - WEEK),
            owners=sorted(owners.items(), key=lambda one: (-one[1], one[0].casefold())),
            longest=_owed(longest, calendar_of(self._work, code), today=today) if longest else None,
            to_decide=found.to_decide,
            extensions=found.extensions,
            undecided=found.undecided,
            orders=found.orders,
            week=len(found.week),
            week_ends_on=found.week_ends_on,
        )

    def personal(self, code: str, today: date) -> list[Part]:
        """What is under personal control in a roadmap, where anything is."""
        points = personal_of(self._work, code, today=today)
        return [personal_part(points)] if points else []

    def unreached(self, code: str) -> list[Part]:
        """That the coordinator of a roadmap is not reached, where it is so."""
        if code not in self._unreached:
            lost = unreached_of(self._work, code, role="coordinator")
            self._unreached[code] = [unreached_part(lost)] if lost else []
        return self._unreached[code]

    def drill(self, official: Official, channel: Channel) -> Part:
        """The question, with a link that proves this channel."""
        return reachability_part(official_url(self._settings, official, channel.id, path="/proof"))


def _owed(duty: Undone[PointView], calendar: WorkCalendar, *, today: date, base: str = "") -> Owed:
    """A duty in words; ``base`` is where the pages are, empty where no row leads to a card."""
    first, last = duty.points[0], duty.points[-1]
    missed = times_missed(duty.times, first.deadline_on, last.deadline_on, is_unbroken=duty.is_unbroken)
    return Owed(
        what=shortened(numbered(first.number, _title(first)), TITLE_LENGTH),
        owner=first.owner,
        deadline_on=first.deadline_on,
        stands=_stands(first, calendar, today),
        missed=missed if duty.times > 1 else "",
        times=duty.times,
        url=f"{base}/control/point/{first.id}" if base else "",
    )


def _title(point: PointView) -> str:
    return " ".join(what_is_due(point.item_title, stage=point.stage_title).split())


def _stands(point: PointView, calendar: WorkCalendar, today: date) -> str:
    """«просрочено на 3 дня», «срок сегодня», «в работе, осталось 5 дней (3 рабочих)», «на проверке»."""
    state = state_name(point, today).lower()
    if point.status not in OWED:
        return state
    days = (point.deadline_on - today).days
    left = time_left(days, calendar.working_days_between(today, point.deadline_on))
    if days == 0:
        return "сегодня"
    return left if days < 0 else f"{state}, {left}"


def _muted(session: Session, row: MuteRow, today: date) -> str:
    """Nobody is reminded of it: whoever controls sees what, by whom and why, and how much of it is overdue."""
    mute = row.mute
    what = row.body.short if row.body else ""
    if row.item:
        what = cited(number_of(row.item, shared_numbers(session)), row.item.title)
    mine = col(ControlPoint.item_id) == mute.item_id if mute.item_id else col(ControlPoint.owner_id) == mute.body_id
    late = select(func.count()).select_from(ControlPoint).where(mine, standing.overdue(today))
    overdue = session.execute(late.where(col(ControlPoint.roadmap_code) == mute.roadmap_code)).scalar_one()
    return muted_words(what, overdue=overdue, until=mute.until, by=mute.set_by, reason=mute.reason)


def personal_of(session: Session, code: str, *, today: date) -> list[Personal]:
    """The points of a roadmap under personal control that are not done, the longest overdue first."""
    marked = (col(ControlPoint.roadmap_code) == code, col(ControlPoint.personal_since).is_not(None))
    points = read_points(session, *marked, col(ControlPoint.status).in_(LIVE), col(ControlPoint.is_history).is_(False))
    calendar = calendar_of(session, code) if points else None
    return [_personal(point, calendar, today) for point in points if calendar is not None]


def _personal(point: PointView, calendar: WorkCalendar, today: date) -> Personal:
    demanded = f"потребовано исполнение до {point.demanded_until:%d.%m.%Y}" if point.demanded_until else ""
    return Personal(
        what=shortened(numbered(point.number, _title(point)), TITLE_LENGTH),
        owner=point.owner_name,
        stands=f"срок {point.deadline_on:%d.%m.%Y}, {_stands(point, calendar, today)}",
        said=demanded,
    )


def digest_of(session: Session, code: str, *, today: date, at: datetime) -> Digest:
    """What the week's table of a roadmap says on a day: deadlines since the new year, or since it is on control."""
    since = max(date(today.year, 1, 1), session.get_one(Roadmap, code).controlled_from)
    unproven = (
        select(func.count(col(Official.id).distinct()))
        .where(col(Official.roadmap_code) == code, col(Official.is_active), col(Official.role) == "executor")
        .where(
            col(Official.id).not_in(
                select(col(Channel.official_id)).where(col(Channel.is_active), col(Channel.proven_at).is_not(None))
            )
        )
    )
    earlier = (standing.overdue(today), col(ControlPoint.deadline_on) < since)
    left = select(func.count()).select_from(ControlPoint).where(col(ControlPoint.roadmap_code) == code, *earlier)
    return Digest(
        since=since,
        earlier=session.execute(left).scalar_one(),
        until=today,
        rows=discipline(session, code, today=today, since=since, until=today),
        heartbeat=heartbeat(session, at=at, code=code).line,
        muted=tuple(_muted(session, row, today) for row in muted(session, code, today)),
        unproven=session.execute(unproven).scalar_one(),
        unreached=unreached_of(session, code),
    )


def unreached_of(session: Session, code: str, *, role: str | None = None) -> list[str]:
    """Officials of a roadmap (of a role) to whom letters do not get through, in words for a letter."""
    zone = session.get_one(Roadmap, code).zone
    return [
        unreached_words(official.post, channel.failure, today_there(channel.failing_since, zone))
        for official, channel in unreached(session, code).values()
        if channel.failing_since is not None and role in (None, official.role)
    ]

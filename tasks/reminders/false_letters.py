"""Letters of false days: those that wait are dropped, those that left are followed by one that says so."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Self

from sqlalchemy import and_, insert, or_, select, update
from sqlmodel import Session, col

from models import Channel, Notice, NoticeRemark, Official, RoundLetter
from models.db.rows import chunks, table_of
from models.lifecycle.outbox import LEASE, LONGEST_PAUSE
from roadmap.calendar.office_hours import opening
from roadmap.calendar.zones import today_there, zone_of
from roadmap.language import plural
from tasks.context.roadmap_day import RoadmapDay
from tasks.reminders.digest import put
from tasks.reminders.next_letter import next_letters

NOTICES, LETTERS = table_of(Notice), table_of(RoundLetter)
#: How many numbers of letters are named; a clock that was ahead for weeks has sent more to one official.
NAMED = 20


@dataclass(frozen=True, slots=True)
class LettersBack:
    """How many letters of false days did not leave, and how many had left and are to be disregarded."""

    dropped: int = 0
    sent: int = 0


@dataclass(frozen=True, slots=True)
class _Sent:
    """A letter that left by a wrong clock."""

    official_id: int
    channel_id: int
    number: str
    on_day: date

    @classmethod
    def of(cls, notice: Notice) -> Self:
        return cls(notice.official_id, notice.channel_id, notice.visible_id, notice.on_day)


def reverse_letters(session: Session, day: RoadmapDay, *, false_from: date) -> LettersBack:
    """Reverse the letters of the days from ``false_from`` on that lie after today.

    1. those that wait are dropped; a question whether letters arrive, and pages of true rounds, go into the next ones;
    2. to each channel that had one the next letter says which are to be disregarded: also those of true days that
       were composed while the clock was ahead, or carried the note of a false round;
    3. letters of true days that were put off by the wrong clock may leave again.
    """
    ours = col(Notice.official_id).in_(select(col(Official.id)).where(col(Official.roadmap_code) == day.code))
    false = (ours, col(Notice.reversed_at).is_(None), col(Notice.on_day) > day.today, col(Notice.on_day) >= false_from)
    rows = list(session.execute(select(Notice).where(*false).order_by(col(Notice.id)).with_for_update()).scalars())
    # Read off before they change: an object that expired is read again by a query of its own.
    waited = [row.id or 0 for row in rows if row.state in ("queued", "sending")]
    # One that was being sent may have arrived.
    left = [_Sent.of(row) for row in rows if row.state in ("sent", "sending")]
    ids = [row.id or 0 for row in rows]
    for some in chunks(ids):
        session.execute(update(NOTICES).where(NOTICES.c.id.in_(some)).values(reversed_at=day.at))
        still = NOTICES.c.state.in_(("queued", "sending"))
        dropped = {"state": "dropped", "claimed_until": None}
        session.execute(update(NOTICES).where(NOTICES.c.id.in_(some), still).values(dropped))
    session.expire_all()
    sent = [*left, *map(_Sent.of, _misled(session, day, {one.number for one in left}, ours))]
    _say_so(session, day, sent)
    _carry_over(session, day, waited)
    _release(session, day, ours)
    return LettersBack(len(waited), len(sent))


def remark_to_coordinators(session: Session, day: RoadmapDay, words: str) -> None:
    """Tell every coordinator in the next letter."""
    found = (
        select(col(Official.id), col(Channel.id))
        .join(Channel, col(Channel.official_id) == col(Official.id))
        .where(col(Official.roadmap_code) == day.code, col(Official.role) == "coordinator")
        .where(col(Official.is_active), col(Channel.is_active))
    )
    _remark(session, day, dict.fromkeys(session.execute(found).tuples(), words))


def _misled(session: Session, day: RoadmapDay, known: set[str], ours: object) -> list[Notice]:
    """Letters of true days that left at an instant that has not come, or with the note of a false round."""
    carried = select(LETTERS.c.notice_id).where(LETTERS.c.reversed_at == day.at)
    found = select(Notice).where(
        ours,  # type: ignore[arg-type]
        col(Notice.state) == "sent",
        or_(col(Notice.sent_at) > day.at, col(Notice.id).in_(carried)),
        or_(col(Notice.reversed_at).is_(None), col(Notice.reversed_at) == day.at),
    )
    return [row for row in session.execute(found.order_by(col(Notice.id))).scalars() if row.visible_id not in known]


def _say_so(session: Session, day: RoadmapDay, sent: Iterable[_Sent]) -> None:
    by_channel: defaultdict[tuple[int, int], list[_Sent]] = defaultdict(list)
    for one in sent:
        by_channel[one.official_id, one.channel_id].append(one)
    in_force = _in_force(session, day.code)
    words = {person: disregard(several) for person, several in by_channel.items() if person[1] in in_force}
    _remark(session, day, words)


def disregard(letters: list[_Sent]) -> str:
    """«Просим не учитывать письмо № В-000123 от 13.01.2027: …»."""
    named = [f"№ {one.number} от {one.on_day:%d.%m.%Y}" for one in letters[:NAMED]]
    rest = len(letters) - len(named)
    more = f" и ещё {rest} {plural(rest, 'письмо', 'письма', 'писем')} тех же дней" if rest else ""
    which = "письмо" if len(letters) == 1 else "письма"
    was = "оно составлено и отправлено" if len(letters) == 1 else "они составлены и отправлены"
    return (
        f"Просим не учитывать {which} {', '.join(named)}{more}: {was} по неверной дате из-за сбоя системных часов. "
        "Сроки исполнения не изменились, действительные сведения приведены в этом и последующих письмах."
    )


def _remark(session: Session, day: RoadmapDay, words: dict[tuple[int, int], str]) -> None:
    if not words:
        return
    letters = next_letters(session, words.keys(), day=day)
    rows = [{"notice_id": letters[channel_id], "words": said} for (_, channel_id), said in words.items()]
    session.execute(insert(table_of(NoticeRemark)), rows)


def _in_force(session: Session, code: str) -> set[int]:
    found = (
        select(col(Channel.id))
        .join(Official, col(Official.id) == col(Channel.official_id))
        .where(col(Official.roadmap_code) == code, col(Official.is_active), col(Channel.is_active))
    )
    return {channel_id for channel_id in session.execute(found).scalars() if channel_id is not None}


def _carry_over(session: Session, day: RoadmapDay, ids: list[int]) -> None:
    """What people or true rounds had put into the dropped letters goes into the next ones."""
    in_force = _in_force(session, day.code)
    for some in chunks(ids):
        riding = select(LETTERS).where(LETTERS.c.notice_id.in_(some), LETTERS.c.reversed_at.is_(None))
        for row in session.execute(riding).mappings().all():
            official = session.execute(
                select(col(Channel.official_id)).where(col(Channel.id) == row["channel_id"])
            ).scalar_one()
            letters = next_letters(session, {(official, row["channel_id"])}, day=day)
            its = LETTERS.c.id == row["id"]
            session.execute(update(LETTERS).where(its).values(notice_id=letters[row["channel_id"]]))
        asked = (
            select(Official, Channel)
            .join(Channel, col(Channel.official_id) == col(Official.id))
            .join(Notice, col(Notice.channel_id) == col(Channel.id))
            .where(col(Notice.id).in_(some), col(Notice.has_drill))
        )
        for official, channel in session.execute(asked).all():
            if channel.id in in_force:
                put(session, official, channel, flag="has_drill", day=day)
        said = table_of(NoticeRemark)
        remarks = select(said, NOTICES.c.official_id, NOTICES.c.channel_id).join(
            NOTICES, NOTICES.c.id == said.c.notice_id
        )
        for row in session.execute(remarks.where(said.c.notice_id.in_(some))).mappings().all():
            letters = next_letters(session, {(row["official_id"], row["channel_id"])}, day=day)
            its = said.c.id == row["id"]
            session.execute(update(said).where(its).values(notice_id=letters[row["channel_id"]]))


def _release(session: Session, day: RoadmapDay, ours: object) -> None:
    """A wrong clock claimed letters for days to come, or put the next try off into them: they may leave again."""
    zone = zone_of(day.zone)
    latest = opening(day.at + LONGEST_PAUSE, zone=zone, calendar=day.calendar, hours=day.hours) + LONGEST_PAUSE
    standing = (ours, col(Notice.reversed_at).is_(None), col(Notice.on_day) <= today_there(day.at, day.zone))
    far = and_(col(Notice.state) == "queued", col(Notice.not_before) > latest)
    held = and_(col(Notice.state) == "sending", col(Notice.claimed_until) > day.at + LEASE)
    opens: datetime = opening(day.at, zone=zone, calendar=day.calendar, hours=day.hours)
    free = {"state": "queued", "claimed_until": None, "not_before": opens}
    session.execute(
        update(Notice)
        .where(*standing, or_(far, held))  # type: ignore[arg-type]
        .values(free)
        .execution_options(synchronize_session=False)
    )

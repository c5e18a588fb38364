"""Letters of a round: the note to those who keep control, and to each body its own page and nobody else's.

Both ride in the one letter a day of a channel. What of a round went into which letter stands in ``RoundLetter``: once
per round, official and part, however often the step runs.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Literal

from sqlalchemy import Select, func, insert, select
from sqlmodel import Session, col

from models import Body, Channel, ControlPoint, Official, ReportFile, Round, RoundLetter, RoundStep
from models import Snapshot as SnapshotRow
from models.db.rows import table_of
from models.queries.officials import muted
from models.queries.rounds import done_steps, enclosed_letters, kept_snapshots
from roadmap.calendar.office_hours import OfficeHours
from roadmap.monitoring.report.view import Pages
from roadmap.monitoring.snapshot import Snapshot
from tasks.context.roadmap_day import RoadmapDay
from tasks.reminders.next_letter import next_letters
from tasks.reminders.recipients import Recipients

Part = Literal["note", "page"]
#: An official and a channel, by id.
_Person = tuple[int, int]


@dataclass(frozen=True, slots=True)
class _Enclosure:
    """What goes to one address; ``body_id`` names whose page."""

    official_id: int
    channel_id: int
    part: Part
    body_id: int | None = None


def queue(session: Session, round_id: int, *, today: date, at: datetime, hours: OfficeHours) -> int:
    """Put the note and the pages of a round's newest note into the next letters; returns how many were put.

    The note goes to coordinators, controllers and the officials of the body that keeps the roadmap, a page to the
    officials of its body; deputies get it for those who are away. Of a muted round only controllers hear: a mute
    spares whoever answers, not whoever controls. Nothing goes twice: a round computed again sends nothing to those who
    have had its note or page.
    """
    row = session.get_one(Round, round_id)
    snapshot_id = newest_report(session, round_id)
    quiet = [one.mute for one in muted(session, row.roadmap_code, today)]
    point = session.get_one(ControlPoint, row.point_id)
    if snapshot_id is None:
        return 0
    recipients = Recipients.of(session, row.roadmap_code, today)
    unheard = {mute.body_id for mute in quiet}
    had = list(session.execute(enclosed_letters().where(col(RoundLetter.round_id) == round_id)).scalars())
    notes = {letter.channel_id for letter in had if letter.part == "note"}
    if point.item_id in {mute.item_id for mute in quiet}:
        controllers = [] if notes else recipients.staff(session, "controller")
        return _put(session, row, _note_to(controllers), at=at, hours=hours)
    enclosures = []
    if not _is_heard_beside_controllers(session, notes):
        keeper = None if point.owner_id in unheard else point.owner_id
        enclosures += [one for one in _report_enclosures(session, recipients, keeper) if one.channel_id not in notes]
    pages = {letter.channel_id: letter.body_id for letter in had if letter.part == "page"}
    bodies = _paged(session, snapshot_id, row.roadmap_code) - unheard - set(pages.values())
    enclosures += _page_enclosures(session, recipients, bodies, pages)
    return _put(session, row, enclosures, at=at, hours=hours)


def queue_missed(session: Session, roadmap_code: str, *, today: date, at: datetime, hours: OfficeHours) -> int:
    """Put the pages that could not go with their round: the body was muted, or had no address then.

    Only of the newest round of each rhythm whose letters were sent; returns how many were put.
    """
    sent = (
        done_steps(func.max(col(Round.id)))
        .join_from(Round, RoundStep, (col(RoundStep.round_id) == col(Round.id)) & (col(RoundStep.step) == "sent"))
        .where(col(Round.roadmap_code) == roadmap_code)
        .group_by(col(Round.rhythm))
    )
    rounds = session.execute(sent).scalars().all()
    return sum(queue(session, round_id, today=today, at=at, hours=hours) for round_id in rounds)


def _paged(session: Session, snapshot_id: int, code: str) -> set[int | None]:
    """The bodies that have a page of their own."""
    snapshot = Snapshot.model_validate(session.get_one(SnapshotRow, snapshot_id).content)
    ids = {
        row.code: (row.id, row.short)
        for row in session.execute(
            select(col(Body.id), col(Body.code), col(Body.short)).where(col(Body.roadmap_code) == code)
        )
    }
    return {ids[body][0] for body in Pages(snapshot).bodies({body: short for body, (_, short) in ids.items()})}


def newest_report(session: Session, round_id: int) -> int | None:
    """Id of the newest snapshot of a round of which a note was written."""
    found = (
        kept_snapshots(func.max(col(SnapshotRow.id)))
        .join_from(SnapshotRow, ReportFile, col(ReportFile.snapshot_id) == col(SnapshotRow.id))
        .where(col(SnapshotRow.round_id) == round_id)
    )
    newest: int | None = session.execute(found).scalar_one()
    return newest


def _report_enclosures(session: Session, recipients: Recipients, keeper: int | None) -> list[_Enclosure]:
    people = [*recipients.staff(session, "coordinator"), *recipients.staff(session, "controller")]
    if keeper is not None:
        people += [(row[0], row[1]) for row in session.execute(recipients.reach(col(Official.body_id) == keeper))]
    return _note_to(people)


def _note_to(people: Iterable[_Person]) -> list[_Enclosure]:
    return [_Enclosure(official_id, channel_id, "note") for official_id, channel_id in dict.fromkeys(people)]


def _is_heard_beside_controllers(session: Session, channels: set[int]) -> bool:
    """Whether the note went to anybody but controllers, who have it of a muted round too."""
    others = select(col(Channel.id)).join(Official, col(Official.id) == col(Channel.official_id))
    others = others.where(col(Channel.id).in_(channels), col(Official.role) != "controller")
    return bool(channels) and session.execute(others.limit(1)).first() is not None


def _page_enclosures(
    session: Session, recipients: Recipients, bodies: set[int | None], had: Mapping[int, int | None]
) -> Iterator[_Enclosure]:
    """An address takes one page of a round (``had``: which it has had), that of its own body before a deputy's.

    A body whose every deputy has a page already is written to itself, like one with nobody to stand in.
    """
    homes: dict[int, int] = {}
    own: defaultdict[int, list[_Person]] = defaultdict(list)
    for official_id, channel_id, body_id in session.execute(_executors(recipients.code)):
        homes[channel_id] = body_id
        own[body_id].append((official_id, channel_id))
    reached: defaultdict[int, list[_Person]] = defaultdict(list)
    for official_id, channel_id, body_id in session.execute(
        recipients.reach(col(Official.role) == "executor").distinct()
    ):
        if body_id in bodies:
            reached[body_id].append((official_id, channel_id))
    taken = dict(had)
    for is_own in (True, False):
        for body_id, people in sorted(reached.items()):
            for _, channel_id in people:
                if (homes.get(channel_id) == body_id) is is_own:
                    taken.setdefault(channel_id, body_id)
    for body_id, people in sorted(reached.items()):
        free = [person for person in people if taken[person[1]] == body_id]
        for official_id, channel_id in free or [one for one in own[body_id] if one[1] not in taken]:
            yield _Enclosure(official_id, channel_id, "page", body_id)


def _executors(code: str) -> Select[Any]:
    return (
        select(col(Official.id), col(Channel.id), col(Official.body_id))
        .join(Channel, col(Channel.official_id) == col(Official.id))
        .where(col(Official.roadmap_code) == code, col(Official.is_active), col(Channel.is_active))
        .where(col(Official.role) == "executor")
        .order_by(col(Official.id), col(Channel.id))
    )


def _put(session: Session, row: Round, enclosures: list[_Enclosure], *, at: datetime, hours: OfficeHours) -> int:
    if not enclosures:
        return 0
    day = RoadmapDay.of(session, row.roadmap_code, at=at, hours=hours)
    letters = next_letters(session, {(one.official_id, one.channel_id) for one in enclosures}, day=day)
    rows = [
        {
            "round_id": row.id,
            "channel_id": one.channel_id,
            "part": one.part,
            "body_id": one.body_id,
            "notice_id": letters[one.channel_id],
        }
        for one in enclosures
    ]
    session.execute(insert(table_of(RoundLetter)), rows)
    return len(rows)

"""Letters are composed when they leave, from what is true then: what was settled meanwhile is left out.

After a long failure of the mail the newest letter of a channel carries what the earlier ones had to say, and those are
dropped: one letter leaves, not forty.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta

from sqlalchemy import select
from sqlmodel import Session, col

from models import Channel, ControlPoint, Notice, Official, Roadmap
from models.queries.officials import muted
from models.queries.printed_numbers import Shared, number_of, shared_numbers
from models.settings import Settings
from roadmap.calendar import WorkCalendar
from roadmap.calendar.zones import today_there
from roadmap.control.co_executors import own_term
from roadmap.control.ladder import Ladder, is_quiet
from roadmap.control.reminders import OF_CO_EXECUTORS, OF_CONTROL, REMINDERS, SUPERSEDED, Reason, rank, relevant
from roadmap.control.state import is_overdue
from roadmap.letters import Addressee, Letter, Line, Links, Origin, Part, letter
from roadmap.letters.greeting import signature
from roadmap.letters.ics import Deadline, calendar
from roadmap.letters.leads import overdue_lead
from roadmap.letters.letter import PAGE, Lead, Repeats, told_overdue
from roadmap.letters.parts import correction_part
from roadmap.letters.wording import what_is_due
from tasks.context.working_calendar import calendar_of
from tasks.control.taking_part import shared_term
from tasks.letters import ics
from tasks.letters.backlog import REPEATED, Backlog, Duty, by_duty, read_backlog
from tasks.letters.batch import OF_PARTS, STAFF, Batch, LetterRow, read_batch
from tasks.letters.monitoring_asks import Ask, asks
from tasks.letters.monitoring_parts import RoundParts
from tasks.letters.parts import Parts
from tasks.people.links import calendar_url, letter_code, official_url

#: Reasons that say the same of a point in other words: the most urgent of a group is enough.
GROUPS: dict[Reason, str] = {
    **dict.fromkeys(REMINDERS, "reminder"),
    "demanded": "reminder",
    "escalated": "late",
    "still_overdue": "late",
    "submitted": "decision",
    "awaiting_decision": "decision",
    **dict.fromkeys(OF_CO_EXECUTORS, "part"),
}


@dataclass(frozen=True, slots=True)
class Parcel:
    """A notice with its channel and letter; ``letter`` is None when nothing is left to say.

    ``is_overtaken``: because a later letter of the channel says it.
    """

    notice: Notice
    channel: Channel
    letter: Letter | None
    is_overtaken: bool = False


@dataclass(frozen=True, slots=True)
class _Sender:
    """Who writes: what every letter of one roadmap shares."""

    today: date
    at: datetime
    calendar: WorkCalendar
    origin: Origin
    stored: dict[str, datetime]
    settings: Settings
    silent_items: set[int | None]
    silent_bodies: set[int | None]
    shared: Shared
    ladder: Ladder

    def is_silent(self, point: ControlPoint, part_of: int | None = None) -> bool:
        """Nothing is said about its item or its body, or the co-executor whose part is meant, for the time being."""
        if part_of is not None and part_of in self.silent_bodies:
            return True
        return point.item_id in self.silent_items or bool({point.owner_id, point.body_id} & self.silent_bodies)


@dataclass(frozen=True, slots=True)
class _Told:
    """What one row has become by now: the reason that holds, and the row."""

    reason: Reason
    row: LetterRow


@dataclass(frozen=True, slots=True)
class _Entry:
    """A notice with its addressee and what is to be told."""

    notice: Notice
    official: Official
    channel: Channel
    sender: _Sender
    told: list[_Told]
    parts: tuple[Part, ...] = ()
    lead: Lead | None = None
    """What the letter to whoever coordinates or controls begins with."""

    @property
    def is_farewell(self) -> bool:
        """It goes to one who has left his post: he gets no link of his successor."""
        return _is_farewell(self.channel, [told.row for told in self.told])

    @property
    def bodies(self) -> set[int]:
        """The addressee's own body, and those of the officials he stands in for here."""
        stood_for = {told.row.instead_of.body_id for told in self.told if told.row.instead_of}
        return {body for body in {self.official.body_id, *stood_for} if body is not None}

    @property
    def is_executors(self) -> bool:
        """It goes to one who answers, and tells of points."""
        return self.official.role == "executor" and bool(self.told)

    @property
    def has_overdue(self) -> bool:
        """The letter tells an executor of something overdue."""
        return self.is_executors and any(told.reason == "overdue" for told in self.told)


def compose(session: Session, notices: Sequence[Notice], *, at: datetime, settings: Settings) -> list[Parcel]:
    """The parcels of the notices, in their order."""
    if not notices:
        return []
    addressed = select(Official, Channel).join(Channel, col(Channel.official_id) == col(Official.id))
    addressed = addressed.where(col(Channel.id).in_({notice.channel_id for notice in notices}))
    people = {channel.id: (official, channel) for official, channel in session.execute(addressed)}
    batch = read_batch(session, notices, {number: official for number, (official, _) in people.items()})
    codes = {official.roadmap_code for official, _ in people.values()}
    stored = ics.stored_at(session, codes)
    shared = shared_numbers(session)
    senders = {code: _sender(session, code, stored, shared, at=at, settings=settings) for code in codes}
    entries, made = [], Parts(session, at=at, settings=settings)
    rounds = RoundParts(session, settings, (one for several in batch.rounds.values() for one in several), at=at)
    for notice in notices:
        official, channel = people[notice.channel_id]
        sender = senders[official.roadmap_code]
        told = _told(batch, notice, sender, official, channel) if official.is_active else []
        has_extras = official.is_active and not _is_farewell(channel, batch.rows[notice.id])
        extras = tuple(_parts(made, batch, notice, official, channel, sender)) if has_extras else ()
        if has_extras:
            told_of = [one for one in batch.rounds[notice.id] if one.body_id not in sender.silent_bodies]
            # Whoever controls reads first what is overdue: the note follows the points.
            is_after = official.role == "controller"
            extras += tuple(replace(one, is_after=is_after) for one in rounds.parts(told_of, official, channel))
        has_lead = has_extras and _has_lead(batch, notice, official, told)
        lead = made.lead(official, sender.today) if has_lead else None
        entries.append(_Entry(notice, official, channel, sender, told, extras, lead))
    bodies = {body for entry in entries if entry.has_overdue for body in entry.bodies}
    late = ics.overdue(session, bodies, on=max(sender.today for sender in senders.values()), shared=shared)
    backlogs = {code: _backlog(session, entries, sender) for code, sender in senders.items()}
    asked = asks(session, (told.row.point for entry in entries if entry.is_executors for told in entry.told))
    made_letters = (_letter(entry, late, asked, backlogs[entry.official.roadmap_code]) for entry in entries)
    return [
        Parcel(entry.notice, entry.channel, made_letter, entry.notice.id in batch.superseded)
        for entry, made_letter in zip(entries, made_letters, strict=True)
    ]


def _backlog(session: Session, entries: Sequence[_Entry], sender: _Sender) -> Backlog:
    ours = [entry for entry in entries if entry.sender is sender]
    answer = [entry for entry in ours if entry.is_executors]
    return read_backlog(
        session,
        {entry.official.id: entry.official for entry in answer if entry.official.id is not None},
        {body for entry in answer for body in entry.bodies},
        _repeated(answer),
        _repeated(entry for entry in ours if not entry.is_executors),
        today=sender.today,
    )


def _repeated(entries: Iterable[_Entry]) -> list[ControlPoint]:
    return [told.row.point for entry in entries for told in entry.told if told.reason in REPEATED]


def _parts(
    made: Parts, batch: Batch, notice: Notice, official: Official, channel: Channel, sender: _Sender
) -> Iterator[Part]:
    if batch.remarks[notice.id]:
        yield correction_part(batch.remarks[notice.id])
    if notice.id in batch.has_digest:
        if official.role == "coordinator":
            yield from made.owed(official.roadmap_code, sender.today)
        yield made.digest(official.roadmap_code, sender.today)
        if official.role == "controller":
            yield from made.personal(official.roadmap_code, sender.today)
    if notice.id in batch.has_drill:
        yield made.drill(official, channel)
    if official.role == "controller" and notice.id not in batch.superseded:
        yield from made.unreached(official.roadmap_code)


def _has_lead(batch: Batch, notice: Notice, official: Official, told: Sequence[_Told]) -> bool:
    """The week's letter says how all stands, and each that tells whoever coordinates or controls of points."""
    return official.role in ("coordinator", "controller") and (notice.id in batch.has_digest or bool(told))


def _told(batch: Batch, notice: Notice, sender: _Sender, official: Official, channel: Channel) -> list[_Told]:
    """What is still true of the rows of a notice, each point once in a group of reasons.

    A newer line on a point makes the older reminders of it superfluous.
    """
    rows = [row for row in batch.rows[notice.id] if _is_for(row, official, channel)]
    rows = [row for row in rows if row.reason in OF_CONTROL or not sender.is_silent(row.point, row.part_of)]
    if _is_farewell(channel, rows):
        rows = [row for row in rows if row.reason == "handed_over"]
    newest: dict[int | None, date] = {}
    for row in rows:
        newest[row.point.id] = max(row.on_day, newest.get(row.point.id, row.on_day))
    best: dict[tuple[int | None, str], _Told] = {}
    for row in rows:
        reason = _still(row, sender.today)
        if reason is None or (row.reason in SUPERSEDED and row.on_day < newest[row.point.id]):
            continue
        key = (row.point.id, GROUPS.get(reason, reason))
        if key not in best or rank(reason) <= rank(best[key].reason):
            best[key] = _Told(reason, row)
    return list(best.values())


def _still(row: LetterRow, today: date) -> Reason | None:
    """What the reason has become by now. That a note or a page was lost is told though its round is over."""
    if row.reason == "undelivered" and row.point.purpose in ("round", "data"):
        return row.reason
    point = row.point
    is_idle = point.is_history or point.blocked
    return relevant(
        row.reason,
        status=point.status,
        days=(point.deadline_on - today).days,
        has_request=row.has_request,
        is_idle=is_idle,
        is_moved=point.deadline_on != row.decided_for,
        is_quiet=is_quiet(today, point.quiet_until),
    )


def _is_for(row: LetterRow, official: Official, channel: Channel) -> bool:
    """Whether the line is still the addressee's: the point may have been handed over while the letter waited.

    That it was is told to whoever answered before, also over a channel that went with the person who has left.
    """
    is_owner = row.point.owner_id == official.body_id and official.is_lead
    if row.reason == "handed_over":
        return not (is_owner and channel.is_active)
    if row.reason in OF_CO_EXECUTORS:
        return row.part_of is not None
    return row.reason in STAFF or is_owner or row.instead_of is not None


def _is_farewell(channel: Channel, rows: Iterable[LetterRow]) -> bool:
    return not channel.is_active and any(row.reason == "handed_over" for row in rows)


def _letter(
    entry: _Entry, late: Mapping[int, Sequence[Deadline]], asked: Mapping[int, Ask], backlog: Backlog
) -> Letter | None:
    if not entry.told and not entry.parts:
        return None
    official, sender = entry.official, entry.sender
    page = _page(entry)
    mine = {told.row.point.id: asked.get(told.row.point.id or 0) for told in entry.told if entry.is_executors}
    lines = [
        _line(told, entry, page, mine.get(told.row.point.id), duty)
        for told, duty in by_duty(entry.told, backlog, is_whole=entry.is_executors)
    ]
    links = _links(entry, page)
    made = letter(
        entry.notice.visible_id,
        Addressee(role=official.role, post=official.post, name="" if entry.is_farewell else official.name),
        origin=sender.origin,
        lines=lines,
        today=sender.today,
        links=links,
        parts=entry.parts,
        lead=entry.lead or _overdue_lead(entry, lines, backlog, has_page=bool(links.page)),
    )
    if not entry.is_executors or entry.is_farewell:
        return made
    forms = tuple(ask.form for ask in mine.values() if ask)
    return replace(made, calendar=_calendar(entry, late), files=(*made.files, *forms))


def _overdue_lead(entry: _Entry, lines: Sequence[Line], backlog: Backlog, *, has_page: bool) -> Lead | None:
    """To one who answers: how much is overdue in all, wherever anything is."""
    if not entry.is_executors or entry.is_farewell:
        return None
    total, stands_in = backlog.of(entry.official, entry.bodies)
    page = PAGE["executor"][0] if has_page else ""
    return overdue_lead(total, told_overdue(lines), stands_in=stands_in, page=page) if total else None


def _links(entry: _Entry, page: str) -> Links:
    if entry.is_farewell:
        return Links()
    official, sender = entry.official, entry.sender
    return Links(
        page=page,
        calendar=calendar_url(sender.settings, official),
        code="" if official.role == "coordinator" else letter_code(sender.settings, official, entry.channel.id),
        until=None if official.role == "coordinator" else sender.today + timedelta(days=sender.settings.link_days),
    )


def _page(entry: _Entry) -> str:
    """The coordinator has a log-in; the others get a link of their own, signed for the channel it goes to."""
    if entry.official.role == "coordinator":
        return f"{entry.sender.settings.pages_url}/control"
    return official_url(entry.sender.settings, entry.official, entry.channel.id)


def _calendar(entry: _Entry, late: Mapping[int, Sequence[Deadline]]) -> str:
    """The deadlines of the letter, and in one entry all that is overdue once the letter speaks of something overdue."""
    today = entry.sender.today
    shown: dict[str, Deadline] = {}
    if entry.has_overdue:
        shown = {one.key: one for body in entry.bodies for one in late.get(body, ()) if is_overdue(one, today)}
    for told in entry.told:
        # The deadline of the whole point is another's: what a calendar would show there is not the part's.
        if told.reason == "handed_over" or told.reason in OF_CO_EXECUTORS:
            continue
        row = told.row
        changed = row.changed or ics.unchanged(row.point, entry.sender.stored)
        shown[row.point.key] = ics.deadline(
            row.point,
            row.item,
            row.owner,
            changed,
            number=number_of(row.item, entry.sender.shared),
        )
    if not shown and entry.told:
        return ""
    return calendar(shown.values(), whose=f"official/{entry.official.id}", today=today, sent_at=entry.sender.at)


def _sender(
    session: Session, code: str, stored: dict[str, datetime], shared: Shared, *, at: datetime, settings: Settings
) -> _Sender:
    roadmap = session.get_one(Roadmap, code)
    coordinators = (
        select(Official, Channel)
        .outerjoin(Channel, (col(Channel.official_id) == col(Official.id)) & (col(Channel.kind) == "email"))
        .where(col(Official.roadmap_code) == code, col(Official.role) == "coordinator", col(Official.is_active))
        .order_by(col(Official.id), col(Channel.id))
    )
    first = session.execute(coordinators).first()
    coordinator, channel = (first[0], first[1]) if first else (None, None)
    origin = Origin(
        region=roadmap.region,
        title=roadmap.title,
        act=roadmap.act,
        coordinator=signature(coordinator.post, coordinator.name, coordinator.phone) if coordinator else "",
        reply_to=channel.address if channel and "$" not in channel.address else "",
        is_rehearsal=roadmap.is_rehearsal,
    )
    today = today_there(at, roadmap.zone)
    quiet = [row.mute for row in muted(session, code, today)]
    return _Sender(
        today,
        at,
        calendar_of(session, code),
        origin,
        stored,
        settings,
        silent_items={mute.item_id for mute in quiet} - {None},
        silent_bodies={mute.body_id for mute in quiet} - {None},
        shared=shared,
        ladder=Ladder.from_json(roadmap.ladder),
    )


def _card(told: _Told, page: str, ask: Ask | None) -> str:
    """Where the point is answered; nowhere by whoever does not answer for it any more."""
    if told.reason == "handed_over":
        return ""
    return f"{page}/data/{told.row.point.id}" if ask else f"{page}/point/{told.row.point.id}"


def _decided(told: _Told, sender: _Sender) -> str:
    """What whoever controls has said about an overdue point and still stands, and that nobody reminds of it."""
    point = told.row.point
    if told.reason not in ("escalated", "still_overdue"):
        return ""
    muted = "письма исполнителю приостановлены" if sender.is_silent(point) else ""
    demanded = f"потребовано исполнение до {point.demanded_until:%d.%m.%Y}" if point.demanded_until else ""
    return ", ".join(filter(None, (demanded, "на личном контроле" if point.personal_since else "", muted)))


def _line(told: _Told, entry: _Entry, page: str, ask: Ask | None, duty: Duty | None) -> Line:
    row, point, item, sender = told.row, told.row.point, told.row.item, entry.sender
    successor = (entry.official.post, entry.official.name) if entry.is_farewell else ()
    deadline_on = duty.points[0].deadline_on if duty else point.deadline_on
    if row.part_of is not None:
        deadline_on = own_term(shared_term(point, item), sender.ladder, sender.calendar)
    return Line(
        reason=told.reason,
        key=point.key,
        number=number_of(item, sender.shared),
        title=what_is_due(item.title, stage=point.stage_title),
        result=item.result,
        deadline_on=deadline_on,
        days=(deadline_on - sender.today).days,
        working_days=sender.calendar.working_days_between(sender.today, deadline_on),
        source=item.source,
        owner=", ".join(filter(None, (row.owner, *successor))),
        executors=row.executors,
        note=row.ground or _decided(told, sender),
        names_dates=point.purpose == "name_dates",
        instead_of=row.instead_of.post if row.instead_of else "",
        url=f"{page}/point/{duty.points[0].id}" if duty else _card(told, page, ask),
        asked=ask.titles if ask else (),
        is_overdue=is_overdue(point, sender.today),
        role=row.taking_part.roles[row.part_of] if row.part_of is not None else "",
        whole_due_on=point.deadline_on if row.part_of is not None else None,
        parts=_parts_words(told, sender),
        repeats=_repeats(duty) if duty else None,
    )


def _parts_words(told: _Told, sender: _Sender) -> str:
    """Who has given the part, to whoever answers or decides; of a duty that returns soon only once one is given."""
    row = told.row
    is_told = told.reason in OF_PARTS and row.part_of is None and sender.ladder.co_term
    if not is_told or not (row.taking_part.given or not shared_term(row.point, row.item).is_regular):
        return ""
    return row.taking_part.words


def _repeats(duty: Duty) -> Repeats:
    keys = tuple(point.key for point in duty.points)
    return Repeats(keys=keys, last_on=duty.points[-1].deadline_on, is_unbroken=duty.is_unbroken)

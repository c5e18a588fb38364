"""Empties the outbox: claim, compose, and for each letter send and record, one after another.

At-least-once: what was sent and not recorded leaves again. Only one letter is under way at a time, and none is sent
before the one before it is recorded; so a crash of the sender or of the database repeats one letter at most, and after
the first record that the database refuses nothing more is sent.

A person is written to in office hours only; what is claimed outside them goes back without counting as a try.
"""

import json
import logging
from collections.abc import Callable, Sequence
from contextlib import closing, suppress
from dataclasses import dataclass, field, replace
from datetime import datetime

from sqlalchemy import Engine
from sqlmodel import Session

from models import Notice
from models.db import open_session
from models.lifecycle import outbox
from models.settings import Settings
from tasks.context.office import office_hours
from tasks.letters.channels import MailLine, NotSent, Secret, no_blocks, send
from tasks.letters.compose import Parcel, compose
from tasks.letters.sending_hours import Offices
from tasks.reminders.failed_deliveries import tell_of_lost_letters

logger = logging.getLogger(__name__)

#: Letters claimed and composed at once. One whose claim has run out before its turn is left to the next delivery.
BATCH = 48
#: Whoever hears of lost letters comes after those to whom they were addressed.
IN_TURN = ("executor", "coordinator", "controller")


@dataclass(frozen=True, slots=True)
class DeliveryReport:
    """What became of the letters. ``dead``: given up in this run, the coordinator must hear of them another way."""

    sent: int = 0
    failed: int = 0
    dropped: int = 0
    dead: int = 0
    waiting: int = 0
    """Letters that wait for the office hours of their addressees."""
    errors: tuple[str, ...] = ()
    """The different failures, without addresses."""


def deliver(
    engine: Engine,
    *,
    settings: Settings,
    at_source: Callable[[], datetime],
    limit: int = 500,
    should_stop: Callable[[], bool] = lambda: False,
    secret: Secret = no_blocks,
) -> DeliveryReport:
    """Send at most ``limit`` letters that are due; ``at_source`` gives the present instant, ``secret`` reads blocks."""
    with closing(MailLine()) as line:
        delivery = _Delivery(engine, Offices(settings, at_source), line, secret, should_stop, left=limit)
        for role in IN_TURN:
            delivery.empty(role)
    with open_session(engine) as session:
        waiting = outbox.waiting(session, at=at_source())
    return replace(delivery.report, waiting=delivery.report.waiting + waiting)


@dataclass(frozen=True, slots=True)
class _Outcome:
    """What became of a letter at its turn; ``failure`` is None when it left."""

    parcel: Parcel
    at: datetime
    failure: NotSent | None


@dataclass(slots=True)
class _Delivery:
    """One delivery; ``left`` is how many letters it may still claim."""

    engine: Engine
    offices: Offices
    line: MailLine
    secret: Secret
    should_stop: Callable[[], bool]
    left: int
    report: DeliveryReport = field(default_factory=DeliveryReport)
    lost: set[int] = field(default_factory=set)
    """Officials whose letters were given up and of whom nobody has been told yet."""

    def empty(self, role: str) -> None:
        """Send what is due to the officials of a role; whoever must hear of letters lost meanwhile gets his line."""
        while self.left > 0 and not self.should_stop():
            at = self.offices.at_source()
            with open_session(self.engine) as session:
                claimed = outbox.claim(session, at=at, limit=min(BATCH, self.left), role=role)
                self.offices.learn(session, claimed)
            if not claimed:
                break
            self.left -= len(claimed)
            self._batch(claimed, at)
        if self.lost:
            hours = office_hours(self.offices.settings)
            with open_session(self.engine) as session:
                tell_of_lost_letters(session, self.lost, at=self.offices.at_source(), hours=hours)
            self.lost = set()

    def _batch(self, claimed: list[Notice], at: datetime) -> None:
        waiting = {notice.id: notice for notice in claimed}
        try:
            is_open = {notice.id: self.offices.of(notice).is_open(at) for notice in claimed}
            self._postpone([notice for notice in claimed if not is_open[notice.id]], at)
            parcels = self._composed([notice for notice in claimed if is_open[notice.id]], at)
            self._one_by_one(parcels, waiting)
        except BaseException:
            # Those whose turn had not come need not wait until the claim runs out; where the database is away they do.
            with suppress(Exception), open_session(self.engine) as session:
                for notice in waiting.values():
                    outbox.postpone(session, notice, until=notice.not_before)
            raise

    def _one_by_one(self, parcels: Sequence[Parcel], waiting: dict[int | None, Notice]) -> None:
        """Each letter is recorded in the transaction that begins the next one."""
        last: _Outcome | None = None
        for parcel in parcels:
            notice, at = parcel.notice, self.offices.at_source()
            may_leave = self.offices.of(notice).is_open(at) and not self.should_stop()
            is_begun = False
            with open_session(self.engine) as session:
                self._record(session, last)
                if parcel.letter is None:
                    outbox.drop(session, notice, is_overtaken=parcel.is_overtaken)
                elif may_leave:
                    is_begun = outbox.begin(session, notice, at=at)
                else:
                    outbox.postpone(session, notice, until=self.offices.of(notice).opening(at))
            waiting.pop(notice.id, None)
            last = _Outcome(parcel, at, self._sent(parcel, at)) if is_begun else None
            dropped, put_back = parcel.letter is None, parcel.letter is not None and not may_leave
            self._count(dropped=dropped, waiting=put_back and notice.attempts > 0)
        with open_session(self.engine) as session:
            self._record(session, last)

    def _count(self, *, dropped: bool, waiting: bool) -> None:
        report = self.report
        self.report = replace(report, dropped=report.dropped + dropped, waiting=report.waiting + waiting)

    def _sent(self, parcel: Parcel, at: datetime) -> NotSent | None:
        """Why a letter did not leave, None when it did; one broken letter must not stop the others."""
        assert parcel.letter is not None
        how = {"settings": self.offices.settings, "at": at, "secret": self.secret, "line": self.line}
        try:
            send(parcel.letter, notice=parcel.notice, channel=parcel.channel, **how)  # type: ignore[arg-type]
        except NotSent as refused:
            return refused
        except OSError as refused:
            return NotSent(f"письмо не записано: {refused.strerror}", fault="server")
        except Exception as broken:
            logger.exception("notice %s could not be sent", parcel.notice.id)
            return NotSent(f"внутренняя ошибка {type(broken).__name__}", fault="server")
        return None

    def _postpone(self, closed: Sequence[Notice], at: datetime) -> None:
        """Put back until the office opens; letters tried before are counted here, the others with all that wait."""
        if not closed:
            return
        with open_session(self.engine) as session:
            for notice in closed:
                outbox.postpone(session, notice, until=self.offices.of(notice).opening(at))
        tried = sum(notice.attempts > 0 for notice in closed)
        self.report = replace(self.report, waiting=self.report.waiting + tried)

    def _composed(self, claimed: list[Notice], at: datetime) -> list[Parcel]:
        """The batch at once; when one of it breaks, each by itself, and the broken ones are recorded as failed."""
        try:
            with open_session(self.engine) as session:
                return compose(session, claimed, at=at, settings=self.offices.settings)
        except Exception as broken:
            if len(claimed) > 1:
                return [parcel for notice in claimed for parcel in self._composed([notice], at)]
            logger.exception("notice %s could not be composed", claimed[0].id)
            failure = NotSent(f"письмо не составлено ({type(broken).__name__})", fault="server")
            with open_session(self.engine) as session:
                if outbox.begin(session, claimed[0], at=at):
                    self._record_failure(session, claimed[0], failure, at)
            return []

    def _record(self, session: Session, last: _Outcome | None) -> None:
        if last is None:
            return
        if last.failure is not None:
            self._record_failure(session, last.parcel.notice, last.failure, self.offices.at_source())
            return
        assert last.parcel.letter is not None
        outbox.record_sent(session, last.parcel.notice, at=last.at, subject=last.parcel.letter.subject)
        self.report = replace(self.report, sent=self.report.sent + 1)

    def _record_failure(self, session: Session, notice: Notice, failure: NotSent, at: datetime) -> None:
        words = str(failure)
        logger.warning("notice %s not sent, attempt %d: %s", notice.id, notice.attempts, words)
        recorded = outbox.record_failed(
            session,
            notice,
            at=at,
            error=words,
            fault=failure.fault,
            unsent=json.dumps(failure.unsent, ensure_ascii=False) if failure.unsent else "",
            opening=self.offices.of(notice).opening,
        )
        is_dead = recorded and notice.state == "dead"
        if is_dead:
            self.lost.add(notice.official_id)
        report = self.report
        errors = report.errors if words in report.errors else (*report.errors, words)
        self.report = replace(report, failed=report.failed + 1, dead=report.dead + is_dead, errors=errors)

"""Empties the outbox: claim, compose, send, record. At-least-once: what was claimed and not recorded leaves again.

A person is written to in office hours only; what is claimed outside them goes back without counting as a try.
"""

import logging
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor, as_completed
from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy import Engine

from models import Notice
from models.db import open_session
from models.lifecycle import outbox
from models.settings import Settings
from roadmap.letters import Letter
from tasks.letters.channels import NotSent, Secret, no_blocks, send
from tasks.letters.compose import Parcel, compose
from tasks.letters.sending_hours import Offices

logger = logging.getLogger(__name__)

SENDERS = 4
#: Letters claimed at once: twelve for each sender, so that the lease holds even if every one runs into its timeouts.
BATCH = 12 * SENDERS


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
    report, left, offices = DeliveryReport(), limit, Offices(settings, at_source)
    with ThreadPoolExecutor(SENDERS, thread_name_prefix="letters") as senders:
        while left > 0 and not should_stop():
            at = at_source()
            with open_session(engine) as session:
                claimed = outbox.claim(session, at=at, limit=min(BATCH, left))
                offices.learn(session, claimed)
            if not claimed:
                break
            left -= len(claimed)
            report = _deliver_batch(
                engine, claimed, senders=senders, report=report, at=at, offices=offices, secret=secret
            )
    with open_session(engine) as session:
        return replace(report, waiting=report.waiting + outbox.waiting(session, at=at_source()))


class _Closed(Exception):
    """The office hours of the addressee ended before the letter's turn came."""


def _deliver_batch(
    engine: Engine,
    claimed: list[Notice],
    *,
    senders: ThreadPoolExecutor,
    report: DeliveryReport,
    at: datetime,
    offices: Offices,
    secret: Secret,
) -> DeliveryReport:
    """Senders only send; reading and recording stay in this thread, each record in its own transaction."""
    may_leave = {notice.id: offices.of(notice).is_open(at) for notice in claimed}
    closed = [notice for notice in claimed if not may_leave[notice.id]]
    report = _postpone(engine, closed, report, at=at, offices=offices)
    leaving = [notice for notice in claimed if may_leave[notice.id]]
    parcels, report = _composed(engine, leaving, report, at=at, offices=offices)
    going: dict[Future[None], Parcel] = {}
    for parcel in parcels:
        if parcel.letter is None:
            report = _settle(engine, parcel, report, at=at, offices=offices)
            continue
        going[senders.submit(_send, parcel, parcel.letter, offices=offices, at=at, secret=secret)] = parcel
    for done in as_completed(going):
        parcel = going[done]
        if isinstance(done.exception(), _Closed):
            report = _postpone(engine, [parcel.notice], report, at=offices.at_source(), offices=offices)
        else:
            report = _settle(engine, parcel, report, at=at, offices=offices, failure=_failure(parcel, done))
    return report


def _send(parcel: Parcel, letter: Letter, *, offices: Offices, at: datetime, secret: Secret) -> None:
    """A slow mail server may hold a batch past the evening: the clock is looked at once more."""
    if not offices.is_open(parcel.notice):
        raise _Closed
    send(letter, notice=parcel.notice, channel=parcel.channel, settings=offices.settings, at=at, secret=secret)


def _postpone(
    engine: Engine, closed: list[Notice], report: DeliveryReport, *, at: datetime, offices: Offices
) -> DeliveryReport:
    """Put back until the office opens; the letters tried before are counted here, the others with all that wait."""
    if not closed:
        return report
    with open_session(engine) as session:
        for notice in closed:
            outbox.postpone(session, notice, until=offices.of(notice).opening(at))
    return replace(report, waiting=report.waiting + sum(notice.attempts > 1 for notice in closed))


def _composed(
    engine: Engine, claimed: list[Notice], report: DeliveryReport, *, at: datetime, offices: Offices
) -> tuple[list[Parcel], DeliveryReport]:
    """The batch at once; when one of it breaks, each by itself, and the broken ones are recorded as failed."""
    try:
        with open_session(engine) as session:
            return compose(session, claimed, at=at, settings=offices.settings), report
    except Exception as broken:
        if len(claimed) > 1:
            parcels = []
            for notice in claimed:
                one, report = _composed(engine, [notice], report, at=at, offices=offices)
                parcels += one
            return parcels, report
        logger.exception("notice %s could not be composed", claimed[0].id)
        failure = f"письмо не составлено ({type(broken).__name__})"
        return [], _record_failure(engine, claimed[0], report, at=at, offices=offices, failure=failure)


def _failure(parcel: Parcel, done: Future[None]) -> str:
    """Why a letter did not leave, empty when it did; one broken letter must not stop the others."""
    try:
        done.result()
    except NotSent as refused:
        return str(refused)
    except OSError as refused:
        return f"письмо не записано: {refused.strerror}"
    except Exception as broken:
        logger.exception("notice %s could not be sent", parcel.notice.id)
        return f"внутренняя ошибка {type(broken).__name__}"
    return ""


def _settle(
    engine: Engine, parcel: Parcel, report: DeliveryReport, *, at: datetime, offices: Offices, failure: str = ""
) -> DeliveryReport:
    if failure:
        return _record_failure(engine, parcel.notice, report, at=at, offices=offices, failure=failure)
    with open_session(engine) as session:
        if parcel.letter is None:
            outbox.drop(session, parcel.notice)
            return replace(report, dropped=report.dropped + 1)
        outbox.record_sent(session, parcel.notice, at=at, subject=parcel.letter.subject)
    return replace(report, sent=report.sent + 1)


def _record_failure(
    engine: Engine, notice: Notice, report: DeliveryReport, *, at: datetime, offices: Offices, failure: str
) -> DeliveryReport:
    logger.warning("notice %s not sent, attempt %d: %s", notice.id, notice.attempts, failure)
    with open_session(engine) as session:
        outbox.record_failed(session, notice, at=at, error=failure, opening=offices.of(notice).opening)
    dead = notice.attempts >= outbox.MAX_ATTEMPTS
    errors = report.errors if failure in report.errors else (*report.errors, failure)
    return replace(report, failed=report.failed + 1, dead=report.dead + dead, errors=errors)

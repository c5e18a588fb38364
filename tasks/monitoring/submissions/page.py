"""What an official does on the page of a data point: one unit of work an action, kept in the audit."""

from collections.abc import Mapping
from dataclasses import dataclass

from sqlmodel import Session, col, select

from models import Body, Official, Round
from models.db import open_session
from models.db.locks import lock_round
from models.lifecycle import Refused
from roadmap.catalogue.municipalities import Problem
from roadmap.monitoring.indicators.submission import Fields, Given, read_answer
from tasks.control.submissions import NotYours
from tasks.monitoring.submissions.progress import Answered, answered
from tasks.monitoring.submissions.record import record, settle_data, unexplained
from tasks.monitoring.submissions.rows import noted_at
from tasks.monitoring.submissions.workbooks import Source, form_name, form_of, form_xlsx, take_forms
from tasks.people.access import AccessiblePoint, accessible_point
from tasks.people.links import Answer, actor_of, audit, link_holder

TAKING = ("open", "returned", "submitted", "accepted")


class NotTaken(ValueError):
    """Answers that are not kept, nothing was written: ``problems`` has a line for each fault, with its field."""

    def __init__(self, problems: list[Problem]) -> None:
        super().__init__(problems[0].line)
        self.problems = tuple(problems)


@dataclass(frozen=True, slots=True, kw_only=True)
class DataPage:
    """A data point as its official meets it."""

    own: AccessiblePoint
    round_: Round
    body: Body
    rows: tuple[Answered, ...]
    is_noted: bool
    """The note is written: what is given now came after it."""

    @property
    def takes(self) -> bool:
        """Whether answers are taken from the official now."""
        return self.own.answers and self.own.point.status in TAKING and self.round_.indicators is not None

    @property
    def left(self) -> int:
        """Indicators asked and not answered."""
        return sum(row.now is None and not row.proof for row in self.rows)


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of an action: how many answers were new, how many indicators are left, whether the note came first."""

    new: int
    left: int
    is_noted: bool

    @property
    def word(self) -> str:
        """For the address of the page that says it."""
        if not self.new:
            return "same"
        return "late" if self.is_noted else "part" if self.left else "all"


def data_page(session: Session, answer: Answer, point_id: int) -> DataPage:
    """The data point with all that is known of it. Raises ``NotYours``."""
    official = link_holder(session, answer.settings, answer.token).official
    own = accessible_point(session, official, point_id, today=answer.today)
    round_ = _round(session, own)
    if own is None or round_ is None or own.point.body_id is None:
        raise NotYours
    return DataPage(
        own=own,
        round_=round_,
        body=session.get_one(Body, own.point.body_id),
        rows=tuple(answered(session, round_, own.point.body_id)),
        is_noted=noted_at(session, round_.id or 0) is not None,
    )


def give(answer: Answer, point_id: int, typed: Mapping[int, Fields]) -> Outcome:
    """Keep what was typed, by the numbers of indicators: all of it or nothing; fields left blank stay unanswered.

    Raises ``NotTaken`` with every fault by its field, ``NotYours``, ``Refused`` when the point takes no answers.
    """
    with open_session(answer.engine) as session:
        page, official = _turn(session, answer, point_id)
        given, problems = [], []
        for row in page.rows:
            if row.number in typed and not row.proof:
                one, wrong = read_answer(row.indicator, typed[row.number])
                given += [one] if one else []
                problems += wrong
        problems += _unexplained(session, page, given, typed)
        if problems:
            raise NotTaken(problems)
        facts = {"actor": actor_of(official), "official_id": official.id, "source": "form", "at": answer.at}
        new = record(session, page.round_.id or 0, page.body.id or 0, given, **facts)  # type: ignore[arg-type]
        settle_data(session, page.round_.id or 0, at=answer.at, today=answer.today, bodies=[page.body.id or 0])
        return _outcome(session, answer, point_id, new, f"новых значений: {new}")


def take_file(answer: Answer, point_id: int, *, name: str, content: bytes) -> Outcome:
    """Keep a filled .xlsx form of this point; rows left blank stay unanswered. Raises ``FormRefused``, as ``give``."""
    with open_session(answer.engine) as session:
        page, official = _turn(session, answer, point_id)
        who = actor_of(official)
        source = Source(
            actor=who,
            official_id=official.id,
            at=answer.at,
            today=answer.today,
            round_=page.round_,
            body=page.body.code,
        )
        taken = take_forms(session, page.round_.roadmap_code, [(name, content)], source=source, blanks=True)
        return _outcome(session, answer, point_id, taken.new, f"форма {name}, новых значений: {taken.new}")


def blank_form(session: Session, answer: Answer, point_id: int) -> tuple[str, bytes]:
    """The name and the content of the .xlsx form of a data point. Raises ``NotYours``, ``Refused``."""
    page = data_page(session, answer, point_id)
    form = form_of(session, page.round_, body=page.body.code)
    return form_name(page.round_, page.body), form_xlsx(form)


def _turn(session: Session, answer: Answer, point_id: int) -> tuple[DataPage, Official]:
    """Nobody else writes answers of the round meanwhile; what was read before is read anew."""
    lock_round(session, data_page(session, answer, point_id).round_.id or 0)
    session.expire_all()
    page = data_page(session, answer, point_id)
    if not page.own.answers:
        raise Refused("Данные передаёт тот, у кого они запрошены")
    if not page.takes:
        raise Refused("Данные по этому раунду сейчас не принимаются")
    return page, link_holder(session, answer.settings, answer.token).official


def _unexplained(session: Session, page: DataPage, given: list[Given], typed: Mapping[int, Fields]) -> list[Problem]:
    numbers = {row.indicator.code: row.number for row in page.rows}
    wrong = unexplained(session, page.round_, {page.body.id or 0: given})
    return [Problem(typed[numbers[one.given.indicator]].places["reason"], one.words) for one in wrong]


def _outcome(session: Session, answer: Answer, point_id: int, new: int, detail: str) -> Outcome:
    page = data_page(session, answer, point_id)
    if new:
        by = link_holder(session, answer.settings, answer.token)
        audit(session, by, "measures", page.own.point.key, detail, at=answer.at)
    return Outcome(new, page.left, page.is_noted)


def _round(session: Session, own: AccessiblePoint | None) -> Round | None:
    if own is None or own.point.purpose != "data":
        return None
    return session.exec(select(Round).where(col(Round.point_id) == own.point.parent_id)).one_or_none()

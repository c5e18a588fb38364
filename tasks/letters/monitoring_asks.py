"""What a letter about a data point says and encloses: the indicators a body is asked for, and the form to fill in."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass

from sqlalchemy import select
from sqlmodel import Session, col

from models import Body, ControlPoint, Round
from roadmap.letters import Attachment
from tasks.files.evidence import XLSX
from tasks.monitoring.submissions.rows import asked_of
from tasks.monitoring.submissions.workbooks import form_name, form_xlsx, forms_of

OPEN = ("open", "returned")


@dataclass(frozen=True, slots=True)
class Ask:
    """Titles of the indicators, and the form as a file."""

    titles: tuple[str, ...]
    form: Attachment


def asks(session: Session, points: Iterable[ControlPoint]) -> dict[int, Ask]:
    """Data point → what is asked there; those that are not open, or where nothing is left to ask, have none."""
    open_points = {
        point.id: point for point in points if point.purpose == "data" and point.status in OPEN and point.body_id
    }
    by_round: defaultdict[int | None, list[ControlPoint]] = defaultdict(list)
    for point in open_points.values():
        by_round[point.parent_id].append(point)
    found: dict[int, Ask] = {}
    for round_ in session.execute(select(Round).where(col(Round.point_id).in_(by_round))).scalars():
        asked = asked_of(session, round_.id or 0)
        mine = [point for point in by_round[round_.point_id] if point.body_id in asked]
        named = select(Body).where(col(Body.id).in_({point.body_id for point in mine}))
        bodies = {body.id: body for body in session.execute(named).scalars()}
        made = forms_of(session, round_, [body.code for body in bodies.values()])
        for point in mine:
            body = bodies[point.body_id]
            file = Attachment(form_name(round_, body), XLSX.media_type, form_xlsx(made[body.code]))
            found[point.id or 0] = Ask(tuple(one.title for one in asked[point.body_id or 0]), file)
    return found

"""What the coordinator may want of a round before its day."""

from sqlmodel import Session, col

from models import ControlPoint, Transition
from tasks.control.commands import ProduceReportNow
from tasks.control.decisions import Handler, Handlers
from tasks.monitoring.rounds.rows import NOW
from tasks.monitoring.rounds.sweep import bring_forward


def produce_now(session: Session, point: ControlPoint, command: ProduceReportNow) -> ControlPoint:
    """«Составить справку сейчас»: recorded here, done by the run or by the daily control."""
    by, reason = command.by, command.reason.strip()
    return bring_forward(session, point, actor=by.actor, reason=reason, once_key=by.once_key, today=by.today, at=by.at)


HANDLERS: Handlers = {
    ProduceReportNow: Handler(produce_now, lambda once_key: col(Transition.once_key) == f"{NOW}{once_key}"),
}

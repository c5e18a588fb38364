"""The one entry for decisions about control points: from a page, a form in Prefect, the command line."""

from sqlalchemy import Engine

from tasks.control import decisions
from tasks.control.commands import Command
from tasks.control.decisions import Handlers, Outcome
from tasks.monitoring.rounds import decisions as rounds
from tasks.processes import answers as stages

#: Which room carries out which command; each stands beside the rows it changes.
HANDLERS: Handlers = {**decisions.HANDLERS, **stages.HANDLERS, **rounds.HANDLERS}


def decide(engine: Engine, command: Command) -> Outcome:
    """Carry out a command; what cannot be carried out changes nothing and says why."""
    return decisions.decide(engine, command, HANDLERS)

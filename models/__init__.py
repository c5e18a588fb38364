"""What is true. Importing the package registers every table."""

from models.asked import AuditEntry, Request
from models.letters import Notice, NoticeLine
from models.mirror import Mirror
from models.monitoring import Measure, NoteFile, Recommendation, Round, RoundLetter, RoundStep, Snapshot
from models.people import Absence, Channel, Official, Silence
from models.points import ControlPoint, Evidence, Transition
from models.processes import Municipality, Process
from models.roadmaps import Body, Edition, Executor, Indicator, Item, ItemNeed, Roadmap

__all__ = [
    "Absence",
    "AuditEntry",
    "Body",
    "Channel",
    "ControlPoint",
    "Edition",
    "Evidence",
    "Executor",
    "Indicator",
    "Item",
    "ItemNeed",
    "Measure",
    "Mirror",
    "Municipality",
    "NoteFile",
    "Notice",
    "NoticeLine",
    "Official",
    "Process",
    "Recommendation",
    "Request",
    "Roadmap",
    "Round",
    "RoundLetter",
    "RoundStep",
    "Silence",
    "Snapshot",
    "Transition",
]

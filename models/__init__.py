"""What is true. Importing the package registers every table."""

from models.tables.admission import ControlSession, RateWindow
from models.tables.alert import Alert
from models.tables.audit import AuditEntry
from models.tables.control_look import ControlLook
from models.tables.control_point import ControlPoint, Evidence, Transition
from models.tables.given_calendar import GivenCalendar
from models.tables.installation import Installation
from models.tables.monitoring import IndicatorValue, Recommendation, ReportFile, Round, RoundLetter, RoundStep, Snapshot
from models.tables.official import Absence, Channel, Mute, Official
from models.tables.outbox import Notice, NoticeLine, NoticeRemark
from models.tables.prefect_refs import PrefectRef
from models.tables.process import Municipality, Process
from models.tables.request import Request
from models.tables.roadmap import Body, Edition, Executor, Indicator, Item, ItemNeed, Roadmap
from models.tables.turn import Turn

__all__ = [
    "Absence",
    "Alert",
    "AuditEntry",
    "Body",
    "Channel",
    "ControlLook",
    "ControlPoint",
    "ControlSession",
    "Edition",
    "Evidence",
    "Executor",
    "GivenCalendar",
    "Indicator",
    "IndicatorValue",
    "Installation",
    "Item",
    "ItemNeed",
    "Municipality",
    "Mute",
    "Notice",
    "NoticeLine",
    "NoticeRemark",
    "Official",
    "PrefectRef",
    "Process",
    "RateWindow",
    "Recommendation",
    "ReportFile",
    "Request",
    "Roadmap",
    "Round",
    "RoundLetter",
    "RoundStep",
    "Snapshot",
    "Transition",
    "Turn",
]

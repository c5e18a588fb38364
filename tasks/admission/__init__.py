"""Who is inside «Контроль», and how often somebody has knocked: shared by all processes of the pages."""

from tasks.admission.counters import SharedCounters
from tasks.admission.sessions import IDLE, PERSONS, Role, Sessions, Visitor

__all__ = ["IDLE", "PERSONS", "Role", "Sessions", "SharedCounters", "Visitor"]

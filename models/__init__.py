"""What is true. Importing the package registers every table."""

from models.letters import Notice, NoticeLine
from models.mirror import Mirror
from models.people import Channel, Official
from models.points import ControlPoint, Evidence, Transition
from models.roadmaps import Body, Edition, Executor, Indicator, Item, Roadmap

__all__ = [
    "Body",
    "Channel",
    "ControlPoint",
    "Edition",
    "Evidence",
    "Executor",
    "Indicator",
    "Item",
    "Mirror",
    "Notice",
    "NoticeLine",
    "Official",
    "Roadmap",
    "Transition",
]

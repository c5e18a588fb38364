"""What is read again and again: points, officials, who was told."""

from models.queries.lists import (
    NoticeRow,
    RoadmapStatus,
    evidence,
    history,
    items,
    outbox,
    points,
    roadmaps,
    status,
    told,
)
from models.queries.point_view import PointView, read_points

__all__ = [
    "NoticeRow",
    "PointView",
    "RoadmapStatus",
    "evidence",
    "history",
    "items",
    "outbox",
    "points",
    "read_points",
    "roadmaps",
    "status",
    "told",
]

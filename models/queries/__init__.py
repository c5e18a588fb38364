"""What is read again and again: points, officials, who was told."""

from models.queries.lists import (
    NoticeRow,
    PointRow,
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

__all__ = [
    "NoticeRow",
    "PointRow",
    "RoadmapStatus",
    "evidence",
    "history",
    "items",
    "outbox",
    "points",
    "roadmaps",
    "status",
    "told",
]

"""What is read again and again: points, officials, who was told."""

from models.queries.points import (
    NoticeRow,
    PointRow,
    RoadmapStatus,
    evidence,
    history,
    is_overdue,
    items,
    outbox,
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
    "is_overdue",
    "items",
    "outbox",
    "roadmaps",
    "status",
    "told",
]

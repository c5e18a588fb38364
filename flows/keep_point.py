"""Entrypoints that 0.3.0 put on Prefect servers: its runs still wait under them. Nothing new is added here."""

from flows.control_point import activity as measure
from flows.control_point import monitoring

__all__ = ["measure", "monitoring"]

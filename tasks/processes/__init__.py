"""Stages inside a point: planned, followed, answered, renewed; agreements and plans."""

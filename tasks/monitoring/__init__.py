"""Rounds of monitoring from asking to the report."""

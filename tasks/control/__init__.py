"""Decisions of the coordinator and reports of officials."""

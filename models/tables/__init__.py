"""A file a noun: what is stored, with its constraints."""

from models.db import base  # noqa: F401  names the constraints of every table that follows

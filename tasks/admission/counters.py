"""Counters of how often somebody knocked, in the database: several processes of the pages count together."""

import hashlib
import hmac
import time
from collections.abc import Sequence
from threading import Lock
from typing import Any

from limits.storage import MovingWindowSupport, Storage
from sqlalchemy import Engine, Row, text
from sqlalchemy.exc import SQLAlchemyError

from models.db import DatabaseProblem

SWEEP_EVERY = 60.0
"""Seconds between two looks for what has ended."""

_EPOCH = "extract(epoch FROM now())::float8"
_LIVE = f"FROM unnest(w.hits) AS hit WHERE hit > {_EPOCH} - :expiry"
_NOW = f"array_fill({_EPOCH}, ARRAY[CAST(:amount AS int)])"
_END = "now() + make_interval(secs => :expiry)"
#: Everything in one statement: the row is locked from the look to the note, whoever else counts the same.
_HIT = text(f"""
INSERT INTO rate_window AS w (key, hits, amount, ends_at) VALUES (:key, {_NOW}, 0, {_END})
ON CONFLICT (key) DO UPDATE SET hits = ARRAY(SELECT hit {_LIVE}) || {_NOW}, ends_at = {_END}
WHERE (SELECT count(*) {_LIVE}) <= :limit - :amount
RETURNING key
""")
_WINDOW = text(f"""
SELECT min(hit), count(hit), {_EPOCH} FROM rate_window AS w, unnest(w.hits) AS hit
WHERE w.key = :key AND hit > {_EPOCH} - :expiry
""")
_SUM = text(f"""
INSERT INTO rate_window AS w (key, hits, amount, ends_at) VALUES (:key, '{{}}', :amount, {_END})
ON CONFLICT (key) DO UPDATE SET
amount = CASE WHEN w.ends_at > now() THEN w.amount ELSE 0 END + excluded.amount,
ends_at = CASE WHEN w.ends_at > now() THEN w.ends_at ELSE excluded.ends_at END
RETURNING amount
""")
_LAST_BACK = text("UPDATE rate_window SET hits = trim_array(hits, 1) WHERE key = :key AND cardinality(hits) > 0")
_AMOUNT = text(f"""
SELECT coalesce(sum(amount), 0), coalesce(extract(epoch FROM max(ends_at))::float8, {_EPOCH})
FROM rate_window WHERE key = :key AND ends_at > now()
""")
_CLEAR = text("DELETE FROM rate_window WHERE key = :key")
_SWEEP = text("DELETE FROM rate_window WHERE ends_at <= now()")
_RESET = text("DELETE FROM rate_window RETURNING key")


class SharedCounters(Storage, MovingWindowSupport):
    """For the limits of the pages, on PostgreSQL. Its clock alone counts; addresses and links are kept as hashes.

    Every call raises ``DatabaseProblem`` when the database is away: who asks decides what that means.
    """

    STORAGE_SCHEME = None

    def __init__(self, engine: Engine, key: bytes) -> None:
        super().__init__()
        # A statement is a unit of its own: two messages fewer for each.
        self._engine = engine.execution_options(isolation_level="AUTOCOMMIT")
        self._key, self._lock, self._swept = key, Lock(), time.monotonic()

    @property
    def base_exceptions(self) -> type[Exception]:
        """What ``limits`` may take for a fault of the store."""
        return DatabaseProblem

    def acquire_entry(self, key: str, limit: int, expiry: int, amount: int = 1) -> bool:
        """Count, unless that would be more than ``limit`` in ``expiry`` seconds."""
        if amount > limit:
            return False
        self._sweep()
        return bool(self._do(_HIT, key, limit=limit, expiry=expiry, amount=amount))

    def give_back(self, key: str) -> None:
        """What was counted last was not meant to be."""
        self._do(_LAST_BACK, key)

    def get_moving_window(self, key: str, limit: int, expiry: int) -> tuple[float, int]:
        """When the oldest that still counts came, and how many count."""
        ((oldest, count, now),) = self._do(_WINDOW, key, expiry=expiry)
        return (oldest or now, count)

    def incr(self, key: str, expiry: int, amount: int = 1) -> int:
        """Add to a sum that ends ``expiry`` seconds after its first addend."""
        self._sweep()
        ((total,),) = self._do(_SUM, key, expiry=expiry, amount=amount)
        return int(total)

    def get(self, key: str) -> int:
        """The sum."""
        ((total, _),) = self._do(_AMOUNT, key)
        return int(total)

    def get_expiry(self, key: str) -> float:
        """When the sum ends: now, where there is none."""
        ((_, ends),) = self._do(_AMOUNT, key)
        return float(ends)

    def check(self) -> bool:
        """Whether the store is there."""
        try:
            self._do(_AMOUNT, "")
        except DatabaseProblem:
            return False
        return True

    def reset(self) -> int:
        """Forget everything."""
        return len(self._do(_RESET, ""))

    def clear(self, key: str) -> None:
        """Forget what was counted of one."""
        self._do(_CLEAR, key)

    def _sweep(self) -> None:
        with self._lock:
            if time.monotonic() - self._swept < SWEEP_EVERY:
                return
            self._swept = time.monotonic()
        self._do(_SWEEP, "")

    def _do(self, statement: Any, key: str, **values: float) -> Sequence[Row[Any]]:
        hashed = hmac.new(self._key, key.encode(), hashlib.sha256).hexdigest()[:32]
        try:
            with self._engine.connect() as connection:
                result = connection.execute(statement, {"key": hashed, **values})
                return result.all() if result.returns_rows else []
        except SQLAlchemyError as refused:
            raise DatabaseProblem(f"Счётчики обращений недоступны: {refused}") from refused

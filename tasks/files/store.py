"""The one place of files that are kept: contents by their SHA-256, in a folder that every host of a service mounts."""

import hashlib
import os
import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from tempfile import mkstemp
from typing import BinaryIO

UNFINISHED, UNFINISHED_SECONDS = "unfinished-", 3600


@dataclass(frozen=True, slots=True)
class Draft:
    """A content that lies beside its place."""

    path: Path
    stream: BinaryIO

    def settle(self) -> None:
        """Nothing more is written; all of it is on the disk itself."""
        self.stream.flush()
        os.fsync(self.stream.fileno())
        self.stream.close()


@dataclass(frozen=True, slots=True)
class Store:
    """Contents in ``folder`` (``Settings.files``): each is whole or not there, and never changes.

    Another way to keep files need only answer what this one does.
    """

    folder: Path

    def place(self, digest: str) -> Path:
        """Where a content lies: «ab/cdef…». The digest is our own, never a sender's word."""
        if not re.fullmatch(r"[0-9a-f]{64}", digest):
            raise ValueError("not a SHA-256")
        return self.folder / digest[:2] / digest[2:]

    def has(self, digest: str, size: int) -> bool:
        """Whether a content lies in its place with all its bytes."""
        place = self.place(digest)
        return place.is_file() and place.stat().st_size == size

    def read(self, digest: str) -> bytes:
        """A content; raises ``FileNotFoundError``."""
        return self.place(digest).read_bytes()

    def keep(self, content: bytes) -> str:
        """Put a content in its place; returns its SHA-256. Raises ``OSError``: no room, no right to write."""
        digest = hashlib.sha256(content).hexdigest()
        if not self.has(digest, len(content)):
            with self.draft() as draft:
                draft.stream.write(content)
                draft.settle()
                self.finish(draft, digest, len(content))
        return digest

    @contextmanager
    def draft(self) -> Iterator[Draft]:
        """A stream to write to; what is not finished by the end of the block is gone."""
        _make(self.folder)
        descriptor, path = mkstemp(prefix=UNFINISHED, dir=self.folder)
        try:
            with os.fdopen(descriptor, "wb") as stream:
                yield Draft(Path(path), stream)
        finally:
            Path(path).unlink(missing_ok=True)

    def finish(self, draft: Draft, digest: str, size: int) -> None:
        """Put a settled draft in its place. The same content kept before stays as it is."""
        place = self.place(digest)
        _make(place.parent)
        if not self.has(digest, size):
            draft.path.replace(place)
            _sync(place.parent)

    def remove(self, digest: str) -> None:
        """Forget a content."""
        self.place(digest).unlink(missing_ok=True)

    def sweep(self, *, at: datetime) -> int:
        """Remove what a crash left unfinished more than an hour ago; returns how many files."""
        left = list(self.folder.glob(f"{UNFINISHED}*"))
        old = [path for path in left if at.timestamp() - path.stat().st_mtime > UNFINISHED_SECONDS]
        for path in old:
            path.unlink(missing_ok=True)
        return len(old)


def _make(folder: Path) -> None:
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)


def _sync(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)

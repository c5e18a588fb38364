"""What a letter says of a round of monitoring, with its files: the note, or the page of one body."""

import logging
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from pathlib import Path

from sqlalchemy import select
from sqlmodel import Session, col

from models import Body, Channel, Official, ReportFile, Roadmap, RoundLetter
from models import Snapshot as SnapshotRow
from models.settings import Settings
from roadmap.letters import Attachment, Part
from roadmap.letters.monitoring_parts import Enclosed, page_part, report_part
from roadmap.monitoring.report.view import Page, Pages
from roadmap.monitoring.snapshot import Snapshot
from tasks.files.errors import DocumentRefused
from tasks.files.evidence import DOCX, PDF, XLSX
from tasks.files.store import Store
from tasks.monitoring.report.build import page_file
from tasks.monitoring.rounds.mailing import newest_report
from tasks.people.links import official_url

logger = logging.getLogger(__name__)
MOST_BYTES = 10 * 1024 * 1024
"""Of all the files of a letter together: many mail servers refuse what is larger once encoded."""
ENCLOSED = (DOCX.media_type, PDF.media_type, XLSX.media_type)


class RoundParts:
    """Makes the parts of the letters of one batch; each snapshot is read once, and each file of a note."""

    def __init__(self, session: Session, settings: Settings, letters: Iterable[RoundLetter], *, at: datetime) -> None:
        self._settings = settings
        self._rounds: dict[int, _Told] = {}
        self._contents: dict[str, bytes] = {}
        bodies: dict[int, set[int]] = {}
        for letter in letters:
            bodies.setdefault(letter.round_id, set()).update({letter.body_id} if letter.body_id else ())
        for round_id, some in bodies.items():
            if (snapshot_id := newest_report(session, round_id)) is not None:
                self._rounds[round_id] = _Told(session, snapshot_id, some, store=Store(settings.files), at=at)

    def parts(self, letters: Sequence[RoundLetter], official: Official, channel: Channel) -> Iterator[Part]:
        """The parts of one letter, the notes first; files only where they fit into it and the channel takes any."""
        told = [one for one in sorted(letters, key=lambda one: one.part) if one.round_id in self._rounds]
        files = {one.id: self._rounds[one.round_id].files(one) for one in told}
        size = sum(file.size for several in files.values() for file in several)
        fits = channel.kind == "email" and size <= MOST_BYTES
        for one in told:
            enclosed = Enclosed(
                files=self._attached(files[one.id]) if fits else (), url=self._url(one.round_id, official, channel)
            )
            row = self._rounds[one.round_id]
            if one.part == "note":
                yield report_part(row.snapshot, enclosed, decides=official.role == "coordinator")
            elif one.body_id is not None and one.body_id in row.bodies:
                yield page_part(row.page(one.body_id), row.snapshot.period, enclosed)

    def _url(self, round_id: int, official: Official, channel: Channel) -> str:
        if official.role == "coordinator":
            return f"{self._settings.pages_url}/control/monitoring/{round_id}"
        return official_url(self._settings, official, channel.id, path=f"/monitoring/{round_id}")

    def _attached(self, files: Sequence[ReportFile]) -> tuple[Attachment, ...]:
        """All of the files or none: a file lost from the disk must not hold up the letter, its words say where."""
        try:
            return tuple(Attachment(file.name, file.media_type, self._content(file)) for file in files)
        except FileNotFoundError as lost:
            logger.warning("a file of a note is not in its place: %s", Path(lost.filename).name)
            return ()

    def _content(self, file: ReportFile) -> bytes:
        if file.file_hash in self._contents:
            return self._contents[file.file_hash]
        content = Store(self._settings.files).read(file.file_hash)
        if file.body_id is None:
            self._contents[file.file_hash] = content
        return content


class _Told:
    """One note and what a batch of letters tells of it."""

    def __init__(self, session: Session, snapshot_id: int, bodies: set[int], *, store: Store, at: datetime) -> None:
        row = session.get_one(SnapshotRow, snapshot_id)
        self.snapshot = Snapshot.model_validate(row.content)
        roadmap = session.get_one(Roadmap, self.snapshot.roadmap)
        found = select(Body).where(col(Body.roadmap_code) == roadmap.code)
        everybody = list(session.execute(found).scalars())
        self.bodies = {body.id: body for body in everybody if body.id in bodies}
        self._named = Counter(body.short for body in everybody)
        self._pages = Pages(self.snapshot, zone=roadmap.zone)
        whole = select(ReportFile).where(col(ReportFile.snapshot_id) == snapshot_id, col(ReportFile.body_id).is_(None))
        listed = session.execute(whole.order_by(col(ReportFile.id))).scalars()
        self._whole = [file for file in listed if file.media_type in ENCLOSED]
        loaded = (self.snapshot, self._pages)
        self._own: dict[int | None, ReportFile] = {}
        for body_id in sorted(bodies):
            try:
                file = page_file(session, snapshot_id, body_id, store=store, at=at, loaded=loaded)
            except DocumentRefused as full:
                # The words of the page go all the same, with the link: no letter waits for room on the disk.
                logger.warning("the page of a body was not written: %s", full)
                continue
            if file is not None:
                self._own[body_id] = file

    def files(self, letter: RoundLetter) -> list[ReportFile]:
        """The files of a part: of the note its own, of a page that of its body only."""
        if letter.part == "note":
            return self._whole
        own = self._own.get(letter.body_id)
        return [own] if own is not None else []

    def page(self, body_id: int) -> Page:
        """What the page of a body says."""
        body = self.bodies[body_id]
        return self._pages.page(body.code, body.short, is_alone=self._named[body.short] == 1)

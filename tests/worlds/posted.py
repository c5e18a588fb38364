"""A round whose note is written, its letters, and a mail server that keeps what leaves."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from email.message import EmailMessage
from io import BytesIO
from typing import Any

import docx
from fpdf import FPDF
from sqlalchemy import Engine
from sqlmodel import col, select

from models import Absence, ControlPoint, Item, Mute, Notice, Official, ReportFile, Round, RoundLetter, RoundStep
from models.db import open_session
from models.settings import Settings
from roadmap.calendar.office_hours import OfficeHours
from roadmap.monitoring.indicators.submission import Given
from tasks.daily.control_day import control_day
from tasks.files.evidence import DOCX, PDF
from tasks.files.store import Store
from tasks.letters.deliver import DeliveryReport, deliver
from tasks.monitoring.rounds.mailing import queue, queue_missed
from tasks.monitoring.rounds.snapshot import compute, keep
from tests.parts.mail import MailServer, words
from tests.parts.papers import pdf_text
from tests.worlds.monitored import Monitored

NOTE_DAY = date(2027, 7, 14)
NINE = datetime(2027, 7, 14, 6, 30, tzinfo=UTC)
DAY = timedelta(days=1)
SITE = "https://vekha.example.org"
TOWNS = {"sochi": "г. Сочи", "anapa": "г. Анапа", "eysk": "Ейский район"}


@dataclass
class Posted:
    """A round, its letters, and what a test does to them."""

    monitored: Monitored
    settings: Settings
    mail_server: MailServer

    @property
    def engine(self) -> Engine:
        return self.monitored.engine

    def note(self, *, size: int = 0) -> int:
        """A round whose note is written: two towns answered, the third was silent; returns its id."""
        self.monitored.on = date(2027, 7, 6)
        round_id = int(self.monitored.round())
        self.monitored.give(round_id, "sochi", Given("trained", 13, 100), Given("events", 4242))
        self.monitored.give(round_id, "anapa", Given("trained", 5, 111), Given("events", 7373))
        with open_session(self.engine) as session:
            snapshot = compute(session, round_id, as_of=NINE, today=NOTE_DAY)
            row = keep(session, round_id, snapshot, at=NINE)
            session.add(RoundStep(round_id=round_id, step="sent", done_at=NINE))
            document = docx.Document()
            document.add_paragraph(f"Аналитическая справка за {snapshot.period}")
            document.save(made := BytesIO())
            files: list[tuple[str, str, bytes, int | None]] = [
                ("Справка за II квартал 2027 г.docx", DOCX.media_type, made.getvalue(), None)
            ]
            files.append(("Справка за II квартал 2027 г.pdf", PDF.media_type, pdf("the note", size), None))
            for code in TOWNS:
                own = pdf(f"page of {code}")
                files.append((self.page_name(code), PDF.media_type, own, self.monitored.bodies[code]))
            for name, media_type, content, body_id in files:
                session.add(self._stored(row.id or 0, name, media_type, content, body_id))
        return round_id

    def page_name(self, town: str) -> str:
        """As the note names the page of a body."""
        return f"Страница участника — {TOWNS[town]} — за II квартал 2027 г.pdf"

    def _stored(self, snapshot_id: int, name: str, media_type: str, content: bytes, body_id: int | None) -> ReportFile:
        digest = Store(self.settings.files).keep(content)
        facts: dict[str, Any] = {"media_type": media_type, "file_hash": digest, "size": len(content), "made_at": NINE}
        return ReportFile(snapshot_id=snapshot_id, name=name, body_id=body_id, **facts)

    def queued(self, round_id: int, on: date = NOTE_DAY) -> int:
        with open_session(self.engine) as session:
            return queue(session, round_id, today=on, at=at(on), hours=OfficeHours())

    def queued_missed(self, on: date) -> int:
        with open_session(self.engine) as session:
            return queue_missed(session, "krai", today=on, at=at(on), hours=OfficeHours())

    def controlled(self, on: date) -> None:
        assert not control_day(self.engine, today=on, at=at(on)).failed

    def delivered(self, on: date = NOTE_DAY) -> DeliveryReport:
        report = deliver(self.engine, settings=self.settings, at_source=lambda: at(on) + timedelta(minutes=1))
        assert not report.errors
        return report

    def put(self) -> set[tuple[str, str, date]]:
        """(post, part, day of the letter) of everything put."""
        with open_session(self.engine) as session:
            rows = session.exec(
                select(col(Official.post), col(RoundLetter.part), col(Notice.on_day))
                .join(Notice, col(Notice.id) == RoundLetter.notice_id)
                .join(Official, col(Official.id) == Notice.official_id)
            )
            return {(post, part, day) for post, part, day in rows}

    @property
    def to(self) -> list[str]:
        """Who got a letter, by the name before example.org."""
        return sorted(letter["To"].partition("@")[0] for letter in self.mail_server.letters)

    def letter(self, name: str) -> EmailMessage:
        """The one letter to an address at example.org."""
        [letter] = [one for one in self.mail_server.letters if one["To"] == f"{name}@example.org"]
        assert isinstance(letter, EmailMessage)
        return letter

    def texts(self, name: str) -> list[str]:
        """The plain text of every letter to an address."""
        return [words(one) for one in self.mail_server.letters if one["To"] == f"{name}@example.org"]

    def text(self, name: str) -> str:
        return words(self.letter(name))

    def html(self, name: str) -> str:
        return words(self.letter(name), "html")

    def files(self, name: str) -> dict[str, bytes]:
        """What is attached to the letter of an address."""
        parts = {part.get_filename(): part.get_payload(decode=True) for part in self.letter(name).iter_attachments()}
        return {f"{title}": content for title, content in parts.items() if isinstance(content, bytes)}

    def pdf_text(self, content: bytes) -> str:
        return pdf_text(content)

    def due(self, day: date) -> None:
        """The rector has something due that day."""
        with open_session(self.engine) as session:
            item = session.exec(select(Item).where(Item.code == "1")).one()
            facts: dict[str, Any] = {
                "opens_on": day - 90 * DAY,
                "due_on": day,
                "deadline_on": day,
                "next_check_on": day,
            }
            facts |= {"item_id": item.id, "owner_id": item.owner_id, "roadmap_code": "krai", "key": f"krai/1/-/{day}"}
            session.add(ControlPoint(status="open", **facts))

    def absent(self, post: str, deputy: str) -> None:
        with open_session(self.engine) as session:
            who, stands_in = (
                session.exec(select(Official).where(Official.post == one)).one().id or 0 for one in (post, deputy)
            )
            days: dict[str, Any] = {"starts_on": NOTE_DAY - DAY, "ends_on": NOTE_DAY + DAY}
            session.add(Absence(official_id=who, deputy_id=stands_in, set_by="тест", set_at=NINE, **days))

    def mute(self, until: date, *, of_round: int | None = None) -> None:
        """Nothing is sent to Sochi, or about the item of a round, until the day."""
        with open_session(self.engine) as session:
            facts: dict[str, Any] = {"reason": "паводок", "until": until, "set_by": "координатор", "set_at": NINE}
            if of_round is None:
                facts["body_id"] = self.monitored.bodies["sochi"]
            else:
                point = session.get_one(ControlPoint, session.get_one(Round, of_round).point_id)
                facts["item_id"] = point.item_id
            session.add(Mute(roadmap_code="krai", **facts))


def at(day: date) -> datetime:
    """Half past nine in Moscow."""
    return datetime(day.year, day.month, day.day, 6, 30, tzinfo=UTC)


def pdf(line: str, size: int = 0) -> bytes:
    page = FPDF()
    page.add_page()
    page.set_font("helvetica", size=14)
    page.cell(text=line)
    return bytes(page.output()) + b"%" * size

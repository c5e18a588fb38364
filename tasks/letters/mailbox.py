"""A letter as a mail message, and the local mailbox: one .eml file a letter, for any mail program to open."""

import os
import re
from datetime import datetime
from email.header import Header
from email.message import Message
from email.mime.application import MIMEApplication
from email.mime.multipart import MIMEMultipart
from email.mime.text import MIMEText
from email.policy import compat32
from email.utils import format_datetime, formataddr
from pathlib import Path

from models import Notice
from roadmap.letters import Attachment, Letter

SENDER = "vekha@example.org"
CALENDAR_NAME = "сроки.ics"
#: The older message classes: they build a letter five times faster than those of ``email.message``.
SMTP_LINES = compat32.clone(linesep="\r\n")


def message(letter: Letter, *, notice: Notice, sender: tuple[str, str], address: str, at: datetime) -> MIMEMultipart:
    """Text and HTML side by side; the deadlines and other files beside them where there are any.

    ``Message-ID`` is the notice's own, so that a second copy is known as such.
    """
    name = f"vekha-{notice.on_day:%Y%m%d}-{notice.id}"
    # «=_» stands in no part, whatever it says: all are base64 (RFC 2045, 6.7); a boundary not given is searched for.
    words = MIMEMultipart("alternative", boundary=f"=_{name}-words", policy=SMTP_LINES)
    words.attach(MIMEText(letter.text, "plain", "utf-8"))
    words.attach(MIMEText(letter.html, "html", "utf-8"))
    mail = words
    if letter.calendar or letter.files:
        mail = MIMEMultipart("mixed", boundary=f"=_{name}", policy=SMTP_LINES)
        mail.attach(words)
        if letter.calendar:
            mail.attach(_attached(letter.calendar))
        for file in letter.files:
            mail.attach(_file(file))
    mail["Subject"] = Header(letter.subject, "utf-8", header_name="Subject").encode(linesep="\r\n")
    mail["From"] = formataddr(sender)
    mail["To"] = address
    if letter.reply_to:
        mail["Reply-To"] = letter.reply_to
    mail["Date"] = format_datetime(at)
    mail["Message-ID"] = f"<{name}@{sender[1].partition('@')[2]}>"
    mail["Auto-Submitted"] = "auto-generated"
    return mail


def _attached(calendar: str) -> MIMEText:
    """The part named «сроки.ics»; the method stands beside the type as well, or mail programs show plain text."""
    part = MIMEText(calendar, "calendar", "utf-8", policy=SMTP_LINES)
    part.set_param("method", "PUBLISH")
    part.set_param("name", CALENDAR_NAME, charset="utf-8")
    part.add_header("Content-Disposition", "attachment", filename=("utf-8", "", CALENDAR_NAME))
    return part


def _file(file: Attachment) -> MIMEApplication:
    """The name stands beside the type as well: older mail programs look for it there."""
    part = MIMEApplication(file.content, file.media_type.partition("/")[2], policy=SMTP_LINES)
    part.set_type(file.media_type)
    part.set_param("name", file.name, charset="utf-8")
    part.add_header("Content-Disposition", "attachment", filename=("utf-8", "", file.name))
    return part


def put(folder: Path, mail: Message, *, notice: Notice, address: str) -> Path:
    """Write ``<folder>/YYYY-MM-DD/<id>-<address>.eml`` whole or not at all; the same notice gives the same file."""
    day = folder / f"{notice.on_day:%Y-%m-%d}"
    day.mkdir(parents=True, exist_ok=True)
    safe_address = re.sub(r"[^\w.@+-]", "_", address)
    path = day / f"{notice.id:06d}-{safe_address}.eml"
    unfinished = path.with_suffix(".tmp")
    with unfinished.open("wb") as file:
        file.write(mail.as_bytes())
        file.flush()
        os.fsync(file.fileno())
    unfinished.replace(path)
    return path

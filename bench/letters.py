"""Letters through the outbox to a local SMTP server against bare smtplib with a connection per letter.

The bare side gets subject, text, HTML and the calendar ready in memory, builds the same message and sends it: no
outbox, no record.
"""

import smtplib
import subprocess
import sys
import tempfile
import time
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

from pydantic import SecretStr
from sqlalchemy import Engine, update

from bench.control_sides import build
from bench.table import show
from models import Notice
from models.db import engine_for, open_session
from models.lifecycle.outbox import claim
from models.settings import Settings
from tasks.daily.control_day import control_day
from tasks.letters.compose import Parcel, compose
from tasks.letters.deliver import deliver
from tasks.letters.mailbox import message

LETTERS = 300
ROUNDS = 5
AIM = 0.5
ON = date(2027, 5, 26)
AT = datetime(2027, 5, 26, 12, 0, tzinfo=UTC)
FROM = ("Веха", "vekha@example.org")

#: The server runs in a process of its own and counts what it got.
SINK = """
import sys
from aiosmtpd.controller import Controller
class Sink:
    received = 0
    async def handle_DATA(self, server, session, envelope):
        Sink.received += 1
        return "250 OK"
server = Controller(Sink(), hostname="127.0.0.1", port=0)
import socket
with socket.socket() as probe:
    probe.bind(("127.0.0.1", 0))
    server.port = probe.getsockname()[1]
server.start()
print(server.port, flush=True)
for _ in sys.stdin:
    print(Sink.received, flush=True)
server.stop()
"""


def run(letters: int = LETTERS) -> list[dict[str, Any]]:
    """Letters per second of the whole delivery (claim, compose, send, record) and of bare smtplib, same letters."""
    with (
        tempfile.TemporaryDirectory() as folder,
        subprocess.Popen(
            [sys.executable, "-c", SINK], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        ) as sink,
    ):
        assert sink.stdin is not None
        assert sink.stdout is not None
        try:
            port = int(sink.stdout.readline())
            database = Path(folder) / "bench.db"
            build(database, letters * 12)
            engine = engine_for(f"sqlite:///{database}")
            if control_day(engine, today=ON, at=AT).notices < letters:
                raise RuntimeError("too few letters to measure")
            url = SecretStr(f"mailto://127.0.0.1:{port}?from={FROM[1]}")
            settings = Settings(_env_file=None, data=Path(folder), mail_url=url)
            parcels = _ready(engine, letters, settings)
            bare, ours, sent = 0.0, 0.0, 0
            # By turns, so that a busy machine slows both sides alike.
            for n in range(ROUNDS):
                bare += _bare(parcels[n::ROUNDS], port)
                started = time.perf_counter()
                sent += deliver(engine, settings=settings, at_source=lambda: AT, limit=letters // ROUNDS).sent
                ours += time.perf_counter() - started
            print("?", file=sink.stdin, flush=True)
            received = int(sink.stdout.readline())
            if sent != letters or received != 2 * letters:
                raise RuntimeError(f"{received} letters received of {2 * letters}, {sent} delivered")
        finally:
            sink.stdin.close()
    ratio = bare / ours
    row = {"name": f"letters to a local SMTP server, {letters}", "value": letters / ours, "unit": "/s"}
    return [row | {"peer": letters / bare, "ratio": ratio, "aim": f"≥ {AIM:g}", "ok": ratio >= AIM}]


def _ready(engine: Engine, letters: int, settings: Settings) -> list[Parcel]:
    """The letters as the delivery will compose them; the claims are given back."""
    with open_session(engine) as session:
        parcels = compose(session, claim(session, at=AT, limit=letters), at=AT, settings=settings)
        session.execute(update(Notice).values(state="queued", attempts=0, claimed_until=None))
    return parcels


def _bare(parcels: list[Parcel], port: int) -> float:
    started = time.perf_counter()
    for parcel in parcels:
        address = parcel.channel.address
        assert parcel.letter is not None
        mail = message(parcel.letter, notice=parcel.notice, sender=FROM, address=address, at=AT)
        with smtplib.SMTP("127.0.0.1", port) as server:
            server.sendmail(FROM[1], [address], mail.as_bytes())
    return time.perf_counter() - started


if __name__ == "__main__":
    show(run())

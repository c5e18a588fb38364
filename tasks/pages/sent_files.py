"""The files of a round that were sent to an official, for the official's own page."""

from datetime import datetime

from sqlmodel import Session, col, select

from models import Channel, Official, ReportFile, RoundLetter
from models.queries.rounds import enclosed_letters
from tasks.files.store import Store
from tasks.monitoring.report.build import page_file
from tasks.monitoring.rounds.mailing import newest_report


def sent_files(
    session: Session, official: Official, round_id: int, *, store: Store, at: datetime
) -> list[ReportFile] | None:
    """The files of what was put into letters of the official, as the newest note has them; None when nothing was."""
    sent = (
        enclosed_letters()
        .join(Channel, col(Channel.id) == col(RoundLetter.channel_id))
        .where(col(RoundLetter.round_id) == round_id, col(Channel.official_id) == official.id)
    )
    letters = session.execute(sent).scalars().all()
    snapshot_id = newest_report(session, round_id) if letters else None
    if snapshot_id is None:
        return None
    whole = select(ReportFile).where(ReportFile.snapshot_id == snapshot_id, col(ReportFile.body_id).is_(None))
    files = list(session.exec(whole.order_by(col(ReportFile.id)))) if any(one.part == "note" for one in letters) else []
    for one in letters:
        if one.body_id is not None:
            own = page_file(session, snapshot_id, one.body_id, store=store, at=at)
            files += [own] if own is not None else []
    session.flush()
    return files

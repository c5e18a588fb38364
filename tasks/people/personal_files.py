"""Files of the data folder that name a person: letters in the local mailbox, evidence that the person gave."""

import io
import zipfile
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from email import message_from_bytes, policy
from email.errors import MessageError
from pathlib import Path
from re import sub

from sqlalchemy import func, select, update
from sqlmodel import Session, col

from models import ControlPoint, Evidence, Official
from models.personal import KnownPeople
from models.settings import Settings
from tasks.files.store import Store

#: Of one file or part of an archive so much is looked through, in bytes.
MOST_READ = 20 * 1024 * 1024
GONE = " [файл удалён вместе с персональными данными]"


@dataclass(frozen=True, slots=True)
class GivenFile:
    """A file that a person gave as evidence; ``is_personal``: its name or its content says the person's own."""

    evidence_id: int
    point_key: str
    name: str
    hash: str
    path: Path
    is_personal: bool


def letters_naming(settings: Settings, known: KnownPeople) -> list[Path]:
    """Letters in the local mailbox that go to the person or name him, by their names."""
    if not settings.letters.is_dir():
        return []
    found = (path for path in settings.letters.rglob("*") if path.suffix in (".eml", ".tmp"))
    return sorted(path for path in found if known.names(path.stem.partition("-")[2]) or _mail_names(path, known))


def given_files(session: Session, settings: Settings, official: Official, known: KnownPeople) -> list[GivenFile]:
    """The files that an official gave as evidence, the oldest first."""
    found = (
        select(Evidence, col(ControlPoint.key))
        .join(ControlPoint, col(ControlPoint.id) == col(Evidence.point_id))
        .where(col(Evidence.official_id) == official.id, col(Evidence.file_hash).is_not(None))
        .order_by(col(Evidence.id))
    )
    files, store = [], Store(settings.files)
    for row, key in session.execute(found).tuples():
        path = store.place(row.file_hash or "")
        is_personal = known.names(row.file_name or "") or (path.is_file() and _names(path, known))
        files.append(GivenFile(row.id or 0, key, row.file_name or "", row.file_hash or "", path, is_personal))
    return files


def remove_given(session: Session, store: Store, files: Collection[GivenFile]) -> None:
    """The evidence keeps its words and day; a content that nobody else gave is deleted."""
    for file in files:
        gone = {"file_hash": None, "file_name": None, "media_type": None, "size": None}
        words = {"words": Evidence.words + GONE}
        session.execute(update(Evidence).where(col(Evidence.id) == file.evidence_id).values(**gone, **words))
        others = select(func.count()).select_from(Evidence).where(col(Evidence.file_hash) == file.hash)
        if session.execute(others).scalar_one() == 0:
            store.remove(file.hash)


def _mail_names(path: Path, known: KnownPeople) -> bool:
    try:
        mail = message_from_bytes(path.read_bytes(), policy=policy.default)
        heads = " ".join(f"{value}" for value in mail.values())
        texts = (str(part.get_content()) for part in mail.walk() if part.get_content_maintype() == "text")
        return known.names(heads) or any(known.names(sub("<[^>]*>", " ", text)) for text in texts)
    except FileNotFoundError:
        return False
    except (MessageError, LookupError, ValueError):
        # A letter that cannot be taken apart is looked through as it lies: it is not taken for one without names.
        return _names(path, known)


def _names(path: Path, known: KnownPeople) -> bool:
    return any(known.names(text) for text in _texts(path))


def _texts(path: Path) -> Iterator[str]:
    """The words of an Office file with its properties; of any other file what can be read without a reader for it."""
    with path.open("rb") as file:
        content = file.read(MOST_READ)
    if not zipfile.is_zipfile(path):
        for encoding in ("utf-8", "cp1251", "utf-16-be", "utf-16-le"):
            yield content.decode(encoding, "ignore")
        return
    try:
        with zipfile.ZipFile(path) as archive:
            for part in archive.infolist():
                if part.filename.endswith((".xml", ".rels", ".txt")):
                    with archive.open(part) as opened:
                        words = io.TextIOWrapper(opened, "utf-8", "ignore").read(MOST_READ)
                    yield sub("<[^>]*>", "", words)
                    yield sub("<[^>]*>", " ", words)
    except (zipfile.BadZipFile, NotImplementedError, RuntimeError):
        return

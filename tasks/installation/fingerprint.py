"""A process works only with the settings of its installation: another's would swallow letters in silence."""

import hashlib
import secrets
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path

from sqlalchemy import Engine
from sqlmodel import Session

from models import db
from models.db import open_session
from models.db.locks import lock_installation
from models.db.migrate import refuse_other_schema, refuse_unfinished
from models.settings import Settings
from models.tables.installation import Installation
from tasks.people.links import known_key, signing_key

FILE = "installation.id"
MARKS = "installation.marks"
KEPT = 10
"""Marks that stay in the folder: a database put back from a copy still knows one of them."""
COPY = "VEKHA_DATA — здесь копия папки данных, а не она сама: подключите общую папку"


class ForeignSettings(RuntimeError):
    """The settings of this process are not those of the installation; the text is one Russian line."""


@dataclass(frozen=True, slots=True)
class Fingerprint:
    """What must be the same everywhere; no secret can be read off it."""

    folder: str
    link_key: str
    mail: str
    public_url: str


#: Field → (the variable, what differs).
WORDS = {
    "folder": ("VEKHA_DATA", "другая папка данных"),
    "link_key": ("VEKHA_LINK_KEY", "другой ключ личных ссылок"),
    "mail": ("VEKHA_MAIL_URL", "письма уходят не туда: почтовый сервер задан не везде"),
    "public_url": ("VEKHA_PUBLIC_URL", "другой адрес страниц"),
}


def fingerprint(settings: Settings) -> Fingerprint:
    """Of this process; what it has none of is empty, and nothing is made up."""
    path = settings.data / FILE
    key = known_key(settings)
    return Fingerprint(
        folder=path.read_text(encoding="ascii", errors="replace").strip() if path.exists() else "",
        link_key=hashlib.sha256(f"vekha link key {key}".encode()).hexdigest()[:16] if key else "",
        mail="server" if settings.mail_url else "folder",
        public_url=settings.public_url or "",
    )


def establish(session: Session, settings: Settings, *, at: datetime) -> None:
    """Who comes first to a new database says what its installation is.

    Who comes at the same moment waits, and finds it said.
    """
    if _known(session) is None:
        lock_installation(session, at=at)
        if _known(session) is None:
            adopt(session, settings, at=at)


def adopt(session: Session, settings: Settings, *, at: datetime) -> None:
    """Make the settings of this process those of the installation."""
    lock_installation(session, at=at)
    path = settings.data / FILE
    if not path.exists():
        path.write_text(f"{secrets.token_hex(16)}\n", encoding="ascii")
    signing_key(settings)  # made now, where there is none: later it would differ from what is noted here
    mine = fingerprint(settings)
    row = _known(session)
    mark = _new_mark(settings.data, row)
    if row is None or asdict(mine) != {name: getattr(row, name) for name in WORDS}:
        session.merge(Installation(id=1, set_at=at, folder_mark=mark, **asdict(mine)))
    else:
        row.folder_mark = mark
        session.add(row)


def renew_mark(session: Session, data: Path) -> None:
    """From now on the folder belongs to this database; one that was its copy, or that it was copied from, does not."""
    if (row := _known(session)) is not None:
        row.folder_mark = _new_mark(data, row)
        session.add(row)


def _new_mark(data: Path, row: Installation | None) -> str:
    """Written into the folder before the row: whoever compares meanwhile finds the old mark in the file."""
    mark = secrets.token_hex(8)
    known = [one for one in [*_marks(data), row.folder_mark if row else ""] if one]
    (data / MARKS).write_text("\n".join([*known[-KEPT:], mark]) + "\n", encoding="ascii")
    return mark


def _known(session: Session) -> Installation | None:
    """The row, once somebody has said what it holds."""
    row = session.get(Installation, 1)
    return row if row is not None and row.folder else None


def _marks(data: Path) -> list[str]:
    path = data / MARKS
    return path.read_text(encoding="ascii", errors="replace").split() if path.exists() else []


def _is_copy(row: Installation, settings: Settings) -> bool:
    """The folder has the right name but not what the last start wrote into it: another host does not see this one."""
    return bool(row.folder_mark) and row.folder_mark not in _marks(settings.data)


def differences(session: Session, settings: Settings, *, sends: bool = True) -> list[str]:
    """How the settings of this process differ, a line a variable; empty where the installation is not known yet.

    ``sends`` off: a process that sends nothing need not know the mail server, the pages for one.
    """
    row = _known(session)
    mine = fingerprint(settings)
    if row is None:
        return []
    names = [name for name in WORDS if sends or name != "mail"]
    found = [f"{WORDS[name][0]} — {WORDS[name][1]}" for name in names if getattr(mine, name) != getattr(row, name)]
    is_copy = mine.folder == row.folder and _is_copy(row, settings)
    return [COPY, *found] if is_copy else found


def refuse_foreign(session: Session, settings: Settings, *, sends: bool = True) -> None:
    """Raises ``ForeignSettings`` where they differ."""
    if found := differences(session, settings, sends=sends):
        raise ForeignSettings(
            f"Настройки этой программы не те, что у установки: {'; '.join(found)}. Задайте здесь те же или, если "
            "настройки установки сменились, выполните «vekha settings --adopt»"
        )


def refuse_other_folder(session: Session, settings: Settings) -> None:
    """Raises ``ForeignSettings`` where the database is of an installation with another data folder.

    Whoever starts an installation may change its other settings; a start from elsewhere must not take it over.
    """
    row = _known(session)
    if row is not None and fingerprint(settings).folder != row.folder:
        raise ForeignSettings(
            f"База данных принадлежит установке с другой папкой данных, а здесь — {settings.data}: задайте VEKHA_DATA "
            "или, если папка переехала без файла installation.id, выполните «vekha settings --adopt»"
        )
    if row is not None and _is_copy(row, settings):
        raise ForeignSettings(
            f"В {settings.data} — копия папки данных, а не она сама (файл {MARKS} не тот): подключите общую папку и "
            "укажите её в VEKHA_DATA или, если копия теперь и есть папка установки, выполните «vekha settings --adopt»"
        )


def own_engine() -> Engine:
    """The engine of the settings in force, for work that nobody watches.

    Raises ``ForeignSettings``, and ``DatabaseProblem`` where the schema is another than this program's, or a backup is
    being put back.
    """
    engine = db.engine()
    refuse_unfinished(Settings().data)
    refuse_other_schema(engine)
    with open_session(engine) as session:
        refuse_foreign(session, Settings())
    return engine

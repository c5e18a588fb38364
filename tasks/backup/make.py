"""An installation at work put into one file."""

import hashlib
import os
import shutil
import stat
import zipfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from tempfile import TemporaryDirectory

from models.settings import Settings
from tasks.backup import postgres, sqlite
from tasks.backup.databases import Place, held, named_files, places
from tasks.backup.manifest import NAME, BackupRefused, Held, Manifest, Part, installed
from tasks.files.store import UNFINISHED
from tasks.installation.fingerprint import FILE, MARKS

CHUNK = 1024 * 1024
KEYS = ("link.key",)
FOLDERS = ("files", "letters")
SINGLE = (FILE, MARKS, "contacts.yaml")
#: What each start makes anew, and what says who is at work now.
MADE_ANEW = ("logs", "prefect", "prefect.password", "up.lock", "lost+found")
SPARE = 64 * CHUNK
"""Bytes that stay free beside the copy."""
Advance = Callable[[int, int], None]
"""Hears of the bytes done and of all."""


@dataclass(frozen=True, slots=True)
class Made:
    """A backup that lies in its place."""

    file: Path
    manifest: Manifest
    size: int
    left_out: tuple[str, ...]
    """What lies in the data folder and is no part of a backup."""


@dataclass(slots=True)
class _Progress:
    total: int
    told: Advance
    done: int = field(default=0)

    def advance(self, size: int) -> None:
        self.done = min(self.done + size, self.total)
        self.told(self.done, self.total)


def back_up(settings: Settings, file: Path, *, with_keys: bool, at: datetime, progress: Advance) -> Made:
    """Put the installation into a new file, whole or not at all, while it goes on working. In this order:

    1. Prefect's database, then ours: a decision made between the two is in ours, and the next sync tells Prefect. The
       other way round Prefect would hold runs that ended by decisions which nobody has.
    2. Then the files: each was in its place before a row of ours named it. The marks of the folder come after the row
       that must be among them.

    Raises ``BackupRefused``: nothing to copy, the file is there already, no room, no fitting ``pg_dump``.
    """
    where = places(settings)
    if not where["vekha"].is_there:
        raise BackupRefused(f"Копировать нечего: {where['vekha'].words} ещё не заведена — проверьте VEKHA_DATA")
    _refuse_bad_target(file)
    chosen = [place for place in (where["prefect"], where["vekha"]) if place.is_there]
    for place in chosen:
        if place.engine != "sqlite":
            postgres.refuse_without_dump(place)
    databases = sum(_size(place) for place in chosen)
    size = databases + sum(path.stat().st_size for _, path in _files(settings.data, with_keys=with_keys))
    _refuse_without_room(file, databases + size + SPARE)
    told = _Progress(databases + size, progress)
    try:
        with TemporaryDirectory(dir=file.parent, prefix=f".{file.name}.unfinished-") as aside:
            whole = Path(aside) / "whole.zip"
            manifest = _write(whole, settings, chosen, Path(aside), with_keys=with_keys, at=at, told=told)
            whole.chmod(stat.S_IRUSR | stat.S_IWUSR)
            _refuse_bad_target(file)
            whole.replace(file)
    except OSError as refused:
        raise BackupRefused(
            f"Копия не сделана, {file.parent}: {refused.strerror}; освободите место или назовите другое"
        ) from refused
    progress(told.total, told.total)
    return Made(file, manifest, file.stat().st_size, _left_out(settings.data, with_keys=with_keys))


def _refuse_bad_target(file: Path) -> None:
    if not file.parent.is_dir():
        raise BackupRefused(f"Папки {file.parent} нет: создайте её или назовите другое место")
    if file.exists():
        raise BackupRefused(f"Файл {file} уже есть, прежняя копия не затирается: назовите другой")


def _refuse_without_room(file: Path, wanted: int) -> None:
    if (free := shutil.disk_usage(file.parent).free) < wanted:
        raise BackupRefused(
            f"В {file.parent} свободно {free // CHUNK} МБ, а для копии нужно {wanted // CHUNK + 1} МБ: освободите "
            "место или назовите другую папку"
        )


def _size(place: Place) -> int:
    """Of a SQLite database on the disk, with its log; of another as its server says, before it is pressed."""
    if place.engine == "sqlite":
        logs = place.path.with_name(f"{place.path.name}-wal")
        return sum(path.stat().st_size for path in (place.path, logs) if path.exists())
    with place.connected() as connection:
        return int(connection.exec_driver_sql("SELECT pg_database_size(current_database())").scalar_one())


def _files(data: Path, *, with_keys: bool) -> Iterator[tuple[str, Path]]:
    """Name in the backup and path of all that it holds beside the databases."""
    for name in (*SINGLE, *(KEYS if with_keys else ())):
        if (data / name).is_file():
            yield f"data/{name}", data / name
    for folder in FOLDERS:
        for path in sorted((data / folder).rglob("*")):
            is_unfinished = path.name.startswith(UNFINISHED) or path.suffix == ".tmp"
            if path.is_file() and not path.is_symlink() and not is_unfinished:
                yield f"data/{path.relative_to(data).as_posix()}", path


def _left_out(data: Path, *, with_keys: bool) -> tuple[str, ...]:
    """What somebody else has put into the folder: they should know that it is not in the copy."""
    known = {*SINGLE, *FOLDERS, *MADE_ANEW, *KEYS}
    mine = (path.name for path in data.iterdir() if path.name not in known and not path.name.startswith("vekha.db"))
    return tuple(sorted(mine)) + (() if with_keys else tuple(name for name in KEYS if (data / name).exists()))


def _write(
    whole: Path, settings: Settings, chosen: list[Place], aside: Path, *, with_keys: bool, at: datetime, told: _Progress
) -> Manifest:
    found: dict[str, Held] = {}
    named: set[str] = set()
    for place in chosen:
        found[place.name], files = _copied(place, aside, told)
        named |= files
    parts = []
    with zipfile.ZipFile(whole, "x", zipfile.ZIP_DEFLATED, compresslevel=6) as packed:
        for place in chosen:
            copy = aside / Path(place.part).name
            parts.append(_add(packed, place.part, copy, is_small=place.engine != "sqlite", told=told))
            copy.unlink()
        for name, path in _files(settings.data, with_keys=with_keys):
            try:
                # What officials send is pressed already.
                parts.append(_add(packed, name, path, is_small=name.startswith("data/files/"), told=told))
            except FileNotFoundError:
                continue  # an erasure took it meanwhile; the rows say whether it is missed
        kept = {part.name for part in parts}
        missing = sum(f"data/files/{digest[:2]}/{digest[2:]}" not in kept for digest in named)
        keys = tuple(name for name in KEYS if f"data/{name}" in kept)
        manifest = Manifest(installed("vekha"), installed("prefect"), at, keys, missing, found, tuple(parts))
        packed.writestr(NAME, manifest.to_json())
    sqlite.settle(whole)
    return manifest


def _copied(place: Place, aside: Path, told: _Progress) -> tuple[Held, set[str]]:
    """The copy of a database lies aside; what it holds, and which files its rows name."""
    copy = aside / Path(place.part).name
    if place.engine != "sqlite":
        done = postgres.dump(place, copy)
        told.advance(_size(place))
        return done
    sqlite.copy_database(place.path, copy, words=place.words, advance=told.advance)
    with Place(place.name, place.url.set(database=str(copy))).connected() as connection:
        return held(connection), named_files(connection) if place.name == "vekha" else set()


def _add(packed: zipfile.ZipFile, name: str, path: Path, *, is_small: bool, told: _Progress) -> Part:
    """Put a file in under a name; what is noted of it is what was read. Raises ``FileNotFoundError``."""
    digest, size = hashlib.sha256(), 0
    with path.open("rb") as source:
        entry = zipfile.ZipInfo.from_file(path, name, strict_timestamps=False)
        entry.compress_type = zipfile.ZIP_STORED if is_small else zipfile.ZIP_DEFLATED
        entry.external_attr = (stat.S_IFREG | 0o600) << 16
        with packed.open(entry, "w", force_zip64=os.fstat(source.fileno()).st_size > CHUNK * 1024) as target:
            while chunk := source.read(CHUNK):
                digest.update(chunk)
                target.write(chunk)
                size += len(chunk)
                told.advance(len(chunk))
    return Part(name, size, digest.hexdigest())

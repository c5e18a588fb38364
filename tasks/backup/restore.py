"""A backup put back into an empty place, and compared with what it says of itself."""

import hashlib
import os
import shutil
import zipfile
import zlib
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from sqlalchemy import NullPool, create_engine
from sqlmodel import Session

from models.db.migrate import UNFINISHED_RESTORE, is_newest
from models.private import keep_private
from models.settings import Settings
from tasks.backup import postgres, sqlite
from tasks.backup.databases import VARIABLES, Place, held, places
from tasks.backup.make import CHUNK, SPARE, Advance
from tasks.backup.manifest import (
    DATABASES,
    NAME,
    BackupDamaged,
    BackupRefused,
    Held,
    Manifest,
    Part,
    read_manifest,
    refuse_newer,
)
from tasks.installation.fingerprint import renew_mark

LARGEST_MANIFEST = 256 * CHUNK


@dataclass(frozen=True, slots=True)
class Target:
    """Where an installation is put back."""

    data: Path
    databases: Mapping[str, Place]

    def path_of(self, part: Part) -> Path:
        """Where a part comes to lie that is no dump of PostgreSQL."""
        kind, _, rest = part.name.partition("/")
        return self.data / rest if kind == "data" else self.databases[Path(rest).stem].path


def target_of(settings: Settings) -> Target:
    """The place that the settings in force name."""
    return Target(settings.data.resolve(), places(settings))


@contextmanager
def opened(file: Path) -> Iterator[tuple[zipfile.ZipFile, Manifest]]:
    """A backup and what it says of itself. Raises ``BackupDamaged``; ``BackupRefused`` where it is newer than this."""
    if not file.is_file():
        raise BackupRefused(f"Файла {file} нет: проверьте имя и место")
    try:
        with zipfile.ZipFile(file) as packed:
            if NAME not in packed.namelist() or packed.getinfo(NAME).file_size > LARGEST_MANIFEST:
                raise BackupDamaged(
                    f"{file} — не резервная копия «Вехи»: назовите файл, который сделала «vekha backup»"
                )
            manifest = read_manifest(packed.read(NAME).decode("utf-8", "replace"))
            refuse_newer(manifest)
            yield packed, manifest
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError) as broken:
        raise BackupDamaged(f"{file} — не резервная копия «Вехи», или она повреждена: возьмите другую") from broken
    except OSError as refused:
        where = refused.filename or file
        raise BackupRefused(
            f"{where}: с этим файлом не поработать ({refused.strerror}) — проверьте место и права"
        ) from refused


def refuse_damaged(packed: zipfile.ZipFile, manifest: Manifest, *, progress: Advance) -> None:
    """Read every part and write nothing. Raises ``BackupDamaged`` where one is not what was put in."""
    done, there = 0, set(packed.namelist())
    for part in manifest.parts:
        if part.name not in there:
            raise BackupDamaged(f"Копия повреждена: в ней нет «{part.name}»; возьмите другую")
        _carry(packed, part, None)
        done += part.size
        progress(done, manifest.size * 2)


def restore(file: Path, target: Target, *, progress: Advance, is_trial: bool = False) -> Manifest:
    """Put a backup back. Refused, and nothing written, where the file is damaged or newer than this program, or the
    place is not empty; ``is_trial`` stops there.

    A mark lies in the folder until all is back and compared: no program works with a folder that has one. Raises
    ``BackupRefused``.
    """
    with opened(file) as (packed, manifest):
        refuse_unfit(target, manifest)
        refuse_damaged(packed, manifest, progress=progress if not is_trial else _half(progress))
        if is_trial:
            return manifest
        target.data.mkdir(parents=True, exist_ok=True)
        keep_private(target.data)
        mark = target.data / UNFINISHED_RESTORE
        with mark.open("x", encoding="utf-8") as note:  # who comes at the same moment is refused
            note.write(f"{file.name}\n")
        try:
            unpack(packed, manifest, target, progress=progress)
            if found := differences(manifest, target):
                raise BackupRefused(f"Восстановленное отличается от копии ({'; '.join(found)})")
            _renew_mark(target)
        except (BackupRefused, OSError) as broken:
            raise BackupRefused(
                f"{broken}. Восстановление не закончено: удалите {target.data}, опустошите базы PostgreSQL, если они "
                "есть, и повторите"
            ) from broken
        keep_private(target.data, whole=True)
        os.sync()
        mark.unlink()
        return manifest


def _half(progress: Advance) -> Advance:
    """The reading is all there is to do."""
    return lambda done, total: progress(done, total // 2)


def refuse_unfit(target: Target, manifest: Manifest) -> None:
    """Raises ``BackupRefused`` where the place is not empty, is of another kind, or has no room."""
    _refuse_full_folder(target.data)
    for name, wanted in manifest.databases.items():
        place = target.databases[name]
        if place.engine != wanted.engine:
            raise BackupRefused(_other_kind(name, wanted))
        if place.is_there:
            raise BackupRefused(f"Не пуста {place.words}: заведите пустую и назовите её в {VARIABLES[name]}")
        if place.engine != "sqlite":
            postgres.refuse_without_restore(place, wanted)
    there = next(folder for folder in (target.data, *target.data.parents) if folder.exists())
    if (free := shutil.disk_usage(there).free) < manifest.size + SPARE:
        raise BackupRefused(
            f"В {there} свободно {free // CHUNK} МБ, а нужно {(manifest.size + SPARE) // CHUNK + 1} МБ: освободите "
            "место или назовите другую папку в VEKHA_DATA, для проверки — в TMPDIR"
        )


def _refuse_full_folder(data: Path) -> None:
    if (data / UNFINISHED_RESTORE).exists():
        raise BackupRefused(
            f"В {data} осталось незавершённое восстановление: удалите эту папку, опустошите базы PostgreSQL, если они "
            "есть, и повторите"
        )
    if data.exists() and (not data.is_dir() or {path.name for path in data.iterdir()} - {"lost+found"}):
        raise BackupRefused(f"{data} — не пустая папка, а восстанавливают в пустую: назовите другую в VEKHA_DATA")


def _other_kind(name: str, wanted: Held) -> str:
    if wanted.engine == "sqlite":
        return f"{DATABASES[name]} в копии — файл SQLite: уберите настройку {VARIABLES[name]}"
    return f"{DATABASES[name]} в копии — PostgreSQL: назовите пустую базу PostgreSQL в {VARIABLES[name]}"


def unpack(packed: zipfile.ZipFile, manifest: Manifest, target: Target, *, progress: Advance) -> None:
    """Write every part where it belongs: the files, then the databases, ours last."""
    done = manifest.size
    with TemporaryDirectory(dir=target.data, prefix="unpacked-") as aside:
        for part in sorted(manifest.parts, key=lambda part: (part.name.startswith("databases/"), part.name)):
            if part.name.endswith(".pgdump"):
                copy = Path(aside) / Path(part.name).name
                _carry(packed, part, copy)
                postgres.put_back(target.databases[Path(part.name).stem], copy)
                copy.unlink()
            else:
                _carry(packed, part, target.path_of(part))
            done += part.size
            progress(done, manifest.size * 2)


def _carry(packed: zipfile.ZipFile, part: Part, to: Path | None) -> None:
    """Read a part, into a new file where one is named. Raises ``BackupDamaged``."""
    digest, size = hashlib.sha256(), 0
    if to is not None:
        to.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    with packed.open(part.name) as source, open(os.devnull if to is None else to, "wb" if to is None else "xb") as out:
        while chunk := source.read(CHUNK):
            size += len(chunk)
            if size > part.size:
                break
            digest.update(chunk)
            out.write(chunk)
    if (size, digest.hexdigest()) != (part.size, part.sha256):
        raise BackupDamaged(f"Копия повреждена: «{part.name}» не тот, что был записан; возьмите другую")


def differences(manifest: Manifest, target: Target) -> list[str]:
    """What in a place is not what the backup says, a line each; empty where all is the same."""
    found = [
        f"{part.name}: другое содержание"
        for part in manifest.parts
        if not part.name.endswith(".pgdump") and not _is_same(part, target.path_of(part))
    ]
    for name, wanted in manifest.databases.items():
        place = target.databases[name]
        if place.engine == "sqlite" and (broken := sqlite.problem(place.path)):
            found.append(f"{DATABASES[name]}: {broken}")
            continue
        with place.connected() as connection:
            here = held(connection)
        if here.revision != wanted.revision:
            found.append(f"{DATABASES[name]}: схема {here.revision}, в копии {wanted.revision}")
        for table in sorted({*wanted.tables, *here.tables}):
            rows, were = here.tables.get(table), wanted.tables.get(table)
            if rows != were:
                found.append(f"{DATABASES[name]}, {table}: строк {rows or 0}, в копии {were or 0}")
            elif here.sums.get(table) != wanted.sums.get(table):
                found.append(f"{DATABASES[name]}, {table}: строки не те")
    return found


def _is_same(part: Part, path: Path) -> bool:
    if not path.is_file() or path.stat().st_size != part.size:
        return False
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest() == part.sha256


def _renew_mark(target: Target) -> None:
    """From now on this folder belongs to this database, and the folder that was copied does not."""
    engine = create_engine(target.databases["vekha"].url, poolclass=NullPool)
    if is_newest(engine):
        with Session(engine) as session:
            renew_mark(session, target.data)
            session.commit()

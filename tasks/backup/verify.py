"""A backup tried: put back into a place of its own, compared, and the place is gone."""

from contextlib import ExitStack
from pathlib import Path
from tempfile import TemporaryDirectory

from sqlalchemy import make_url

from models.settings import Settings
from tasks.backup import postgres
from tasks.backup.databases import VARIABLES, Place, places
from tasks.backup.make import Advance
from tasks.backup.manifest import DATABASES, BackupDamaged, BackupRefused, Manifest
from tasks.backup.restore import Target, differences, opened, refuse_damaged, refuse_unfit, unpack


def verify(file: Path, settings: Settings, *, progress: Advance) -> tuple[Manifest | None, list[str]]:
    """What the file says of itself, where it says anything, and how what comes out of it differs, a line each.

    A database of PostgreSQL is put back into a new one beside that of the settings. Raises ``BackupRefused`` where it
    cannot be tried here: it is newer than this program, there is no room, no server or program for it.
    """
    try:
        with ExitStack() as until_tried:
            packed, manifest = until_tried.enter_context(opened(file))
            try:
                data = Path(until_tried.enter_context(TemporaryDirectory(prefix="vekha-verify-")))
                databases = {}
                for name, held in manifest.databases.items():
                    place = places(settings)[name]
                    if held.engine == "sqlite":
                        path = data / ("vekha.db" if name == "vekha" else "prefect/prefect.db")
                        databases[name] = Place(name, make_url("sqlite://").set(database=str(path)))
                    elif place.engine == "sqlite":
                        raise BackupRefused(
                            f"{DATABASES[name]} в копии — PostgreSQL: для проверки назовите сервер в {VARIABLES[name]}"
                        )
                    else:
                        databases[name] = until_tried.enter_context(postgres.scratch(place))
                target = Target(data, databases)
                refuse_unfit(target, manifest)
                refuse_damaged(packed, manifest, progress=progress)
                unpack(packed, manifest, target, progress=progress)
                return manifest, differences(manifest, target)
            except BackupDamaged as damaged:
                return manifest, [str(damaged)]
    except BackupDamaged as damaged:
        return None, [str(damaged)]

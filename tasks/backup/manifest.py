"""What a backup says of itself: what made it, what stood in each table, the size and SHA-256 of every part."""

import json
import re
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import datetime
from importlib.metadata import PackageNotFoundError, version
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from models.db.migrate import newest_revision

NAME = "manifest.json"
FORMAT = 1
DATABASES = {"vekha": "база «Вехи»", "prefect": "база Prefect"}
"""In the order in which they are put back."""
#: Where parts may lie; what says otherwise was not made by us.
PART = re.compile(r"databases/(vekha|prefect)\.(sqlite|pgdump)|data/[^/\0]+(/[^/\0]+)*")


class BackupRefused(RuntimeError):
    """Nothing was written; the text is one Russian line that names the place and the remedy."""


class BackupDamaged(BackupRefused):
    """The file is not what was written once, or not a backup at all."""


@dataclass(frozen=True, slots=True)
class Part:
    """One file of the backup, as it must come out of it."""

    name: str
    size: int
    sha256: str


@dataclass(frozen=True, slots=True)
class Held:
    """What a database holds, read in one transaction."""

    engine: str
    """``sqlite`` or ``postgresql``."""
    server: int
    """Major version of the PostgreSQL server; 0 for SQLite."""
    revision: str
    """Of its schema; empty where no migration has run."""
    tables: Mapping[str, int]
    """Rows by table."""
    sums: Mapping[str, str]
    """PostgreSQL: a sum over the rows of each table. The copy of a SQLite database is the same byte for byte."""

    @property
    def rows(self) -> int:
        """Of all tables."""
        return sum(self.tables.values())


@dataclass(frozen=True, slots=True)
class Manifest:
    """Of one backup."""

    program: str
    prefect: str
    """The versions of Vekha and Prefect that made it."""
    made_at: datetime
    keys: tuple[str, ...]
    """Names of the key files in it."""
    missing: int
    """Files that rows name and the folder did not have when it was made."""
    databases: Mapping[str, Held]
    parts: tuple[Part, ...]

    @property
    def size(self) -> int:
        """Bytes of all that comes out of it."""
        return sum(part.size for part in self.parts)

    def to_json(self) -> str:
        """As it stands in the file."""
        return json.dumps({"format": FORMAT, **asdict(self)}, ensure_ascii=False, indent=1, default=_iso)


def read_manifest(text: str) -> Manifest:
    """Raises ``BackupDamaged``, and ``BackupRefused`` where a newer program made it."""
    try:
        found = json.loads(text)
        if found.pop("format") > FORMAT:
            raise BackupRefused(f"Копию сделала более новая «Веха» ({found['program']}): обновите программу")
        return _manifest(found)
    except (ValueError, KeyError, TypeError, AttributeError) as wrong:
        raise BackupDamaged("В файле нет описи копии, или она испорчена: возьмите другую копию") from wrong


def _manifest(found: dict[str, Any]) -> Manifest:
    found["made_at"] = datetime.fromisoformat(found["made_at"])
    found["keys"] = tuple(found["keys"])
    found["databases"] = {name: Held(**held) for name, held in found["databases"].items()}
    found["parts"] = tuple(Part(**part) for part in found["parts"])
    manifest = Manifest(**found)
    names = [part.name for part in manifest.parts]
    is_ours = all(PART.fullmatch(name) and not {".", ".."} & set(name.split("/")) for name in names)
    if not is_ours or len(set(names)) < len(names) or "vekha" not in manifest.databases:
        raise ValueError("names of parts")
    return manifest


def _iso(value: object) -> str:
    assert isinstance(value, datetime)
    return value.isoformat()


def refuse_newer(manifest: Manifest) -> None:
    """Raises ``BackupRefused`` where a database has a schema that this program does not know."""
    if (there := manifest.databases["vekha"].revision) > newest_revision():
        raise BackupRefused(
            f"Копия новее программы ({there}, программа знает {newest_revision()}; её сделала «Веха» "
            f"{manifest.program}): обновите программу"
        )
    prefect = manifest.databases.get("prefect")
    if prefect is not None and not _prefect_knows(prefect):
        raise BackupRefused(
            f"База Prefect в копии новее здешнего Prefect ({manifest.prefect} и {installed('prefect')}): обновите "
            "программу"
        )


def _prefect_knows(held: Held) -> bool:
    """Whether its migrations have one of this revision: it stands in the name of each file. Prefect is not imported."""
    spec = find_spec("prefect")
    if spec is None or not spec.submodule_search_locations or not held.revision:
        return not held.revision
    versions = Path(spec.submodule_search_locations[0]) / "server" / "database" / "_migrations" / "versions"
    return any((versions / held.engine).glob(f"*_{held.revision}_*.py"))


def installed(package: str) -> str:
    """The version of a package; empty where it is not installed as one."""
    try:
        return version(package)
    except PackageNotFoundError:
        return ""

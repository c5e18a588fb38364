"""What is installed, against what the program was made for."""

import platform
from collections.abc import Iterable, Iterator
from importlib.metadata import PackageNotFoundError, metadata, requires, version

from packaging.requirements import Requirement
from packaging.specifiers import SpecifierSet

from deployments.doctor.finding import Finding, bad, good
from models.db.migrate import newest_revision

NAME = "Версии"
REMEDY = "установите по requirements.txt: pip install --require-hashes -r requirements.txt"


def as_required() -> Iterator[Finding]:
    """Python and every package that the program names."""
    python, wanted = platform.python_version(), metadata("vekha")["Requires-Python"] or ""
    if not SpecifierSet(wanted).contains(python, prereleases=True):
        yield bad(NAME, f"Python {python}, а нужен {wanted}", "установите «Веху» в окружение с этим Python")
    if wrong := misfits(requires("vekha") or ()):
        yield bad(NAME, f"установлено не то, что нужно: {'; '.join(wrong)}", REMEDY)
    known = f"Веха {version('vekha')}, Prefect {version('prefect')}, Python {python}, схема {newest_revision()}"
    yield good(NAME, known)


def misfits(requirements: Iterable[str]) -> list[str]:
    """«fastapi 0.155.0 (нужно <0.151)» for each that is missing or of another version."""
    found = []
    for one in map(Requirement, requirements):
        if one.marker is not None and not one.marker.evaluate():
            continue
        try:
            there = version(one.name)
        except PackageNotFoundError:
            found.append(f"{one.name} нет")
            continue
        if not one.specifier.contains(there, prereleases=True):
            found.append(f"{one.name} {there} (нужно {one.specifier})")
    return found

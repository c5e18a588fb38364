"""Makes a venv of the newest releases: ``python tests/newest.py .venv-newest``; ``make newest`` runs the suite there.

Says what differs from the lock, and what our own upper bounds in pyproject.toml keep back; ``--lift`` names those that
are lifted for once. What others keep back, as Prefect does with fastapi, stays.
"""

import argparse
import re
import subprocess
import sys
import tomllib
from pathlib import Path

from packaging.requirements import Requirement
from packaging.specifiers import SpecifierSet

ROOT = Path(__file__).resolve().parent.parent
UV = Path(sys.executable).with_name("uv")
UPPER = ("<", "<=", "==", "~=", "===")
PIN = re.compile(r"[A-Za-z0-9._-]+==")


def wanted(lifted: set[str]) -> list[str]:
    """The requirements of pyproject.toml, those of the tests too; of the ``lifted`` without an upper bound."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    lines = [*project["project"]["dependencies"], *project["dependency-groups"]["dev"]]
    return [unbound(line) if Requirement(line).name in lifted else line for line in lines]


def unbound(line: str) -> str:
    """A requirement without its upper bounds."""
    found = Requirement(line)
    found.specifier = SpecifierSet(",".join(str(one) for one in found.specifier if one.operator not in UPPER))
    return str(found)


def pins(text: str) -> dict[str, str]:
    """Name → version of a lock, of what is for this platform and this Python."""
    found = [Requirement(line.rstrip(" \\")) for line in text.splitlines() if PIN.match(line)]
    here = [one for one in found if one.marker is None or one.marker.evaluate()]
    return {one.name: str(one.specifier).removeprefix("==") for one in here}


def locked() -> dict[str, str]:
    """What the repository's lock has."""
    files = (ROOT / "requirements.txt", ROOT / "requirements-dev.txt")
    return pins("\n".join(file.read_text(encoding="utf-8") for file in files))


def resolved(requirements: list[str]) -> dict[str, str]:
    """The newest releases that go together, for the Python that runs this."""
    version = f"{sys.version_info.major}.{sys.version_info.minor}"
    command = [str(UV), "pip", "compile", "--quiet", "--no-header", "--no-annotate", "--python-version", version, "-"]
    return pins(
        subprocess.run(command, input="\n".join(requirements), text=True, stdout=subprocess.PIPE, check=True).stdout
    )


def differences(before: dict[str, str], after: dict[str, str]) -> list[str]:
    """One line for each package whose version differs, or that only one side has."""
    names = [name for name in sorted({*before, *after}) if before.get(name) != after.get(name)]
    return [f"  {name}: {before.get(name, 'not there')} -> {after.get(name, 'not there')}" for name in names]


def install(versions: dict[str, str], venv: Path) -> None:
    """A new venv with these and with this project."""
    listed = "\n".join(f"{name}=={version}" for name, version in versions.items())
    subprocess.run([str(UV), "venv", "--quiet", "--clear", "--python", sys.executable, str(venv)], check=True)
    command = [str(UV), "pip", "install", "--quiet", "--no-deps", "--python", str(venv / "bin" / "python")]
    subprocess.run([*command, "-r", "-"], input=listed, text=True, check=True)
    subprocess.run([*command, "--editable", str(ROOT)], check=True)


def main() -> None:
    """Resolve, say, install."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--lift", default="", help="names by commas whose upper bounds are lifted")
    parser.add_argument("venv", type=Path)
    asked = parser.parse_args()
    lifted = set(filter(None, asked.lift.split(",")))
    newest = resolved(wanted(lifted))
    unlimited = resolved(wanted({Requirement(line).name for line in wanted(set())}))
    said = ["Newer than in the lock:", *(differences(locked(), newest) or ["  nothing"])]
    said += ["Kept back by our own bounds:", *(differences(newest, unlimited) or ["  nothing"])]
    sys.stdout.write("\n".join(said) + "\n")
    sys.stdout.flush()
    install(newest, asked.venv)


if __name__ == "__main__":
    main()

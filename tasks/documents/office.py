"""Documents of other programs turned into .docx or .xlsx by LibreOffice, where it is installed.

It runs without a window, with a profile of its own that lives as long as the work, runs no macros, follows no links,
and is stopped by the kernel at its limits.
"""

import shutil
import tempfile
from pathlib import Path
from threading import Lock
from typing import Literal

from tasks.documents.kinds import Kind
from tasks.files.errors import DocumentRefused
from tasks.files.limited import Limits
from tasks.files.limited_program import run_limited

PROGRAMS = ("soffice", "libreoffice")
LIMITS = Limits(seconds=20, memory_mb=1024)
#: What each kind becomes, and how LibreOffice calls that.
_TARGETS: dict[Kind, tuple[Literal["docx", "xlsx"], str]] = {
    **dict.fromkeys(("odt", "rtf", "doc", "xml"), ("docx", "docx:MS Word 2007 XML")),
    **dict.fromkeys(("ods", "xls"), ("xlsx", "xlsx:Calc MS Excel 2007 XML")),
}
_SETTING = '<item oor:path="/org.openoffice.Office.{path}"><prop oor:name="{name}" oor:op="fuse">{value}</prop></item>'
_SETTINGS = (
    ("Common/Security/Scripting", "MacroSecurityLevel", 3),
    ("Common/Security/Scripting", "DisableMacrosExecution", "true"),
    ("Common/Security/Scripting", "DisableActiveContent", "true"),
    ("Common/Security/Scripting", "BlockUntrustedRefererLinks", "true"),
    ("Writer/Content/Update", "Link", 0),
    ("Calc/Content/Update", "Link", 2),
    ("Common/Misc", "FirstRun", "false"),
)
_one_at_a_time = Lock()


def is_for_office(kind: Kind) -> bool:
    """Whether LibreOffice is wanted for a file of this kind."""
    return kind in _TARGETS


def converted(content: bytes, kind: Kind, name: str) -> tuple[bytes, Kind]:
    """The document as .docx or .xlsx, and which.

    Raises ``DocumentRefused`` where there is no LibreOffice or it cannot open the file; ``TooMuchWork``.
    """
    target, how = _TARGETS[kind]
    program = next(filter(None, map(shutil.which, PROGRAMS)), None)
    package = "libreoffice-writer" if target == "docx" else "libreoffice-calc"
    if program is None:
        raise DocumentRefused(
            f"{name}: для файлов .{kind} нужен LibreOffice — установите пакет {package} или сохраните как .{target}"
        )
    with _one_at_a_time, tempfile.TemporaryDirectory(prefix="vekha-office-") as home:
        folder = Path(home)
        _write_profile(folder / "profile")
        source = folder / f"document.{kind}"
        source.write_bytes(content)
        profile = f"-env:UserInstallation={(folder / 'profile').as_uri()}"
        options = ["--headless", "--norestore", "--nolockcheck", "--nodefault", "--convert-to", how]
        run_limited(LIMITS, [program, profile, *options, "--outdir", str(folder / "out"), str(source)], folder)
        made = folder / "out" / f"document.{target}"
        if not made.is_file():
            raise DocumentRefused(
                f"{name}: LibreOffice не открыл файл: он повреждён, защищён паролем или не установлен пакет {package}"
                f" — сохраните документ как .{target}"
            )
        return made.read_bytes(), target


def _write_profile(folder: Path) -> None:
    (folder / "user").mkdir(parents=True)
    items = "".join(
        _SETTING.format(path=path, name=name, value=f"<value>{value}</value>") for path, name, value in _SETTINGS
    )
    head = '<?xml version="1.0" encoding="UTF-8"?>\n<oor:items xmlns:oor="http://openoffice.org/2001/registry">'
    (folder / "user" / "registrymodifications.xcu").write_text(f"{head}{items}</oor:items>", encoding="utf-8")

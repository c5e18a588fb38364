"""The data folder, what must be private, and whether it is the folder of the installation."""

import errno
import os
import shutil
import stat
import tempfile
from collections.abc import Iterator
from pathlib import Path

from deployments.doctor.finding import Finding, bad, good, warning
from models.db import DatabaseProblem
from models.db.migrate import refuse_unfinished
from models.private import OTHERS
from models.settings import Settings, SettingsRefused, settings_file
from tasks.people.links import known_key

NAME = "Папка данных"
MB = 1024 * 1024
FULL, SCARCE = 100 * MB, 1024 * MB
"""Bytes: below the first nothing can be trusted to be written, below the second somebody should make room."""
FEW_FILES = 1000
"""So many more files may still be made."""
PROBE = b"\0" * 65536
MOUNTS = Path("/proc/self/mounts")
NETWORK = ("nfs", "cifs", "smb", "fuse.sshfs", "9p", "ceph", "glusterfs", "fuse.glusterfs")
"""How the kinds of file systems begin that lie on another machine."""


def data_folder(settings: Settings) -> Iterator[Finding]:
    """It is there, ours alone, can be written and has room."""
    folder = settings.data.absolute()
    if not folder.exists():
        yield _absent(folder)
        return
    if not folder.is_dir():
        yield bad(NAME, f"{folder} — не папка", "укажите папку в VEKHA_DATA")
        return
    if problem := _unwritable(folder):
        yield problem
    else:
        yield good(NAME, f"{folder}, запись возможна")
    try:
        refuse_unfinished(folder)
    except DatabaseProblem as unfinished:
        what, _, remedy = str(unfinished).partition(": ")
        yield bad(NAME, what, remedy)
    mode = stat.S_IMODE(folder.stat().st_mode)
    if mode & OTHERS:
        yield warning(NAME, f"открыта другим пользователям машины ({mode:04o})", f"закройте: chmod 700 {folder}")
    left = os.statvfs(folder)
    yield room(shutil.disk_usage(folder).free, files=left.f_favail if left.f_files else FEW_FILES)
    if settings.database_url is None and (kind := network_kind(folder, mounts())):
        yield bad(
            NAME,
            f"база SQLite лежит на сетевой папке ({kind}), где её портят одновременные записи",
            "задайте VEKHA_DATABASE_URL=postgresql://… или перенесите папку на свой диск",
        )


def _absent(folder: Path) -> Finding:
    above = next(path for path in folder.parents if path.exists())
    if not os.access(above, os.W_OK | os.X_OK):
        remedy = f"создайте её и отдайте пользователю «Вехи»: install -d -m 700 -o ПОЛЬЗОВАТЕЛЬ {folder}"
        return bad(NAME, f"{folder} нет, и создать её в {above} нельзя", remedy)
    return warning(NAME, f"{folder} ещё нет", "её создаст первый запуск; если она общая для машин — подключите её")


def _unwritable(folder: Path) -> Finding | None:
    """Whether so much as one block cannot be written now."""
    try:
        with tempfile.TemporaryFile(dir=folder, prefix=".doctor-") as file:
            file.write(PROBE)
            file.flush()
            os.fsync(file.fileno())
    except OSError as refused:
        match refused.errno:
            case errno.ENOSPC | errno.EDQUOT | errno.EFBIG:
                return bad(NAME, f"на диске {folder} кончилось место", "освободите место или расширьте диск")
            case errno.EROFS:
                return bad(NAME, f"{folder} подключена только для чтения", "подключите её для записи")
        who = f"отдайте папку пользователю, от которого работает «Веха»: chown -R ПОЛЬЗОВАТЕЛЬ {folder}"
        return bad(NAME, f"{folder} недоступна для записи ({refused.strerror})", who)
    return None


def room(free: int, *, files: int) -> Finding:
    """Of so many free bytes, where so many more files may be made."""
    if files < FEW_FILES:
        return bad(NAME, f"на диске можно создать ещё только файлов: {files}", "удалите лишние файлы")
    if free < FULL:
        return bad(NAME, f"свободно {free // MB} МБ, нужно не меньше {FULL // MB}", "освободите место на диске")
    if free < SCARCE:
        return warning(NAME, f"свободно {free // MB} МБ", "освободите место на диске: нужно не меньше 1 ГБ")
    return good(NAME, f"свободно {free // (1024 * MB)} ГБ")


def mounts() -> list[tuple[str, str]]:
    """(where, kind) of what is mounted on this machine; empty where the system does not say."""
    try:
        lines = MOUNTS.read_text(encoding="utf-8", errors="replace").splitlines()
    except OSError:
        return []
    return [(parts[1].replace("\\040", " "), parts[2]) for parts in map(str.split, lines) if len(parts) > 2]


def network_kind(folder: Path, mounted: list[tuple[str, str]]) -> str:
    """The kind of the file system that the folder lies on, where that is another machine's; else empty."""
    resolved = folder.resolve()
    under = [(where, kind) for where, kind in mounted if resolved.is_relative_to(where)]
    kind = max(under, key=lambda one: len(one[0]), default=("", ""))[1]
    return kind if kind.startswith(NETWORK) else ""


def key_and_secrets(settings: Settings) -> Iterator[Finding]:
    """The key that signs links, and who else could read what is secret."""
    yield _key(settings)
    path = Path(settings_file())
    if path.exists() and stat.S_IMODE(path.stat().st_mode) & stat.S_IROTH:
        yield warning("Файл настроек", f"{path} может прочесть любой пользователь машины", f"chmod 640 {path}")


def _key(settings: Settings) -> Finding:
    name = "Ключ личных ссылок"
    if settings.link_key is not None:
        return good(name, "задан настройкой VEKHA_LINK_KEY")
    path = settings.data / "link.key"
    try:
        known = known_key(settings)
    except (SettingsRefused, OSError) as problem:
        return bad(name, f"{path} не прочесть: {problem}".split(":")[0], "верните файл из копии")
    if not known:
        return warning(name, "ещё нет", "его создаст первый запуск; для нескольких машин задайте VEKHA_LINK_KEY")
    if stat.S_IMODE(path.stat().st_mode) & OTHERS:
        return bad(name, f"{path} могут прочесть другие пользователи машины", f"chmod 600 {path}")
    return good(name, f"в файле {path}")

"""What Vekha keeps is for its own user alone, and says nothing to anybody outside.

Links that open an official's pages lie in the letters, names and addresses in the database: who reads a link is that
official.
"""

import os
import stat
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

OTHERS = stat.S_IRWXG | stat.S_IRWXO


def no_telemetry() -> None:
    """Before the first import of Prefect, which asks for these at once and would call home from a terminal."""
    os.environ["DO_NOT_TRACK"] = "1"
    os.environ["PREFECT_SERVER_ANALYTICS_ENABLED"] = "false"


def private_umask() -> None:
    """From now on files and folders of this process and its children are made for their owner alone."""
    os.umask(OTHERS)


def keep_private(folder: Path, *, whole: bool = False) -> None:
    """Take from others what they may do with the data folder, what lies in it, and, ``whole``, all that is below.

    A folder that was open until now is looked through whole. What belongs to another user, and what a symbolic link
    leads to, is left alone.
    """
    whole = _close(folder) or whole
    for path in _below(folder, deep=whole):
        _close(path)


def _close(path: Path | os.DirEntry[str]) -> bool:
    """Whether others could do something with it."""
    with suppress(OSError):
        found = path.stat() if isinstance(path, Path) else path.stat(follow_symlinks=False)
        if found.st_mode & OTHERS:
            os.chmod(path, stat.S_IMODE(found.st_mode) & ~OTHERS)
            return True
    return False


def _below(folder: Path | os.DirEntry[str], *, deep: bool) -> Iterator[os.DirEntry[str]]:
    with suppress(OSError), os.scandir(folder) as entries:
        for entry in entries:
            if entry.is_symlink():
                continue
            yield entry
            if deep and entry.is_dir(follow_symlinks=False):
                yield from _below(entry, deep=True)

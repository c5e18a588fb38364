"""A file that somebody names, read whole but never without end."""

import errno
import os
import stat
from pathlib import Path

MB = 1024 * 1024
LARGEST_TEXT = 2 * MB
"""Bytes of a YAML file: the longest of the built-in systems has a twelfth of it."""


class NotTaken(ValueError):
    """The file is too large, or no file at all; ``str`` is a Russian phrase with the remedy, without the name."""


def read_file(path: Path, *, most: int = LARGEST_TEXT, too_large: str = "") -> bytes:
    """The bytes of an ordinary file of at most ``most`` bytes; ``too_large`` is said of a larger one.

    What the disk says of a size is not believed: a device says 0 and never ends. A pipe is not waited for.
    Raises ``NotTaken``, and ``OSError`` as ``open`` does.
    """
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
    except ValueError as error:
        raise NotTaken("в имени файла недопустимый знак — проверьте имя") from error
    try:
        mode = os.fstat(descriptor).st_mode
        if stat.S_ISDIR(mode):
            raise IsADirectoryError(errno.EISDIR, os.strerror(errno.EISDIR), str(path))
        if not stat.S_ISREG(mode):
            raise NotTaken("это устройство или канал, а не файл — укажите обычный файл")
        with os.fdopen(descriptor, "rb", closefd=False) as file:
            content = file.read(most + 1)
    finally:
        os.close(descriptor)
    if len(content) > most:
        raise NotTaken(too_large or f"файл больше {most // MB} МБ — оставьте в нём только нужное")
    return content


def read_text(path: Path, *, most: int = LARGEST_TEXT) -> str:
    """The words of a UTF-8 file, lines ended by \\n; raises as ``read_file`` does, and ``UnicodeDecodeError``."""
    return read_file(path, most=most).decode("utf-8-sig").replace("\r\n", "\n")

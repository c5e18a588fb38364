"""A file that a command writes: whole or not at all."""

import os
import tempfile
from pathlib import Path

from deployments.cli import output


def write_whole(path: Path, text: str) -> None:
    """The whole file or nothing: a reader never meets half of it. What cannot be written is one line, exit 2."""
    try:
        handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    except OSError:
        output.fail(f"{path}: сюда не записать — проверьте, что папка есть и доступна")
    try:
        with os.fdopen(handle, "w", encoding="utf-8") as file:
            file.write(text)
        Path(name).chmod(0o644)
        Path(name).replace(path)
    except OSError:
        Path(name).unlink(missing_ok=True)
        output.fail(f"{path}: сюда не записать — проверьте путь и свободное место")

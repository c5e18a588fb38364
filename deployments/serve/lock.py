"""One ``vekha up`` a data folder: two would run two Prefect servers on one database."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from deployments.serve.prefect import CannotStart

try:
    import fcntl
except ImportError:  # not where files cannot be locked so: there nothing is refused
    fcntl = None  # type: ignore[assignment]

NAME = "up.lock"


def refuse_second(folder: Path) -> None:
    """Raises ``CannotStart`` where another has the folder; writes nothing, a folder that is not there is free."""
    if (folder / NAME).exists():
        with only_one(folder):
            pass


@contextmanager
def only_one(folder: Path) -> Iterator[None]:
    """Hold the folder; a killed holder lets go of it by itself. Raises ``CannotStart`` where another has it."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
        (folder / NAME).touch()
    except OSError as refused:
        raise CannotStart(f"Папка данных {folder} недоступна для записи: {refused.strerror}") from refused
    with (folder / NAME).open("a+", encoding="ascii") as file:
        if fcntl is not None:
            try:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                raise CannotStart(_taken(file.name)) from None
        file.truncate(0)
        file.write(f"{os.getpid()}\n")
        file.flush()
        yield


def _taken(path: str) -> str:
    number = Path(path).read_text(encoding="ascii").strip()
    process = f" (процесс {number})" if number.isdigit() else ""
    return (
        f"«Веха» с этой папкой данных уже работает{process}: остановите её или выберите другую папку, --data. Папка: "
        f"{Path(path).parent}"
    )

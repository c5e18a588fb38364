"""The built-in processes, one YAML file each beside this module."""

from functools import cache
from pathlib import Path

from pydantic import ValidationError

from roadmap.catalogue.errors import refusals
from roadmap.catalogue.file import NotTaken, read_text
from roadmap.catalogue.yaml import UnreadableYaml, read_yaml
from roadmap.processes.schema import Process

FOLDER = Path(__file__).parent


class ProcessError(ValueError):
    """A process file that cannot be used; one Russian line with file, place and remedy."""


@cache
def built_in() -> dict[str, Process]:
    """Every built-in process by its code."""
    found = (load_process(path) for path in sorted(FOLDER.glob("*.yaml")))
    return {process.code: process for process in found}


def load_process(path: Path) -> Process:
    """The process in a file. Raises ``ProcessError``."""
    try:
        data = read_yaml(read_text(path))
    except (OSError, NotTaken, UnicodeDecodeError) as error:
        raise ProcessError(f"{path.name}: файл не читается — проверьте путь и кодировку UTF-8") from error
    except UnreadableYaml as error:
        raise ProcessError(f"{path.name}: {error}") from error
    try:
        return Process.model_validate(data)
    except ValidationError as error:
        raise ProcessError(f"{path.name}: {next(iter(refusals(error, data)))}") from error

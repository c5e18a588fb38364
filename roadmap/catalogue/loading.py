"""From a YAML file to a ``Catalogue``; everything that is wrong is named at once, each in one Russian line."""

from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Any, Self

from pydantic import ValidationError

from roadmap.catalogue.errors import refusals
from roadmap.catalogue.file import NotTaken, read_file
from roadmap.catalogue.open_questions import open_questions
from roadmap.catalogue.production_calendar import ProductionCalendar
from roadmap.catalogue.schema import Catalogue
from roadmap.catalogue.validation import inconsistencies
from roadmap.catalogue.yaml import UnreadableYaml, read_yaml

_BUILT_IN = ("kirov", "moscow-oblast", "krasnodar", "bashkortostan", "surgut")


class CatalogueError(ValueError):
    """A catalogue that is refused: ``problems`` holds a line for each fault, ``str`` is the first and their number."""

    def __init__(self, message: str, problems: tuple[str, ...]) -> None:
        super().__init__(message)
        self.problems = problems

    @classmethod
    def of(cls, *problems: str) -> Self:
        rest = f" (и ещё {len(problems) - 1})" if len(problems) > 1 else ""
        return cls(problems[0] + rest, problems)


def built_in_codes() -> tuple[str, ...]:
    """Codes of the systems that come with the package."""
    return _BUILT_IN


@cache
def built_in(code: str) -> Catalogue:
    """The built-in system; raises ``CatalogueError`` for an unknown code."""
    if code not in _BUILT_IN:
        raise CatalogueError.of(f"встроенной системы «{code}» нет — выберите одну из: {', '.join(_BUILT_IN)}")
    file = f"{code}.yaml"
    return parse_catalogue(files("roadmap.catalogue").joinpath(file).read_bytes(), file)


def load_catalogue(path: Path, *, unsettled: bool = False) -> Catalogue:
    """The catalogue in the file; raises ``CatalogueError`` for whatever keeps it from being one.

    A draft with open questions is refused too, unless it is only to be looked at (``unsettled``).
    """
    content = _content(path)
    if asked := () if unsettled else open_questions(content.decode("utf-8-sig", "replace")):
        raise CatalogueError.of(*(f"{path.name}: {line} — решите вопрос и удалите его строку" for line in asked))
    return parse_catalogue(content, path.name)


def load_production_calendar(path: Path) -> ProductionCalendar:
    """The production calendar in the file; raises ``CatalogueError`` for whatever keeps it from being one."""
    data = _data(_content(path), path.name, sample="«vekha workdays --help»")
    try:
        return ProductionCalendar.model_validate(data, strict=True)
    except ValidationError as error:
        raise CatalogueError.of(*(f"{path.name}: {line}" for line in refusals(error, data))) from error


def _content(path: Path) -> bytes:
    try:
        return read_file(path)
    except IsADirectoryError as error:
        raise CatalogueError.of(f"{path.name}: это папка — укажите файл YAML") from error
    except NotTaken as error:
        raise CatalogueError.of(f"{path.name}: {error}") from error
    except FileNotFoundError as error:
        raise CatalogueError.of(f"{path.name}: файла нет — проверьте путь {path}") from error
    except OSError as error:
        raise CatalogueError.of(f"{path.name}: файл не читается — проверьте права на {path}") from error


def parse_catalogue(content: bytes, file: str) -> Catalogue:
    """The catalogue in the bytes of ``file``, whose name begins every problem; raises ``CatalogueError``."""
    data = _data(content, file, sample="встроенной системы")
    try:
        catalogue = Catalogue.model_validate(data, strict=True)
    except ValidationError as error:
        raise CatalogueError.of(*(f"{file}: {line}" for line in refusals(error, data))) from error
    if problems := tuple(f"{file}: {line}" for line in inconsistencies(catalogue)):
        raise CatalogueError.of(*problems)
    return catalogue


def _data(content: bytes, file: str, *, sample: str) -> Any:
    try:
        data = read_yaml(content.decode("utf-8-sig"))
    except UnicodeDecodeError as error:
        raise CatalogueError.of(
            f"{file}: файл не в кодировке UTF-8 (байт {error.start + 1}) — сохраните его в UTF-8"
        ) from error
    except UnreadableYaml as error:
        raise CatalogueError.of(f"{file}: {error}") from error
    if data is None:
        raise CatalogueError.of(f"{file}: файл пуст — заполните его по образцу {sample}")
    return data

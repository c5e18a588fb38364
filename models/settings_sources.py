"""Secrets out of files: ``VEKHA_LINK_KEY_FILE`` names a file that holds the value of ``VEKHA_LINK_KEY``."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from pydantic.fields import FieldInfo
from pydantic_settings import BaseSettings, EnvSettingsSource, PydanticBaseSettingsSource

MOST = 64 * 1024
"""Bytes that a file with a secret may have: more is another file, or one that never ends."""


class SettingsRefused(RuntimeError):
    """A setting is not good; the text is one Russian line with its name and the remedy, and holds no value."""


class WithFiles(PydanticBaseSettingsSource):
    """What one source says, and for its ``secrets`` also what the files hold that it names by ``…_FILE``.

    No setting is a list or a table, so each is what stands under its name: the source's own way, which asks each time
    of each field what it is made of, takes ten times as long. Raises ``SettingsRefused``: both are given, the file is
    not there, cannot be read or is empty.
    """

    def __init__(self, settings: type[BaseSettings], source: EnvSettingsSource, secrets: Sequence[str]) -> None:
        super().__init__(settings)
        self._source, self._secrets = source, secrets

    def get_field_value(self, field: FieldInfo, field_name: str) -> tuple[Any, str, bool]:
        """As the source itself."""
        return self._source.get_field_value(field, field_name)

    def __call__(self) -> dict[str, Any]:
        """The values by the names of the fields."""
        given, prefix = self._source.env_vars, str(self.config.get("env_prefix", ""))
        names = ((name, f"{prefix}{name}".lower()) for name in self.settings_cls.model_fields)
        values: dict[str, Any] = {name: given[variable] for name, variable in names if variable in given}
        for name in self._secrets:
            variable = f"{prefix}{name}".upper()
            if (path := given.get(f"{variable}_FILE".lower())) is None:
                continue
            if given.get(variable.lower()) is not None:
                raise SettingsRefused(f"Заданы и {variable}, и {variable}_FILE: оставьте одно из двух")
            values[name] = _content(f"{variable}_FILE", path)
        return values


def _content(variable: str, path: str) -> str:
    """What the file holds, without the new line at its end."""
    if not path.strip():
        raise SettingsRefused(f"Настройка {variable} пуста: укажите путь к файлу или уберите её")
    try:
        with Path(path).open("rb") as file:
            held = file.read(MOST + 1)
        text = held.decode("utf-8-sig").rstrip("\r\n")
    except OSError as unread:
        why = unread.strerror or type(unread).__name__
        raise SettingsRefused(f"{variable}: файл {path} не читается ({why}); проверьте путь и права на файл") from None
    except ValueError:  # A path with a zero byte, or bytes that are no text.
        raise SettingsRefused(f"{variable}: в файле {path} не текст в кодировке UTF-8; проверьте путь") from None
    if len(held) > MOST:
        raise SettingsRefused(f"{variable}: файл {path} слишком велик для одного значения; проверьте путь")
    if not text.strip():
        raise SettingsRefused(f"{variable}: файл {path} пуст; впишите в него значение одной строкой")
    return text

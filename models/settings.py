"""Settings of one installation, read from the environment (prefix ``VEKHA_``) and from a file of settings.

The file is ``vekha.env`` (or ``.env``) of the folder where a program starts, or the one that ``VEKHA_ENV_FILE`` names.
Each secret may also lie in a file of its own, named by ``VEKHA_…_FILE``. Whoever makes ``Settings`` out of what is not
good gets ``SettingsRefused``: one line, no value in it.
"""

import os
from functools import cache
from ipaddress import ip_network
from pathlib import Path
from typing import Annotated, Any, Self
from urllib.parse import parse_qsl, urlsplit
from zoneinfo import available_timezones

from pydantic import (
    AfterValidator,
    Field,
    SecretStr,
    ValidationError,
    ValidationInfo,
    field_validator,
    model_validator,
)
from pydantic_settings import BaseSettings, EnvSettingsSource, PydanticBaseSettingsSource, SettingsConfigDict
from sqlalchemy import make_url
from sqlalchemy.exc import ArgumentError

from models.settings_sources import SettingsRefused, WithFiles

__all__ = ["Settings", "SettingsRefused", "long_enough_key", "settings_file", "with_driver"]

ENV_FILE = "VEKHA_ENV_FILE"
"""The variable that names the file of settings."""
SHORTEST_KEY, SHORTEST_PASSWORD = 32, 12
"""Characters: what is shorter can be guessed."""

#: Asked of the disk once: it takes a dozen milliseconds.
_zones = cache(available_timezones)


def _known_zone(zone: str) -> str:
    if zone not in _zones():
        raise ValueError(f"часового пояса «{zone}» нет, пример: Europe/Moscow")
    return zone


def _networks(words: str) -> str:
    listed = [word.strip() for word in words.split(",") if word.strip()]
    for word in listed:
        try:
            ip_network(word, strict=False)
        except ValueError as wrong:
            raise ValueError(f"«{word}» — не адрес и не сеть, пример: 10.0.0.5, 10.1.0.0/16") from wrong
    return ",".join(listed)


def long_enough_key(key: str) -> bool:
    """Whether what signs the links is long enough not to be guessed."""
    return len(key.strip()) >= SHORTEST_KEY


def _link_key(secret: SecretStr) -> SecretStr:
    if not long_enough_key(secret.get_secret_value()):
        raise ValueError(f"ключ короче {SHORTEST_KEY} знаков, такой подбирают; возьмите случайный, {_HOW_TO_MAKE}")
    return secret


def _password(secret: SecretStr) -> SecretStr:
    if len(secret.get_secret_value().strip()) < SHORTEST_PASSWORD:
        raise ValueError(
            f"пароль короче {SHORTEST_PASSWORD} знаков, такой подбирают; возьмите случайный, {_HOW_TO_MAKE}"
        )
    return secret


def _name_and_password(secret: SecretStr) -> SecretStr:
    name, colon, password = secret.get_secret_value().partition(":")
    if not (name.strip() and colon):
        raise ValueError("нужны имя и пароль через двоеточие, имя:пароль")
    if not (secret.get_secret_value().isascii() and secret.get_secret_value().isprintable()):
        # The log-in of the Prefect pages takes no others.
        raise ValueError("годятся только латинские буквы, цифры и знаки")
    _password(SecretStr(password))
    return secret


def _plain_name(name: str) -> str:
    if not (0 < len(name.strip()) <= 100 and name.isprintable()):
        raise ValueError("нужно имя не длиннее 100 знаков")
    return name.strip()


_HOW_TO_MAKE = "например: openssl rand -base64 33"


def _mail(secret: SecretStr) -> SecretStr:
    """Only what is left out by mistake: which services there are, the sending says."""
    url = secret.get_secret_value()
    try:
        parts = urlsplit(url)
        query: dict[str, str | None] = dict(parse_qsl(parts.query, keep_blank_values=True))
    except ValueError:
        return secret
    if any(given is not None and not given.strip() for given in (parts.password, query.get("pass"))):
        raise ValueError("пароль почты пуст: впишите его после имени и двоеточия или уберите двоеточие")
    return secret


def _database(secret: SecretStr) -> SecretStr:
    try:
        url = make_url(secret.get_secret_value())
    except (ArgumentError, ValueError):
        raise ValueError("нужен адрес базы вида postgresql://имя:пароль@сервер/база") from None
    # By a socket of this machine the system vouches for the user.
    if url.host and url.password is not None and not str(url.password).strip():
        raise ValueError("пароль базы пуст: впишите его после имени и двоеточия или уберите двоеточие")
    return secret


def _server_database(secret: SecretStr) -> SecretStr:
    _database(secret)
    if not make_url(secret.get_secret_value()).drivername.startswith("postgres"):
        raise ValueError("нужен адрес базы вида postgresql://имя:пароль@сервер/база; без настройки — SQLite")
    return secret


def with_driver(url: str, driver: str) -> str:
    """The form that this driver wants, whichever form of a PostgreSQL address was given."""
    scheme, colon, rest = url.partition("://")
    return f"postgresql+{driver}{colon}{rest}" if scheme.startswith("postgres") else url


def _redis(secret: SecretStr) -> SecretStr:
    try:
        parts = urlsplit(secret.get_secret_value())
        is_good = parts.scheme in ("redis", "rediss") and bool(parts.hostname) and (parts.port or 1) > 0
    except ValueError:
        is_good = False
    if not is_good:
        raise ValueError("нужен адрес вида redis://:пароль@сервер:6379/0")
    return secret


def _is_web_address(url: str) -> bool:
    try:
        parts = urlsplit(url)
        return parts.scheme in ("http", "https") and bool(parts.hostname)
    except ValueError:
        return False


def _web(url: str) -> str:
    if not _is_web_address(url):
        raise ValueError("нужен адрес, который начинается с https:// или http://")
    return url


def _public_web(url: str) -> str:
    _web(url)
    parts = urlsplit(url)
    if parts.path.strip("/") or parts.query or parts.fragment:
        # Every link and cookie of the pages begins at the root.
        raise ValueError(
            "у страниц должен быть свой адрес без пути после имени: https://vekha.example.ru, не "
            "https://example.ru/vekha"
        )
    return url


def _secret_web(secret: SecretStr) -> SecretStr:
    _web(secret.get_secret_value())
    return secret


class Settings(BaseSettings):
    """Where the data lies, how letters leave, how Prefect is reached. Secrets come only from the environment."""

    model_config = SettingsConfigDict(env_prefix="VEKHA_", env_file=(".env", "vekha.env"), extra="ignore")

    data: Path = Path("vekha-data")
    """Folder of everything that must survive: database, Prefect's own files, letters, contacts."""
    database_url: Annotated[SecretStr, AfterValidator(_database)] | None = None
    """SQLAlchemy URL; without it SQLite in ``data``."""
    prefect_database_url: Annotated[SecretStr, AfterValidator(_server_database)] | None = None
    """The same for the Prefect server's own database; without it SQLite in ``data``."""
    redis_url: Annotated[SecretStr, AfterValidator(_redis)] | None = None
    """What several Prefect servers of one installation talk to each other by."""
    mail_url: Annotated[SecretStr, AfterValidator(_mail)] | None = None
    """Apprise URL of the mail server, e.g. mailtos://user:password@host:465?from=…; without it a mailbox folder."""
    host: str = "127.0.0.1"
    port: int = Field(default=4200, ge=1, le=65535)
    """Address of the Prefect server that ``vekha up`` starts."""
    prefect_url: Annotated[str, AfterValidator(_web)] | None = None
    """Where workers and pages reach the server's API when not at host:port, e.g. http://prefect:4200/api."""
    worker_name: Annotated[str, AfterValidator(_plain_name)] | None = None
    """What the worker is called in Prefect; without it by its machine. Two on one machine need two names."""
    auth: Annotated[SecretStr, AfterValidator(_name_and_password)] | None = None
    """name:password of the Prefect server; without it ``vekha up`` makes one up (loopback only)."""
    web_host: str = "127.0.0.1"
    web_port: int = Field(default=4280, ge=1, le=65535)
    """Address of the pages for officials and of the coordinator's page."""
    public_url: Annotated[str, AfterValidator(_public_web)] | None = None
    """How officials reach the pages when not as web_host:web_port, e.g. https://vekha.example.ru behind a proxy."""
    proxies: Annotated[str, AfterValidator(_networks)] | None = None
    """Addresses and networks of reverse proxies, by commas: what they say of who asks is believed; of nobody else."""
    control_password: Annotated[SecretStr, AfterValidator(_password)] | None = None
    """Password of the coordinator's page; required to listen beyond loopback."""
    reader_password: Annotated[SecretStr, AfterValidator(_password)] | None = None
    """Opens the same pages to who may look and not decide; without it nobody enters so."""
    metrics_token: Annotated[SecretStr, AfterValidator(_password)] | None = None
    """What a watcher shows to read ``/metrics`` from another machine; without it only this machine reads them."""
    link_key: Annotated[SecretStr, AfterValidator(_link_key)] | None = None
    """Signs the links in letters; without it a key of its own is kept in ``data`` (loopback only)."""
    link_days: int = Field(default=90, ge=1)
    """How long a link in a letter opens the pages."""
    letter_codes: bool = False
    """Letters give a code to be typed in, and links without a token: no log and no history keeps what opens a page."""
    max_file_mb: int = Field(default=20, ge=1, le=1024)
    """The largest file that is taken as evidence."""
    office_from: int = Field(default=9, ge=0, le=23)
    office_to: int = Field(default=18, ge=1, le=24)
    """Letters leave only between these hours of the official's zone."""
    watch_url: Annotated[SecretStr, AfterValidator(_secret_web)] | None = None
    """Address that an outside watcher expects to be called (healthchecks-style); silence is its alarm."""
    zone: Annotated[str, AfterValidator(_known_zone)] = "Europe/Moscow"
    """IANA zone of the coordinator's clock: names of service runs, the greeting of ``vekha up``."""
    runs_ahead_days: int = Field(default=400, ge=1)
    """How far ahead Prefect runs are created for control points."""
    note_template: Path | None = None
    """Template of the analytic note (.docx) in place of the one that comes with Vekha."""
    window_days: int = Field(default=14, ge=0)
    """How many days before a bare date («до 31 мая») the work on it opens, at the least."""

    def __init__(self, **values: Any) -> None:
        """Read the settings; raises ``SettingsRefused``."""
        if named := os.environ.get(ENV_FILE):
            if not Path(named).is_file():
                raise SettingsRefused(f"Настройка {ENV_FILE}: файла {named} нет; проверьте путь")
            values.setdefault("_env_file", named)
        try:
            super().__init__(**values)
        except ValidationError as problem:
            # The values stand in its own text, secrets as well.
            raise SettingsRefused(_one_line(problem)) from None
        except UnicodeDecodeError:
            raise SettingsRefused(f"Файл настроек ({settings_file()}) не в кодировке UTF-8: сохраните его") from None

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """The environment comes before the .env file, whichever of the two names a file."""
        secrets = cls.secrets()
        given = (one for one in (env_settings, dotenv_settings) if isinstance(one, EnvSettingsSource))
        return init_settings, *(WithFiles(settings_cls, one, secrets) for one in given)

    @classmethod
    def secrets(cls) -> tuple[str, ...]:
        """Names of the settings that nobody but Vekha may read."""
        return tuple(name for name, field in cls.model_fields.items() if "SecretStr" in str(field.annotation))

    @field_validator("*", mode="before")
    @classmethod
    def _says_something(cls, value: Any) -> Any:
        plain = value.get_secret_value() if isinstance(value, SecretStr) else value
        if isinstance(plain, str) and not plain.strip():
            raise ValueError("значение пусто; впишите его или уберите настройку")
        return value

    @field_validator("reader_password")
    @classmethod
    def _is_another(cls, value: SecretStr | None, info: ValidationInfo) -> SecretStr | None:
        if value is not None and value == info.data.get("control_password"):
            raise ValueError("пароль для просмотра совпадает с VEKHA_CONTROL_PASSWORD; возьмите другой")
        return value

    @model_validator(mode="after")
    def _office_opens_before_it_closes(self) -> Self:
        if self.office_from >= self.office_to:
            raise ValueError(f"часы отправки писем с {self.office_from} до {self.office_to}: начало должно быть раньше")
        return self

    @property
    def database(self) -> str:
        """The SQLAlchemy URL in force."""
        if self.database_url is not None:
            return with_driver(self.database_url.get_secret_value(), "psycopg")
        return f"sqlite:///{(self.data / 'vekha.db').resolve()}"

    @property
    def prefect_database(self) -> str:
        """The same of the Prefect server's own; empty where it keeps its own file."""
        url = self.prefect_database_url
        return with_driver(url.get_secret_value(), "asyncpg") if url is not None else ""

    @property
    def shown_database(self) -> str:
        """The database in words that hold no password."""
        return make_url(self.database).render_as_string(hide_password=True)

    @property
    def pages_url(self) -> str:
        """What every link in a letter begins with."""
        host = f"[{self.web_host}]" if ":" in self.web_host else self.web_host
        return (self.public_url or f"http://{host}:{self.web_port}").rstrip("/")

    @property
    def files(self) -> Path:
        """The folder of files given as evidence, outside anything that is served."""
        return self.data / "files"

    @property
    def letters(self) -> Path:
        """The local mailbox folder."""
        return self.data / "letters"

    @property
    def contacts(self) -> Path:
        """Who answers for which body."""
        return self.data / "contacts.yaml"


def settings_file() -> str:
    """The file that the settings stand in, as people know it."""
    return os.environ.get(ENV_FILE) or ("vekha.env" if Path("vekha.env").exists() else ".env")


def _one_line(problem: ValidationError) -> str:
    first = problem.errors(include_input=False, include_url=False)[0]
    name = f"VEKHA_{first['loc'][0]}".upper() if first["loc"] else "VEKHA_OFFICE_FROM"
    limits = first.get("ctx", {})
    words = {
        "value_error": first["msg"].removeprefix("Value error, "),
        "int_parsing": "нужно целое число",
        "greater_than_equal": f"нужно число не меньше {limits.get('ge')}",
        "less_than_equal": f"нужно число не больше {limits.get('le')}",
    }
    said = words.get(first["type"], first["msg"])
    file = settings_file()
    where = f"в окружении, в файле {file} или в файле из {name}_FILE"
    where = where if _is_secret(name) else f"в окружении или в файле {file}"
    return f"Настройка {name} не годится: {said}; поправьте её {where}"


def _is_secret(name: str) -> bool:
    return name.removeprefix("VEKHA_").lower() in Settings.secrets()

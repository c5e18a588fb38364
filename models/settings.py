"""Settings of one installation, read from the environment (prefix ``VEKHA_``) and an optional .env file."""

from functools import cache
from ipaddress import ip_network
from pathlib import Path
from typing import Annotated, Self
from zoneinfo import available_timezones

from pydantic import AfterValidator, Field, SecretStr, model_validator
from pydantic_settings import BaseSettings, SettingsConfigDict
from sqlalchemy import make_url

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


class Settings(BaseSettings):
    """Where the data lies, how letters leave, how Prefect is reached. Secrets come only from the environment."""

    model_config = SettingsConfigDict(env_prefix="VEKHA_", env_file=".env", extra="ignore")

    data: Path = Path("vekha-data")
    """Folder of everything that must survive: database, Prefect's own files, letters, contacts."""
    database_url: SecretStr | None = None
    """SQLAlchemy URL; without it SQLite in ``data``."""
    mail_url: SecretStr | None = None
    """Apprise URL of the mail server, e.g. mailtos://user:password@host:465?from=…; without it a mailbox folder."""
    host: str = "127.0.0.1"
    port: int = Field(default=4200, ge=1, le=65535)
    """Address of the Prefect server that ``vekha up`` starts."""
    auth: SecretStr | None = None
    """user:password of the Prefect pages; required to listen beyond loopback."""
    web_host: str = "127.0.0.1"
    web_port: int = Field(default=4280, ge=1, le=65535)
    """Address of the pages for officials and of the coordinator's page."""
    public_url: str | None = None
    """How officials reach the pages when not as web_host:web_port, e.g. https://vekha.example.ru behind a proxy."""
    proxies: Annotated[str, AfterValidator(_networks)] = ""
    """Addresses and networks of reverse proxies, by commas: what they say of who asks is believed; of nobody else."""
    control_password: SecretStr | None = None
    """Password of the coordinator's page; required to listen beyond loopback."""
    link_key: SecretStr | None = None
    """Signs the links in letters; without it a key of its own is kept in ``data`` (loopback only)."""
    link_days: int = Field(default=90, ge=1)
    """How long a link in a letter opens the pages."""
    max_file_mb: int = Field(default=20, ge=1, le=1024)
    """The largest file that is taken as evidence."""
    office_from: int = Field(default=9, ge=0, le=23)
    office_to: int = Field(default=18, ge=1, le=24)
    """Letters leave only between these hours of the official's zone."""
    watch_url: SecretStr | None = None
    """Address that an outside watcher expects to be called (healthchecks-style); silence is its alarm."""
    zone: Annotated[str, AfterValidator(_known_zone)] = "Europe/Moscow"
    """IANA zone of the coordinator's clock: names of service runs, the greeting of ``vekha up``."""
    runs_ahead_days: int = Field(default=400, ge=1)
    """How far ahead Prefect runs are created for control points."""
    note_template: Path | None = None
    """Template of the analytic note (.docx) in place of the one that comes with Vekha."""
    window_days: int = Field(default=14, ge=0)
    """How many days before a bare date («до 31 мая») the work on it opens, at the least."""

    @model_validator(mode="after")
    def _office_opens_before_it_closes(self) -> Self:
        if self.office_from >= self.office_to:
            raise ValueError(f"часы отправки писем с {self.office_from} до {self.office_to}: начало должно быть раньше")
        return self

    @property
    def database(self) -> str:
        """The SQLAlchemy URL in force."""
        if self.database_url is not None:
            return self.database_url.get_secret_value()
        return f"sqlite:///{(self.data / 'vekha.db').resolve()}"

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

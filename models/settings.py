"""Settings of one installation, read from the environment (prefix ``VEKHA_``) and an optional .env file."""

from pathlib import Path
from typing import Annotated
from zoneinfo import available_timezones

from pydantic import AfterValidator, Field, SecretStr
from pydantic_settings import BaseSettings, SettingsConfigDict
from sqlalchemy import make_url


def _known_zone(zone: str) -> str:
    if zone not in available_timezones():
        raise ValueError(f"часового пояса «{zone}» нет, пример: Europe/Moscow")
    return zone


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
    zone: Annotated[str, AfterValidator(_known_zone)] = "Europe/Moscow"
    """IANA zone of the coordinator's clock: names of service runs, the greeting of ``vekha up``."""
    runs_ahead_days: int = Field(default=400, ge=1)
    """How far ahead Prefect runs are created for control points."""
    window_days: int = Field(default=14, ge=0)
    """How many days before a bare date («до 31 мая») the work on it opens, at the least."""

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
    def letters(self) -> Path:
        """The local mailbox folder."""
        return self.data / "letters"

    @property
    def contacts(self) -> Path:
        """Who answers for which body."""
        return self.data / "contacts.yaml"

"""The password of the Prefect server's API: who made it up keeps it, whoever asks the server later finds it.

It lies in the data folder, readable by its owner only, with the address that it is for: another server is never told
it. A server that is stopped takes it along; one that was killed leaves it, and the next one makes up its own.
"""

import json
import os
import secrets
from pathlib import Path
from urllib.parse import urlsplit

from models.settings import Settings
from tasks.prefect.names import api_url

NAME = "vekha"
"""The name before the colon: Prefect knows one password and no names."""
VARIABLE = "PREFECT_API_AUTH_STRING"


def made_up() -> str:
    """A new ``name:password``."""
    return f"{NAME}:{secrets.token_urlsafe(15)}"


def api_auth(settings: Settings) -> str | None:
    """The ``name:password`` to ask the server with: of the settings, of Prefect's own variable, or the kept one."""
    if settings.auth is not None:
        return settings.auth.get_secret_value()
    return os.environ.get(VARIABLE, "").strip() or _kept(settings)


def keep(settings: Settings, address: str, auth: str) -> None:
    """Keep the password of the server at an address for the other commands on this folder."""
    path = _file(settings)
    path.parent.mkdir(parents=True, exist_ok=True)
    unfinished = path.with_name(f"{path.name}.{secrets.token_hex(8)}")
    with os.fdopen(os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
        json.dump({"address": address, "auth": auth}, file)
    unfinished.replace(path)


def forget(settings: Settings, auth: str | None = None) -> None:
    """The kept password opens nothing any more; with ``auth`` only where it is still that one."""
    if auth is None or _read(_file(settings)).get("auth") == auth:
        _file(settings).unlink(missing_ok=True)


def refused(settings: Settings) -> str:
    """One Russian line for a server that does not take the password."""
    return (
        f"Сервер Prefect по адресу {api_url(settings)} не принял пароль: укажите в VEKHA_AUTH тот, с которым он "
        "запущен, а если его придумала vekha up — ту же папку данных в VEKHA_DATA"
    )


def _kept(settings: Settings) -> str | None:
    said = _read(_file(settings))
    is_ours = _place(said.get("address", "")) == _place(api_url(settings))
    return said.get("auth") or None if is_ours else None


def _file(settings: Settings) -> Path:
    return settings.data / "prefect.password"


def _read(path: Path) -> dict[str, str]:
    """Nothing where there is no such file, or where it is not what was written."""
    try:
        said = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return {str(name): str(value) for name, value in said.items()} if isinstance(said, dict) else {}


def _place(address: str) -> tuple[str, int | None]:
    """Host and port; this machine has several names."""
    try:
        parts = urlsplit(address)
        host = parts.hostname or ""
        return ("127.0.0.1" if host in ("localhost", "::1") else host), parts.port
    except ValueError:
        return "", None

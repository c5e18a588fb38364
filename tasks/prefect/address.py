"""Where Prefect is: known without importing Prefect, so that pages and commands start at once."""

import os

from models.settings import Settings


def api_url(settings: Settings) -> str:
    """PREFECT_API_URL where it is set (a worker, an own server), else the server that ``vekha up`` starts."""
    host = {"0.0.0.0": "127.0.0.1", "::": "[::1]", "::1": "[::1]"}.get(settings.host, settings.host)
    return os.environ.get("PREFECT_API_URL") or f"http://{host}:{settings.port}/api"


def ui_url(settings: Settings) -> str:
    """Where people open Prefect: PREFECT_UI_URL where it is set, else beside the API."""
    return (os.environ.get("PREFECT_UI_URL") or api_url(settings).removesuffix("/api")).rstrip("/")

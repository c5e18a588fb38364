"""Where Prefect is and how things are called there: known without importing it, so that commands start at once."""

import os
import socket
from typing import Any

from models.settings import Settings
from roadmap.catalogue.schema import KINDS_RU

#: Names of the flows that keep points, by the kind of the item.
FLOW_NAMES = KINDS_RU
POOL = "vekha"
"""The work pool of our worker."""
KEPT_BY_ANOTHER = "Точку ведёт другой запуск"
"""The state of a run that people made by hand for a point on control."""
SERVICE_TAG = "служебное"
"""The tag of what the clock starts."""
POOL_TEMPLATE: dict[str, Any] = {
    "job_configuration": {"stream_output": True},
    "variables": {"type": "object", "properties": {}, "description": "Запуск начинается одной и той же программой."},
}
"""What the pool lets a deployment or a caller choose for a run: nothing."""


def api_url(settings: Settings) -> str:
    """PREFECT_API_URL where it is set (a worker, an own server), else the server that ``vekha up`` starts."""
    host = {"0.0.0.0": "127.0.0.1", "::": "[::1]", "::1": "[::1]"}.get(settings.host, settings.host)
    return os.environ.get("PREFECT_API_URL") or f"http://{host}:{settings.port}/api"


def ui_url(settings: Settings) -> str:
    """Where people open Prefect: PREFECT_UI_URL where it is set, else beside the API."""
    return (os.environ.get("PREFECT_UI_URL") or api_url(settings).removesuffix("/api")).rstrip("/")


def worker_name() -> str:
    """What the worker of this machine is called: whose processes can be looked for here."""
    return f"vekha {socket.gethostname()}"

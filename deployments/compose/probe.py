#!/usr/bin/env -S python3 -I -S
"""Whether a part of Vekha is at work: ``vekha-probe prefect|worker|web|database``, exit code 0 or 1.

It is asked twice a minute, so it imports nothing but the standard library.
"""

import base64
import json
import os
import socket
import sys
import urllib.request
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

PARTS = ("prefect", "worker", "web", "database")
POOL = "vekha"
SECONDS = 5.0


def fetch(url: str, *, question: dict[str, Any] | None = None, auth: str = "") -> Any:
    """What the address answers, read as JSON where a question is put to it. Raises ``OSError``."""
    headers = {"Content-Type": "application/json"}
    if auth:
        headers["Authorization"] = f"Basic {base64.b64encode(auth.encode()).decode()}"
    data = None if question is None else json.dumps(question).encode()
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    with opener.open(urllib.request.Request(url, data=data, headers=headers), timeout=SECONDS) as answer:
        body = answer.read()
    return None if question is None else json.loads(body)


def secret(name: str) -> str:
    """A setting as the environment says it, or the file that the environment names."""
    path = os.environ.get(f"{name}_FILE")
    return Path(path).read_text(encoding="utf-8").strip() if path else os.environ.get(name, "")


def is_worker_online(api: str, name: str, *, auth: str) -> bool:
    """Whether the Prefect server has lately heard of the worker of this name."""
    workers = fetch(f"{api}/work_pools/{POOL}/workers/filter", question={"limit": 200}, auth=auth)
    return any(worker["name"] == name and worker["status"] == "ONLINE" for worker in workers)


def is_healthy(part: str) -> bool:
    """Raises ``OSError`` where nobody answers, or answers with a refusal."""
    if part == "worker":
        api = os.environ.get("VEKHA_PREFECT_URL", "http://127.0.0.1:4200/api")
        return is_worker_online(api, os.environ.get("VEKHA_WORKER_NAME", ""), auth=secret("VEKHA_AUTH"))
    if part == "database":
        url = urlsplit(secret("VEKHA_DATABASE_URL"))
        socket.create_connection((url.hostname or "127.0.0.1", url.port or 5432), SECONDS).close()
        return True
    port = os.environ.get("VEKHA_PORT", "4200") if part == "prefect" else os.environ.get("VEKHA_WEB_PORT", "4280")
    fetch(f"http://127.0.0.1:{port}/{'api/health' if part == 'prefect' else 'readyz'}")
    return True


def main() -> int:
    """The exit code that a container asks for."""
    part = sys.argv[1] if len(sys.argv) == 2 else ""
    if part not in PARTS:
        sys.stderr.write(f"vekha-probe {'|'.join(PARTS)}\n")
        return 2
    try:
        found = is_healthy(part)
    except (OSError, ValueError) as silent:
        sys.stderr.write(f"{part}: {silent}\n")
        return 1
    if not found:
        sys.stderr.write(f"{part}: not online\n")
    return 0 if found else 1


if __name__ == "__main__":
    sys.exit(main())

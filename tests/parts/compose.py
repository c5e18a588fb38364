"""An installation by ``deployments/compose/compose.yaml``, started for real on a network of its own.

What differs from the file as it is stands in ``override``: images made here in place of those of a registry, and one
network on which every name is the loopback, for no bridge can be made here.
"""

import json
import os
import shutil
import ssl
import subprocess
import sys
import time
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import httpx
import yaml

from tests.parts.containers import CONF, podman, run
from tests.parts.network import Network
from tests.places import ROOT

COMPOSE = ROOT / "deployments" / "compose"
PAGES = "https://localhost:8443"
PREFECT = "http://localhost:4200/api"
PATIENCE = 240.0
"""Seconds that a part may take until it is at work, beside all that a busy machine does."""


class Compose:
    """The compose file in a folder of its own, with secrets and a certificate."""

    def __init__(self, folder: Path, network: Network, *, vekha: str, servers: str) -> None:
        self.folder, self.network = folder, network
        self._opened = ExitStack()
        self.project = f"vekha-test-{os.getpid()}"
        self.file: dict[str, Any] = yaml.safe_load((COMPOSE / "compose.yaml").read_text(encoding="utf-8"))
        for name in ("compose.yaml", "nginx.conf", "make_secrets.sh"):
            shutil.copy(COMPOSE / name, folder)
        self._environment = os.environ | {
            "CONTAINERS_CONF": str(folder / "containers.conf"),
            # No systemd is here to ask about their health: the test does.
            "DISABLE_HC_SYSTEMD": "true",
            "VEKHA_IMAGE": vekha,
            "VEKHA_NGINX": "127.0.0.1",
            **{f"{name}_IMAGE": servers for name in ("POSTGRES", "REDIS", "NGINX")},
        }
        (folder / "containers.conf").write_text(CONF, encoding="utf-8")
        (folder / "vekha.env").write_text(f"VEKHA_PUBLIC_URL={PAGES}\n", encoding="utf-8")
        (folder / "vekha.env").chmod(0o444)
        assert self.make_secrets("mailto://vekha@localhost:2525?from=vekha@example.ru")[0] == 0
        self._make_certificate()
        self._override()

    def make_secrets(self, mail: str, folder: Path | None = None) -> tuple[int, str]:
        """What an administrator does; the exit code, and what is said."""
        done = subprocess.run(
            ["sh", "make_secrets.sh", str(folder or self.folder / "secrets")],
            cwd=self.folder,
            input=f"{mail}\n",
            text=True,
            capture_output=True,
            check=False,
        )
        return done.returncode, done.stderr

    def _make_certificate(self) -> None:
        for_whom = ("-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost", "-days", "2", "-nodes")
        files = ("-keyout", str(self.folder / "secrets/tls.key"), "-out", str(self.folder / "secrets/tls.crt"))
        run("openssl", "req", "-x509", "-newkey", "rsa:2048", *for_whom, *files)
        for name in ("tls.key", "tls.crt"):
            (self.folder / "secrets" / name).chmod(0o444)

    def _override(self) -> None:
        names = [f"      - {name}:127.0.0.1" for name in self.file["services"]]
        lines = ["services:"]
        for name, part in self.file["services"].items():
            lines += [f"  {name}:", *(f"    {what}: !reset null" for what in ("networks", "ports") if what in part)]
            lines += [f"    network_mode: ns:{self.network.path}", "    extra_hosts:", *names]
        (self.folder / "override.yaml").write_text("\n".join(lines) + "\n", encoding="utf-8")

    def __call__(self, *words: str, seconds: float = PATIENCE) -> str:
        """What podman-compose says."""
        command = [sys.executable, "-m", "podman_compose", "--in-pod=false", "-p", self.project]
        command += ["-f", "compose.yaml", "-f", "override.yaml", *words]
        done = subprocess.run(
            command,
            cwd=self.folder,
            env=self._environment,
            capture_output=True,
            text=True,
            timeout=seconds,
            stdin=subprocess.DEVNULL,
        )
        assert done.returncode == 0, f"{words}: {done.stdout[-4000:]}{done.stderr[-4000:]}"
        return done.stdout

    def start(self) -> None:
        """Up, in the order of the file; podman 4.3 does not wait for a healthy part by itself."""
        for services in (["postgres", "redis"], ["prefect"], []):
            self("up", "-d", *services)
            self.wait_healthy(*services or self.watched)

    @property
    def watched(self) -> list[str]:
        """The parts that say whether they are healthy."""
        return [name for name, part in self.file["services"].items() if "test" in part.get("healthcheck", {})]

    def containers(self) -> dict[str, str]:
        """The containers by their service, those that have ended as well."""
        label = "io.podman.compose.project"
        listed = json.loads(podman("ps", "--all", "--format=json", f"--filter=label={label}={self.project}"))
        return {one["Labels"]["com.docker.compose.service"]: one["Names"][0] for one in listed}

    def inspect(self, service: str) -> dict[str, Any]:
        """All that podman knows of a container."""
        found: dict[str, Any] = json.loads(podman("inspect", self.containers()[service]))[0]
        return found

    def wait_healthy(self, *services: str) -> None:
        """Until each says so."""
        for service in services:
            name, until = self.containers()[service], time.monotonic() + PATIENCE
            while (said := self._health(name)).returncode:
                assert time.monotonic() < until, f"{service}: {said.stdout}{said.stderr}{self.log(service)}"
                time.sleep(1)

    def _health(self, name: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(["podman", "healthcheck", "run", name], capture_output=True, text=True, check=False)

    def log(self, service: str) -> str:
        """The last of what a container has said."""
        done = subprocess.run(
            ["podman", "logs", "--tail=60", self.containers()[service]], capture_output=True, text=True, check=False
        )
        return done.stdout + done.stderr

    def vekha(self, *words: str) -> str:
        """What a command of Vekha says, run as the file's head tells."""
        return self("exec", "-T", "worker-1", "vekha", *words)

    def secret(self, name: str) -> str:
        """What stands in a file of secrets."""
        return (self.folder / "secrets" / name).read_text(encoding="utf-8").strip()

    def ask(self, method: str, url: str, *, client: httpx.Client | None = None, **more: Any) -> httpx.Response:
        """An answer over the network of the containers, by a browser that knows the certificate."""
        if client is not None:
            return self.network.call(client.request, method, url, **more)
        return self.network.call(self.browser().request, method, url, **more)

    def browser(self) -> httpx.Client:
        """One that keeps its cookies and trusts no certificate but that of the installation."""
        trusted = ssl.create_default_context(cafile=str(self.folder / "secrets/tls.crt"))
        opened = httpx.Client(verify=trusted, base_url=PAGES, timeout=60, trust_env=False)
        return self._opened.enter_context(opened)

    def prefect(self, method: str, path: str, **more: Any) -> Any:
        """What the Prefect server answers past the pages, with its password."""
        name, _, password = self.secret("auth").partition(":")
        answer = self.ask(method, f"{PREFECT}{path}", auth=(name, password), **more)
        answer.raise_for_status()
        return answer.json()

    def remove(self) -> None:
        """Nothing of it stays."""
        self._opened.close()
        self("down", "--volumes", "--timeout=20")

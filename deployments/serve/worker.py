"""The worker of the pool, as a program: Prefect's own, but for how a run begins."""

import contextlib
import os
import re
import signal
import subprocess
import sys
import time
from functools import partial
from pathlib import Path
from tempfile import mkdtemp
from threading import Thread
from typing import Any

import anyio
from prefect.client.schemas.objects import FlowRun
from prefect.client.schemas.responses import DeploymentResponse
from prefect.utilities.processutils import command_to_string
from prefect.workers.process import ProcessJobConfiguration, ProcessWorker

from deployments.serve.begin import begin
from deployments.serve.prefect import worker_environment
from models.db import DatabaseProblem
from models.settings import Settings
from tasks.installation import ForeignSettings, own_engine
from tasks.prefect.names import POOL, POOL_TEMPLATE, worker_name

HERE = Path(__file__).parent
AGAIN = "--again"
SOCKET = "VEKHA_WARM_SOCKET"
PAUSE = 1.0
"""Seconds before a warm process that died is started again; runs start cold until then."""
HEARTBEAT_SECONDS = 30
OUR_FLOW = re.compile(r"flows\.\w+\.\w+|deployments\.nightly\.nightly_sync")
GRACE_SECONDS = 10.0
"""How long runs that are at work may go on after a signal; the one who sent it waits a little longer."""


class ForeignFlow(RuntimeError):
    """A run of something that is no flow of ours."""


class WarmConfiguration(ProcessJobConfiguration):
    """A run starts by our command and in our environment, whatever the pool, the deployment or who made it asks for."""

    def prepare_for_flow_run(self, *args: Any, **named: Any) -> None:
        """As Prefect does, with nothing of what was asked for."""
        _refuse_foreign(named.get("deployment") or (args[1] if len(args) > 1 else None))
        call = [sys.executable, "-I", "-S", str(HERE / "warm_call.py"), os.environ[SOCKET]]
        self.command, self.env, self.working_dir = command_to_string(call), {}, None
        super().prepare_for_flow_run(*args, **named)


def _refuse_foreign(deployment: DeploymentResponse | None) -> None:
    """Only flows of ours are run, no file that somebody named, no steps that fetch one. Raises ``ForeignFlow``."""
    if deployment is None:
        return
    if deployment.pull_steps or not OUR_FLOW.fullmatch(deployment.entrypoint or ""):
        raise ForeignFlow(f"the deployment {deployment.name} is none of ours: {deployment.entrypoint}")


class WarmWorker(ProcessWorker):
    """Takes the runs of the pool and starts each by a fork."""

    job_configuration = WarmConfiguration
    is_leaving = False

    async def get_and_submit_flow_runs(self) -> list[FlowRun]:
        """As Prefect does, but nothing more once it is leaving."""
        return [] if self.is_leaving else await super().get_and_submit_flow_runs()

    @classmethod
    def get_default_base_job_template(cls) -> dict[str, Any]:
        """For a pool that is not there yet when the worker comes."""
        return POOL_TEMPLATE

    @classmethod
    def __dispatch_key__(cls) -> str:
        """Beside Prefect's worker of the same type, not in its place."""
        return "vekha"


class WarmProcess:
    """The process that forks the runs, kept alive; its input is held open for as long as it is to take new ones."""

    def __init__(self) -> None:
        os.environ[SOCKET] = str(Path(mkdtemp(prefix="vekha-worker-")) / "warm")
        self._is_ending = False
        self._start()
        Thread(target=self._keep, daemon=True).start()

    def _start(self) -> None:
        Path(os.environ[SOCKET]).unlink(missing_ok=True)
        command = [sys.executable, "-m", "deployments.serve.warm", os.environ[SOCKET]]
        self._process = subprocess.Popen(command, stdin=subprocess.PIPE)

    def _keep(self) -> None:
        while self._process.wait() is not None and not self._is_ending:
            time.sleep(PAUSE)
            self._start()

    def end(self) -> None:
        """Wait until the last run is over, but not for ever."""
        self._is_ending = True
        if self._process.stdin is not None:
            self._process.stdin.close()
        with contextlib.suppress(subprocess.TimeoutExpired):
            self._process.wait(GRACE_SECONDS)


def _with_its_own_environment(settings: Settings) -> None:
    """Begin again with nothing around that neither the worker nor its runs need, such as the password of «Контроль».

    Its runs read no .env either; and only a program that begins anew leaves nothing behind in ``/proc``.
    """
    wanted = worker_environment(settings)
    if wanted != dict(os.environ) and AGAIN not in sys.argv:
        os.execve(sys.executable, [sys.executable, "-m", "deployments.serve.worker", AGAIN], wanted)


def _refuse_foreign_settings() -> None:
    """One line at the start, not a failed run for each answer; a database that is away is waited for by the runs."""
    try:
        own_engine()
    except DatabaseProblem:
        pass
    except ForeignSettings as refused:
        sys.stderr.write(f"{refused}\n")
        sys.exit(2)


def main() -> None:
    """Work until a signal: the first lets the runs end that are at work, the second does not.

    Prefect's own way out waits for much that nobody needs: a quarter of a minute with nothing at work.
    """
    settings = begin()
    _with_its_own_environment(settings)
    _refuse_foreign_settings()
    warm = WarmProcess()
    worker = WarmWorker(work_pool_name=POOL, name=worker_name(settings), heartbeat_interval_seconds=HEARTBEAT_SECONDS)

    def end() -> None:
        time.sleep(PAUSE)  # For what has been taken and not begun yet.
        warm.end()
        os._exit(0)

    def leave(*_: object) -> None:
        if worker.is_leaving:
            os._exit(1)
        worker.is_leaving = True
        Thread(target=end, daemon=True).start()

    for signum in (signal.SIGTERM, signal.SIGINT):
        signal.signal(signum, leave)
    anyio.run(partial(worker.start, printer=partial(print, flush=True)))


if __name__ == "__main__":
    main()

"""The worker of the pool, as a program: Prefect's own, but for how a run begins."""

import os
import subprocess
import sys
import time
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from threading import Thread
from typing import Any

import anyio
from prefect.utilities.processutils import command_to_string, setup_signal_handlers_worker
from prefect.workers.process import ProcessJobConfiguration, ProcessWorker

from tasks.prefect.names import POOL, worker_name

HERE = Path(__file__).parent
SOCKET = "VEKHA_WARM_SOCKET"
PAUSE = 1.0
"""Seconds before a warm process that died is started again; runs start cold until then."""


class WarmConfiguration(ProcessJobConfiguration):
    """A run starts by our command and in our environment, whatever the pool, the deployment or who made it asks for."""

    def prepare_for_flow_run(self, *args: Any, **named: Any) -> None:
        """As Prefect does, with nothing of what was asked for."""
        call = [sys.executable, "-I", "-S", str(HERE / "warm_call.py"), os.environ[SOCKET]]
        self.command, self.env = command_to_string(call), {}
        super().prepare_for_flow_run(*args, **named)


class WarmWorker(ProcessWorker):
    """Takes the runs of the pool and starts each by a fork."""

    job_configuration = WarmConfiguration

    @classmethod
    def __dispatch_key__(cls) -> str:
        """Beside Prefect's worker of the same type, not in its place."""
        return "vekha"


def _keep_warm() -> None:
    """Start the warm process, again whenever it dies; it ends with this process, which holds its input open."""
    while True:
        Path(os.environ[SOCKET]).unlink(missing_ok=True)
        command = [sys.executable, "-m", "deployments.serve.warm", os.environ[SOCKET]]
        subprocess.Popen(command, stdin=subprocess.PIPE).wait()
        time.sleep(PAUSE)


def main() -> None:
    """Work until a signal: the first one lets the runs end, the second does not."""
    with TemporaryDirectory(prefix="vekha-worker-") as folder:
        os.environ[SOCKET] = str(Path(folder) / "warm")
        Thread(target=_keep_warm, daemon=True).start()
        setup_signal_handlers_worker(os.getpid(), "the worker", partial(print, flush=True))
        worker = WarmWorker(work_pool_name=POOL, name=worker_name(), heartbeat_interval_seconds=30)
        anyio.run(partial(worker.start, printer=partial(print, flush=True)))


if __name__ == "__main__":
    main()

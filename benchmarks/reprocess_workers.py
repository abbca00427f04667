"""The flow `reprocess` on the workers of a Dask cluster: a Prefect server, a scheduler and workers of one thread each."""

from __future__ import annotations

import json
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

from benchmarks.harvest import environment
from tests.flows.install import free_port
from tests.flows.prefect_server import process, wait_until_healthy
from tests.flows.services import until

BIN = Path(sys.executable).parent
FLOW = "import asyncio, json; from flows.reprocess import reprocess; print(json.dumps(asyncio.run(reprocess())))"


@contextmanager
def prefect_server(folder: Path) -> Iterator[dict[str, str]]:
    """Gives the environment in which its clients find it."""
    port = free_port()
    api = f"http://127.0.0.1:{port}/api"
    given = environment(
        PREFECT_HOME=str(folder), PREFECT_API_URL=api, PREFECT_SERVER_ANALYTICS_ENABLED="false",
        PREFECT_SERVER_UI_ENABLED="false", PYTHONPATH=str(Path(__file__).parents[1]),
    )  # fmt: skip
    words = [str(BIN / "prefect"), "server", "start", "--host", "127.0.0.1", "--port", str(port)]
    with process(words, given, folder / "server.log"):
        wait_until_healthy(api, folder / "server.log")
        yield given


def spread(
    workers: int, url: str, sources: Path, folder: Path, server: Mapping[str, str]
) -> tuple[dict[str, Any], float]:
    """What the flow answers (`seconds`: those of the reading), and the seconds that it took as a whole."""
    port = free_port()
    address = f"tcp://127.0.0.1:{port}"
    given = {**server, "DANVAN_DATABASE_URL": url, "DANVAN_SOURCES_DIR": str(sources), "DANVAN_DASK": address}
    dask = str(BIN / "dask")
    logs = [folder / f"worker-{port}-{number}.log" for number in range(workers)]
    with ExitStack() as stack:
        words = [dask, "scheduler", "--host", "127.0.0.1", "--port", str(port), "--no-dashboard"]
        stack.enter_context(process(words, given, folder / "scheduler.log"))
        for log in logs:
            own = [dask, "worker", address, "--nworkers", "1", "--nthreads", "1", "--no-dashboard"]
            stack.enter_context(process(own, given, log))
        until(lambda: all("Registered to" in log.read_text("utf-8") for log in logs), "the workers")
        started = time.perf_counter()
        done = subprocess.run(
            [sys.executable, "-c", FLOW], env=given, cwd=folder, capture_output=True, text=True, check=True
        )
        return json.loads(done.stdout.splitlines()[-1]), time.perf_counter() - started

"""The flow `reprocess` on the workers of a Dask cluster: a Prefect server, a scheduler and workers of one thread each."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

from benchmarks.harvest import environment

BIN = Path(sys.executable).parent
FLOW = "import asyncio, json; from flows.reprocess import reprocess; print(json.dumps(asyncio.run(reprocess())))"
START_SECONDS = 120.0


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextmanager
def service(words: list[str], given: Mapping[str, str], log: Path) -> Iterator[None]:
    with log.open("ab") as out:
        child = subprocess.Popen(words, env=given, cwd=log.parent, stdout=out, stderr=out, start_new_session=True)
        try:
            yield
        finally:
            os.killpg(child.pid, signal.SIGTERM)
            try:
                child.wait(15)
            except subprocess.TimeoutExpired:
                os.killpg(child.pid, signal.SIGKILL)
                child.wait()


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
    with service(words, given, folder / "server.log"):
        wait_for(lambda: urllib.request.urlopen(f"{api}/health", timeout=2).status == 200)
        yield given


def wait_for(look: Any) -> None:
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline:
        try:
            if look():
                return
        except OSError:
            pass
        time.sleep(0.3)
    raise TimeoutError("a service did not start")


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
        stack.enter_context(service(words, given, folder / "scheduler.log"))
        for log in logs:
            own = [dask, "worker", address, "--nworkers", "1", "--nthreads", "1", "--no-dashboard"]
            stack.enter_context(service(own, given, log))
        wait_for(lambda: all("Registered to" in log.read_text("utf-8") for log in logs))
        started = time.perf_counter()
        done = subprocess.run(
            [sys.executable, "-c", FLOW], env=given, cwd=folder, capture_output=True, text=True, check=True
        )
        return json.loads(done.stdout.splitlines()[-1]), time.perf_counter() - started

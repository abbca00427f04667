"""A real Prefect server and worker on loopback, in a home of their own."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

import httpx

ROOT = Path(__file__).parents[2]
PREFECT = Path(sys.executable).parent / "prefect"
START_SECONDS = 90.0


def server_environment(home: Path, port: int) -> dict[str, str]:
    """The environment in which clients and workers find a server at a port."""
    return {
        **os.environ,
        "PREFECT_HOME": str(home),
        "PREFECT_API_URL": f"http://127.0.0.1:{port}/api",
        "PREFECT_SERVER_ANALYTICS_ENABLED": "false",
        "PREFECT_SERVER_UI_ENABLED": "false",
        "PREFECT_SERVER_SERVICES_SCHEDULER_LOOP_SECONDS": "1",
        "PREFECT_WORKER_QUERY_SECONDS": "1",
        "PREFECT_RUNNER_POLL_FREQUENCY": "1",
        "PREFECT_CLI_COLORS": "false",
        "NO_COLOR": "1",
        "PATH": f"{PREFECT.parent}:{os.environ['PATH']}",
    }


@contextmanager
def prefect_server(home: Path, command: list[str], port: int, secrets: Path) -> Iterator[dict[str, str]]:
    """Run a server's command line; gives the environment in which clients and workers find it."""
    environment = server_environment(home, port)
    with process(command, environment | {"CREDENTIALS_DIRECTORY": str(secrets)}, home / "server.log"):
        wait_until_healthy(environment["PREFECT_API_URL"], home / "server.log")
        yield environment


@contextmanager
def process(command: list[str], environment: Mapping[str, str], log: Path) -> Iterator[subprocess.Popen[bytes]]:
    """A child in its own group, ended with its group."""
    with log.open("wb") as out:
        child = subprocess.Popen(
            command, env=environment, cwd=log.parent, stdout=out, stderr=subprocess.STDOUT, start_new_session=True
        )
        try:
            yield child
        finally:
            for number in (signal.SIGTERM, signal.SIGKILL):
                if child.poll() is None:
                    os.killpg(child.pid, number)
                    try:
                        child.wait(10)
                    except subprocess.TimeoutExpired:
                        continue


def prefect(environment: Mapping[str, str], *words: str) -> str:
    """Run the prefect command, in a folder that is not the project's; answers what it printed."""
    done = subprocess.run(
        [str(PREFECT), "--no-prompt", *words],
        env=environment,
        cwd=environment["PREFECT_HOME"],
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def wait_until_healthy(url: str, log: Path) -> None:
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline:
        try:
            if httpx.get(f"{url}/health", timeout=2).status_code == 200:
                return
        except httpx.HTTPError:
            time.sleep(0.3)
    raise AssertionError(f"the Prefect server did not start:\n{log.read_text()[-3000:]}")

"""Services that are started again when they end, as systemd and compose do (`Restart=always`)."""

from __future__ import annotations

import os
import signal
import subprocess
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

PAUSE = 5.0
"""After how long a service that ended is started again."""

SECONDS = 900.0


@dataclass
class Service:
    """A process in a group of its own that is started again when it ends."""

    command: list[str]
    environment: Mapping[str, str]
    log: Path
    _wanted: threading.Event = field(default_factory=threading.Event)
    _child: subprocess.Popen[bytes] | None = None

    def live(self) -> None:
        with self.log.open("ab") as out:
            while not self._wanted.is_set():
                self._child = subprocess.Popen(
                    self.command, env=self.environment, cwd=self.log.parent, stdout=out, stderr=out,
                    start_new_session=True,
                )  # fmt: skip
                self._child.wait()
                self._wanted.wait(PAUSE)

    def kill(self) -> None:
        """SIGKILL to the process and its group, as when the machine's memory is gone."""
        if self._child is not None:
            with suppress(ProcessLookupError):
                os.killpg(self._child.pid, signal.SIGKILL)

    def end(self) -> None:
        self._wanted.set()
        self.kill()


@contextmanager
def service(command: list[str], environment: Mapping[str, str], log: Path) -> Iterator[Service]:
    made = Service(command, environment, log)
    thread = threading.Thread(target=made.live, daemon=True)
    thread.start()
    try:
        yield made
    finally:
        made.end()
        thread.join(10)


def until(look: Callable[[], object], what: str) -> None:
    deadline = time.monotonic() + SECONDS
    while time.monotonic() < deadline:
        if look():
            return
        time.sleep(0.25)
    raise AssertionError(f"it did not happen in time: {what}")

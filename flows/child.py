"""A child process a source: forked from a server that has loaded the program, ended with its whole process group.

The server is multiprocessing's own, loaded with `flows.preload`: a second of CPU once a run, a hundredth a child. It
starts without secrets, and a child gets the settings it needs as its environment. A child whose parent is gone ends
itself, as gracefully as one that is told to.
"""

from __future__ import annotations

import asyncio
import multiprocessing
import os
import re
import signal
import sys
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from functools import partial
from multiprocessing.connection import Connection
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from crawlers.aside import without_main_module
from foundation.errors import DanvanError
from foundation.settings import Settings

GRACE_SECONDS = 20.0
"""What a child gets between SIGTERM and SIGKILL: the current request ends, landed pages are read."""

LONGEST_LOG = 64_000
"""Bytes of a child's log that are kept."""

_PRIVATE = {f"DANVAN_{name.upper()}" for name, kind in Settings.__annotations__.items() if "SecretStr" in str(kind)}
_TELLING = re.compile(r"TOKEN|PASSWORD|SECRET|CREDENTIAL|API_?KEY|AUTH_STRING", re.IGNORECASE)

_STARTING = threading.Lock()
"""A child at a time: others may run tasks in threads, and what is hidden from a child is hidden from the process."""

_processes = multiprocessing.get_context("forkserver")
_processes.set_forkserver_preload(["flows.preload"])


def is_secret(variable: str) -> bool:
    """Whether a variable is one that no child has a use for, whoever set it."""
    return variable.upper() in _PRIVATE or _TELLING.search(variable) is not None


def child_environment(config: Settings) -> dict[str, str]:
    """The environment of a child: ours without secrets, with the settings in force wherever they came from."""
    given = {name: value for name, value in os.environ.items() if not is_secret(name)}
    for name in type(config).model_fields:
        variable, value = f"DANVAN_{name.upper()}", getattr(config, name)
        if value is not None and not is_secret(variable):
            given[variable] = ",".join(value) if isinstance(value, tuple) else str(value)
    return given


@dataclass(frozen=True)
class Ending:
    """How a child ended: what it answered (None: nothing), or else its last line; and all that it wrote."""

    answer: Any
    last_words: str
    out_of_time: bool
    log: str = ""


async def run_child(environment: Mapping[str, str], time_limit: float, **task: Any) -> Ending:
    """Let a child do `flows.share.share(**task)`.

    At its time limit (seconds), and when the caller is cancelled, it gets SIGTERM, and after GRACE_SECONDS its whole
    group SIGKILL.
    """
    with TemporaryDirectory(prefix="danvan-") as folder:
        child = _Child(Path(folder) / "log", environment, task)
        out_of_time = False
        try:
            out_of_time = not await child.has_answered(time_limit)
        finally:
            await child.stop()
        return Ending(child.answer, child.last_words, out_of_time, child.written)


class _Child:
    """One child under way. Made without waiting: none lives whose number nobody knows."""

    def __init__(self, log: Path, environment: Mapping[str, str], task: Mapping[str, Any]) -> None:
        self.answer: Any = None
        self._log = log
        self._pipe, theirs = _processes.Pipe(duplex=False)
        # A worker under Dask's nanny is a daemon, which may have no children; nor may they, who would inherit it.
        multiprocessing.current_process().daemon = False
        self._process = _processes.Process(target=_live, args=(theirs, log, dict(environment), dict(task)))
        with _STARTING, without_main_module(), _without_secrets():
            self._process.start()
        theirs.close()
        self._pid = self._process.pid or 0

    @property
    def last_words(self) -> str:
        """The last line of its log, else its exit code: the log of one that a signal ended says nothing of its end."""
        code = self._process.exitcode or 0
        lines = self.written.splitlines() if code >= 0 else []
        return next((line for line in reversed(lines) if line.strip()), f"mã kết thúc {code}")

    @property
    def written(self) -> str:
        """Its log, of a long one the end."""
        if not self._log.exists():
            return ""
        with self._log.open("rb") as file:
            file.seek(max(0, self._log.stat().st_size - LONGEST_LOG))
            return file.read().decode("utf-8", "replace")

    async def has_answered(self, within: float) -> bool:
        """Whether it has answered, or ended, within so many seconds."""
        if self._pipe.closed:
            return True
        if not await _readable(self._pipe.fileno(), within):
            return False
        with suppress(EOFError, OSError), self._pipe:
            self.answer = self._pipe.recv()
        return True

    async def stop(self) -> None:
        """See it end, whatever it takes."""
        for number in (signal.SIGTERM, signal.SIGKILL):
            if not await self.has_answered(0):
                self._signal(number)
                await self.has_answered(GRACE_SECONDS)
        await _readable(self._process.sentinel, GRACE_SECONDS)
        self._signal(signal.SIGKILL)  # and whatever it has left behind
        self._process.join()

    def _signal(self, number: signal.Signals) -> None:
        with suppress(ProcessLookupError):
            os.killpg(self._pid, number)


async def _readable(descriptor: int, within: float) -> bool:
    loop, ready = asyncio.get_running_loop(), asyncio.Event()
    loop.add_reader(descriptor, ready.set)
    try:
        async with asyncio.timeout(within):
            await ready.wait()
    except TimeoutError:
        return False
    else:
        return True
    finally:
        loop.remove_reader(descriptor)


@contextmanager
def _without_secrets() -> Iterator[None]:
    """The server is started with the first child, and keeps for good the environment it is started in."""
    hidden = {name: os.environ.pop(name) for name in list(os.environ) if is_secret(name)}
    try:
        yield
    finally:
        os.environ.update(hidden)


def _live(answer: Connection, log: Path, environment: Mapping[str, str], task: Mapping[str, Any]) -> None:
    """The child's life."""
    os.setsid()
    with log.open("wb", buffering=0) as file:
        os.dup2(file.fileno(), 1)
        os.dup2(file.fileno(), 2)
    os.environ.clear()
    os.environ.update(environment)
    from flows.share import give_up, share
    from foundation.logs import set_up_logging

    set_up_logging(run=task["run_id"], source=task["source_id"])
    last_act = partial(give_up, str(task["owner"]))
    threading.Thread(target=_end_with_parent, args=(last_act,), daemon=True).start()

    try:
        answer.send(share(**task))
    except DanvanError as error:
        sys.stderr.write(f"{error}\n")
        raise SystemExit(error.exit_code) from error


def _end_with_parent(last_act: Callable[[], None]) -> None:
    parent = multiprocessing.parent_process()
    if parent is not None:
        parent.join()
        os.kill(os.getpid(), signal.SIGTERM)
        time.sleep(GRACE_SECONDS)
        with suppress(Exception):
            last_act()
        os.killpg(0, signal.SIGKILL)

"""Parses what a site sent in a process of its own, within a time and a memory: no page can hold the crawl up.

Libraries and our own patterns are linear as far as we know; a page that proves otherwise costs this process, which is
ended and begun anew, and not the reactor that all other requests wait for.
"""

from __future__ import annotations

import asyncio
import multiprocessing
import resource
import signal
import sys
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from functools import partial
from multiprocessing.connection import Connection
from multiprocessing.process import BaseProcess
from types import ModuleType
from typing import Any, ParamSpec, TypeVar

_P = ParamSpec("_P")
_T = TypeVar("_T")

MEGABYTES = 400
_LOADING_SECONDS = 60.0


class TooHeavyError(Exception):
    """It took longer, or more memory, than was allowed."""


class Aside:
    """Does one thing after another in a process of its own, which lives until `close` or until it fails."""

    def __init__(self, seconds: float, megabytes: int = MEGABYTES) -> None:
        self._seconds, self._megabytes = seconds, megabytes
        self._desk = ThreadPoolExecutor(1, thread_name_prefix="aside")
        self._worker: tuple[BaseProcess, Connection] | None = None

    async def do(self, function: Callable[_P, _T], *args: _P.args, **kwargs: _P.kwargs) -> _T:
        """What `function`, one that a module holds, makes of these (all of them can be pickled).

        Raises what it raises, and TooHeavyError.
        """
        task = partial(self.wait_for, function, *args, **kwargs)
        return await asyncio.get_running_loop().run_in_executor(self._desk, task)

    def wait_for(self, function: Callable[_P, _T], *args: _P.args, **kwargs: _P.kwargs) -> _T:
        """As `do`, for whoever may wait."""
        told: Any
        try:
            self._worker = self._worker or self._begin()
            _, pipe = self._worker
            pipe.send((function, args, kwargs))
            in_time = pipe.poll(self._seconds)
            done, told = pipe.recv() if in_time else (False, TooHeavyError(f"quá {self._seconds:g} giây"))
        except (EOFError, OSError) as error:
            self._end()
            raise TooHeavyError(f"quá {self._megabytes} MB bộ nhớ, hoặc tiến trình đọc dừng giữa chừng") from error
        if not in_time:
            self._end()
        if not done:
            raise told
        made: _T = told
        return made

    def _begin(self) -> tuple[BaseProcess, Connection]:
        # A child of a run is forked itself, from a server that has loaded the program: asked for a process, it would
        # start a server of its own and load everything once more (two seconds of CPU a source).
        processes: Any = multiprocessing.get_context("fork" if multiprocessing.parent_process() else "forkserver")
        ours, theirs = processes.Pipe()
        process = processes.Process(target=_serve, args=(theirs, ours, self._megabytes), daemon=True)
        with without_main_module():
            process.start()
        theirs.close()
        if not ours.poll(_LOADING_SECONDS):
            raise TooHeavyError("tiến trình đọc không khởi động được")
        ours.recv()
        return process, ours

    def _end(self) -> None:
        if self._worker:
            process, pipe = self._worker
            self._worker = None
            pipe.close()
            process.kill()
            process.join()

    def close(self) -> None:
        """End the process, and what is under way in it."""
        self._desk.shutdown(wait=False, cancel_futures=True)
        self._end()


def _serve(pipe: Connection, other_end: Connection, megabytes: int) -> None:
    """The life of the process: it ends when the other end of the pipe does, of which it must not hold a copy."""
    other_end.close()
    signal.set_wakeup_fd(-1)
    signal.signal(signal.SIGTERM, signal.SIG_DFL)  # not as the crawl that it may be forked from
    _bound_memory(megabytes * 1_000_000)
    with suppress(EOFError, OSError), pipe:
        pipe.send(None)  # ready: the time of a task does not begin before
        while True:
            function, args, kwargs = pipe.recv()
            try:
                answer = (True, function(*args, **kwargs))
            except MemoryError:
                return
            except Exception as error:  # noqa: BLE001 - raised where it was asked for
                answer = (False, error)
            pipe.send(answer)


def _bound_memory(size: int) -> None:
    """What is written to counts (RLIMIT_DATA, on Linux); libraries that are merely mapped do not."""
    if sys.platform == "linux":
        resource.setrlimit(resource.RLIMIT_DATA, (size, size))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


@contextmanager
def without_main_module() -> Iterator[None]:
    """Keep multiprocessing from running our main module again in the process: under a worker it is all of Prefect."""
    main = sys.modules["__main__"]
    sys.modules["__main__"] = ModuleType("__main__")
    try:
        yield
    finally:
        sys.modules["__main__"] = main

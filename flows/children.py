"""How a run comes by its children: forked by a nursery (`flows.nursery`), or started one by one where that fails."""

from __future__ import annotations

import asyncio
import atexit
import json
import os
import socket
import subprocess
import sys
import threading
from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Protocol

LOADING_SECONDS = 60.0
"""How long the nursery may take to its first child; a second is usual."""

_Talk = tuple[asyncio.StreamReader, asyncio.StreamWriter]


class Child(Protocol):
    """As much of asyncio's Process as a run needs."""

    @property
    def pid(self) -> int:
        """The child's number, and that of its process group."""

    @property
    def returncode(self) -> int | None:
        """How it ended: its exit code, or minus the signal that killed it; None where nobody knows."""

    async def communicate(self) -> tuple[bytes, bytes]:
        """Wait for the end; answers what was written to stdout and stderr."""


async def start_child(words: Sequence[str], environment: Mapping[str, str]) -> Child:
    """A child that does `flows.share` with these command-line words, in a session of its own."""
    try:
        return await _born(words, environment)
    except OSError:  # whatever is wrong with the nursery, a child of its own goes without, or tells the reason
        _nursery.forget()
        return await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "flows.child", *words),
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.PIPE,
            env=dict(environment),
            start_new_session=True,
        )


class _Forked:
    """A child of the nursery."""

    def __init__(self, pid: int, out: asyncio.StreamReader, err: asyncio.StreamReader, talk: _Talk) -> None:
        self.pid = pid
        self.returncode: int | None = None
        self._out, self._err, self._talk = out, err, talk

    async def communicate(self) -> tuple[bytes, bytes]:
        out, err = await asyncio.gather(self._out.read(), self._err.read())
        told, teller = self._talk
        code = await told.readline()
        self.returncode = int(code) if code else None
        teller.close()
        return out, err


async def _born(words: Sequence[str], environment: Mapping[str, str]) -> _Forked:
    """Raises OSError where the nursery does not answer, in time or at all."""
    own, theirs = socket.socketpair()
    out, out_end = os.pipe()
    err, err_end = os.pipe()
    with theirs, os.fdopen(out_end, "wb"), os.fdopen(err_end, "wb"):
        readers = [await _reader(descriptor) for descriptor in (out, err)]
        talk = await asyncio.open_unix_connection(sock=own)
        _nursery.ask(environment, theirs.fileno(), out_end, err_end)
    try:
        async with asyncio.timeout(LOADING_SECONDS):
            pid = await _introduced(talk, words, environment)
    except BaseException:
        talk[1].close()
        raise
    return _Forked(pid, readers[0], readers[1], talk)


async def _introduced(talk: _Talk, words: Sequence[str], environment: Mapping[str, str]) -> int:
    """The child's pid, after it was told what to do."""
    told, teller = talk
    pid = await told.readline()
    if not pid:
        raise ConnectionResetError
    # Only now, and without waiting: a child whose run was ended before reads the end of the line, and ends; none runs
    # whose pid nobody knows.
    request = {"words": list(words), "environment": dict(environment), "folder": str(Path.cwd())}
    teller.write(json.dumps(request).encode() + b"\n")
    return int(pid)


async def _reader(descriptor: int) -> asyncio.StreamReader:
    reader = asyncio.StreamReader()
    pipe = os.fdopen(descriptor, "rb", 0)
    await asyncio.get_running_loop().connect_read_pipe(lambda: asyncio.StreamReaderProtocol(reader), pipe)
    return reader


class _Nursery:
    """The nursery of this process: begun when the first child is asked for, and again when it has gone."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._process: subprocess.Popen[bytes] | None = None
        self._control: socket.socket | None = None

    def ask(self, environment: Mapping[str, str], *descriptors: int) -> None:
        """Hand over a child's socket, stdout and stderr. Raises OSError.

        A new nursery lives in the child's environment: ours may hold secrets that no child is given.
        """
        with self._lock:
            if self._control is None or (self._process and self._process.poll() is not None):
                self._control = self._begin(environment)
            socket.send_fds(self._control, [b"+"], descriptors)

    def _begin(self, environment: Mapping[str, str]) -> socket.socket:
        own, theirs = socket.socketpair()
        with theirs:
            self._process = subprocess.Popen(  # noqa: S603 - our own program
                [sys.executable, "-m", "flows.nursery", str(theirs.fileno())],
                pass_fds=[theirs.fileno()],
                env=dict(environment),
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
                start_new_session=True,  # a Ctrl-C is the run's to answer
            )
        return own

    def forget(self) -> None:
        """Ask this one no more: it ends when its children have, and the next child begins another."""
        with self._lock:
            if self._control:
                self._control.close()
                self._control = None

    def end(self) -> None:
        """Forget it and see it end, so that what it used counts as ours."""
        self.forget()
        if self._process:
            with suppress(subprocess.TimeoutExpired):
                self._process.wait(timeout=5)


_nursery = _Nursery()
atexit.register(_nursery.end)

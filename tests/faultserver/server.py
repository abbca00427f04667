"""The server: paths to answers, every request remembered. An answer is bytes, or a coroutine that writes them."""

from __future__ import annotations

import asyncio
import ssl
import threading
from collections.abc import Awaitable, Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Self, cast

Writer = asyncio.StreamWriter


@dataclass(frozen=True)
class Request:
    path: str
    headers: Mapping[str, str]


Handler = Callable[[Request, Writer], Awaitable[None]]
Maker = Callable[[Request], bytes]
Answer = bytes | Handler | Maker


def response(body: bytes | str = b"", status: int = 200, headers: Mapping[str, str] | None = None) -> bytes:
    """A well-formed answer. A header given with an empty name is written as it is."""
    data = body.encode() if isinstance(body, str) else body
    fields = {"Content-Type": "text/html; charset=utf-8", "Content-Length": str(len(data)), **(headers or {})}
    lines = [f"{name}: {value}" for name, value in fields.items()]
    return "\r\n".join([f"HTTP/1.1 {status} X", *lines, "", ""]).encode() + data


@dataclass
class FaultServer:
    """`with FaultServer() as server: server.answers["/x"] = response("…")`; `server.hits` holds the requests."""

    answers: dict[str, Answer] = field(default_factory=dict)
    hits: list[Request] = field(default_factory=list)
    tls: ssl.SSLContext | None = None
    host: str = "127.0.0.1"
    port: int = 0

    @property
    def origin(self) -> str:
        return f"{'https' if self.tls else 'http'}://{self.host}:{self.port}"

    def paths(self) -> list[str]:
        return [hit.path for hit in self.hits]

    def articles_hit(self) -> list[str]:
        return [path for path in self.paths() if path.endswith(".html")]

    def __enter__(self) -> Self:
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)
        self._thread.start()
        self._tasks: set[asyncio.Task[None]] = set()
        starting = asyncio.start_server(self._serve, self.host, self.port, ssl=self.tls)
        self._server = asyncio.run_coroutine_threadsafe(starting, self._loop).result(5)
        self.port = self._server.sockets[0].getsockname()[1]
        return self

    def __exit__(self, *_: object) -> None:
        asyncio.run_coroutine_threadsafe(self._close(), self._loop).result(5)
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(5)
        self._loop.close()

    async def _close(self) -> None:
        self._server.close()
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    async def _serve(self, reader: asyncio.StreamReader, writer: Writer) -> None:
        task = asyncio.current_task()
        assert task
        self._tasks.add(task)
        try:
            while await self._answer_one(reader, writer):
                pass
        except (ConnectionError, asyncio.IncompleteReadError, asyncio.CancelledError, ssl.SSLError):
            pass
        finally:
            self._tasks.discard(task)
            with suppress(ConnectionError, RuntimeError):
                writer.close()

    async def _answer_one(self, reader: asyncio.StreamReader, writer: Writer) -> bool:
        head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1")
        first, *lines = head.rstrip().split("\r\n")
        pairs = (line.partition(":") for line in lines)
        request = Request(first.split(" ")[1], {name.lower(): value.strip() for name, _, value in pairs})
        self.hits.append(request)
        answer = self.answers.get(request.path, response("nothing here", 404))
        if isinstance(answer, bytes):
            writer.write(answer)
            await writer.drain()
            return True
        if asyncio.iscoroutinefunction(answer):
            await answer(request, writer)
            return False  # what a fault leaves behind is no connection to use again
        made = cast("Maker", answer)(request)
        writer.write(made)
        await writer.drain()
        return True

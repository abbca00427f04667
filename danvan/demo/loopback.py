"""Replica sites on ports of 127.0.0.1, served by one process."""

from __future__ import annotations

import asyncio
import socket
import threading
from pathlib import Path
from types import TracebackType
from typing import Self

import uvicorn
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from danvan.demo.replica import Answer, Replica
from danvan.demo.sources import write_source

_START_SECONDS = 10.0


class LoopbackSites:
    """Replicas on ports of 127.0.0.1, one uvicorn server in a thread of its own; a context manager.

    `sites`: id → base address with a closing slash; `requests`: (site id, path with query) in the order of asking.
    """

    def __init__(self) -> None:
        self.replicas: dict[str, Replica] = {}
        self.requests: list[tuple[str, str]] = []
        self._by_port: dict[int, str] = {}
        self._sockets: list[socket.socket] = []
        self._server: uvicorn.Server | None = None
        self._thread: threading.Thread | None = None

    @property
    def sites(self) -> dict[str, str]:
        """Replica id → base address."""
        return {name: replica.base_url + "/" for name, replica in self.replicas.items()}

    def write_sources(self, folder: Path) -> tuple[Path, ...]:
        """Write one catalogue file a replica into `folder` (made where absent)."""
        folder.mkdir(parents=True, exist_ok=True)
        return tuple(write_source(replica, folder) for replica in self.replicas.values())

    def __enter__(self) -> Self:
        config = uvicorn.Config(
            self._serve,
            interface="asgi3",
            lifespan="off",
            log_config=None,
            access_log=False,
            proxy_headers=False,
            timeout_keep_alive=30,
        )
        self._server = uvicorn.Server(config)
        self._thread = threading.Thread(target=self._run, args=(self._server,), daemon=True, name="replica-sites")
        self._thread.start()
        waited = threading.Event()
        for _ in range(int(_START_SECONDS / 0.02)):
            if self._server.started:
                return self
            waited.wait(0.02)
        raise TimeoutError("the replica sites did not start")

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Stop serving and free the ports; also for sites that were never entered."""
        if self._server is not None and self._thread is not None:
            self._server.should_exit = True
            self._server.force_exit = True
            self._thread.join(timeout=10)
        for bound in self._sockets:
            bound.close()

    def bind(self, name: str, port: int = 0) -> str:
        """Bind a port for a replica; answers its base address without a closing slash."""
        bound = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
        bound.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        bound.bind(("127.0.0.1", port))
        self._sockets.append(bound)
        chosen: int = bound.getsockname()[1]
        self._by_port[chosen] = name
        return f"http://127.0.0.1:{chosen}"

    def _run(self, server: uvicorn.Server) -> None:
        asyncio.run(server.serve(sockets=self._sockets))

    async def _serve(self, scope: Scope, receive: Receive, send: Send) -> None:
        request = Request(scope, receive)
        name = self._by_port[scope["server"][1]]
        query = f"?{request.url.query}" if request.url.query else ""
        self.requests.append((name, request.url.path + query))
        answer = self._answer(name, request)
        response = Response(answer.body, answer.status, answer.headers())
        await response(scope, receive, send)

    def _answer(self, name: str, request: Request) -> Answer:
        headers = {key.lower(): value for key, value in request.headers.items()}
        return self.replicas[name].answer(request.scope["path"], dict(request.query_params), headers)

"""An HTTP proxy (CONNECT and plain) and a SOCKS5 proxy on loopback that count what goes through them."""

from __future__ import annotations

import contextlib
import socket
import threading
from collections.abc import Iterator
from urllib.parse import urlsplit


def _pipe(one: socket.socket, other: socket.socket) -> None:
    def copy(source: socket.socket, target: socket.socket) -> None:
        with contextlib.suppress(OSError):
            while data := source.recv(65536):
                target.sendall(data)
        for side in (source, target):
            with contextlib.suppress(OSError):
                side.shutdown(socket.SHUT_RDWR)

    threading.Thread(target=copy, args=(one, other), daemon=True).start()
    copy(other, one)


def _socks5(client: socket.socket) -> socket.socket:
    methods = client.recv(2)[1]
    client.recv(methods)
    client.sendall(b"\x05\x00")
    kind = client.recv(4)[3]
    host = client.recv(client.recv(1)[0]).decode() if kind == 3 else socket.inet_ntoa(client.recv(4))
    port = int.from_bytes(client.recv(2), "big")
    target = socket.create_connection((host, port))
    client.sendall(b"\x05\x00\x00\x01\x00\x00\x00\x00\x00\x00")
    return target


def _http(client: socket.socket) -> socket.socket:
    head = b""
    while b"\r\n\r\n" not in head:
        head += client.recv(65536)
    line, _, rest = head.partition(b"\r\n")
    method, address, version = line.split()
    if method == b"CONNECT":
        host, _, port = address.decode().partition(":")
        target = socket.create_connection((host, int(port)))
        client.sendall(b"HTTP/1.1 200 Connection established\r\n\r\n")
        return target
    parts = urlsplit(address.decode())
    target = socket.create_connection((parts.hostname or "", parts.port or 80))
    target.sendall(b" ".join((method, parts.path.encode() or b"/", version)) + b"\r\n" + rest)
    return target


@contextlib.contextmanager
def proxy(kind: str) -> Iterator[tuple[str, list[int]]]:
    """Run a proxy ("socks5" or "http"); gives its address and a list with an entry a connection."""
    server = socket.create_server(("127.0.0.1", 0))
    through: list[int] = []

    def serve(client: socket.socket) -> None:
        with contextlib.suppress(OSError, IndexError, ValueError):
            target = _socks5(client) if kind == "socks5" else _http(client)
            through.append(target.getpeername()[1])
            _pipe(client, target)

    def accept() -> None:
        with contextlib.suppress(OSError):
            while True:
                client, _ = server.accept()
                threading.Thread(target=serve, args=(client,), daemon=True).start()

    threading.Thread(target=accept, daemon=True).start()
    try:
        yield f"{kind}://127.0.0.1:{server.getsockname()[1]}", through
    finally:
        server.close()

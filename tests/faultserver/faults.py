"""Answers that go wrong: each is what a path of `FaultServer` can be set to."""

from __future__ import annotations

import asyncio
import gzip
import zlib

try:  # in the standard library from Python 3.14 on
    from compression import zstd  # type: ignore[import-not-found,unused-ignore]
except ImportError:
    from backports import zstd

from tests.faultserver.server import Request, Writer, response


async def never_answer(request: Request, writer: Writer) -> None:
    """Accepts and says nothing."""
    await asyncio.sleep(3600)


async def drip(request: Request, writer: Writer) -> None:
    """A byte a second, for ever: no read time-out ever fires."""
    writer.write(b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: 5000\r\n\r\n")
    for _ in range(5000):
        writer.write(b"x")
        await writer.drain()
        await asyncio.sleep(1)


async def reset(request: Request, writer: Writer) -> None:
    """Drops the connection without a word."""
    writer.transport.abort()


def shorter_than_said(body: str) -> bytes:
    """Content-Length promises twice what comes."""
    return response(body, headers={"Content-Length": str(len(body.encode()) * 2), "Connection": "close"})


def closing(data: bytes) -> object:
    """`data`, then the end of the connection."""

    async def answer(request: Request, writer: Writer) -> None:
        writer.write(data)
        await writer.drain()

    return answer


def chunks_cut(body: str) -> bytes:
    """A chunked body without its last chunk."""
    data = body.encode()
    head = b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nTransfer-Encoding: chunked\r\n\r\n"
    return head + f"{len(data):x}\r\n".encode() + data + b"\r\n" + b"1000\r\nonly this"


def gzip_cut(body: str) -> bytes:
    """A gzip stream without its end, of a length that is right."""
    packed = gzip.compress(body.encode())
    return response(packed[: len(packed) * 2 // 3], headers={"Content-Encoding": "gzip"})


def gzip_without_trailer(body: str) -> bytes:
    """All of the text, but not the checksum that says so."""
    return response(gzip.compress(body.encode())[:-8], headers={"Content-Encoding": "gzip"})


def encoded(data: bytes, encoding: str) -> bytes:
    return response(data, headers={"Content-Encoding": encoding})


def zeros_gzipped(size: int) -> bytes:
    """A bomb: so many zero bytes."""
    packer = zlib.compressobj(9, wbits=31)
    piece = bytes(1_000_000)
    return b"".join([*(packer.compress(piece) for _ in range(size // len(piece))), packer.flush()])


def zstd_packed(data: bytes) -> bytes:
    return bytes(zstd.compress(data))


def endless(size: int, begin: bytes = b"<html><body>") -> object:
    """A body of `size` bytes without a length, in pieces."""

    async def answer(request: Request, writer: Writer) -> None:
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nConnection: close\r\n\r\n" + begin)
        for _ in range(size // 100_000):
            writer.write(b"<p>x</p>" * 12_500)
            await writer.drain()

    return answer


def redirect(target: str, status: int = 302) -> bytes:
    return response("", status, {"Location": target})

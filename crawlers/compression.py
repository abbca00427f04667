"""Undoes compression: all members of a stream or an error, never more than a limit, and never a time bomb. Pure."""

from __future__ import annotations

import zlib
from collections.abc import Callable, Generator, Iterator
from typing import Any

import brotli  # type: ignore[import-untyped]

try:  # in the standard library from Python 3.14 on
    from compression import zstd  # type: ignore[import-not-found,unused-ignore]
except ImportError:
    from backports import zstd

MOST_MEMBERS = 1_000
"""A compressor that starts anew at every 64 KB needs a tenth of this; empty ones by the hundred thousand cost time."""
_PIECE = 65_536
_GZIP = b"\x1f\x8b"
_ZSTD = b"\x28\xb5\x2f\xfd"


class CutOffError(Exception):
    """The stream ends before its end, or is torn. `begun`: some of it could be read."""

    def __init__(self, *, begun: bool) -> None:
        super().__init__("cut off" if begun else "not of this format")
        self.begun = begun


class OverLimitError(Exception):
    """There is more than was allowed."""


def undone(name: str, body: bytes, limit: int, *, part: bool = False, torn: bool = False) -> bytes:
    """`body` without the encoding `name` (one of ENCODINGS).

    Raises OverLimitError, unless the first `limit` bytes are enough (`part`), and CutOffError, unless we tore it
    ourselves (`torn`) and something can be read.
    """
    pieces, size = [], 0
    try:
        for piece in _OPENERS[name](memoryview(body)):
            size += len(piece)
            pieces.append(piece)
            if size > limit:
                break
    except (zlib.error, brotli.error, zstd.ZstdError, EOFError) as error:
        if not torn or size == 0:
            raise CutOffError(begun=size > 0) from error
    if size > limit and not part:
        raise OverLimitError
    return b"".join(pieces)[:limit]


def packed_as(body: bytes) -> str | None:
    """The encoding that the first bytes of a body show, whatever anybody says of it."""
    return "gzip" if body.startswith(_GZIP + b"\x08") else "zstd" if body.startswith(_ZSTD) else None


def _members(body: memoryview, opened: Callable[[], Any], goes_on: Callable[[bytes], bool]) -> Iterator[bytes]:
    """What all members of a stream hold. Zeros between and behind them, and waste behind the last, are no member."""
    for _ in range(MOST_MEMBERS):
        used = yield from _member(opened(), body)
        body = body[used:]
        while len(body) and not body[0]:
            piece = bytes(body[:_PIECE])
            body = body[len(piece) - len(piece.lstrip(b"\0")) :]
        if not body or not goes_on(bytes(body[:4])):
            return
    raise OverLimitError


def _member(stream: Any, body: memoryview) -> Generator[bytes, None, int]:
    """What one member holds; answers its length."""
    at = 0
    while not stream.eof:
        given: bytes | memoryview = getattr(stream, "unconsumed_tail", b"")
        if not given and getattr(stream, "needs_input", True):
            given = body[at : at + _PIECE]
            at += len(given)
        piece = stream.decompress(given, _PIECE)
        if not piece and not given and not stream.eof:
            raise EOFError
        yield piece
    return at - len(stream.unused_data)


def _gunzipped(body: memoryview) -> Iterator[bytes]:
    # Checks each trailer: length and CRC. A single byte of the magic is a member that was cut.
    return _members(body, lambda: zlib.decompressobj(wbits=31), lambda head: _GZIP.startswith(head[:2]))


def _deflated(body: memoryview) -> Iterator[bytes]:
    # "deflate" means zlib by the standard; some servers send the bare stream.
    wbits = 15 if _is_zlib(bytes(body[:2])) else -15
    return _members(body, lambda: zlib.decompressobj(wbits=wbits), lambda head: _is_zlib(head[:2]))


def _is_zlib(head: bytes) -> bool:
    return head[0] & 0x0F == 8 and (len(head) < 2 or int.from_bytes(head, "big") % 31 == 0)


def _unzstded(body: memoryview) -> Iterator[bytes]:
    return _members(body, zstd.ZstdDecompressor, _begins_a_frame)


def _begins_a_frame(head: bytes) -> bool:
    """A frame of zstd, or one to be skipped."""
    skipped = bytes([head[0] & 0xF0]) + head[1:]
    return _ZSTD.startswith(head) or b"\x50\x2a\x4d\x18".startswith(skipped)


def _unbrotlied(body: memoryview) -> Iterator[bytes]:
    stream = brotli.Decompressor()  # has no members: what stands behind the end is an error
    yield stream.process(bytes(body), output_buffer_limit=_PIECE)
    while not stream.is_finished():
        piece = stream.process(b"", output_buffer_limit=_PIECE)
        if not piece and not stream.is_finished():
            raise EOFError
        yield piece


_OPENERS: dict[str, Callable[[memoryview], Iterator[bytes]]] = {
    "gzip": _gunzipped,
    "x-gzip": _gunzipped,
    "deflate": _deflated,
    "br": _unbrotlied,
    "zstd": _unzstded,
}
ENCODINGS = frozenset(_OPENERS)
"""The encodings that can be undone, by their names in Content-Encoding."""

"""The download handler: one time budget an address, whole answers or an error, sizes capped.

Decompression happens here and not in Scrapy's middleware, because an error raised here is retried like any
other download error, and because Scrapy's own takes a gzip stream that was cut off for a whole page.
"""

from __future__ import annotations

import codecs
import zlib
from collections.abc import Iterator
from time import monotonic
from typing import Any

import brotli  # type: ignore[import-untyped]
from scrapy import Request
from scrapy.core.downloader.handlers.http11 import HTTP11DownloadHandler
from scrapy.crawler import Crawler
from scrapy.exceptions import CannotResolveHostError, DownloadTimeoutError, ResponseDataLossError
from scrapy.http import Response
from scrapy.responsetypes import responsetypes

from crawlers.failures import AddressRefusedError, TooLargeError, UnreadableEncodingError
from crawlers.middlewares.address import REFUSED

try:  # in the standard library from Python 3.14 on
    from compression import zstd  # type: ignore[import-not-found,unused-ignore]
except ImportError:
    from backports import zstd

ACCEPT_ENCODING = b"gzip, deflate, br, zstd"
_PIECE = 65_536


class PatientHandler(HTTP11DownloadHandler):
    """Scrapy's HTTP/1.1 handler within our limits.

    `request.meta["seconds_spent"]` adds up over retries and redirects of one address; DOWNLOAD_TIMEOUT is the
    most it may come to. Scrapy's own timer covers the whole answer (a drip of one byte a second ends too).
    """

    def __init__(self, crawler: Crawler) -> None:
        super().__init__(crawler)
        self._limit = crawler.settings.getfloat("DOWNLOAD_TIMEOUT")

    async def download_request(self, request: Request) -> Response:
        """The answer, decompressed and whole.

        Raises Refusal, ResponseDataLossError and Scrapy's download errors.
        """
        spent = float(request.meta.get("seconds_spent", 0.0))
        if spent >= self._limit:
            raise DownloadTimeoutError(f"No time left for {request.url}")
        request.meta["download_timeout"] = self._limit - spent
        request.headers.setdefault(b"Accept-Encoding", ACCEPT_ENCODING)
        began = monotonic()
        try:
            response = await super().download_request(request)
        except CannotResolveHostError as error:
            host = request.url.split("/", 3)[2].rpartition("@")[2]
            if any(name in REFUSED for name in (host, host.rpartition(":")[0], host.strip("[]"), _bare(host))):
                raise AddressRefusedError(
                    f"Địa chỉ {host} nằm trong mạng nội bộ nên không được tải (cho phép bằng DANVAN_ALLOW_HOSTS)"
                ) from error
            raise
        finally:
            request.meta["seconds_spent"] = spent + monotonic() - began
        return decompressed(response, int(request.meta.get("download_maxsize", self._default_maxsize)))


def _bare(host: str) -> str:
    """A host as the resolver is asked for it: without port and brackets."""
    return host[1:].partition("]")[0] if host.startswith("[") else host.partition(":")[0]


def decompressed(response: Response, limit: int) -> Response:
    """`response` with its Content-Encoding undone, never more than `limit` bytes.

    Raises TooLargeError, ResponseDataLossError for a stream without its end, UnreadableEncodingError. A body
    that is not what its header says, and looks like text, is taken as it is.
    """
    encodings = b",".join(response.headers.getlist("Content-Encoding")).decode("latin-1").lower()
    names = [name for name in (part.strip() for part in encodings.split(",")) if name not in {"", "identity"}]
    if not names or not response.body:
        return response
    body = response.body
    for name in reversed(names):
        body = _undone(name, body, limit)
    headers = response.headers.copy()
    del headers["Content-Encoding"]
    kind = responsetypes.from_args(headers=headers, url=response.url, body=body)
    return response.replace(cls=kind, body=body, headers=headers)


def _undone(name: str, body: bytes, limit: int) -> bytes:
    opener = _OPENERS.get(name)
    if opener is None:
        raise UnreadableEncodingError(f"Máy chủ nén trang bằng kiểu không hỗ trợ ({name})")
    pieces, size = [], 0
    try:
        for piece in opener(body):
            size += len(piece)
            if size > limit:
                raise TooLargeError(f"Trang sau khi giải nén lớn hơn {limit // 1_000_000} MB")
            pieces.append(piece)
    except _CORRUPT as error:
        if size == 0 and _looks_like_text(body):
            return body  # the header lies: the body was never compressed
        raise ResponseDataLossError from error
    return b"".join(pieces)


_CONTROLS = frozenset(range(32)) - frozenset(b"\t\n\r\f")


def _looks_like_text(body: bytes) -> bool:
    """Whether a body is markup or UTF-8 and not the torn beginning of a compressed stream."""
    head = body.removeprefix(b"\xef\xbb\xbf")[:1_000]
    if any(byte in _CONTROLS for byte in head):
        return False
    try:
        codecs.getincrementaldecoder("utf-8")().decode(head)  # a character cut in two at the end is no error
    except UnicodeDecodeError:
        return head.lstrip().startswith(b"<")
    return True


def _inflated(body: bytes, wbits: int) -> Iterator[bytes]:
    stream = zlib.decompressobj(wbits=wbits)
    yield stream.decompress(body, _PIECE)
    while not stream.eof:
        piece = stream.decompress(stream.unconsumed_tail, _PIECE)
        if not piece and not stream.eof:
            raise EOFError
        yield piece


def _gunzipped(body: bytes) -> Iterator[bytes]:
    yield from _inflated(body, 31)  # checks the trailer: length and CRC


def _deflated(body: bytes) -> Iterator[bytes]:
    # "deflate" means zlib by the standard; some servers send the bare stream.
    yield from _inflated(body, 15 if body[0] & 0x0F == 8 and int.from_bytes(body[:2], "big") % 31 == 0 else -15)


def _unbrotlied(body: bytes) -> Iterator[bytes]:
    stream = brotli.Decompressor()
    yield stream.process(body, output_buffer_limit=_PIECE)
    while not stream.is_finished():
        piece = stream.process(b"", output_buffer_limit=_PIECE)
        if not piece and not stream.is_finished():
            raise EOFError
        yield piece


def _unzstded(body: bytes) -> Iterator[bytes]:
    stream = zstd.ZstdDecompressor()
    yield stream.decompress(body, _PIECE)
    while not stream.eof:
        piece = stream.decompress(b"", _PIECE)
        if not piece and not stream.eof:
            raise EOFError
        yield piece


_OPENERS: dict[str, Any] = {
    "gzip": _gunzipped,
    "x-gzip": _gunzipped,
    "deflate": _deflated,
    "br": _unbrotlied,
    "zstd": _unzstded,
}
_CORRUPT = (zlib.error, brotli.error, zstd.ZstdError, EOFError)

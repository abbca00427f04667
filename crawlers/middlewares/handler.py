"""The download handler: one time budget an address, whole answers or an error, sizes capped.

Decompression happens here and not in Scrapy's middleware, because an error raised here is retried like any
other download error, and because Scrapy's own takes a gzip stream that was cut off for a whole page.
"""

from __future__ import annotations

import codecs
from collections import Counter
from contextlib import suppress
from time import monotonic
from urllib.parse import urlsplit

from scrapy import Request, signals
from scrapy.core.downloader.handlers.http11 import HTTP11DownloadHandler
from scrapy.crawler import Crawler
from scrapy.exceptions import CannotResolveHostError, DownloadTimeoutError, ResponseDataLossError, StopDownload
from scrapy.http import Response
from scrapy.responsetypes import responsetypes

from crawlers.answers import is_ended
from crawlers.blocking import file_kind
from crawlers.compression import ENCODINGS, CutOffError, OverLimitError, packed_as, undone
from crawlers.failures import Refusal, inside_address
from crawlers.middlewares.address import REFUSED
from crawlers.values import Fault

ACCEPT_ENCODING = b"gzip, deflate, br, zstd"
MOST_LAYERS = 5
"""Of compression, one over another. Two are a server's mistake; three hundred of 7 MB each are an attack."""


class PatientHandler(HTTP11DownloadHandler):
    """Scrapy's HTTP/1.1 handler within our limits.

    `request.meta["seconds_spent"]` adds up over retries and redirects of one address; DOWNLOAD_TIMEOUT is the
    most it may come to. Scrapy's own timer covers the whole answer (a drip of one byte a second ends too).
    An answer shorter than said is an error, unless it is packed, its stream is whole and its text ends: some servers
    give the length of the text.
    `request.meta["first_bytes"]`: so many are enough, the rest is never sent for, however much there is.
    `request.meta["time_limit"]`: another budget than DOWNLOAD_TIMEOUT, for a file.
    """

    def __init__(self, crawler: Crawler) -> None:
        super().__init__(crawler)
        self._limit = crawler.settings.getfloat("DOWNLOAD_TIMEOUT")
        self._received: Counter[Request] = Counter()
        crawler.signals.connect(self._count, signals.bytes_received)

    def _count(self, data: bytes, request: Request) -> None:
        """End a download that has brought what was wanted. Raises StopDownload, by which Scrapy is told so."""
        enough = request.meta.get("first_bytes")
        if enough is None:
            return
        self._received[request] += len(data)
        if self._received[request] >= enough:
            raise StopDownload(fail=False)

    async def download_request(self, request: Request) -> Response:
        """The answer, decompressed and whole.

        Raises Refusal, ResponseDataLossError and Scrapy's download errors.
        """
        spent = float(request.meta.get("seconds_spent", 0.0))
        allowed = float(request.meta.get("time_limit", self._limit))
        if spent >= allowed:
            raise DownloadTimeoutError(f"No time left for {request.url}")
        request.meta["download_timeout"] = allowed - spent
        request.meta["download_fail_on_dataloss"] = False  # what was lost is asked when it is unpacked
        request.headers.setdefault(b"Accept-Encoding", ACCEPT_ENCODING)
        began = monotonic()
        try:
            response = await super().download_request(request)
        except CannotResolveHostError as error:
            host = request.url.split("/", 3)[2].rpartition("@")[2]
            if _bare(host) in REFUSED:
                raise inside_address(host) from error
            raise
        finally:
            self._received.pop(request, None)
            request.meta["seconds_spent"] = spent + monotonic() - began
        first = request.meta.get("first_bytes")
        limit = int(first or request.meta.get("download_maxsize", self._default_maxsize))
        whole = decompressed(response, limit, part=first is not None)
        if "dataloss" in response.flags and not (whole.body != response.body and is_ended(whole.body)):
            raise ResponseDataLossError
        return whole


def _bare(host: str) -> str:
    """A host as the resolver is asked for it: without port and brackets."""
    return host[1:].partition("]")[0] if host.startswith("[") else host.partition(":")[0]


def decompressed(response: Response, limit: int, *, part: bool = False) -> Response:
    """`response` with its compression undone, never more than `limit` bytes. `part`: no more is wanted.

    What its header says is undone first, then what its body shows; of a file that is named as packed, the former only.
    Raises Refusal, and ResponseDataLossError for a stream without its end. A body that is not what its header says, and
    looks like text, is taken as it is.
    """
    said = b",".join(response.headers.getlist("Content-Encoding")).decode("latin-1").lower()
    names = [name for name in (word.strip() for word in said.split(",")) if name not in {"", "identity"}]
    layers = [name for name in names if name in ENCODINGS]
    if len(layers) > MOST_LAYERS:
        raise Refusal(Fault.TOO_LARGE, f"Máy chủ nén trang {len(layers)} lớp chồng nhau (nhiều nhất {MOST_LAYERS})")
    body, torn = response.body, "download_stopped" in response.flags
    for name in reversed(layers if body else ()):
        body = _undone(name, body, limit, part=part, torn=torn)
    if names or not urlsplit(response.url).path.endswith(".gz"):
        body = _unsaid(body, limit, part=part, torn=torn)
    if body is response.body and not names:
        return response
    if len(layers) < len(names) and not _looks_like_text(body):
        unknown = next((name for name in names if name not in ENCODINGS), names[0])
        raise Refusal(Fault.TRUNCATED, f"Máy chủ nén trang bằng kiểu không hỗ trợ ({unknown[:60]})")
    headers = response.headers.copy()
    headers.pop("Content-Encoding", None)
    kind = responsetypes.from_args(headers=headers, url=response.url, body=body)
    return response.replace(cls=kind, body=body, headers=headers)


def _undone(name: str, body: bytes, limit: int, *, part: bool, torn: bool) -> bytes:
    """`body` without the compression that was said, or without another where it is not of that kind."""
    try:
        return _opened(name, body, limit, part=part, torn=torn)
    except ResponseDataLossError as error:
        if isinstance(error.__cause__, CutOffError) and error.__cause__.begun:
            raise
        if _looks_like_text(body):
            return body  # the header lies: the body was never compressed
        plain = _unsaid(body, limit, part=part, torn=torn)
        if plain is body:
            raise
        return plain


def _opened(name: str, body: bytes, limit: int, *, part: bool, torn: bool) -> bytes:
    try:
        return undone(name, body, limit, part=part, torn=torn)
    except OverLimitError as error:
        raise Refusal(Fault.TOO_LARGE, f"Trang sau khi giải nén lớn hơn {limit // 1_000_000} MB") from error
    except CutOffError as error:
        raise ResponseDataLossError from error


def _unsaid(body: bytes, limit: int, *, part: bool, torn: bool) -> bytes:
    """`body` without compression that nobody spoke of; `body` itself where there is none."""
    for _ in range(MOST_LAYERS):
        packed = packed_as(body)
        plain = _opened(packed, body, limit, part=part, torn=torn) if packed else _guessed(body, limit)
        if plain is None:
            break
        body = plain
    return body


def _guessed(body: bytes, limit: int) -> bytes | None:
    """What comes out of a body in a compression without a mark: a stream that is whole, and text, or packed again."""
    if not body or _looks_like_text(body) or file_kind(body):
        return None
    for name in ("deflate", "br"):
        with suppress(OverLimitError, CutOffError):
            plain = undone(name, body, limit)
            if plain and (packed_as(plain) or _looks_like_text(plain)):
                return plain
    return None


_CONTROLS = frozenset(range(32)) - frozenset(b"\t\n\r\f")


def _looks_like_text(body: bytes) -> bool:
    """Whether a body is markup or UTF-8 and not the torn beginning of a compressed stream."""
    if body.startswith((b"\xff\xfe<\x00", b"\xfe\xff\x00<")):  # UTF-16 says so itself
        return True
    head = body.removeprefix(b"\xef\xbb\xbf")[:1_000]
    if any(byte in _CONTROLS for byte in head):
        return False
    try:
        codecs.getincrementaldecoder("utf-8")().decode(head)  # a character cut in two at the end is no error
    except UnicodeDecodeError:
        return head.lstrip().startswith(b"<")
    return True

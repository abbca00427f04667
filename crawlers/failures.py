"""What can go wrong with one request, and the state and sentence it leaves in the ledger.

A `Refusal` is raised by our own middlewares on purpose; everything else comes from Scrapy and Twisted and is
told apart here, in one place. Sentences are Vietnamese: staff read them.
"""

from __future__ import annotations

from datetime import datetime
from typing import ClassVar

from OpenSSL import SSL
from scrapy.core.downloader.handlers.http11 import TunnelError
from scrapy.exceptions import (
    CannotResolveHostError,
    DownloadCancelledError,
    DownloadConnectionRefusedError,
    DownloadTimeoutError,
    IgnoreRequest,
    ResponseDataLossError,
    UnsupportedURLSchemeError,
)
from service_identity import VerificationError

from crawlers.values import Failure, Fault, UrlState


class Refusal(IgnoreRequest):
    """A request that is not made, or an answer that is not used, by our own rules."""

    state: ClassVar[UrlState] = UrlState.REFUSED
    fault: ClassVar[Fault] = Fault.OTHER

    def __init__(self, reason: str, *, retry_at: datetime | None = None, target: str | None = None) -> None:
        super().__init__(reason)
        self.reason = reason
        self.retry_at = retry_at
        self.target = target


class AddressRefusedError(Refusal):
    """The name stands for an address inside a private network."""

    fault = Fault.ADDRESS


class SchemeRefusedError(Refusal):
    """A redirect to something that is not http or https."""

    fault = Fault.SCHEME


class TooLargeError(Refusal):
    """The answer is larger than the limit, as sent or once decompressed."""

    fault = Fault.TOO_LARGE


class TooManyLayersError(Refusal):
    """The answer is compressed more often than any honest server does."""

    fault = Fault.TOO_LARGE


class MovedAwayError(Refusal):
    """A redirect out of the paper's site; `target` is where to."""

    state = UrlState.FAILED
    fault = Fault.MOVED


class SentHomeError(Refusal):
    """An article's address now leads to the home page: the article is no more."""

    state = UrlState.GONE
    fault = Fault.HOME


class TooManyRedirectsError(Refusal):
    """More hops than allowed, or one that leads where we were already."""

    state = UrlState.FAILED
    fault = Fault.REDIRECTS


class RobotsDisallowedError(Refusal):
    """robots.txt shuts us out of this address."""

    state = UrlState.DISALLOWED
    fault = Fault.ROBOTS


class RobotsUnreachableError(Refusal):
    """robots.txt cannot be read now, so nothing may be fetched now."""

    state = UrlState.DELAYED
    fault = Fault.ROBOTS_UNREACHABLE


class HostWaitingError(Refusal):
    """The host asked us to come back later (Retry-After); `retry_at` is when."""

    state = UrlState.DELAYED
    fault = Fault.WAITING


class ProxyRefusedError(Refusal):
    """The office's proxy does not let the request through."""

    state = UrlState.FAILED
    fault = Fault.UNREACHABLE


class UnreadableEncodingError(Refusal):
    """The answer is compressed in a way that cannot be undone."""

    state = UrlState.FAILED
    fault = Fault.TRUNCATED


_BY_TYPE: tuple[tuple[type[BaseException], Fault, str], ...] = (
    (CannotResolveHostError, Fault.DNS, "Không phân giải được tên miền (lỗi DNS)"),
    (DownloadConnectionRefusedError, Fault.UNREACHABLE, "Máy chủ từ chối kết nối"),
    (DownloadTimeoutError, Fault.TIMED_OUT, "Quá thời hạn cho một lượt tải"),
    (ResponseDataLossError, Fault.TRUNCATED, "Nội dung bị cắt giữa chừng"),
    (DownloadCancelledError, Fault.TOO_LARGE, "Trang lớn hơn mức cho phép"),
    (TunnelError, Fault.UNREACHABLE, "Máy chủ trung gian (DANVAN_CRAWL_PROXY) không nối được tới báo"),
    (UnsupportedURLSchemeError, Fault.SCHEME, "Địa chỉ không phải http hay https"),
)


def failure_of(error: BaseException | None) -> Failure:
    """What a request's exception means."""
    if error is None:
        return Failure(UrlState.FAILED, "Lỗi không rõ", Fault.OTHER)
    if isinstance(error, Refusal):
        return Failure(error.state, error.reason, error.fault, error.retry_at, error.target)
    if tls_error(error):
        return Failure(UrlState.FAILED, f"Lỗi chứng thư hoặc mã hóa TLS: {tls_error(error)}", Fault.TLS)
    for kind, fault, reason in _BY_TYPE:
        if isinstance(error, kind):
            refused = fault in {Fault.TOO_LARGE, Fault.SCHEME}
            return Failure(UrlState.REFUSED if refused else UrlState.FAILED, reason, fault)
    return Failure(UrlState.FAILED, f"Mất kết nối giữa chừng ({type(error).__name__})", Fault.UNREACHABLE)


def tls_error(error: BaseException) -> str | None:
    """The words of the TLS failure beneath a download error, or None where it is none."""
    for reason in _beneath(error):
        if isinstance(reason, VerificationError):
            return "chứng thư không thuộc tên miền này"
        if isinstance(reason, SSL.Error):
            return _openssl_words(reason)
    return None


def _beneath(error: BaseException) -> list[BaseException]:
    """The causes of an error: Twisted hides them in `reasons`, each wrapped once more."""
    causes, waiting = [], [error]
    while waiting:
        current = waiting.pop()
        causes.append(current)
        waiting += [r.value for r in getattr(current, "reasons", None) or [] if getattr(r, "value", None) is not None]
        waiting += [c for c in (current.__cause__,) if c is not None]
    return causes


def _openssl_words(error: SSL.Error) -> str:
    entries = error.args[0] if error.args and isinstance(error.args[0], list) else []
    words = [str(entry[-1]) for entry in entries if entry]
    return ", ".join(words) or "bắt tay TLS thất bại"

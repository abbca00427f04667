"""What can go wrong with one request, and the state and sentence it leaves in the ledger.

A `Refusal` is raised by our own middlewares on purpose; everything else comes from Scrapy and Twisted and is
told apart here, in one place. Sentences are Vietnamese: staff read them.
"""

from __future__ import annotations

from datetime import datetime

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

_STATES = {
    Fault.ADDRESS: UrlState.REFUSED,
    Fault.SCHEME: UrlState.REFUSED,
    Fault.TOO_LARGE: UrlState.REFUSED,
    Fault.HOME: UrlState.GONE,
    Fault.ROBOTS: UrlState.DISALLOWED,
    Fault.ROBOTS_UNREACHABLE: UrlState.DELAYED,
    Fault.WAITING: UrlState.DELAYED,
}
"""What becomes of a URL by what is wrong with its request; by all else it has failed."""

_BY_TYPE: tuple[tuple[type[BaseException], Fault, str], ...] = (
    (CannotResolveHostError, Fault.DNS, "Không phân giải được tên miền (lỗi DNS)"),
    (DownloadConnectionRefusedError, Fault.UNREACHABLE, "Máy chủ từ chối kết nối"),
    (DownloadTimeoutError, Fault.TIMED_OUT, "Quá thời hạn cho một lượt tải"),
    (ResponseDataLossError, Fault.TRUNCATED, "Nội dung bị cắt giữa chừng"),
    (DownloadCancelledError, Fault.TOO_LARGE, "Trang lớn hơn mức cho phép"),
    (TunnelError, Fault.UNREACHABLE, "Máy chủ trung gian (DANVAN_CRAWL_PROXY) không nối được tới báo"),
    (UnsupportedURLSchemeError, Fault.SCHEME, "Địa chỉ không phải http hay https"),
)


class Refusal(IgnoreRequest):
    """A request that is not made, or an answer that is not used, by our own rules.

    `retry_at`: when the host wants us back; `target`: where a redirect would have led.
    """

    def __init__(
        self, fault: Fault, reason: str, *, retry_at: datetime | None = None, target: str | None = None
    ) -> None:
        super().__init__(reason)
        self.failure = Failure(_state(fault), reason, fault, retry_at, target)


def inside_address(host: str) -> Refusal:
    """The refusal of a name that stands for an address inside a private network."""
    reason = f"Địa chỉ {host} nằm trong mạng nội bộ nên không được tải (cho phép bằng DANVAN_ALLOW_HOSTS)"
    return Refusal(Fault.ADDRESS, reason)


def failure_of(error: BaseException) -> Failure:
    """What a request's exception means."""
    if isinstance(error, Refusal):
        return error.failure
    if words := tls_error(error):
        return _failure(Fault.TLS, f"Lỗi chứng thư hoặc mã hóa TLS: {words}")
    for kind, fault, reason in _BY_TYPE:
        if isinstance(error, kind):
            return _failure(fault, reason)
    return _failure(Fault.UNREACHABLE, f"Mất kết nối giữa chừng ({type(error).__name__})")


def _failure(fault: Fault, reason: str) -> Failure:
    return Failure(_state(fault), reason, fault)


def _state(fault: Fault) -> UrlState:
    return _STATES.get(fault, UrlState.FAILED)


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

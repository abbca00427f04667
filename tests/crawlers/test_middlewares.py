"""The parts of the transport that can be looked at without a request."""

from __future__ import annotations

import datetime as dt
import gzip
import ipaddress
import zlib
from typing import Any

import brotli  # type: ignore[import-untyped]
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scrapy.exceptions import ResponseDataLossError
from scrapy.http import Response
from twisted.internet.address import IPv4Address, IPv6Address

from crawlers.blocking import blocked_because, file_kind
from crawlers.catalogue import Source
from crawlers.crawl import utc_now
from crawlers.failures import TooLargeError, UnreadableEncodingError
from crawlers.manners import settings_for
from crawlers.middlewares.address import REFUSED, AllowedHosts, GuardedResolver, is_public
from crawlers.middlewares.handler import decompressed
from crawlers.middlewares.retry import jittered, retry_after
from crawlers.options import CrawlOptions
from tests.faultserver import faults

NOW = dt.datetime(2026, 11, 21, 12, 0, tzinfo=dt.UTC)


# Retry-After as sent, and the seconds to wait (None: as if there were none).
RETRY_AFTER: list[tuple[str | None, float | None]] = [
    ("30", 30),
    (" 0 ", 0),
    ("316800", 86_400),
    ("9" * 40, 86_400),
    ("Sat, 21 Nov 2026 12:01:00 GMT", 60),
    ("Sat, 21 Nov 2026 11:00:00 GMT", 0),
    ("Wed, 25 Nov 2026 04:00:00 GMT", 86_400),
    ("Saturday, 21-Nov-26 12:02:00 GMT", 120),
    ("-5", None),
    ("1.5", None),
    ("²", None),
    ("ngày mai", None),
    ("", None),
    (None, None),
]


@pytest.mark.parametrize(("header", "seconds"), RETRY_AFTER)
def test_retry_after(header: str | None, seconds: float | None) -> None:
    wait = retry_after(header, NOW)
    assert (wait.total_seconds() if wait is not None else None) == seconds


@given(st.text(max_size=60))
def test_no_retry_after_breaks_anything(header: str) -> None:
    wait = retry_after(header, NOW)
    assert wait is None or dt.timedelta() <= wait <= dt.timedelta(hours=24)


def test_jitter_only_ever_waits_longer() -> None:
    assert jittered(dt.timedelta(seconds=100), 0) == dt.timedelta(seconds=100)
    assert jittered(dt.timedelta(seconds=100), 1) == dt.timedelta(seconds=110)
    assert jittered(dt.timedelta(hours=24), 1) == dt.timedelta(hours=24, minutes=1)


@pytest.mark.parametrize(
    ("address", "public"),
    [
        ("8.8.8.8", True),
        ("2001:4860:4860::8888", True),
        ("::ffff:8.8.8.8", True),
        ("127.0.0.1", False),
        ("127.255.255.254", False),
        ("10.1.2.3", False),
        ("172.16.0.1", False),
        ("192.168.0.1", False),
        ("169.254.169.254", False),
        ("100.64.0.1", False),
        ("0.0.0.0", False),
        ("255.255.255.255", False),
        ("224.0.0.1", False),
        ("198.18.0.1", False),
        ("::1", False),
        ("::", False),
        ("fe80::1", False),
        ("fd12:3456::1", False),
        ("::ffff:127.0.0.1", False),
        ("::ffff:10.0.0.1", False),
        ("64:ff9b::7f00:1", False),  # NAT64 of 127.0.0.1
        ("64:ff9b::808:808", True),
        ("2002:7f00:1::", False),  # 6to4 of 127.0.0.1
        ("2002:a00:1::", False),
    ],
)
def test_public_addresses(address: str, public: bool) -> None:
    assert is_public(ipaddress.ip_address(address)) is public


@pytest.mark.parametrize(
    ("entry", "address", "port", "allowed"),
    [
        ("127.0.0.1", "127.0.0.1", 80, True),
        ("127.0.0.1:8123", "127.0.0.1", 8123, True),
        ("127.0.0.1:8123", "127.0.0.1", 80, False),
        ("10.0.0.0/8", "10.9.8.7", 443, True),
        ("10.0.0.0/8", "11.0.0.1", 443, False),
        ("[::1]:8123", "::1", 8123, True),
        ("::1", "::1", 80, True),
        ("localhost", "127.0.0.1", 80, True),
        ("localhost:99", "::1", 99, True),
    ],
)
def test_allowed_hosts(entry: str, address: str, port: int, allowed: bool) -> None:
    assert AllowedHosts.parse([entry]).allow(ipaddress.ip_address(address), port) is allowed


@pytest.mark.parametrize("entry", ["bao-thu.vn", "127.0.0.1:http", "10.0.0.0/99", ""])
def test_what_is_no_address_is_refused_by_name(entry: str) -> None:
    with pytest.raises(ValueError, match="không phải địa chỉ IP"):
        AllowedHosts.parse([entry])


class Answers:
    """A name resolver whose answer changes from one question to the next, as a rebinding attacker's does."""

    def __init__(self, *answers: list[str]) -> None:
        self._answers = iter(answers)

    def resolveHostName(self, receiver: Any, _name: str, port: int = 0, *_: Any) -> Any:  # noqa: N802 - Twisted's
        receiver.resolutionBegan(None)
        for address in next(self._answers):
            kind = IPv6Address if ":" in address else IPv4Address
            receiver.addressResolved(kind("TCP", address, port))
        receiver.resolutionComplete()


class Connector:
    """What Twisted's endpoint does: it connects to the addresses it is handed, and to no others."""

    def __init__(self) -> None:
        self.addresses: list[str] = []

    def resolutionBegan(self, _: Any) -> None:  # noqa: N802 - Twisted's
        self.addresses = []

    def addressResolved(self, address: Any) -> None:  # noqa: N802 - Twisted's
        self.addresses.append(address.host)

    def resolutionComplete(self) -> None:  # noqa: N802 - Twisted's
        pass


class Reactor:
    def __init__(self, resolver: Answers) -> None:
        self.nameResolver = resolver


def resolved(*answers: list[str]) -> list[list[str]]:
    resolver = GuardedResolver(Reactor(Answers(*answers)), 0, AllowedHosts.parse([]))
    connector = Connector()
    seen = []
    for _ in answers:
        resolver.resolveHostName(connector, "rebinding.example", 80)  # type: ignore[arg-type]
        seen.append(list(connector.addresses))
    return seen


def test_fault14_dns_rebinding() -> None:
    """The second answer points inside: nothing is handed over, whatever the first one was."""
    assert resolved(["93.184.216.34"], ["127.0.0.1"]) == [["93.184.216.34"], []]
    assert "rebinding.example" in REFUSED


def test_fault14_mixed_answers_lose_their_private_part() -> None:
    assert resolved(["10.0.0.1", "93.184.216.34", "::1"]) == [["93.184.216.34"]]
    assert "rebinding.example" not in REFUSED


TEXT = "Dân vận khéo thì việc gì cũng thành công.".encode() * 300


def answer(body: bytes, encoding: str) -> Response:
    return Response("https://bao-thu.vn/", headers={"Content-Encoding": encoding}, body=body)


@pytest.mark.parametrize(
    ("encoding", "body"),
    [
        ("gzip", gzip.compress(TEXT)),
        ("x-gzip", gzip.compress(TEXT)),
        ("GZIP", gzip.compress(TEXT)),
        ("deflate", zlib.compress(TEXT)),
        ("deflate", zlib.compress(TEXT)[2:-4]),  # the bare stream some servers send
        ("br", brotli.compress(TEXT)),
        ("zstd", faults.zstd_packed(TEXT)),
        ("br, gzip", gzip.compress(brotli.compress(TEXT))),
        ("identity", TEXT),
        ("gzip", TEXT),
        ("gzip", b"\xef\xbb\xbf<html>" + TEXT),
    ],
    ids=range(11),  # packed bytes hold the time: as ids they would differ from worker to worker
)
def test_decompression(encoding: str, body: bytes) -> None:
    undone = decompressed(answer(body, encoding), 1_000_000)
    assert undone.body.removeprefix(b"\xef\xbb\xbf<html>") == TEXT


STREAMS = {
    "gzip": gzip.compress(TEXT),
    "deflate": zlib.compress(TEXT),
    "br": brotli.compress(TEXT),
    "zstd": faults.zstd_packed(TEXT),
}


@pytest.mark.parametrize("encoding", STREAMS)
def test_every_cut_of_a_stream_is_an_error(encoding: str) -> None:
    body = STREAMS[encoding]
    for length in range(4, len(body)):
        with pytest.raises(ResponseDataLossError):
            decompressed(answer(body[:length], encoding), 1_000_000)


@pytest.mark.parametrize("encoding", STREAMS)
def test_the_cap_is_on_the_decompressed_size(encoding: str) -> None:
    body = STREAMS[encoding]
    assert decompressed(answer(body, encoding), len(TEXT)).body == TEXT
    with pytest.raises(TooLargeError):
        decompressed(answer(body, encoding), len(TEXT) - 1)


def test_an_unknown_encoding_is_named() -> None:
    with pytest.raises(UnreadableEncodingError, match="sdch"):
        decompressed(answer(b"\x01\x02", "sdch"), 1_000)


@given(st.sampled_from(["gzip", "deflate", "br", "zstd"]), st.binary(min_size=1, max_size=200))
def test_garbage_ends_in_a_named_error_or_as_text(encoding: str, body: bytes) -> None:
    try:
        undone = decompressed(answer(body, encoding), 10_000)
    except (ResponseDataLossError, TooLargeError):
        return
    assert isinstance(undone.body, bytes)


ARTICLE = b"<html><title>Tin</title>" + b"<p>Ba con noi ve captcha, jskey= va document.cookie.</p>" * 9


@pytest.mark.parametrize(
    ("status", "headers", "body", "blocked"),
    [
        (200, {}, ARTICLE, False),
        (200, {}, ARTICLE + b"<script src='/cdn-cgi/challenge-platform/scripts/jsd/main.js'></script>", False),
        (404, {}, b"", False),
        (500, {}, b"", False),
        (403, {}, ARTICLE, True),
        (428, {}, b"", True),
        (429, {}, b"", True),
        (200, {"cf-mitigated": "challenge"}, b"", True),
        (200, {}, b"<title>Just a moment...</title>", True),
        (200, {}, b"<title>Attention Required! | Cloudflare</title>", True),
        (200, {}, b"<script>location.href='/?jskey=abc'</script>", True),
    ],
)
def test_blocked(status: int, headers: dict[str, str], body: bytes, blocked: bool) -> None:
    assert (blocked_because(status, headers, body) is not None) is blocked


def test_files_by_their_first_bytes() -> None:
    assert file_kind(b"%PDF-1.4") == "PDF"
    assert file_kind(b"\x00\x00\x00\x18ftypmp42") == "video"
    assert file_kind(b"RIFF\x00\x00\x00\x00WEBPVP8") == "ảnh WebP"
    assert file_kind(b"<!DOCTYPE html>") is None
    assert file_kind("Xin chào".encode("utf-16")) is None


def paper_settings(**options: Any) -> dict[str, Any]:
    fields = {"crawl_delay": options.pop("crawl_delay", None), "tls_exception": options.pop("tls_exception", None)}
    source = Source(id="bao-thu", name="Báo Thử", domain="bao-thu.vn", **fields)
    return settings_for(source, CrawlOptions(**options), utc_now)


def test_one_request_a_second_and_host_by_default() -> None:
    made = paper_settings()
    assert made["DOWNLOAD_DELAY"] == 1.0
    assert made["DOWNLOAD_DELAY_JITTER"] == 0.0
    assert made["CONCURRENT_REQUESTS_PER_DOMAIN"] == 1
    assert made["AUTOTHROTTLE_ENABLED"] is True
    assert made["USER_AGENT"].startswith("danvan-monitor/")
    assert "(+https://" in made["USER_AGENT"]


def test_the_catalogue_can_only_slow_a_crawl_down() -> None:
    assert paper_settings(crawl_delay=5)["DOWNLOAD_DELAY"] == 5
    assert paper_settings(crawl_delay=0.1)["DOWNLOAD_DELAY"] == 1.0


def test_no_delay_means_none() -> None:
    made = paper_settings(delay=0, crawl_delay=5)
    assert made["DOWNLOAD_DELAY"] == 0
    assert made["AUTOTHROTTLE_ENABLED"] is False
    assert made["CONCURRENT_REQUESTS_PER_DOMAIN"] == 8


def test_certificates_are_verified_but_for_a_named_exception() -> None:
    assert paper_settings()["DOWNLOAD_VERIFY_CERTIFICATES"] is True
    assert paper_settings(tls_exception="legacy")["DOWNLOAD_VERIFY_CERTIFICATES"] is True
    assert paper_settings(tls_exception="unverified")["DOWNLOAD_VERIFY_CERTIFICATES"] is False

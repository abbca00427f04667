"""The parts of the transport that can be looked at without a request."""

from __future__ import annotations

import datetime as dt
import gzip
import ipaddress
import time
import zlib
from typing import Any

import brotli  # type: ignore[import-untyped]
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scrapy.exceptions import ResponseDataLossError
from scrapy.http import Response
from twisted.internet.address import IPv4Address, IPv6Address

from crawlers.answers import unusable
from crawlers.blocking import blocked_because, file_kind
from crawlers.failures import Refusal
from crawlers.manners import settings_for
from crawlers.middlewares.address import REFUSED, AllowedHosts, GuardedResolver, is_public
from crawlers.middlewares.handler import decompressed
from crawlers.middlewares.retry import jittered, retry_after
from crawlers.options import CrawlOptions
from crawlers.source import Source
from crawlers.values import Fault, SiteReply
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
    ("9" * 5_000, 86_400),
    ("+30", 30),
    ("1.5", 1.5),
    ("1.", 1),
    ("60, 120", 120),
    ("120s", 120),
    ("5 minutes", 300),
    ("2 Hours", 7_200),
    ("1500 ms", 1.5),
    ("2026-11-21T12:01:00Z", 60),
    ("2026-11-21 19:02:00 +0700", 120),
    ("Sat Nov 21 12:03:00 2026", 180),
    ("1795262460", 60),  # Unix time
    ("1795262460000", 60),
    ("Sat, 21 Nov 2026 12:01:00 GMT, 30", 60),
    ("-5", None),
    ("5 fortnights", None),
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
        ("10.0.0.0/8", "172.16.0.1", 443, False),
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

    def resolveHostName(self, receiver: Any, _name: str, port: int = 0, *_: Any) -> Any:
        receiver.resolutionBegan(None)
        for address in next(self._answers):
            kind = IPv6Address if ":" in address else IPv4Address
            receiver.addressResolved(kind("TCP", address, port))
        receiver.resolutionComplete()


class Connector:
    """What Twisted's endpoint does: it connects to the addresses it is handed, and to no others."""

    def __init__(self) -> None:
        self.addresses: list[str] = []

    def resolutionBegan(self, _: Any) -> None:
        self.addresses = []

    def addressResolved(self, address: Any) -> None:
        self.addresses.append(address.host)

    def resolutionComplete(self) -> None:
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
        # Several members in one stream: each is read, so are empty ones and zeros between them.
        ("gzip", gzip.compress(TEXT[:9_000]) + gzip.compress(b"") + gzip.compress(TEXT[9_000:])),
        ("gzip", gzip.compress(TEXT[:9_000]) + bytes(512) + gzip.compress(TEXT[9_000:]) + bytes(70_000)),
        ("gzip", gzip.compress(TEXT) + b"waste behind"),
        ("zstd", faults.zstd_packed(TEXT[:9_000]) + faults.zstd_packed(TEXT[9_000:])),
        ("zstd", b"\x51\x2a\x4d\x18\x03\x00\x00\x00abc" + faults.zstd_packed(TEXT)),  # a frame to be skipped first
        ("deflate", zlib.compress(TEXT[:9_000]) + zlib.compress(TEXT[9_000:])),
        ("gzip, gzip", gzip.compress(TEXT)),  # packed once, said twice
        ("gzip, gzip, gzip", gzip.compress(gzip.compress(gzip.compress(TEXT)))),
        # What is no encoding at all, before a text that can be read.
        ("UTF-8", TEXT),
        ("none", TEXT),
        ("text/html; charset=utf-8", TEXT),
        ("aws-chunked", TEXT),
        ("binary", TEXT),
        ("aws-chunked, gzip", gzip.compress(TEXT)),
        ("utf-8", gzip.compress(TEXT)),
        ("identity", gzip.compress(TEXT)),  # packed, and nobody says so
        ("gzip;q=1.0", gzip.compress(TEXT)),
        # Packed in another way than is said.
        ("zstd", gzip.compress(TEXT)),
        ("br", faults.zstd_packed(TEXT)),
        ("gzip", brotli.compress(TEXT)),
        ("gzip", zlib.compress(TEXT)),
        ("gzip", zlib.compress(TEXT)[2:-4]),
        ("br", zlib.compress(TEXT)),
        ("x-deflate", zlib.compress(TEXT)),
        ("gzip", gzip.compress(gzip.compress(TEXT))),  # packed twice, said once
        ("br, gzip", brotli.compress(gzip.compress(TEXT))),  # said in the wrong order
        ("gzip", brotli.compress(gzip.compress(TEXT))),
        ("identity", brotli.compress(TEXT)),
        ("identity", zlib.compress(TEXT)),
        ("identity", gzip.compress(gzip.compress(TEXT))),
    ],
    ids=range(41),  # packed bytes hold the time: as ids they would differ from worker to worker
)
def test_decompression(encoding: str, body: bytes) -> None:
    undone = decompressed(answer(body, encoding), 1_000_000)
    assert undone.body.removeprefix(b"\xef\xbb\xbf<html>") == TEXT


def test_what_is_packed_without_a_word_is_unpacked_but_for_a_packed_file() -> None:
    page = Response("http://bao.vn/a.html", body=gzip.compress(TEXT))
    assert decompressed(page, 1_000_000).body == TEXT
    file = Response("http://bao.vn/map.xml.gz", body=gzip.compress(TEXT))
    assert decompressed(file, 1_000_000) is file


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


@pytest.mark.parametrize(("encoding", "packed"), [("gzip", gzip.compress), ("zstd", faults.zstd_packed)])
def test_every_cut_of_a_second_member_is_an_error(encoding: str, packed: Any) -> None:
    first, second = packed(TEXT[:9_000]), packed(TEXT[9_000:])
    assert decompressed(answer(first, encoding), 1_000_000).body == TEXT[:9_000]
    for length in range(1, len(second)):
        with pytest.raises(ResponseDataLossError):
            decompressed(answer(first + second[:length], encoding), 1_000_000)


def test_more_than_five_layers_are_refused_before_the_first_is_undone() -> None:
    body = TEXT
    for _ in range(5):
        body = gzip.compress(body)
    assert decompressed(answer(body, ", ".join(["gzip"] * 5)), 1_000_000).body == TEXT
    with pytest.raises(Refusal, match="300 lớp"):
        decompressed(answer(gzip.compress(body), ", ".join(["gzip"] * 300)), 1_000_000)


def test_a_hundred_thousand_empty_members_are_refused_at_once() -> None:
    began = time.monotonic()
    with pytest.raises(Refusal, match="sau khi giải nén lớn hơn"):
        decompressed(answer(gzip.compress(b"") * 300_000, "gzip"), 8_000_000)
    assert time.monotonic() - began < 2


@pytest.mark.parametrize("encoding", STREAMS)
def test_the_cap_is_on_the_decompressed_size(encoding: str) -> None:
    body = STREAMS[encoding]
    assert decompressed(answer(body, encoding), len(TEXT)).body == TEXT
    with pytest.raises(Refusal, match="sau khi giải nén lớn hơn"):
        decompressed(answer(body, encoding), len(TEXT) - 1)


def test_an_unknown_encoding_is_named() -> None:
    with pytest.raises(Refusal, match="sdch"):
        decompressed(answer(b"\x01\x02", "sdch"), 1_000)


@given(st.sampled_from(["gzip", "deflate", "br", "zstd"]), st.binary(min_size=1, max_size=200))
def test_garbage_ends_in_a_named_error_or_as_text(encoding: str, body: bytes) -> None:
    try:
        made: object = decompressed(answer(body, encoding), 10_000).body
    except ResponseDataLossError:
        return
    except Refusal as refused:
        made = refused.failure.fault
    assert isinstance(made, bytes) or made is Fault.TOO_LARGE


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
        (202, {"x-amzn-waf-action": "challenge"}, b"", True),
        (405, {"x-amzn-waf-action": "captcha"}, b"<title>x</title>", True),
        (405, {}, b"<html><head><title>Human Verification</title></head><body></body></html>", True),
        (405, {}, b"<title>Method Not Allowed</title>", False),
        (202, {"sg-captcha": "challenge"}, b"", True),
        (202, {}, b'<meta http-equiv="refresh" content="0;/.well-known/sgcaptcha/?r=%2F&y=ipc">', True),
        (200, {}, b'<title></title><META content="0;/.well-known/SGCAPTCHA/?r=%2F" http-equiv=refresh>', True),
        (200, {}, b"<title>Making sure you&#39;re not a bot!</title><h1>Making sure you&#39;re not a bot!</h1>", True),
        (200, {}, b'<script id="anubis_challenge" type="application/json">{}</script><p>Loading...</p>', True),
        (200, {}, "<title>Xác minh bảo mật</title><p>Vui lòng chờ.</p>".encode(), True),
        (200, {}, "<title>x</title><h1><span>Đang kiểm tra trình duyệt của bạn</span></h1>".encode(), True),
        (200, {}, b"<title>Verifying your browser - Bunny Shield</title>", True),
        (200, {}, "<title>x</title><p>Hệ thống đang kiểm tra kết nối của bạn.".encode(), True),
        (412, {}, b"<script>window.rbzns={seed:1}</script>", True),
        (429, {"x-vercel-mitigated": "challenge"}, b"", True),
        (200, {}, ARTICLE.replace(b"Tin", b"Human Verification: tin ve captcha") + ARTICLE * 2, False),
        (200, {}, b"<script>document.cookie='a=1';location.reload()</script>" + ARTICLE * 2, False),
        (202, {}, b"", False),
    ],
)
def test_blocked(status: int, headers: dict[str, str], body: bytes, blocked: bool) -> None:
    assert (blocked_because(SiteReply("", status, headers, body)) is not None) is blocked


@pytest.mark.parametrize(
    ("content_range", "body", "usable"),
    [
        ("bytes 0-999999/*", ARTICLE + b"</html>", True),
        ("bytes 0-999999/*", ARTICLE, False),
        ("bytes 0-499/500", ARTICLE, True),
        ("bytes 0-499/1500", ARTICLE + b"</html>", False),
        ("bytes 500-1499/1500", ARTICLE + b"</html>", False),
        ("", ARTICLE + b"</HTML>\n<!-- 0.2 s -->", True),
        ("", ARTICLE, False),
    ],
)
def test_a_part_is_an_answer_only_where_it_is_the_whole(content_range: str, body: bytes, usable: bool) -> None:
    assert (unusable(SiteReply("", 206, {"content-range": content_range}, body)) is None) is usable


def test_files_by_their_first_bytes() -> None:
    assert file_kind(b"%PDF-1.4") == "PDF"
    assert file_kind(b"\x00\x00\x00\x18ftypmp42") == "video"
    assert file_kind(b"RIFF\x00\x00\x00\x00WEBPVP8") == "ảnh WebP"
    assert file_kind(b"<!DOCTYPE html>") is None
    assert file_kind("Xin chào".encode("utf-16")) is None


def paper_settings(**options: Any) -> dict[str, Any]:
    fields = {"crawl_delay": options.pop("crawl_delay", None), "tls_exception": options.pop("tls_exception", None)}
    source = Source(id="bao-thu", name="Báo Thử", domain="bao-thu.vn", **fields)
    return settings_for(source, CrawlOptions(**options))


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

"""DANVAN_CRAWL_PROXY: everything through a real proxy on loopback, with the address guard still closed."""

from __future__ import annotations

import asyncio
import re
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Self
from urllib.parse import urlsplit

import pytest

from crawlers.probe import fetch_page
from crawlers.values import SourceStatus
from foundation.errors import ConfigurationError, FetchError
from foundation.settings import settings
from tests.crawlers.certificates import certificate
from tests.crawlers.loopback_paper import ONE, Paper, article, feed
from tests.faultserver import FaultServer, response


@dataclass
class Proxy:
    """Forwards requests and tunnels; every host it does not know by number is at `behind`."""

    behind: int
    password: bool = False
    asked: list[str] = field(default_factory=list)
    port: int = 0

    def __enter__(self) -> Self:
        self._loop = asyncio.new_event_loop()
        threading.Thread(target=self._loop.run_forever, daemon=True).start()
        starting = asyncio.start_server(self._serve, "127.0.0.1", 0)
        server = asyncio.run_coroutine_threadsafe(starting, self._loop).result(5)
        self.port = server.sockets[0].getsockname()[1]
        return self

    def __exit__(self, *_: object) -> None:
        self._loop.call_soon_threadsafe(self._loop.stop)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while await self._one(reader, writer):
                pass
        except (asyncio.IncompleteReadError, ConnectionError):
            pass
        finally:
            writer.close()

    async def _one(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> bool:
        head = await reader.readuntil(b"\r\n\r\n")
        method, target, _ = head.split(b" ", 2)
        self.asked.append(target.decode())
        if self.password and b"proxy-authorization: basic dgvuom1hdcbraGF1".lower() not in head.lower():
            writer.write(b"HTTP/1.1 407 X\r\nContent-Length: 0\r\n\r\n")
            return True
        there, back = await asyncio.open_connection("127.0.0.1", self.behind)
        if method == b"CONNECT":
            writer.write(b"HTTP/1.1 200 Connection established\r\n\r\n")
            await asyncio.gather(_pipe(reader, back), _pipe(there, writer))
            return False
        parts = urlsplit(target.decode())
        back.write(head.replace(target, (parts.path or "/").encode(), 1))
        answer = await there.readuntil(b"\r\n\r\n")
        length = re.search(rb"content-length: (\d+)", answer, re.IGNORECASE)
        assert length
        writer.write(answer + await there.readexactly(int(length[1])))
        back.close()
        return True


async def _pipe(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    try:
        while piece := await reader.read(65_536):
            writer.write(piece)
            await writer.drain()
    except ConnectionError:
        pass
    finally:
        writer.close()


@pytest.fixture
def proxy(paper: Paper) -> Iterator[Proxy]:
    paper.serve("/rss/thoi-su", feed(ONE))
    paper.serve(ONE, article())
    with Proxy(paper.server.port) as proxy:
        paper.option_fields["proxy"] = f"http://ten:mat%20khau@127.0.0.1:{proxy.port}"
        yield proxy


def test_everything_goes_through_the_proxy(paper: Paper, proxy: Proxy) -> None:
    assert paper.crawl().report.states == {"new": 1}
    assert proxy.asked == [paper.server.origin + path for path in ("/robots.txt", "/rss/thoi-su", ONE)]
    assert paper.server.paths() == ["/robots.txt", "/rss/thoi-su", ONE]


def test_a_private_address_is_refused_before_the_proxy_hears_of_it(paper: Paper, proxy: Proxy) -> None:
    crawled = paper.crawl(allow_hosts=())
    assert crawled.report.status is SourceStatus.BROKEN
    assert "mạng nội bộ" in crawled.report.message
    assert proxy.asked == []


def test_the_proxys_own_address_is_not_open_as_a_target(paper: Paper, proxy: Proxy) -> None:
    with pytest.raises(FetchError, match="mạng nội bộ"):
        fetch_page(f"http://127.0.0.1:{proxy.port}/", None, paper.options(allow_hosts=()))
    assert proxy.asked == []


def test_a_name_that_only_the_proxy_can_resolve_must_be_of_the_catalogue(paper: Paper, proxy: Proxy) -> None:
    paper.source_fields |= {"home": "http://bao-thu.invalid/"}
    assert paper.crawl(allow_hosts=()).report.states == {"new": 1}
    assert set(map(_host, proxy.asked)) == {"bao-thu.invalid"}
    proxy.asked.clear()
    with pytest.raises(FetchError, match="danh mục"):
        fetch_page("http://noi-bo.invalid/", None, paper.options(allow_hosts=()))
    assert proxy.asked == []


def test_a_redirect_is_looked_at_too(paper: Paper, proxy: Proxy) -> None:
    there = f"http://localhost:{paper.server.port}{ONE}"  # another name, a private address
    paper.serve("/di-101.html", response("", 302, {"Location": there}))
    with pytest.raises(FetchError, match="mạng nội bộ"):
        fetch_page(
            paper.server.origin + "/di-101.html",
            None,
            paper.options(allow_hosts=(f"127.0.0.2:{paper.server.port}", f"127.0.0.1:{paper.server.port + 1}")),
        )


def test_a_proxy_that_wants_a_password(paper: Paper, proxy: Proxy) -> None:
    proxy.password = True
    assert paper.crawl().report.states == {"new": 1}
    paper.option_fields["proxy"] = f"http://127.0.0.1:{proxy.port}"
    assert "DANVAN_CRAWL_PROXY" in paper.crawl().report.message


def test_https_goes_through_a_tunnel(paper: Paper, proxy: Proxy, tmp_path: Path) -> None:
    with FaultServer(tls=certificate(tmp_path, "unknown_issuer")) as server:
        server.answers |= paper.server.answers
        paper.server, proxy.behind = server, server.port
        refused = paper.crawl()
        assert "TLS" in refused.report.message, "the certificate is the paper's, and is looked at"
        paper.source_fields["tls_exception"] = "unverified"
        assert paper.crawl().report.states == {"new": 1}
        assert set(proxy.asked) == {f"127.0.0.1:{server.port}"}


def test_a_proxy_that_is_down(paper: Paper, proxy: Proxy) -> None:
    paper.option_fields["proxy"] = "http://127.0.0.1:9"
    assert paper.crawl().report.status is SourceStatus.UNREACHABLE
    assert paper.server.hits == []


@pytest.mark.parametrize("wrong", ["10.0.0.5:3128", "socks5://10.0.0.5:1080", "http://10.0.0.5"])
def test_a_setting_that_is_no_proxy_is_refused(wrong: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DANVAN_CRAWL_PROXY", wrong)
    with pytest.raises(ConfigurationError, match="DANVAN_CRAWL_PROXY"):
        settings.__wrapped__()


def _host(url: str) -> str:
    return urlsplit(url).hostname or url.partition(":")[0]

"""Outside texts in the families' shells, and the pages that the benchmark harvests."""

from __future__ import annotations

import contextlib
import os
import re
import statistics
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path
from urllib.parse import urlsplit

import httpx
import pytest

from analysis.text import normalise
from benchmarks.bench_sites import BenchPage, BenchSites
from crawlers.catalogue import load_catalogue
from crawlers.extraction import extract
from crawlers.values import Page
from danvan.demo.addresses import shapes
from danvan.demo.loopback import LoopbackSites
from danvan.demo.shells import parts_of
from tests.demo.truth import add_text

CLIENT = httpx.Client(timeout=10)

TEXT = """Thôn Trung Hòa ra mắt tổ dân vận

19/01/2021
Sáng nay, thôn Trung Hòa ra mắt tổ dân vận gồm bảy thành viên, đại diện các đoàn thể trong thôn.

Tổ dân vận có nhiệm vụ nắm tình hình, tuyên truyền, vận động bà con thực hiện quy ước, giữ gìn vệ sinh môi trường và hòa giải những mâu thuẫn nhỏ ngay từ gia đình.

Trước mắt, tổ vận động các hộ dọc trục đường chính hiến đất làm rãnh thoát nước, hoàn thành trước mùa mưa năm nay.
"""


def test_the_parts_of_a_text() -> None:
    title, lead, rest = parts_of(TEXT)
    assert title == "Thôn Trung Hòa ra mắt tổ dân vận"
    assert lead.startswith("Sáng nay")
    assert [line[:10] for line in rest] == ["19/01/2021", "Tổ dân vận", "Trước mắt,"]
    with pytest.raises(ValueError, match="empty"):
        parts_of(" \n ")


@pytest.mark.parametrize("family", sorted(shapes()))
def test_a_text_is_served_as_a_site_of_its_own_and_read_again(family: str, tmp_path: Path) -> None:
    at = datetime(2021, 1, 19, 8, 30, tzinfo=timezone(timedelta(hours=7)))
    sites = LoopbackSites()
    page = add_text(sites, "text-1", TEXT, family=family, province="20", published_at=at)
    with sites:
        sites.write_sources(tmp_path)
        answer = CLIENT.get(page.url)
    source = load_catalogue(tmp_path).sources["text-1"]
    assert source.province == "20"
    sent = Page("text-1", "1", page.url, page.url, 200, {}, answer.content, fetched_at=datetime.now(UTC))
    found = extract(sent, source)
    assert (found.status, found.title, found.published_at) == ("article", page.title, at)
    assert found.lead == page.lead
    assert page.paragraphs[-1] in found.text


def bench_pages(count: int, *, heavy: bool = False) -> list[BenchPage]:
    with contextlib.closing(BenchSites(count, heavy=heavy)) as sites:
        return sites.pages


def test_bench_pages_are_distinct_and_of_every_family() -> None:
    pages = bench_pages(30)
    assert len({page.path for page in pages}) == len({page.body for page in pages}) == 30
    assert len({page.site for page in pages}) == 6
    assert all("bench" in page.path for page in pages)


def test_heavy_bench_pages_weigh_what_real_pages_do_and_say_the_same() -> None:
    light, heavy = bench_pages(60), bench_pages(60, heavy=True)
    assert 155 < statistics.median(len(page.body) for page in heavy) / 1024 < 190
    assert [page.title for page in light] == [page.title for page in heavy]
    assert all(page.body.count(b"<a ") > 250 for page in heavy if len(page.body) > 172 * 1024)


def test_bench_sites_link_every_page_from_one_listing() -> None:
    with BenchSites(24) as sites:
        for name, replica in sites.replicas.items():
            listing = CLIENT.get(
                replica.base_url + replica.pages.addresses.section(next(iter(replica.profile.sections)))
            )
            linked = {url.removeprefix(replica.base_url) for url in re.findall(r'href="(http[^"]+)"', listing.text)}
            own = [page for page in sites.pages if page.site == name]
            assert len(own) == 4
            assert {page.path for page in own} <= linked
            assert CLIENT.get(replica.base_url + own[0].path).content == own[0].body


SHARED = Path(os.environ.get("DANVAN_SHARED") or Path(__file__).parents[3] / "shared")


@pytest.mark.skipif(not (SHARED / "seeds").is_dir(), reason="thiếu thư mục văn bản ngoài: đặt DANVAN_SHARED")
@pytest.mark.parametrize("family", sorted(shapes()))
def test_outside_texts_come_out_of_every_shell_as_they_went_in(family: str, tmp_path: Path) -> None:
    sites = LoopbackSites()
    texts = [path.read_text(encoding="utf-8") for path in sorted((SHARED / "seeds").glob("*.txt"))]
    pages = [add_text(sites, f"text-{n}", text, family=family) for n, text in enumerate(texts)]
    sites.write_sources(tmp_path)
    sites.close()
    catalogue = load_catalogue(tmp_path)
    for page in pages:
        answer = sites.replicas[page.id].answer(urlsplit(page.url).path, {}, {})
        sent = Page(page.id, "1", page.url, page.url, 200, {}, answer.body, fetched_at=datetime.now(UTC))
        found = extract(sent, catalogue.sources[page.id])
        assert (found.status, found.title, found.published_at) == ("article", page.title, page.published_at)
        # Long lines are the text itself; what a plain extraction left of menus and bylines may go.
        long = [line for line in page.paragraphs if len(line) > 150]
        kept = [line for line in long if normalise(line)[-100:] in found.text]
        assert len(kept) >= 0.9 * len(long)

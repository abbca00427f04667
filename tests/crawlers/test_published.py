"""Which evidence of a page says when its article was published: only what is the article's own."""

from __future__ import annotations

import datetime as dt
import json
from typing import Any

import pytest

from crawlers.extraction import extract
from crawlers.values import Extract, Page
from tests.crawlers.layouts import ALL, DATA, TEXT, TITLE, shell

FETCHED = dt.datetime(2026, 3, 16, 3, 30, tzinfo=dt.UTC)
URL = "https://bao.example/xa-mau-ban-viec-dan-van-1.html"
DAY, OTHER_DAY = "2026-03-05T08:30:00+07:00", "2019-11-27T08:30:00+07:00"
ARTICLE = {"@type": "NewsArticle", "headline": TITLE, "datePublished": DAY}
ANOTHER = {"@type": "NewsArticle", "headline": "Một bài khác hẳn của tòa soạn từ năm nào", "datePublished": OTHER_DAY}


def read(*blocks: Any, head: str = "", extra: str = "", h1: str = TITLE, **hint: str) -> Extract:
    scripts = "".join(f'<script type="application/ld+json">{json.dumps(block)}</script>' for block in blocks)
    markup = f"<html><head><title>{TITLE} - Báo Mẫu</title>{head}{scripts}</head><body><h1>{h1}</h1>{extra}<div class=nd>{ALL}</div></body></html>"
    return extract(Page("", "", URL, URL, 200, {}, markup.encode(), FETCHED, hint), None)


OWN: dict[str, list[Any]] = {
    "an article": [ARTICLE],
    "a list": [[{"@type": "WebSite", "name": "Báo Mẫu"}, ARTICLE]],
    "a graph": [{"@graph": [{"@type": "WebSite", "name": "Báo Mẫu"}, ARTICLE]}],
    "a graph of Yoast": [
        {
            "@graph": [
                {"@type": "WebPage", "name": f"{TITLE} - Báo Mẫu", "datePublished": DAY},
                {"@type": "Organization", "name": "Báo Mẫu"},
            ]
        }
    ],
    "a web page": [{"@type": "WebPage", "name": TITLE, "datePublished": DAY}],
    "the main entity of a page": [{"@type": "WebPage", "mainEntity": ARTICLE}],
    "several, one of this title": [ANOTHER, ARTICLE, ANOTHER],
    "several in a graph": [{"@graph": [ANOTHER, {**ARTICLE, "headline": f"{TITLE} - Báo Mẫu"}]}],
    "a shorter headline": [{**ARTICLE, "headline": "Xã Mẫu bàn việc dân vận theo Nghị quyết"}],
    "a headline encoded twice": [{**ARTICLE, "headline": TITLE.replace("ã", "&amp;#227;")}],
    "a headline of one letter": [{**ARTICLE, "headline": "x", "datePublished": 1772674200000}],
    "a headline of one letter beside another article's": [[{**ARTICLE, "headline": "T"}, ANOTHER]],
    "a page of one letter": [
        {"@graph": [{"@type": "WebPage", "name": "x", "datePublished": "2026-03-05 01:30:00 UTC"}]}
    ],
    "no headline": [{"@type": "NewsArticle", "datePublished": DAY}],
    "another headline, this address": [{**ANOTHER, "mainEntityOfPage": {"@id": URL}, "datePublished": DAY}],
    "a list of types": [{**ARTICLE, "@type": ["Article", "NewsArticle"]}],
    "a blog posting": [{**ARTICLE, "@type": "BlogPosting"}],
}


PRINTED = f'{{"@type": "NewsArticle", "headline": "{TITLE}", "datePublished": "{DAY}"}}'


@pytest.mark.parametrize(
    "printed",
    [
        f"//<![CDATA[\n{PRINTED}\n//]]>",
        f"<!-- {PRINTED} -->",
        f'{{"@type": "WebSite"}}\n{PRINTED};',
        PRINTED[:-1] + ",}",
    ],
)
def test_a_block_that_is_not_quite_json_is_read(printed: str) -> None:
    found = read(head=f'<script type="application/ld+json">{printed}</script>')
    assert found.published_at is not None
    assert found.published_at.isoformat() == DAY


def test_no_number_of_blocks_behind_one_another_is_too_many() -> None:
    found = read(head=f'<script type="application/ld+json">{"{} " * 100_000}</script>')
    assert found.title == TITLE


@pytest.mark.parametrize("name", OWN)
def test_the_pages_own_block_gives_its_date(name: str) -> None:
    found = read(*OWN[name], head=f'<link rel="canonical" href="{URL}">')
    assert found.published_at is not None
    assert found.published_at.isoformat() == DAY


NOT_OWN: dict[str, list[Any]] = {
    "a lone article of another page": [ANOTHER],
    "several of other pages": [ANOTHER, {**ANOTHER, "headline": "Bài thứ hai của tòa soạn từ năm nào đó"}],
    "in a list of items": [{"@type": "ItemList", "itemListElement": [{"@type": "ListItem", "item": ANOTHER}]}],
    "a page of another name": [
        {"@type": "WebPage", "name": "Trang chủ của tòa soạn báo Mẫu hôm nay", "datePublished": OTHER_DAY}
    ],
    "only when it was modified": [{"@type": "NewsArticle", "headline": TITLE, "dateModified": OTHER_DAY}],
}


@pytest.mark.parametrize("name", NOT_OWN)
def test_another_articles_block_gives_nothing(name: str) -> None:
    found = read(*NOT_OWN[name])
    assert found.published_at is None


@pytest.mark.parametrize(
    "line",
    [
        "<p class=d>05/03/2026 08:30</p>",
        "<div><span>Người Viết</span> <span>05/03/2026 08:30</span></div>",
        "<div class=meta>Thứ năm, 05/03/2026 | 08:30 (GMT+7)</div>",
        "<ul class=i><li>Người Viết</li><li>05/03/2026 - 08:30</li></ul>",
        "<time>05/03/2026 08:30</time>",
        f"<p class=sapo>{TEXT[0]}</p><p class=date>05/03/2026 08:30</p>",
        "<div>Tác giả: Người Viết<br>Ngày đăng: 05/03/2026 08:30</div>",
        "<p>05/03/2026 08:30 | Lượt xem: 1234</p>",
        f'<abbr class="published" title="{DAY}">11 ngày trước</abbr>',
        '<span class="time" datetime="2026-03-05 08:30">05-03</span>',
        '<div><span data-timestamp="1772674200">11 ngày trước</span></div>',
    ],
)
def test_a_date_printed_under_the_headline_beats_the_feeds(line: str) -> None:
    found = read(extra=line, published="Mon, 16 Mar 2026 08:00:00 +0700")
    assert found.published_at is not None
    assert found.published_at.isoformat() == DAY


@pytest.mark.parametrize(
    "h1",
    [
        f"<span>Dân vận:</span> <span>{TITLE}</span>",
        f"<span>Dân vận:</span><span>{TITLE}</span>",
        f"<small>Chuyện ở xã</small> {TITLE}",
        f"<div>Chuyện ở xã</div><div>{TITLE}</div>",
        "Xã Mẫu họp bàn chuyện vận động bà con trong năm",
    ],
)
def test_it_does_so_behind_a_kicker_or_another_wording_of_the_headline(h1: str) -> None:
    head = f'<meta property="og:title" content="{TITLE}">'
    found = read(head=head, h1=h1, extra="<p>05/03/2026 08:30</p>", published="Mon, 16 Mar 2026 08:00:00 +0700")
    assert found.published_at is not None
    assert found.published_at.isoformat() == DAY


@pytest.mark.parametrize("name", [name for name in DATA if "flight with elements" not in name])
def test_a_date_beside_a_text_in_data_beats_the_feeds(name: str) -> None:
    hint = {"published": "Mon, 16 Mar 2026 08:00:00 +0700"}
    found = extract(Page("", "", URL, URL, 200, {}, shell(DATA[name]).encode(), FETCHED, hint), None)
    assert found.published_at is not None
    assert found.published_at.date() == dt.date(2026, 3, 5)


@pytest.mark.parametrize(
    "payload",
    [
        '(function(){return {data:[{post:{title:"T",publishedAt:"2026-03-05T01:30:00.000Z",content:%s}}]}}())',
        '(function(a,b,c){return {data:[{id:a,publishedAt:b,content:%s},{publishedAt:c}]}}(void 0,"2026-03-05 08:30",1584300000))',
    ],
)
def test_a_date_in_nuxts_function_is_found_under_its_name(payload: str) -> None:
    script = f"<script>window.__NUXT__={payload % json.dumps(ALL)}</script>"
    found = extract(Page("", "", URL, URL, 200, {}, shell(script).encode(), FETCHED), None)
    assert found.published_at is not None
    assert found.published_at.isoformat() == DAY


def test_the_feed_gives_the_hour_where_the_page_prints_the_day() -> None:
    found = read(extra="<p>Thứ năm, 05/03/2026</p>", published="Thu, 05 Mar 2026 08:30:00 +0700")
    assert found.published_at is not None
    assert (found.published_at.isoformat(), found.date_from) == (DAY, "feed pubDate")


@pytest.mark.parametrize(
    "head",
    [
        f'<meta property="og:article:published_time" content="{DAY}">',
        f'<meta name="date" content="{DAY}">',
        '<meta itemprop="datePublished" content="3/5/2026 8:30:00 AM">',
    ],
)
def test_other_places_of_the_head_give_the_date(head: str) -> None:
    found = read(head=head)
    assert found.published_at is not None
    assert found.published_at.isoformat() == DAY


def test_the_pages_clock_is_no_date() -> None:
    found = read(head="", extra="<div class='current-time'>Thứ hai, 16/03/2026 10:30</div>")
    assert found.published_at is None


TODAY = f'datetime="{FETCHED.isoformat()}"'


@pytest.mark.parametrize(
    ("extra", "day"),
    [
        (f'<p>Sửa: <time class="updated" {TODAY}>16/03/2026</time></p>', None),
        (f'<time itemprop="dateModified" {TODAY}>16/03/2026</time>', None),
        (f'<div class="box"><a href="/x">Bài khác số một của tòa soạn</a><time {TODAY}>16/03/2026</time></div>', None),
        (f'<div class="binh-luan"><p>Hay quá</p><time {TODAY}>16/03/2026 10:00</time></div>', None),
        (f'<time datetime="{DAY}">05/03/2026</time><time class="updated" {TODAY}>16/03/2026</time>', DAY),
        (f'<time class="entry-date published updated" datetime="{DAY}">05/03/2026</time>', DAY),
        ("<p>Nguyễn Văn Mẫu - 05/03/2026</p>", "2026-03-05T00:00:00+07:00"),
        ("<p>Nguyễn Văn Mẫu | Thứ Năm, 05/03/2026</p>", "2026-03-05T00:00:00+07:00"),
    ],
)
def test_what_tells_of_a_change_or_of_others_is_no_evidence_and_a_printed_day_beats_the_feed(
    extra: str, day: str | None
) -> None:
    found = read(extra=extra)
    assert (found.published_at.isoformat() if found.published_at else None) == day
    if day:
        hinted = read(extra=extra, published="Mon, 16 Mar 2026 08:00:00 +0700").published_at
        assert hinted is not None
        assert hinted.isoformat() == day


@pytest.mark.parametrize(
    ("above", "day"),
    [
        ("<div class=d>05/03/2026 08:30</div>", DAY),
        ("<div><a href=/ct>Chính trị</a> <span>Thứ năm, 05/03/2026, 08:30</span></div>", DAY),
        ("<div class=d>Thứ hai, 16/03/2026</div>", None),
        ("<header><div>05/03/2026 08:30</div></header>", None),
        ("<div><div><div><p>05/03/2026 08:30</p></div></div></div>", None),
    ],
)
def test_a_date_above_the_headline_counts_in_its_box_where_it_is_no_clock(above: str, day: str | None) -> None:
    markup = f"<title>{TITLE}</title><main>{above}<h1>{TITLE}</h1><div>{ALL}</div></main>"
    found = extract(Page("", "", URL, URL, 200, {}, markup.encode(), FETCHED, {}), None)
    assert (found.published_at and found.published_at.isoformat()) == day


@pytest.mark.parametrize("line", ["<p>Ngày 05/03/2019</p>", "<p><b>19/8/1945</b></p>"])
def test_a_day_that_an_article_tells_of_is_not_its_own(line: str) -> None:
    found = read(extra=f"<p>{TEXT[0]}</p>{line}", published="Mon, 16 Mar 2026 08:00:00 +0700")
    assert found.published_at is not None
    assert found.published_at.isoformat() == "2026-03-16T08:00:00+07:00"


@pytest.mark.parametrize("name", ["has-comments", "comments-enabled", "list-detail", "sidebar-1"])
def test_a_wrapper_of_the_whole_article_hides_no_date(name: str) -> None:
    markup = f"<title>{TITLE}</title><div class='{name}'><h1>{TITLE}</h1><p>05/03/2026 08:30</p><div>{ALL}</div></div>"
    found = extract(Page("", "", URL, URL, 200, {}, markup.encode(), FETCHED, {}), None)
    assert found.published_at is not None
    assert found.published_at.isoformat() == DAY

"""One run over papers that answer with everything at once that is known to hurt, beside one that is well (83–104)."""

from __future__ import annotations

import gzip
import json
import os
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from datetime import timedelta
from pathlib import Path

from sqlalchemy import select

from models.database import transaction
from models.tables import ArticleRow, DocumentRow, UrlRow
from tests.faults.papers import LONG, Press, now, story
from tests.faultserver import FaultServer, faults, response

OLD = (
    "<p>Ban Thường vụ Tỉnh ủy Thanh Hóa vừa ban hành Chỉ thị số 301-CT/TU về tăng cường công tác dân vận ở xã Mẫu.</p>"
)
PAGE = f"<!DOCTYPE html><html><head><title>Chuyện cũ</title></head><body><h1>Chuyện cũ</h1>{OLD}{LONG}</body></html>"


def hostile(server: FaultServer) -> str:
    """What each of the paper's pages answers; the addresses stand in its feed."""
    answers = {
        1: faults.encoded(gzip.compress(PAGE.encode()), ", ".join(["gzip"] * 300)),
        2: faults.encoded(faults.zeros_gzipped(200_000_000), "gzip"),
        3: response("", 302, {"Location": "/nang-ne-mot-hai-103.html", "Set-Cookie": "gate=1"}),
        4: faults.redirect("http://["),
        5: response(PAGE, 206, {"Content-Range": "bytes 0-99/900000"}),
        6: faults.encoded(gzip.compress(PAGE.encode())[:-20], "gzip"),
        7: response("<p " + " ".join(f"a{n}='x'" for n in range(500_000)) + ">" + PAGE),
        8: response("x" * 7_000_000),
        9: response("<div>" * 400_000),
        10: response(PAGE, headers={"Content-Encoding": "none"}),
    }
    items = ""
    for number, answer in answers.items():
        path = f"/nang-ne-mot-hai-{100 + number}.html"
        server.answers[path] = answer
        items += f"<item><title>Tin {number}</title><link>{path}</link></item>"
    lastmod = f"<lastmod>{now().isoformat()}</lastmod>"
    server.answers |= {
        "/robots.txt": response(b"User-agent: x\nDisallow: /\n" + b"# waste\n" * 1_200_000),
        "/rss": response(f"<rss><channel><item><link>http://[</link></item>{items}</channel></rss>"),
        "/rss-nang": response("<!DOCTYPE x[" * 13_400),
        "/rss-thuoc-tinh": response("<rss " + " ".join(f"a{n}='x'" for n in range(500_000)) + "/>"),
        "/map.xml.gz": response(gzip.compress(b"<urlset>" + bytes(10_000))[:-4]),
        "/map.xml": response(
            f"<urlset><url><loc>{server.origin}/nang-ne-mot-hai-110.html</loc>{lastmod}</url></urlset>"
        ),
        "/muc": response('<base href="//[">' + "".join(f'<a href="/x/{n}">Tin</a>' for n in range(230_000))),
    }
    return (
        f"id: bao-du\nname: Báo Dữ\nhome: {server.origin}/\nfamily: onecms\nfeeds: [/rss, /rss-nang, /rss-thuoc-tinh]\n"
        "sitemaps: [/map.xml.gz, /map.xml]\nsections: [/muc]\n"
    )


def old(number: int) -> list[str]:
    """The paragraphs of an article of 2019."""
    return [
        f"Ban Thường vụ Tỉnh ủy Thanh Hóa vừa ban hành Chỉ thị số {number}-CT/TU về tăng cường công tác dân vận.",
        f"Ở thôn số {number} cán bộ gặp gỡ bà con từng nhà để nghe ý kiến về đường liên thôn, ghi lại và hẹn ngày trả lời.",
        f"Đến cuối tháng, {number} hộ đã tự nguyện hiến đất, mọi khoản chi đều ghi lên bảng tin để bà con cùng biết.",
    ]


OTHER = "Ban Thường vụ Tỉnh ủy Thanh Hóa vừa ban hành Nghị quyết số 999-NQ/TU về công tác dân vận trong tình hình mới."
BOX = f'<div class="VCSortableInPreviewMode" type="RelatedOneNews"><h4><a href="/y-9.html">Nghị quyết mới về công tác dân vận</a></h4><p>{OTHER}</p></div>'
# What holds the three paragraphs: {0} to {2} are paragraphs, {t0} to {t2} their words, {a} all of them, {j} as JSON.
LAYOUTS = [
    '<form id="aspnetForm"><div class="nd">{a}</div></form>',
    '<aside class="x">{a}</aside>',
    "<details><summary>Xem thêm</summary>{a}</details>",
    '<div class="r1">{0}</div><div class="r2">{1}{2}</div>',
    '<div class="sidebar-1"><div>{a}</div></div>',
    "<div>{0}</div><div>{1}</div><div>{2}</div>",
    '<div class="nd">{0}{t1}<br><br>{t2}</div>',
    '<div class="nd"><p><a name="x1">16:10</a> {t0}</p>{1}{2}</div>',
    '<div class="nd">{0}' + BOX + "{1}{2}</div>",
    "<table><tr><td>{a}</td></tr></table>",
    '<div class="has-comments related-wrap">{a}</div>',
    '<div class="nd"><span>{t0}</span><br><br><span>{t1}</span><br><br><span>{t2}</span></div>',
    '<div class="caption-box">{0}<div class="notebox"><p>Giới thiệu <a href="/s.html">Tủ sách mới của tòa soạn</a></p></div>{1}{2}</div>',
]
# A date of 2019 as papers print it: in a line under the headline, or in the page's head.
DATES = [
    *("27 Tháng Mười Một, 2019", "27 Th11, 2019", "27/11/19", "Thứ Tư, 27/11/2019 08:30", "Nov 27, 2019 8:30 AM"),
    *("27-Nov-2019", "2019/11/27", "<time>Wed Nov 27 2019 08:30:00 GMT+0700</time>", "08:30 SA 27.11.2019"),
    '<script type="application/ld+json">{"@graph": [{"@type": "WebPage", "datePublished": "2019-11-27T01:30:00+00"}]}</script>',
    '<script type="application/ld+json">{"@type": "NewsArticle", "datePublished": 1574818200000}</script>',
    '<meta property="og:article:published_time" content="2019-11-27 01:30:00 UTC">',
    '<meta property="article:published_time" content="20191127T083000+0700">',
]
# The same data as the frames of four programs carry it.
FRAMES = [
    '<div id="__next"></div><script id="__NEXT_DATA__" type="application/json">{"props":{"post":%s}}</script>',
    '<div id="__nuxt"></div><script>window.__NUXT__=(function(){return {data:[%s]}}())</script>',
    '<div id="root"></div><script>window.__INITIAL_STATE__ = {"post": %s};</script>',
    '<div id="app"></div><script>self.__next_f.push([1, "5:" + JSON.stringify(0)]);var post = %s;</script>',
]
PACKED: list[Callable[[bytes], bytes]] = [
    response,
    lambda data: faults.encoded(gzip.compress(data[:400]) + gzip.compress(data[400:]), "gzip"),
    lambda data: faults.encoded(faults.zstd_packed(data[:400]) + faults.zstd_packed(data[400:]), "zstd"),
    lambda data: faults.encoded(data, "UTF-8"),
    lambda data: faults.encoded(data, "aws-chunked"),
    lambda data: faults.encoded(data, "text/html"),
    lambda data: response(data, 203),
    lambda data: response(data, 206, {"Content-Range": f"bytes 0-{len(data) - 1}/{len(data)}"}),
]
GONE = [
    "Nội dung bạn tìm không tồn tại hoặc đã bị gỡ bỏ.",
    "Tin bài này đã được thu hồi.",
    "The page you requested was not found.",
]


def crooked(server: FaultServer) -> str:
    """A paper of 2019 whose every page is built, packed and dated in another way, and listed as of today."""
    pages: list[str] = []
    for number, layout in enumerate(LAYOUTS, start=401):
        words = old(number)
        paragraphs = [f"<p>{text}</p>" for text in words]
        date = DATES[(number - 401) % len(DATES)]
        head, line = (date, "") if date.startswith(("<script", "<meta")) else ("", f"<p>{date}</p>")
        body = layout.format(*paragraphs, a="".join(paragraphs), t0=words[0], t1=words[1], t2=words[2])
        title = f"Chuyện dân vận năm cũ số {number}"
        pages.append(
            f"<html><head><meta charset=utf-8><title>{title} - Báo Lắm</title>{head}</head><body>"
            f"<h1><span>Dân vận:</span> <span>{title}</span></h1>{line}{body}</body></html>"
        )
    for number, frame in enumerate(FRAMES, start=401 + len(LAYOUTS)):
        text = "".join(f"<p>{one}</p>" for one in old(number))
        post = {
            "title": f"Chuyện dân vận năm cũ số {number}",
            "publishedAt": "2019-11-27T01:30:00.000Z",
            "content": text,
        }
        pages.append(f"<html><head><title>{post['title']}</title></head><body>{frame % json.dumps(post)}</body></html>")
    pages += [f"<html><head><title>Báo Lắm</title></head><body><p>{words}</p></body></html>" for words in GONE]
    pages.append(
        '<html><head><title>Báo Lắm</title></head><body><div id="app"></div><script src=/a.js></script></body></html>'
    )
    items = []
    for number, page in enumerate(pages, start=401):
        path = f"/chuyen-cu-ke-lai-{number}.html"
        server.answers[path] = PACKED[number % len(PACKED)](page.encode())
        items.append(
            f'<item><guid isPermaLink="false">{server.origin}{path}</guid><pubDate>{now():%a, %d %b %y %H:%M:%S} +0000</pubDate></item>'
        )
    for number in range(451, 455):  # no date anywhere, but touched today
        text = "".join(f"<p>{one}</p>" for one in old(number))
        server.answers[f"/chuyen-cu-ke-lai-{number}.html"] = response(
            f"<html><head><title>Chuyện cũ {number}</title></head><body><h1>Chuyện cũ {number}</h1><div>{text}</div></body></html>"
        )
    undated = [f"{server.origin}/chuyen-cu-ke-lai-{number}.html" for number in range(451, 455)]
    touched = f"<lastmod>{now().isoformat()}</lastmod><video:video><video:publication_date>{now().isoformat()}</video:publication_date></video:video>"
    server.answers |= {
        "/rss": response("<rss><channel>" + "".join(items) + "<item><link>http://[</link></item></channel></rss>"),
        "/json": response(
            json.dumps({"items": [{"url": undated[0], "date_modified": now().isoformat()}, {"url": "//[x"}]})
        ),
        "/atom": response(
            f"<feed><entry><link href='{undated[1]}'/><updated>{now().isoformat()}</updated></entry><entry><link href='http://[x]/'/></entry></feed>"
        ),
        "/map.xml.gz": response(
            gzip.compress(b"<urlset>") + gzip.compress(f"<url><loc>{undated[2]}</loc>{touched}</url></urlset>".encode())
        ),
        "/map.txt": response(f"{undated[3]}\nhttp://[\n"),
    }
    return f"id: bao-lam\nname: Báo Lắm\nhome: {server.origin}/\nfamily: onecms\nfeeds: [/rss, /json, /atom]\nsitemaps: [/map.xml.gz, /map.txt]\n"


def guarded(server: FaultServer) -> str:
    """A paper that asks for a proof at every page, each time in another way."""
    answers = [
        response("", 202, {"x-amzn-waf-action": "challenge"}),
        response("<html><body>captcha</body></html>", 405, {"x-amzn-waf-action": "captcha"}),
        response('<html><head><meta http-equiv="refresh" content="0;/.well-known/sgcaptcha/?r=1"></head></html>'),
        response("<html><head><title>Making sure you're not a bot!</title></head><body>Anubis</body></html>"),
        response("<html><head><title>Just a moment...</title></head></html>", 403, {"cf-mitigated": "challenge"}),
    ]
    links = ""
    for number, answer in enumerate(answers, start=501):
        server.answers[f"/xin-moi-vao-cua-{number}.html"] = answer
        links += f"<item><link>/xin-moi-vao-cua-{number}.html</link></item>"
    server.answers["/rss"] = response(f"<rss><channel>{links}</channel></rss>")
    return f"id: bao-gac\nname: Báo Gác\nhome: {server.origin}/\nfamily: onecms\nfeeds: [/rss]\n"


@contextmanager
def heaviest_descendant() -> Iterator[list[int]]:
    """Kilobytes of the largest process below this one while the block ran (Linux; else none)."""
    seen, over = [0], threading.Event()

    def watch() -> None:
        while not over.wait(0.1):
            tree = {os.getpid()}
            for path in sorted(Path("/proc").glob("[0-9]*"), key=lambda path: int(path.name)):
                with suppress(OSError, ValueError):
                    status = dict(line.split(":", 1) for line in (path / "status").read_text().splitlines())
                    if int(status["PPid"]) in tree:
                        tree.add(int(path.name))
                        seen[0] = max(seen[0], int(status.get("VmHWM", "0 kB").split()[0]))

    watcher = threading.Thread(target=watch)
    watcher.start()
    try:
        yield seen
    finally:
        over.set()
        watcher.join()


def test_hostile_papers_harm_nothing_of_a_healthy_one(press: Press) -> None:
    press.settings["source_time_limit"] = 180
    press.paper("bao-lanh", *range(1, 41))
    news = "<p>Ban Thường vụ Tỉnh ủy Thanh Hóa vừa ban hành Chỉ thị số 77-CT/TU về tăng cường công tác dân vận.</p>"
    press.server.answers["/dan-van-kheo-107.html"] = response(story(7, news + LONG))
    with ExitStack() as stack:
        for name, paper in {"bao-du": hostile, "bao-lam": crooked, "bao-gac": guarded}.items():
            file = paper(stack.enter_context(FaultServer()))
            (press.folder / f"{name}.yaml").write_text(
                file + "watched_since: 2015-01-01\nprovince: '38'\n", encoding="utf-8"
            )
        began = time.monotonic()
        with heaviest_descendant() as kilobytes:
            result = press.run("bao-du", "bao-lam", "bao-gac", "bao-lanh")
        seconds = time.monotonic() - began
    outcomes = {outcome.id: outcome for outcome in result.sources}
    assert (outcomes["bao-lanh"].status, outcomes["bao-lanh"].articles_new) == ("ok", 40)
    assert outcomes["bao-gac"].status == "blocked", outcomes["bao-gac"]
    assert outcomes["bao-du"].needs_a_person
    assert "/rss-nang" in outcomes["bao-du"].message
    assert seconds < 180
    assert kilobytes[0] < 400_000
    with transaction(press.engine) as session:
        states = {
            row.key: (row.state, row.reason) for row in session.scalars(select(UrlRow)) if "bao-lanh" not in row.key
        }
        stored = {
            article.url.rpartition("-")[2].removesuffix(".html"): article
            for article in session.scalars(select(ArticleRow))
        }
        told = session.scalars(select(DocumentRow.symbol).where(DocumentRow.announced_at.is_not(None))).all()
        known = set(session.scalars(select(DocumentRow.symbol)))
    assert told == ["77-CT/TU"], "nothing of 2019, and nothing undated, wakes anybody"
    assert "301-CT/TU" in stored["110"].text
    assert not [
        number
        for number, article in stored.items()
        if number > "300" and article.published_at and article.published_at.year > 2019
    ]
    whole = [*range(401, 401 + len(LAYOUTS) + len(FRAMES)), *range(451, 455)]
    for number in whole:
        assert [one for one in old(number) if one not in stored[str(number)].text] == [], number
        dated = stored[str(number)].published_at
        assert (dated and f"{dated + timedelta(hours=7):%d/%m/%Y}") == (None if number > 450 else "27/11/2019"), number
    assert known == {"77-CT/TU", "301-CT/TU", *(f"{number}-CT/TU" for number in whole)}, "no teaser is a document"
    assert all(reason for state, reason in states.values() if state != "new")
    assert {state for key, (state, _) in states.items() if key.startswith("bao-gac")} <= {"blocked", "delayed"}

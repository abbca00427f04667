"""One run over a paper that answers with everything at once that is known to hurt, beside one that is well (83–104)."""

from __future__ import annotations

import gzip
import os
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from sqlalchemy import select

from models.database import transaction
from models.tables import ArticleRow, DocumentRow, UrlRow
from tests.faults.papers import LONG, Press, now
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
        6: response("", 202, {"x-amzn-waf-action": "challenge"}),
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


def test_a_hostile_paper_harms_nothing_of_a_healthy_one(press: Press) -> None:
    press.settings["source_time_limit"] = 180
    healthy = range(1, 41)
    press.paper("bao-lanh", *healthy)
    with FaultServer() as server:
        (press.folder / "bao-du.yaml").write_text(hostile(server), encoding="utf-8")
        began = time.monotonic()
        with heaviest_descendant() as kilobytes:
            result = press.run("bao-du", "bao-lanh")
        seconds = time.monotonic() - began
    du, lanh = result.sources
    assert (lanh.status, lanh.articles_new) == ("ok", 40)
    assert du.needs_a_person
    assert "/rss-nang" in du.message
    assert seconds < 180
    assert kilobytes[0] < 400_000
    with transaction(press.engine) as session:
        states = {row.key: (row.state, row.reason) for row in session.scalars(select(UrlRow)) if "bao-du" in row.key}
        old = session.scalars(select(ArticleRow).where(ArticleRow.source_id == "bao-du")).all()
        told = session.scalars(select(DocumentRow).where(DocumentRow.announced_at.is_not(None))).all()
    assert [article.url.rpartition("-")[2] for article in old if "301-CT/TU" in article.text][-1:] == ["110.html"]
    assert all(article.published_at is None for article in old)
    assert told == [], "nothing of 2019, and nothing undated, wakes anybody"
    assert all(reason for state, reason in states.values() if state != "new")

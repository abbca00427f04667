"""Documents' own files on their way in: which are asked for, under which manners, and what becomes of each answer."""

from __future__ import annotations

import pickle
from pathlib import Path
from typing import Any

import pytest

from analysis.own_head import own_document
from crawlers.aside import Aside, TooHeavyError
from crawlers.file_text import FileState, read_file
from crawlers.files import is_file_address
from crawlers.keys import file_key
from crawlers.values import Find, UrlState
from tests.crawlers.loopback_paper import ONE, TWO, article, feed, open_paper
from tests.crawlers.memory_keeper import MemoryKeeper
from tests.faultserver import response
from tests.faultserver.faults import closing
from tests.own_files import HEAD, docx, pdf

NEWS = "<p>Ngày 3/9/2026, Ban Thường vụ Tỉnh ủy Thanh Hóa đã ban hành Kế hoạch số 138-KH/TU về tăng cường công tác dân vận.</p>"
PDF = {"Content-Type": "application/pdf"}


def linking(*links: str, news: str = NEWS) -> str:
    anchors = "".join(f'<p>Xem <a href="{link}">toàn văn</a> tại đây.</p>' for link in links)
    return article("Thanh Hóa ban hành kế hoạch về công tác dân vận").replace("</body>", f"{news}{anchors}</body>")


def test_files_of_an_article_that_reports_a_document(tmp_path: Path) -> None:
    """Each in a state of its own, and none of them a fault of the paper's."""
    whole = pdf(*HEAD)
    answers: dict[str, Any] = {
        "/tep/138.pdf": response(whole, headers=PDF),
        "/tep/138.docx": response(docx(*HEAD)),
        "/tep/trang.pdf": response("<html><body>Không tìm thấy</body></html>"),
        "/tep/mat.pdf": response("", 404),
        "/tep/lon.pdf": response(whole, headers=PDF | {"Content-Length": "20000001"}),
        "/tep/cut.pdf": closing(response(whole, headers=PDF | {"Content-Length": str(len(whole) + 9)})),
        "/kin/138.pdf": response(whole, headers=PDF),
    }
    with open_paper(tmp_path) as paper:
        paper.server.answers |= answers
        paper.serve("/robots.txt", "User-agent: *\nDisallow: /kin/\n")
        paper.serve("/rss/thoi-su", feed(ONE, TWO))
        paper.serve(ONE, linking(*answers, "http://127.0.0.1:9/xa.pdf", "https://khac.example/138.pdf"))
        paper.serve(TWO, linking("/tep/khong-hoi.pdf", news=""))
        asked = paper.serve("/tep/bao-khac-neu.pdf", response(whole, headers=PDF))
        waiting = MemoryKeeper()
        waiting.discovered("bao-thu", [Find(asked, file_key(asked, "bao-thu"), "https://khac.example/bai.htm")])
        (paper.folder / "keeper").write_bytes(pickle.dumps(waiting))
        crawled = paper.crawl()
    assert crawled.state("/tep/bao-khac-neu.pdf") is UrlState.NEW, "another paper's article named it"
    states = {path: crawled.state(path) for path in answers}
    assert states == {
        "/tep/138.pdf": UrlState.NEW,
        "/tep/138.docx": UrlState.NEW,
        "/tep/trang.pdf": UrlState.REFUSED,
        "/tep/mat.pdf": UrlState.GONE,
        "/tep/lon.pdf": UrlState.REFUSED,
        "/tep/cut.pdf": UrlState.FAILED,
        "/kin/138.pdf": UrlState.DISALLOWED,
    }
    assert crawled.word("/tep/lon.pdf")[1] == "tệp lớn hơn 20 MB, không tải"
    assert (
        crawled.word("khac.example/138.pdf") == crawled.word(":9/xa.pdf") == (UrlState.REFUSED, "ngoài trang của báo")
    )
    assert crawled.due("/tep/cut.pdf")
    assert not {"/tep/khong-hoi.pdf", "/kin/138.pdf"} & set(paper.server.paths())
    assert crawled.report.status == "ok", crawled.report.message
    kept = next(page for pages in crawled.keeper.pages.values() for page in pages if page.url.endswith("/138.pdf"))
    assert kept.body == whole


@pytest.mark.parametrize("link", ["/a/b.PDF", "/a.docx?x=1", "/tai-ve?file=ke-hoach.pdf&v=2"])
def test_addresses_of_files(link: str) -> None:
    assert is_file_address(link)


@pytest.mark.parametrize("link", ["/a/b.html", "/pdf", "/a.doc", "http://[", "/" + "x" * 2_000 + ".pdf"])
def test_addresses_of_none(link: str) -> None:
    assert not is_file_address(link)


@pytest.mark.parametrize("made", [pdf(*HEAD), docx(*HEAD)], ids=["pdf", "docx"])
def test_text_and_head(made: bytes) -> None:
    read = read_file(made)
    assert read.state is FileState.TEXT
    assert [line.strip() for line in read.text.splitlines() if line.strip()] == list(HEAD)
    own = own_document(read.text, province="38", published=None)
    assert own is not None
    assert (own.symbol, own.kind, str(own.date)) == ("138-KH/TU", "Kế hoạch", "2026-09-03")
    assert own.title == "thực hiện Nghị quyết số 25-NQ/TW về tăng cường công tác dân vận ở xã, phường"


HOSTILE = [
    ("scan", pdf(), FileState.SCAN),
    ("stamp", pdf("Trang 1"), FileState.SCAN),
    ("locked", pdf(*HEAD, locked=True), FileState.LOCKED),
    ("torn pdf", b"%PDF-1.4\n" + bytes(99), FileState.DAMAGED),
    ("torn zip", docx(*HEAD)[:-30], FileState.DAMAGED),
    ("zip without a text", b"PK\x05\x06" + bytes(18), FileState.DAMAGED),
    ("bomb", docx(*HEAD, padding=60_000_000), FileState.HEAVY),
    ("legacy", pdf("C«ng t¸c d©n vËn cña §¶ng trong t×nh h×nh míi, ®Èy m¹nh phong trµo"), FileState.LEGACY),
]


@pytest.mark.parametrize(("made", "state"), [case[1:] for case in HOSTILE], ids=[case[0] for case in HOSTILE])
def test_files_that_cannot_be_read_are_named(made: bytes, state: FileState) -> None:
    read = read_file(made)
    assert read.state is state
    assert bool(read.text) == (state is FileState.TEXT)


def test_a_file_that_takes_too_long_ends_its_reader() -> None:
    aside = Aside(0.01)
    with pytest.raises(TooHeavyError):
        aside.wait_for(read_file, pdf(*HEAD * 20_000))
    aside.close()

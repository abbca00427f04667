"""Documents' own files in the archive: read, joined to their document, found by their words, every version kept."""

from __future__ import annotations

import multiprocessing
from datetime import datetime, timedelta

import pytest
from sqlalchemy import Engine, select, update

from crawlers.keys import file_key
from crawlers.values import Find, Page, UrlState
from models.database import migrate, open_engine, transaction
from models.landing.keeper import DatabaseKeeper
from models.landing.retention import prune
from models.moving import move
from models.names import catalogue
from models.search import Query, search
from models.search.files import documents_by_file
from models.storing.reprocess import reprocess
from models.storing.store import read_waiting_pages
from models.tables import DocumentRow, FileRow, LedgerRow, UrlRow
from models.views.article_page import article_page
from models.views.document_lists import DocumentFilter, list_documents
from models.views.document_page import document_page
from models.views.files import kept_file
from tests.faults.road import NOW, PAPERS, PARAGRAPHS, Road, markup
from tests.own_files import HEAD, docx, oddly_packed, pdf

# Loaded once for all readers of files, as in a run.
multiprocessing.get_context("forkserver").set_forkserver_preload(["crawlers.file_text", "pypdfium2"])

NEWS = (
    "Ngày 3/9/2026, Ban Thường vụ Tỉnh ủy Thanh Hóa đã ban hành Kế hoạch số 138-KH/TU về tăng cường công tác dân vận.",
    *PARAGRAPHS[1:],
)
ADDRESS = "https://bao0.example/tep/138-kh-tu.pdf"
KEY = file_key(ADDRESS, "bao-0")


def publish(road: Road, *addresses: str) -> None:
    """An article that reports the plan and links to these files."""
    links = tuple(f'Xem <a href="{address}">toàn văn kế hoạch</a> tại đây.' for address in addresses)
    road.land("bao-0", markup(paragraphs=(*NEWS, *links)))


def send(road: Road, body: bytes, address: str = ADDRESS, at: datetime = NOW) -> None:
    """What the crawl does with a file."""
    keeper = DatabaseKeeper(road.engine, road.run, lambda: at)
    find = Find(address, file_key(address, "bao-0"), "bài")
    keeper.discovered("bao-0", [find])
    keeper.keep(Page("bao-0", find.key, address, address, 200, {}, body, at))


@pytest.fixture
def road(engine: Engine) -> Road:
    road = Road(engine)
    publish(road, ADDRESS)
    send(road, pdf(*HEAD))
    return road


def test_a_file_joins_its_document_and_is_found_by_its_words(road: Road) -> None:
    report = road.read()
    assert (report.articles_new, report.files, dict(report.states)) == (1, 1, {"new": 1})
    with transaction(road.engine) as session:
        document = session.scalars(select(DocumentRow).where(DocumentRow.symbol == "138-KH/TU")).one()
        for words in ("hòm thư góp ý tổ liên gia", '"mở vào chiều thứ sáu"', "hom thu gop y -trang"):
            assert documents_by_file(session, words, 5) == [document.id], words
        for words in ("hòm thư bí mật", '"chiều mở vào"', "hòm thư -liên", "hom thư gôp"):
            assert documents_by_file(session, words, 5) == [], words
        assert [row.id for row in list_documents(session, DocumentFilter(words="hòm thư góp ý"))] == [document.id]
        [hit] = search(session, Query(words="hòm thư góp ý liên gia")).documents
        assert (hit.id, hit.in_file) == (document.id, True)
        shown = [document_page(session, document.id), article_page(session, 1)]
        for page in shown:
            assert page is not None
            [file] = page.files
            assert (file.label, file.words, file.kind, file.pages) == ("toàn văn kế hoạch", "đã đọc chữ", "pdf", 1)
            assert (file.symbol, str(file.issued_on), file.url) == ("138-KH/TU", "2026-09-03", ADDRESS)
        kept = kept_file(session, 1)
        assert kept is not None
        assert (kept.body, kept.name, kept.media_type) == (pdf(*HEAD), "138-KH-TU-1.pdf", "application/pdf")
        ledger = session.scalars(select(LedgerRow.state).where(LedgerRow.key == KEY)).one()
        assert ledger == UrlState.FILE
        assert session.get_one(UrlRow, ("bao-0", KEY)).retry_at == NOW + timedelta(days=1)


def test_a_file_on_another_papers_site_waits_for_that_papers_crawl(engine: Engine) -> None:
    """Under its lease, robots and pace; what lies on no site of the catalogue stays the article's paper's to name."""
    on = [one for one in catalogue().values() if one.enabled]
    off = next(one for one in catalogue().values() if not one.enabled)
    portal = on[0]
    road = Road(engine)
    hers, foreign = f"https://{portal.domain}/tep/138-kh-tu.pdf", "https://khac.example/tep/138.pdf"
    publish(road, hers, foreign, f"https://{off.domain}/tep/138.pdf")
    assert road.read().articles_new == 1
    key = file_key(hers, portal.id)
    keeper = DatabaseKeeper(engine, road.run, lambda: NOW)
    assert [(find.url, find.key) for find in keeper.due(portal.id, 9)] == [(hers, key)]
    assert len(keeper.due("bao-0", 9)) == 2, "its own, to be named"
    with transaction(engine) as session:
        page = article_page(session, 1)
        assert page is not None
        assert {one.words for one in page.files} == {"để lần sau: chờ tải"}
    keeper.keep(Page(portal.id, key, hers, hers, 200, {}, pdf(*HEAD), NOW))
    assert read_waiting_pages(engine, {**PAPERS, portal.id: portal}, now=NOW, run_id=road.run).files == 1
    with transaction(engine) as session:
        document = session.scalars(select(DocumentRow.id).where(DocumentRow.symbol == "138-KH/TU")).one()
        shown = [document_page(session, document), article_page(session, 1)]
        assert [[one.symbol for one in page.files if one.id] for page in shown if page] == [["138-KH/TU"]] * 2


def test_a_file_wakes_nobody_and_makes_no_document(engine: Engine) -> None:
    """Its head issues a plan that no article has reported, and names others."""
    road = Road(engine)
    publish(road, ADDRESS)
    road.read()
    told, documents = list(road.told), list(_documents(road))
    other = tuple(line.replace("138-KH/TU", "199-KH/TU") for line in HEAD)
    send(road, docx(*other, "Thực hiện Chỉ thị số 77-CT/TU ngày 1/9/2026 vừa ban hành."))
    assert road.read().files == 1
    assert (road.told, _documents(road)) == (told, documents)
    with transaction(engine) as session:
        assert session.scalars(select(FileRow.document_id)).one() is None
        assert documents_by_file(session, "hòm thư góp ý", 5) == []


def _documents(road: Road) -> list[str]:
    with transaction(road.engine) as session:
        return list(session.scalars(select(DocumentRow.symbol).order_by(DocumentRow.id)))


def test_a_file_finds_its_document_again_when_its_article_is_read_again(road: Road) -> None:
    road.read()
    with transaction(road.engine) as session:
        session.execute(update(FileRow).values(document_id=None))
    reprocess(road.engine, PAPERS, now=NOW, everything=True)
    with transaction(road.engine) as session:
        assert documents_by_file(session, "hòm thư góp ý", 5) == [1]


def test_a_file_that_changes_is_a_new_version(road: Road) -> None:
    road.read()
    later = NOW + timedelta(days=1)
    send(road, pdf(*HEAD, "2. Bổ sung một buổi gặp mặt mỗi quý."), at=later)
    road.read()
    send(road, pdf(*HEAD, "2. Bổ sung một buổi gặp mặt mỗi quý."), at=later)
    assert road.read().files == 0, "the same once more is no version"
    prune(road.engine, later + timedelta(days=900))
    with transaction(road.engine) as session:
        page = article_page(session, 1)
        assert page is not None
        [file] = page.files
        assert file.fetched_at == later
        assert [old.fetched_at for old in file.older] == [NOW]
        bodies = [kept.body for one in (file, *file.older) if (kept := kept_file(session, one.id or 0))]
        assert bodies[1] == pdf(*HEAD) != bodies[0]


@pytest.mark.parametrize(
    ("body", "words"),
    [
        (pdf(), "bản quét, không có lớp chữ"),
        (pdf(*HEAD, locked=True), "có mật khẩu, không đọc được"),
        (docx(*HEAD)[:-40], "tệp hỏng, không đọc được"),
        (oddly_packed(*HEAD), "tệp hỏng, không đọc được"),
    ],
    ids=["scan", "locked", "torn", "oddly_packed"],
)
def test_what_cannot_be_read_is_kept_and_named(engine: Engine, body: bytes, words: str) -> None:
    """Beside the article and, where it reports one document alone, on that document's page."""
    road = Road(engine)
    publish(road, ADDRESS)
    send(road, body)
    report = road.read()
    assert (report.files, report.failures) == (1, [])
    with transaction(engine) as session:
        document = session.scalars(select(DocumentRow.id).where(DocumentRow.symbol == "138-KH/TU")).one()
        for page in (article_page(session, 1), document_page(session, document)):
            assert page is not None
            assert [file.words for file in page.files] == [words]


def test_a_file_that_was_not_had_is_named_with_its_reason_and_asked_for_later(engine: Engine) -> None:
    road = Road(engine)
    publish(road, ADDRESS, "https://bao0.example/b.pdf")
    keeper = DatabaseKeeper(engine, road.run, lambda: NOW)
    keeper.settle("bao-0", KEY, ADDRESS, UrlState.DISALLOWED, "robots.txt không cho tải", None)
    road.read()
    with transaction(engine) as session:
        page = article_page(session, 1)
        assert page is not None
        shown = {file.url: file.words for file in page.files}
        assert shown == {
            ADDRESS: "báo không cho thu thập: robots.txt không cho tải",
            "https://bao0.example/b.pdf": "để lần sau: chờ tải",
        }
    assert [find.url for find in keeper.due("bao-0", 9)] == ["https://bao0.example/b.pdf"]


def test_files_outlast_another_reading_and_a_move(road: Road, tmp_path_factory: pytest.TempPathFactory) -> None:
    road.read()
    reprocess(road.engine, PAPERS, now=NOW, everything=True)
    target = f"sqlite:///{tmp_path_factory.mktemp('moved') / 'other.sqlite3'}"
    if road.engine.dialect.name == "sqlite":
        other = open_engine(target)
        migrate(other)
    else:
        move(road.engine.url.render_as_string(hide_password=False), target, lambda _table, _rows: None)
        other = open_engine(target)
    for engine in (road.engine, *([other] if road.engine.dialect.name != "sqlite" else [])):
        with transaction(engine) as session:
            assert documents_by_file(session, "hòm thư góp ý", 5) == [1]
            page = article_page(session, 1)
            assert page is not None
            assert [file.words for file in page.files] == ["đã đọc chữ"]
    other.dispose()

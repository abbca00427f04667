from __future__ import annotations

import os
import signal
import stat
import tarfile
from collections import Counter
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from functools import partial
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine, delete, event, select
from sqlalchemy.orm import Session

from analysis.places import former_name
from analysis.reading import read
from crawlers.source import Source
from crawlers.values import Extract, Find, Page, UrlState
from foundation.errors import StoreError, UsageError
from foundation.settings import Settings
from models.database import transaction
from models.landing import shelf
from models.landing.bodies import unpacked
from models.landing.retention import clear, forget_known, months_before, prune
from models.runs.ledger import SourceOutcome, finish_run, finish_source, source_states
from models.search.look_up import search
from models.search.query import Query
from models.storing.corrections import Correction, correction_of, keep_label, labelled, take_back
from models.storing.reprocess import reprocess
from models.storing.reprocess_report import ReprocessReport
from models.tables import ArticleRow, PageRow
from models.views.article_page import article_page
from models.views.document_lists import DocumentFilter, article_counts, find_documents, list_documents
from models.views.document_page import document_line
from models.views.runs_page import run_page
from tests.forked import child
from tests.models.papers import NOW, SOURCES, Press, extract

NEW = "Ngày 22/8/2026, Bộ Chính trị đã ban hành Nghị quyết số 25-NQ/TW về công tác tư tưởng trong tình hình mới."
OLD = "Mười năm thực hiện Nghị quyết số 25-NQ/TW, ngày 03/6/2013 của Ban Chấp hành Trung ương khóa XI về công tác dân vận."
LOCAL = "Ban Thường vụ Tỉnh ủy vừa ban hành Chỉ thị số 05-CT/TU ngày 20/8/2026 về công tác dân vận ở cơ sở."


@pytest.fixture
def press(engine: Engine) -> Press:
    press = Press(engine)
    press.print("trung-uong", "1", "Mới", NEW)
    press.print("trung-uong", "2", "Cũ", OLD, on="2023-06-03")
    press.print("thanh-hoa", "3", "Tỉnh", LOCAL)
    return press


def test_a_symbol_may_be_several_documents(press: Press) -> None:
    with transaction(press.engine) as session:
        for words in ("25-NQ/TW", "25 nq tw"):
            assert [str(row.issued_on) for row in find_documents(session, words)] == ["2026-08-22", "2013-06-03"]
        assert [row.symbol for row in find_documents(session, "5-CT/TU")] == ["05-CT/TU"]
        assert find_documents(session, "dân vận khéo") == []


@pytest.mark.parametrize(
    ("wanted", "symbols"),
    [
        (DocumentFilter(), ["25-NQ/TW", "05-CT/TU", "25-NQ/TW"]),
        (DocumentFilter(kind="nq"), ["25-NQ/TW", "25-NQ/TW"]),
        (DocumentFilter(kind="Chỉ thị"), ["05-CT/TU"]),
        (DocumentFilter(issuer="TU"), ["05-CT/TU"]),
        (DocumentFilter(issuer="bo chinh tri"), ["25-NQ/TW"]),
        (DocumentFilter(province="38"), ["05-CT/TU"]),
        (DocumentFilter(new_since=date(2026, 9, 1)), ["25-NQ/TW", "05-CT/TU"]),
        (DocumentFilter(kind="Thông tư"), []),
        (DocumentFilter(limit=1), ["25-NQ/TW"]),
    ],
)
def test_documents_by_filter(press: Press, wanted: DocumentFilter, symbols: list[str]) -> None:
    with transaction(press.engine) as session:
        found = list_documents(session, wanted)
        assert [row.symbol for row in found] == symbols
        assert set(article_counts(session, [row.id for row in found]).values()) <= {1}


def test_a_document_keeps_the_province_of_its_day_and_todays_finds_it(press: Press) -> None:
    old = "Ngày 9-5-2018, Tỉnh ủy Hòa Bình ban hành Nghị quyết số 11-NQ/TU về công tác dân vận vùng hồ."
    press.print("trung-uong", "4", "Hòa Bình", old, on="2018-05-10")
    press.print("trung-uong", "5", "Phú Thọ", "Tỉnh ủy Phú Thọ vừa ban hành Nghị quyết số 11-NQ/TU về dân vận khéo.")

    def names(**wanted: Any) -> list[str | None]:
        with transaction(press.engine) as session:
            found = list_documents(session, DocumentFilter(**wanted))
            return [document_line(row).province_name for row in found]

    assert names(province="25") == ["Phú Thọ", "Hòa Bình"]
    assert names(province="25", former=former_name("17")) == names(former=former_name("hoa binh")) == ["Hòa Bình"]
    assert former_name("25") is None


def test_a_number_with_a_letter_in_it_is_told_until_better_rules_can_read_it(press: Press) -> None:
    press.print("thanh-hoa", "4", "Quyết định", "UBND tỉnh vừa ban hành Quyết định số 5O1/QĐ-UBND về tiếp công dân.")

    def told() -> tuple[list[str], list[tuple[str | None, str, bool]]]:
        with transaction(press.engine) as session:
            article, page = session.get(ArticleRow, 4), article_page(session, 4)
            assert article is not None
            assert page is not None
            return article.flags, [(one.symbol, one.text, one.unreadable) for one in page.documents]

    assert told() == (["unreadable_number"], [(None, "Quyết định số 5O1/QĐ-UBND", True)])
    blind = partial(_without_documents, rules="other")
    reprocess(press.engine, SOURCES, now=NOW, version="other", read=blind, extract=extract)
    assert told() == ([], [])


def _without_documents(title: str, lead: str, body: str, *, rules: str, **given: Any) -> Any:
    return replace(read(title, lead, body, **given), citations=(), links=(), rules=rules)


def shown(session: Session) -> tuple[str, str, set[str], dict[str, list[int]]]:
    """Grade and topics of article 3 on its page, the machine's grade, and under which grades search finds it."""
    page = article_page(session, 3)
    assert page is not None
    grades = {grade: [hit.id for hit in search(session, Query(grades=(grade,))).hits] for grade in ("core", "none")}
    return page.grade, page.machine_grade, {key for key, _ in page.topics}, grades


def test_a_correction_changes_the_article_everywhere_and_can_be_undone(press: Press) -> None:
    with transaction(press.engine) as session:
        before = shown(session)
        assert (before[0], 3 in before[3]["core"]) == ("core", True)
        keep_label(session, 3, by="web", now=NOW, grade="none")
        grade, machine, topics, found = shown(session)
        assert (grade, machine, topics) == ("none", "core", set())
        assert (3 in found["core"], 3 in found["none"]) == (False, True)
    reprocess(press.engine, SOURCES, now=NOW, read=read, extract=extract)
    with transaction(press.engine) as session:
        assert shown(session)[:2] == ("none", "core"), "it stays when the archive is read again"
        keep_label(session, 3, by="bot", now=NOW, grade="core", topics=["van_ban", "ton_giao"])
        assert shown(session)[0] == "core"
        assert shown(session)[2] == {"van_ban", "ton_giao"}
        assert take_back(session, 3, by="web", now=NOW)
        assert shown(session) == before
        assert not take_back(session, 3, by="web", now=NOW)
        assert list(labelled(session)) == []


def test_what_a_later_correction_leaves_unsaid_stays(press: Press) -> None:
    with transaction(press.engine) as session:
        keep_label(session, 1, by="web", now=NOW, grade="related")
        keep_label(session, 1, by="bot", now=NOW, topics=["van_ban"], note="Văn bản về dân vận")
        assert correction_of(session, 1) == Correction("related", ("van_ban",), "Văn bản về dân vận")
        (one,) = labelled(session)
        assert (one.article_id, one.grade, one.topics, one.text) == (1, "related", ("van_ban",), NEW)


@pytest.mark.parametrize(
    "wrong", [{"article_id": 99, "grade": "core"}, {"article_id": 1, "grade": "good"}, {"article_id": 1}]
)
def test_a_label_that_says_nothing_sensible_is_refused(press: Press, wrong: dict[str, Any]) -> None:
    with pytest.raises(UsageError), transaction(press.engine) as session:
        keep_label(session, by="web", now=NOW, **wrong)


def kept(press: Press) -> Any:
    return [(row.id, row.key, row.title, row.cluster_id, row.removed_at) for row in press.articles()], [
        (row.id, row.symbol, row.issued_on, row.announced_at) for row in press.documents()
    ]


def test_reading_again_keeps_ids_and_alerts_nobody(press: Press) -> None:
    before, told = kept(press), list(press.told)
    report = reprocess(press.engine, SOURCES, now=NOW + timedelta(days=1), version="2", read=read, extract=extract)
    assert (report.read, report.changed, report.failed) == (3, 0, 0)
    assert kept(press) == before
    assert press.told == told
    assert press.one("SELECT count(*) FROM article_version") == 0


def test_new_rules_change_what_the_archive_says(press: Press) -> None:
    blind = partial(_without_documents, rules="other")
    report = reprocess(press.engine, SOURCES, now=NOW, version="other", read=blind, extract=extract)
    assert (report.changed, report.changes) == (3, {"citations": 3, "documents": 3})
    assert {
        "article": 3,
        "title": "Tỉnh",
        "citations": [["05-CT/TU (issues)"], []],
        "documents": [1, 0],
    } in report.examples
    assert [row.symbol for row in press.documents()] == ["25-NQ/TW", "05-CT/TU"]  # staff were told of these
    again = reprocess(press.engine, SOURCES, now=NOW, read=read, extract=extract)
    assert again.changed == 3
    assert press.names() == [("05-CT/TU", "2026-08-20"), ("25-NQ/TW", "2013-06-03"), ("25-NQ/TW", "2026-08-22")]


def test_a_page_that_could_not_be_read_is_read_under_better_rules(press: Press) -> None:
    def broken(*_: Any) -> Any:
        raise ValueError("mẫu lạ")

    press.land("thanh-hoa", "9", "Thêm", LOCAL + " Bài khác.")
    press.read(extractor=broken)
    report = reprocess(press.engine, SOURCES, now=NOW, version="2", read=read, extract=extract)
    assert report.articles_new == 1
    assert len(press.articles()) == 4
    assert len(press.told) == 2


def test_a_restored_backup_tells_nothing_that_it_knows(press: Press) -> None:
    """The same pages come again from the papers: every one is known, unchanged, and told."""
    told = list(press.told)
    press.now = NOW + timedelta(days=2)
    for key, source, title, body in (("1", "trung-uong", "Mới", NEW), ("3", "thanh-hoa", "Tỉnh", LOCAL)):
        press.land(source, key, title, body + " Cập nhật.")
    press.land("nghe-an", "7", "Báo khác cũng đưa", NEW)
    press.read()
    assert press.told == told
    assert len(press.reports) == 3


def test_since_limits_what_is_read_again(press: Press) -> None:
    report = reprocess(
        press.engine, SOURCES, now=NOW, since=date(2026, 9, 6), everything=True, read=read, extract=extract
    )
    assert report.read == 0
    report = reprocess(
        press.engine, SOURCES, now=NOW, since=date(2026, 9, 5), everything=True, read=read, extract=extract
    )
    assert report.read == 3


def test_what_was_read_under_these_rules_is_not_read_again(press: Press) -> None:
    press.print("trung-uong", "8", "Danh mục", status="listing")
    assert reprocess(press.engine, SOURCES, now=NOW, read=read, extract=extract).read == 0
    assert reprocess(press.engine, SOURCES, now=NOW, everything=True, read=read, extract=extract).read == 4


def test_a_reading_that_was_ended_goes_on_where_it_stood_and_one_that_fails_is_done_too(press: Press) -> None:
    answers = iter([False, False, True])
    first = reprocess(
        press.engine, SOURCES, now=NOW, version="2", read=read, extract=extract, stopped=lambda: next(answers)
    )
    assert (first.read, first.stopped) == (2, True)

    def broken(*_: Any) -> Any:
        raise ValueError("mẫu lạ")

    rest = reprocess(press.engine, SOURCES, now=NOW, version="2", read=read, extract=broken)
    assert (rest.read, rest.failed) == (0, 1)
    assert reprocess(press.engine, SOURCES, now=NOW, version="2", read=read, extract=extract).read == 0


def test_two_processes_share_what_is_to_be_read(press: Press, monkeypatch: pytest.MonkeyPatch) -> None:
    """While one reads its first page, the other comes, and takes what is not leased."""
    monkeypatch.setattr("models.storing.batches.BATCH", 2)
    monkeypatch.setattr("models.storing.batches.PATIENCE", 0)
    seen: list[str] = []
    others: list[int] = []

    def looking(page: Page, source: Source | None) -> Extract:
        seen.append(page.key)
        if not others:
            others.append(-1)
            others.append(reprocess(press.engine, SOURCES, now=NOW, version="2", read=read, extract=looking).read)
        return extract(page, source)

    mine = reprocess(press.engine, SOURCES, now=NOW, version="2", read=read, extract=looking)
    assert (mine.read, others[1]) == (1, 2)
    assert sorted(seen) == ["1", "2", "3"]


def test_a_reading_that_was_killed_is_ended_by_the_next_without_a_page_read_twice(
    press: Press, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """SIGKILL in the middle of a batch: what the dead one had leased is waited for, but for the page in its hands once."""
    monkeypatch.setattr("models.storing.batches.LEASE", timedelta(seconds=2))
    monkeypatch.setattr("models.storing.batches.STEP", 0.2)
    for number in range(10, 20):
        press.print("trung-uong", str(number), f"Bài {number}", NEW)
    log = tmp_path / "read"
    press.engine.dispose()

    def noting(page: Page, source: Source | None) -> Extract:
        with log.open("a") as file:
            file.write(f"{page.key}\n")
        if len(log.read_text().split()) == 5:
            os.kill(os.getpid(), signal.SIGKILL)
        return extract(page, source)

    def work() -> int:
        return reprocess(press.engine, SOURCES, now=NOW, version="2", read=read, extract=noting).read

    killed = child(work)
    killed.start()
    killed.join(30)
    assert killed.exitcode == -signal.SIGKILL
    begun = log.read_text().split()
    assert work() == 13 - (len(begun) - 1)
    assert Counter(log.read_text().split()) == Counter({key: 1 + (key == begun[-1]) for key in keys(press)})


def test_what_several_readers_came_to_is_told_as_one(press: Press) -> None:
    whole = ReprocessReport()
    blind = partial(_without_documents, rules="other")
    answers = iter([False, True])
    for stopped in (lambda: next(answers), lambda: False):
        part = reprocess(press.engine, SOURCES, now=NOW, version="other", read=blind, extract=extract, stopped=stopped)
        assert part.read in {1, 2}
        whole.add(part)
    assert (whole.read, whole.changed, whole.changes) == (3, 3, {"citations": 3, "documents": 3})
    assert (len(whole.examples), whole.failures, whole.stopped) == (3, [], True)


def keys(press: Press) -> list[str]:
    with transaction(press.engine) as session:
        return list(session.scalars(select(PageRow.key)))


@pytest.mark.parametrize("portion", [1, 2, 1_000])
def test_superseded_and_useless_pages_go_and_articles_can_still_be_read(
    press: Press, portion: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("models.landing.retention.PORTION", portion)
    press.now = NOW + timedelta(days=1)
    press.print("trung-uong", "1", "Mới", NEW + " Sửa.")
    press.print("trung-uong", "8", "Danh mục", status="listing")
    assert prune(press.engine, NOW + timedelta(days=9)) == 2
    assert press.one("SELECT count(*) FROM page") == 3
    with transaction(press.engine) as session:
        session.execute(delete(PageRow))
    report = reprocess(press.engine, SOURCES, now=NOW, version="2", read=read, extract=extract)
    assert (report.read, report.failed) == (3, 0)
    assert len(press.documents()) == 3


def test_old_bodies_lie_in_files_by_month_and_are_read_from_there(
    press: Press, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(shelf, "settings", lambda: Settings(pages_dir=tmp_path / "pages"))
    before = bodies(press)
    done = clear(press.engine, months_before(NOW + timedelta(days=62), 1), clock=lambda: datetime.now(UTC))
    assert (done.deleted, done.moved) == (0, 3)
    assert clear(press.engine, months_before(NOW + timedelta(days=62), 1), clock=lambda: datetime.now(UTC)).moved == 0
    (file,) = (tmp_path / "pages").iterdir()
    assert (file.name, stat.S_IMODE(file.stat().st_mode)) == ("pages-2026-09.tar.zst", 0o600)
    with tarfile.open(fileobj=BytesIO(unpacked(file.read_bytes()))) as archive:
        assert {archive.extractfile(one).read() for one in archive} == set(before)  # type: ignore[union-attr]
    report = reprocess(press.engine, SOURCES, now=NOW, version="2", read=read, extract=extract)
    assert (report.read, report.failed) == (3, 0)
    assert bodies(press) == before
    file.rename(tmp_path / "elsewhere")
    shelf._frame.cache_clear()
    with pytest.raises(StoreError, match="DANVAN_PAGES_DIR"):
        reprocess(press.engine, SOURCES, now=NOW, version="3", read=read, extract=extract)


def test_a_damaged_body_stops_no_clearing(press: Press, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shelf, "settings", lambda: Settings(pages_dir=tmp_path / "pages"))
    monkeypatch.setattr("models.landing.retention.FRAME", 1)
    with transaction(press.engine) as session:
        first = session.scalars(select(PageRow).order_by(PageRow.id)).first()
        assert first is not None
        first.body = b"\x28\xb5\x2f\xfd" + b"x" * 400
    done = clear(press.engine, months_before(NOW + timedelta(days=62), 1), clock=lambda: datetime.now(UTC))
    assert (done.moved, done.damaged) == (2, 1)
    assert "Để nguyên 1 trang hỏng" in done.left


def test_a_clearing_looks_at_each_body_once(press: Press, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """From the first page on for every portion, an archive of a million pages took days."""
    monkeypatch.setattr(shelf, "settings", lambda: Settings(pages_dir=tmp_path / "pages"))
    monkeypatch.setattr("models.landing.retention.FRAME", 2)
    for number in range(10, 19):
        press.land("nghe-an", str(number), f"Bài {number}", NEW + f" Bản {number}.")
    press.read()
    asked: list[Any] = []
    event.listen(
        press.engine,
        "before_cursor_execute",
        lambda _c, _cursor, statement, parameters, *_: asked.append((statement, parameters)),
    )
    done = clear(press.engine, months_before(NOW + timedelta(days=62), 1), clock=lambda: datetime.now(UTC))
    assert done.moved == 12
    looks = [str(parameters) for statement, parameters in asked if statement.startswith("SELECT page.id, page.fetched")]
    assert len(looks) == len(set(looks)), "each begins behind the one before"
    assert len(looks) <= 12 / 2 + 2 * 4


def test_old_ledgers_forget_what_needed_nothing_and_keep_its_number(press: Press) -> None:
    source, run = "thanh-hoa", press.run_id
    press.keeper.discovered(source, [Find(f"https://{source}.example/{n}.html", f"cu-{n}", "feed") for n in range(5)])
    for number in range(5):
        state = UrlState.KNOWN if number else UrlState.FAILED
        press.keeper.settle(source, f"cu-{number}", "https://x/", state, "", None)
    with transaction(press.engine) as session:
        states = source_states(session, run, source)
        finish_source(session, run, SourceOutcome(source, "ok", "", states=states), now=NOW)
        finish_run(session, run, faults=False, totals={}, now=NOW)
    press.keeper.settle("nghe-an", "giet", "https://x/", UrlState.KNOWN, "", None)  # of a visit that was killed
    assert forget_known(press.engine, NOW + timedelta(days=59)) == 0
    assert forget_known(press.engine, NOW + timedelta(days=61)) == states["known"] + 1 == 5
    assert forget_known(press.engine, NOW + timedelta(days=61)) == 0
    with transaction(press.engine) as session:
        left = source_states(session, run, source)
        page = run_page(session, run)
    assert left == {state: count for state, count in states.items() if state != "known"}
    assert page is not None
    assert (page.known_kept, page.run.states["known"]) == (False, 4)


def bodies(press: Press) -> list[bytes]:
    with transaction(press.engine) as session:
        return [unpacked(body) for body in session.scalars(select(PageRow.body).order_by(PageRow.id))]


def test_months_are_those_of_ha_noi() -> None:
    new_year = datetime(2026, 12, 31, 18, tzinfo=UTC)
    assert months_before(new_year, 1).isoformat() == "2026-12-01T00:00:00+07:00"
    assert months_before(new_year, 13).isoformat() == "2025-12-01T00:00:00+07:00"


def test_waiting_pages_are_never_pruned(press: Press) -> None:
    press.land("thanh-hoa", "9", "Thêm", LOCAL)
    prune(press.engine, NOW + timedelta(days=9))
    assert press.one("SELECT count(*) FROM page WHERE read_state = 'waiting'") == 1

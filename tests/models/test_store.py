from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import Engine, select

from crawlers.values import UrlState
from models.database import transaction
from models.landing.outcomes import MOST_TRIES
from models.runs.ledger import source_states
from models.storing.news import Stored
from models.tables import ArticleVersionRow, CitationRow, PageRow, UrlRow
from tests.models.papers import NOW, Press

NEWS = (
    "Ngày 22/8/2026, Bộ Chính trị đã ban hành Nghị quyết số 25-NQ/TW về tăng cường công tác tư tưởng trong tình hình mới. "
    "Nghị quyết nêu rõ các mục tiêu đến năm 2030, giao các cấp ủy xây dựng kế hoạch và báo cáo hằng năm về kết quả."
)


@pytest.fixture
def press(engine: Engine) -> Press:
    return Press(engine)


def test_an_article_its_document_and_its_alert_appear_together(press: Press) -> None:
    report = press.print("trung-uong", "1", "Ban hành Nghị quyết số 25-NQ/TW", NEWS)
    assert (report.articles_new, report.documents_new, report.alerts_queued, report.failures) == (1, 1, 1, [])
    (article,), (document,) = press.articles(), press.documents()
    assert press.told == [(document.id, article.id)]
    assert (document.symbol, str(document.issued_on), document.first_article_id) == (
        "25-NQ/TW",
        "2026-08-22",
        article.id,
    )
    assert document.announced_at == NOW
    assert press.one("SELECT count(*) FROM citation WHERE document_id IS NOT NULL") >= 1
    assert press.one("SELECT read_state FROM page") == "read"
    assert source_states_of(press, "trung-uong") == {"new": 1}


def source_states_of(press: Press, source: str) -> dict[str, int]:
    with transaction(press.engine) as session:
        return source_states(session, press.run_id, source)


def test_twenty_papers_report_one_document_and_staff_hear_of_it_once(press: Press) -> None:
    spellings = ["25-NQ/TW", "25–NQ/TW", "25 - NQ/TW", "25-NQ/TƯ", "25- NQ/TW"]
    for number in range(20):
        body = NEWS.replace("25-NQ/TW", spellings[number % 5]) + f" Tin của báo thứ {number}."
        press.print("trung-uong" if number % 2 else "thanh-hoa", str(number), f"Nghị quyết mới, bản {number}", body)
    assert press.names() == [("25-NQ/TW", "2026-08-22")]
    assert (len(press.told), len(press.reports)) == (1, 19)
    assert len(press.articles()) == 20
    assert press.one("SELECT count(DISTINCT cluster_id) FROM article") == 1


def test_an_old_resolution_that_is_carried_out_alerts_nobody(press: Press) -> None:
    body = "Hội nghị đánh giá kết quả thực hiện Nghị quyết số 25-NQ/TW, ngày 03/6/2013 của Ban Chấp hành Trung ương khóa XI."
    press.print("thanh-hoa", "1", "Nhìn lại một chặng đường", body)
    assert press.names() == [("25-NQ/TW", "2013-06-03")]
    assert press.told == []


def test_an_article_under_a_second_address_of_the_paper_is_a_duplicate(press: Press) -> None:
    press.print("thanh-hoa", "1", "Dân vận khéo ở cơ sở", NEWS)
    report = press.print("thanh-hoa", "2", "Dân vận khéo ở cơ sở", NEWS)
    assert report.states == {"duplicate": 1}
    assert len(press.articles()) == 1
    assert source_states_of(press, "thanh-hoa") == {"new": 1, "duplicate": 1}


def test_the_same_text_in_another_paper_is_an_article_of_its_own_in_the_same_cluster(press: Press) -> None:
    press.print("thanh-hoa", "1", "Dân vận khéo ở cơ sở", NEWS)
    press.print("nghe-an", "9", "Kinh nghiệm dân vận khéo", NEWS)
    first, second = press.articles()
    assert (first.cluster_id, second.cluster_id) == (first.id, first.id)


def test_a_changed_text_keeps_the_earlier_version_and_alerts_only_for_a_changed_number(press: Press) -> None:
    press.print("trung-uong", "1", "Ban hành Nghị quyết số 25-NQ/TW", NEWS)
    press.print("trung-uong", "1", "Ban hành Nghị quyết số 25-NQ/TW", NEWS + " Ảnh: PV.")
    assert len(press.told) == 1
    report = press.print("trung-uong", "1", "Ban hành Nghị quyết số 26-NQ/TW", NEWS.replace("25-NQ", "26-NQ"))
    assert report.states == {"changed": 1}
    assert len(press.told) == 2
    versions = press.rows(lambda s: list(s.scalars(select(ArticleVersionRow).order_by(ArticleVersionRow.id))))
    assert [version.text == NEWS for version in versions] == [True, False]
    assert len(press.articles()) == 1


def test_a_corrected_date_corrects_the_document_and_alerts_nobody_again(press: Press) -> None:
    press.print("trung-uong", "1", "Nghị quyết số 25-NQ/TW", NEWS.replace("22/8/2026", "02/8/2026"))
    press.print("trung-uong", "1", "Nghị quyết số 25-NQ/TW", NEWS)
    assert press.names() == [("25-NQ/TW", "2026-08-22")]
    assert len(press.told) == 1


def test_a_page_that_changed_outside_its_text_is_unchanged(press: Press) -> None:
    press.print("trung-uong", "1", "Nghị quyết số 25-NQ/TW", NEWS)
    report = press.print("trung-uong", "1", "Nghị quyết số 25-NQ/TW", NEWS, tags=("quảng cáo khác",))
    assert report.states == {"unchanged": 1}
    assert press.one("SELECT count(*) FROM article_version") == 0


def test_a_withdrawn_article_stays_marked(press: Press) -> None:
    press.print("trung-uong", "1", "Nghị quyết số 25-NQ/TW", NEWS)
    press.keeper.settle("trung-uong", "1", "https://trung-uong.example/1.html", UrlState.GONE, "404", None)
    (article,) = press.articles()
    assert article.removed_at == NOW
    press.print("trung-uong", "1", "Nghị quyết số 25-NQ/TW", NEWS + " Đăng lại.")
    assert press.articles()[0].removed_at is None


def test_an_article_that_is_there_again_is_marked_no_more(press: Press) -> None:
    press.print("trung-uong", "1", "Nghị quyết số 25-NQ/TW", NEWS)
    press.keeper.settle("trung-uong", "1", "https://trung-uong.example/1.html", UrlState.GONE, "404", None)
    press.print("trung-uong", "1", "Nghị quyết số 25-NQ/TW", NEWS)
    assert press.articles()[0].removed_at is None


def test_a_soft_404_marks_too(press: Press) -> None:
    press.print("trung-uong", "1", "Nghị quyết số 25-NQ/TW", NEWS)
    report = press.print("trung-uong", "1", "Không tìm thấy trang", status="soft_404")
    assert report.states == {"gone": 1}
    assert press.articles()[0].removed_at == NOW


def test_a_paper_that_hides_a_text_later_does_not_take_it_out_of_the_archive(press: Press) -> None:
    press.print("trung-uong", "1", "Nghị quyết số 25-NQ/TW", NEWS)
    press.print("trung-uong", "1", "Nghị quyết số 25-NQ/TW", "", status="protected")
    assert press.articles()[0].text == NEWS


def test_a_protected_article_is_kept_with_title_and_lead(press: Press) -> None:
    report = press.print("thanh-hoa", "1", "Ban hành Nghị quyết số 25-NQ/TW", "", status="protected", lead="Tóm tắt.")
    assert (report.states, report.articles_new) == ({"protected": 1}, 1)
    assert press.articles()[0].status == "protected"


@pytest.mark.parametrize(
    ("status", "state"),
    [
        ("listing", "not_article"),
        ("media", "not_article"),
        ("empty", "failed"),
        ("not_html", "failed"),
        ("blocked", "blocked"),
    ],
)
def test_what_is_no_article_is_not_stored_as_one(press: Press, status: str, state: str) -> None:
    report = press.print("thanh-hoa", "1", "Chính trị", "Tin trong ngày", status=status)
    assert report.states == {state: 1}
    assert press.articles() == []
    assert source_states_of(press, "thanh-hoa") == {state: 1}


def test_a_date_in_the_future_never_sorts_on_top(press: Press) -> None:
    press.print("thanh-hoa", "1", "Tin từ tương lai", NEWS, on="2027-01-01")
    (article,) = press.articles()
    assert article.sort_at == NOW
    assert article.published_at is not None
    assert article.published_at > NOW


def test_one_bad_page_is_recorded_and_the_others_go_on(press: Press) -> None:
    def broken(page: Any, source: Any) -> Any:
        if page.key == "2":
            raise ValueError("mẫu trang lạ")
        from tests.models.papers import extract

        return extract(page, source)

    for key in ("1", "2", "3"):
        press.land("thanh-hoa", key, f"Bài {key}", f"{NEWS} Bài thứ {key}.")
    report = press.read(extractor=broken)
    assert report.articles_new == 2
    assert report.failures == [("https://thanh-hoa.example/2.html", "ValueError: mẫu trang lạ")]
    assert source_states_of(press, "thanh-hoa") == {"new": 2, "failed": 1}
    assert press.one("SELECT read_error FROM page WHERE key = '2'") == "ValueError: mẫu trang lạ"


def test_when_the_outbox_refuses_nothing_is_kept_and_the_page_waits(press: Press) -> None:
    def refuse(*_: Any) -> int:
        raise RuntimeError("quy tắc hỏng")

    press.land("trung-uong", "1", "Nghị quyết số 25-NQ/TW", NEWS)
    report = press.read(announce=refuse)
    assert len(report.failures) == 1
    assert press.articles() == []
    assert press.documents() == []
    assert press.read().documents_new == 1
    assert len(press.told) == 1


def test_a_page_whose_news_the_outbox_refuses_waits_however_many_runs(press: Press) -> None:
    """It is none that kills its reader: put aside after twenty runs, its document would never be told."""

    def refuse(*_: Any) -> int:
        raise RuntimeError("quy tắc hỏng")

    press.land("trung-uong", "1", "Nghị quyết số 25-NQ/TW", NEWS)
    for _ in range(MOST_TRIES + 2):
        (failure,) = press.read(announce=refuse).failures
        assert "chưa xếp được tin báo" in failure[1]
    assert press.read().documents_new == 1


def test_nul_and_lone_surrogates_are_stored_and_offsets_stay_right(press: Press) -> None:
    body = f"Chữ lạ \x00 và \ud83d lẻ. {NEWS}"
    from analysis.reading import read
    from crawlers.values import Extract, PageStatus

    press.land("trung-uong", "1", "Tin", NEWS)
    press.read(extractor=lambda page, _: Extract(PageStatus.ARTICLE, page.url, "Tin\x00", "", body), reader=read)
    (article,) = press.articles()
    assert "\x00" not in article.text
    for citation in press.rows(lambda s: list(s.scalars(select(CitationRow)))):
        field = article.title if citation.field == "title" else article.text
        assert field[citation.start : citation.end] == citation.text


def test_a_backfill_fills_the_archive_and_tells_nobody(press: Press) -> None:
    for year in range(2016, 2026):
        body = f"Ngày 12/3/{year}, Ban Thường vụ Tỉnh ủy Thanh Hóa đã ban hành Chỉ thị số {year - 2010}-CT/TU về công tác dân vận."
        press.land("thanh-hoa", str(year), f"Chỉ thị năm {year}", body, on=f"{year}-03-14")
    report = press.read()
    assert (report.articles_new, report.documents_new) == (10, 0)
    assert len(press.documents()) == 10


def test_an_undated_article_is_as_new_as_the_newest_year_it_names(press: Press) -> None:
    body = "Ban Thường vụ Tỉnh ủy Thanh Hóa vừa ban hành Chỉ thị số 12-CT/TU về tổng kết công tác dân vận năm 2014 và phương hướng năm 2015."
    press.print("thanh-hoa", "1", "Chỉ thị mới", body, on=None)
    assert press.told == []


def test_articles_that_matter_are_looked_at_again(press: Press) -> None:
    press.print("trung-uong", "1", "Nghị quyết số 25-NQ/TW", NEWS)
    url = press.rows(lambda s: s.get(UrlRow, ("trung-uong", "1")))
    assert url.retry_at == NOW + timedelta(days=1)
    assert press.keeper.due("trung-uong", 10) == []
    press.now = NOW + timedelta(days=1, hours=1)
    (find,) = press.keeper.due("trung-uong", 10)
    assert find.key == "1"
    press.keeper.settle("trung-uong", "1", find.url, UrlState.UNCHANGED, "304", None)
    assert press.rows(lambda s: s.get(UrlRow, ("trung-uong", "1"))).retry_at == NOW + timedelta(days=7)


def test_the_ledger_of_a_run_adds_up(press: Press) -> None:
    from crawlers.values import Find

    finds = [Find(f"https://thanh-hoa.example/{n}.html", str(n), "feed") for n in range(6)]
    press.keeper.discovered("thanh-hoa", finds)
    press.land("thanh-hoa", "0", "Một", NEWS)
    press.keeper.settle("thanh-hoa", "1", finds[1].url, UrlState.FAILED, "hết giờ", None)
    press.keeper.settle("thanh-hoa", "2", finds[2].url, UrlState.DISALLOWED, "robots.txt", None)
    press.keeper.settle("thanh-hoa", "3", finds[3].url, UrlState.KNOWN, "", None)
    press.read()
    states = source_states_of(press, "thanh-hoa")
    assert states == {"new": 1, "failed": 1, "disallowed": 1, "known": 1, "delayed": 2}
    assert sum(states.values()) == 6


def test_a_page_whose_reader_was_killed_many_times_is_put_aside(press: Press) -> None:
    press.land("thanh-hoa", "1", "Một", NEWS)
    press.land("thanh-hoa", "2", "Hai", NEWS + " Khác.")
    with transaction(press.engine) as session:
        session.execute(PageRow.__table__.update().where(PageRow.key == "1").values(read_tries=20))  # type: ignore[attr-defined]
    assert press.read().articles_new == 1
    assert press.one("SELECT read_state FROM page WHERE key = '1'") == "failed"


def test_counts_of_a_report() -> None:
    from models.storing.page import NEW_PROTECTED
    from models.storing.report import ReadReport

    report = ReadReport()
    report.count(Stored(UrlState.NEW))
    report.count(Stored(UrlState.PROTECTED, NEW_PROTECTED))
    report.count(Stored(UrlState.DUPLICATE))
    assert (report.pages, report.articles_new) == (3, 2)

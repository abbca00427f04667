from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest
from sqlalchemy import Engine, insert

from crawlers.values import SourceStatus
from models.database import transaction
from models.runs.facts import Coverage, SourceFacts
from models.runs.habit import judge
from models.runs.health import health, remember
from models.runs.rest import at_rest, ordinary_days
from models.tables import ArticleRow, PageRow, SourceRow
from tests.models.papers import SOURCES

NOW = datetime(2026, 9, 9, 0, 30, tzinfo=UTC)  # Wednesday, 07:30 in Hà Nội
TODAY = date(2026, 9, 9)


def every_day(count: int, until: date = TODAY - timedelta(days=1), weeks: int = 8) -> dict[date, int]:
    return {until - timedelta(days=back): count for back in range(weeks * 7)}


def weekdays_only(count: int) -> dict[date, int]:
    return {day: number for day, number in every_day(count).items() if day.weekday() < 5}


def facts(days: dict[date, int], **told: object) -> SourceFacts:
    base = SourceFacts("bao", "Báo Thử", status="ok", last_success_at=NOW, last_run_at=NOW, days=days)
    return replace(base, **told)  # type: ignore[arg-type]


def without(days: dict[date, int], *back: int) -> dict[date, int]:
    return {day: count for day, count in days.items() if (TODAY - day).days not in back}


TET_MORNING = datetime(2026, 2, 20, 0, 30, tzinfo=UTC)


@pytest.mark.parametrize(
    ("why", "given", "words"),
    [
        ("mọi ngày như thường", facts(every_day(20)), []),
        (
            "báo ngày lặng từ hai hôm",
            facts(without(every_day(20), 1)),
            ["Im lặng 2 ngày, từ 07/09/2026", "ngày nào cũng có bài"],
        ),
        ("báo vẫn nghỉ cuối tuần thì hai ngày chưa là lạ", facts(without(weekdays_only(4), 1)), []),
        ("năm ngày thì lạ", facts(without(weekdays_only(6), 1, 2, 5, 6)), ["Im lặng 6 ngày", "không quá 3 ngày"]),
        ("nguồn mới, chưa có nếp", facts({TODAY - timedelta(days=2): 3}), []),
        ("nguồn mới, quá mong đợi", facts({TODAY - timedelta(days=4): 3}), ["Im lặng 4 ngày", "72 giờ"]),
        ("chưa đọc được bài nào", facts({}), ["Chưa đọc được bài nào"]),
        ("sụt hẳn", facts(every_day(30) | {TODAY - timedelta(days=1): 4}), ["Hôm qua chỉ có 4 bài", "thường có 30"]),
        ("chưa tới một phần năm", facts(every_day(30) | {TODAY - timedelta(days=1): 8}), []),
        ("tăng vọt", facts(every_day(10) | {TODAY - timedelta(days=1): 60}), ["Hôm qua có tới 60 bài"]),
        ("ít bài thì tăng giảm không nói gì", facts(every_day(2) | {TODAY - timedelta(days=1): 9}), []),
        (
            "hôm nay chưa thu, hôm qua chưa đủ",
            facts(every_day(30) | {TODAY - timedelta(days=1): 4}, last_success_at=NOW - timedelta(hours=20)),
            [],
        ),
        (
            "lượt thu lỗi",
            facts(every_day(9), status="blocked", message="Trang chặn truy cập.", failures=3),
            ["Trang chặn truy cập (3 lượt liền)."],
        ),
        ("đang chờ theo lời báo", facts(every_day(9), status="waiting"), []),
        (
            "chờ đã hai ngày thì cần xem",
            facts(every_day(9), status="waiting", message="Báo yêu cầu chờ", last_success_at=NOW - timedelta(days=2)),
            ["Báo yêu cầu chờ"],
        ),
        ("mới thêm, đang chờ", facts({}, status="waiting", last_success_at=None, failures=1), []),
        (
            "mới thêm, lần nào cũng phải chờ",
            facts({}, status="waiting", message="Báo yêu cầu chờ", last_success_at=None, failures=5),
            ["Báo yêu cầu chờ (5 lượt liền)"],
        ),
        (
            "mẫu trang đổi: có tên bài, không có nội dung",
            facts(every_day(20), recent=Coverage(40, 30, 0), before=Coverage(300, 6, 0)),
            ["30/40 trang", "không có nội dung", "mẫu trang"],
        ),
        (
            "báo xưa nay vẫn nhiều trang ảnh",
            facts(every_day(20), recent=Coverage(40, 30, 0), before=Coverage(300, 210, 0)),
            [],
        ),
        (
            "ngày đăng mất",
            facts(every_day(20), recent=Coverage(40, 0, 39), before=Coverage(300, 0, 1)),
            ["không có ngày đăng"],
        ),
        ("quá ít trang để nói", facts(every_day(20), recent=Coverage(3, 3, 0), before=Coverage(300, 6, 0)), []),
    ],
)
def test_a_source_is_measured_against_its_own_habit(why: str, given: SourceFacts, words: list[str]) -> None:
    verdict = judge(given, NOW)
    said = " ".join(verdict.concerns)
    assert all(word in said for word in words), said
    assert verdict.needs_a_person is bool(words)
    assert bool(verdict.concerns) is bool(words)


def test_a_source_that_is_off_or_new_needs_nobody() -> None:
    assert judge(facts({}, off_because="robots.txt cấm"), NOW).status is SourceStatus.OFF
    assert judge(facts({}, status=None), NOW).needs_a_person is False


def test_tet_raises_nothing_and_does_not_count_as_silence() -> None:
    before = {date(2026, 2, 13) - timedelta(days=back): 20 for back in range(56)}
    assert judge(facts(before, last_success_at=TET_MORNING), TET_MORNING).concerns == ()
    assert at_rest(date(2026, 2, 17))
    assert not at_rest(date(2026, 3, 17))
    assert ordinary_days(date(2026, 2, 13), date(2026, 2, 26)) == 2
    later = datetime(2026, 2, 28, 0, 30, tzinfo=UTC)
    (concern,) = judge(facts(before, last_success_at=later), later).concerns
    assert "Im lặng 4 ngày" in concern


def test_tet_does_not_hide_what_was_amiss_before() -> None:
    gone = {date(2026, 2, 5) - timedelta(days=back): 20 for back in range(50)}
    (concern,) = judge(facts(gone, last_success_at=TET_MORNING), TET_MORNING).concerns
    assert "Im lặng 8 ngày, từ 05/02/2026" in concern


def test_holidays_are_days_of_rest() -> None:
    may = datetime(2026, 5, 1, 23, tzinfo=UTC)
    print_until = every_day(20, until=date(2026, 4, 29))
    assert judge(facts(print_until, last_success_at=may), may).concerns == ()


def test_a_template_that_stays_broken_becomes_no_habit_and_keeps_its_first_cause() -> None:
    """After five weeks the weeks before are as wanting as this one."""
    cause = "30/40 trang trong 7 ngày qua không có nội dung: mẫu trang của báo có thể đã đổi."
    told = facts(
        every_day(20), recent=Coverage(40, 30, 0), before=Coverage(300, 200, 0),
        fault=cause, fault_since=NOW - timedelta(weeks=5),
    )  # fmt: skip
    verdict = judge(told, NOW)
    assert verdict.concerns == (cause, "Cần xem từ 05/08/2026")
    assert judge(replace(told, recent=Coverage(40, 1, 0)), NOW).concerns == ()
    other = judge(replace(told, status="blocked", message="Trang chặn truy cập.", failures=3), NOW)
    assert other.concerns[1] == f"Cần xem từ 05/08/2026; lúc đầu: {cause}"


def article(number: int, source: str, at: datetime, length: int = 900) -> dict[str, object]:
    return {
        "id": number, "source_id": source, "key": str(number), "url": "u", "status": "article", "title": "t", "lead": "",
        "text": "", "published_at": at, "first_seen_at": at, "sort_at": at, "updated_at": at, "grade": "none",
        "score": 0.0, "reasons": [], "flags": [], "rules": "1", "text_sha256": str(number), "text_length": length,
    }  # fmt: skip


@pytest.fixture
def fill(engine: Engine) -> Callable[..., None]:
    def filled(source: str, days: dict[date, int], length: int = 900) -> None:
        with transaction(engine) as session:
            session.add(SourceRow(id=source, status="ok", message="", last_run_at=NOW, last_success_at=NOW, failures=0))
            first = (session.query(ArticleRow).count()) + 1
            rows, number = [], first
            for day, count in days.items():
                for _ in range(count):
                    # 00:20 in Hà Nội is still the day before in UTC
                    at = datetime(day.year, day.month, day.day, tzinfo=UTC) - timedelta(hours=6, minutes=40)
                    rows.append(article(number, source, at, length))
                    number += 1
            session.execute(insert(ArticleRow), rows)

    return filled


def test_health_counts_days_of_ha_noi_and_says_it_in_words(engine: Engine, fill: Callable[..., None]) -> None:
    fill("thanh-hoa", every_day(6))
    fill("nghe-an", without(every_day(6), 1, 2))
    with transaction(engine) as session:
        states = {state.source_id: state for state in health(session, SOURCES, NOW)}
    well, silent, never = states["thanh-hoa"], states["nghe-an"], states["hai-phong"]
    assert (well.status, well.needs_a_person, well.daily) == ("ok", False, (6,) * 55 + (0,))
    assert well.last_article_on == TODAY - timedelta(days=1)
    assert well.sentence == "Bình thường: khoảng 5,9 bài một ngày."
    assert (silent.status, silent.label, silent.needs_a_person) == ("quiet", "im lặng", True)
    assert "Im lặng 3 ngày" in silent.sentence
    assert (never.label, never.sentence) == ("đang chờ", "Chưa thu lần nào.")
    assert silent.form()["last_success_at"] == "2026-09-09T07:30:00+07:00"


def test_what_was_first_found_is_remembered_until_the_source_is_well(engine: Engine, fill: Callable[..., None]) -> None:
    fill("nghe-an", without(every_day(6), 1, 2))
    with transaction(engine) as session:
        remember(session, SOURCES, NOW)
    with transaction(engine) as session:
        row = session.get_one(SourceRow, "nghe-an")
        assert (row.fault_since, row.fault) == (NOW, "Im lặng 3 ngày, từ 06/09/2026; nguồn này ngày nào cũng có bài.")
        row.status, row.message, row.failures = "blocked", "Trang chặn truy cập.", 3
        session.flush()
        later = NOW + timedelta(days=2)
        state = next(one for one in remember(session, SOURCES, later) if one.source_id == "nghe-an")
        assert "Cần xem từ 09/09/2026; lúc đầu: Im lặng 3 ngày" in state.sentence
        row.status, row.failures = "ok", 0
        session.execute(insert(ArticleRow), [article(5000, "nghe-an", later)])
        remember(session, SOURCES, later)
        assert (row.fault, row.fault_since) == (None, None)


def test_health_sees_that_texts_have_become_teasers(engine: Engine, fill: Callable[..., None]) -> None:
    fill("thanh-hoa", {day: count for day, count in every_day(6).items() if (TODAY - day).days > 8})
    with transaction(engine) as session:
        at = NOW - timedelta(days=1)
        rows = [article(9000 + number, "thanh-hoa", at, 90) for number in range(8)]
        session.execute(insert(ArticleRow), rows)
        session.add(
            PageRow(
                source_id="thanh-hoa", key="e", url="u", final_url="u", status=200, headers={}, hint={}, body=b"",
                body_sha256="e", fetched_at=at, read_state="read", page_status="empty",
            )
        )  # fmt: skip
        session.flush()
        state = health(session, SOURCES, NOW)[0]
    assert state.status == "broken"
    assert "9/9 trang" in state.sentence

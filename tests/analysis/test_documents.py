"""Identity and novelty: the table of cases in tests/golden/documents.yaml, and the rules around it."""

from __future__ import annotations

import datetime as dt
import re
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from analysis.citations import find_citations
from analysis.described import Account, Described, KnownDocument, completed, mentions, settled_issuer, titles_agree
from analysis.documents import Identity, is_slip, match
from analysis.issuers import level_of
from analysis.novelty import is_news, new_symbols, newest_year, news_date
from analysis.numbering import central_term_of, same_period
from analysis.values import Role
from analysis.worth import rank

CASES: list[dict[str, Any]] = yaml.safe_load(
    (Path(__file__).parent.parent / "golden" / "documents.yaml").read_text(encoding="utf-8")
)


def described(told: dict[str, Any]) -> Described:
    symbol = told["of"]
    parts = re.fullmatch(r"(\d+)(?:/(\d{4}))?[-/]([^-/]+)[-/](.+)", symbol)
    assert parts, symbol
    return Described(
        kind=told.get("kind"),
        kind_code=parts[3],
        number=int(parts[1]),
        year=int(parts[2]) if parts[2] else None,
        issuer_code=settled_issuer(parts[4], told.get("issuer")),
        symbol=symbol,
        **{name: told.get(name) for name in ("issuer", "province", "place", "date", "term", "title")},
    )


def held(number: int, told: dict[str, Any]) -> KnownDocument:
    seen = told.get("seen") or told.get("reported") or told.get("date") or dt.date(2026, 9, 1)
    return KnownDocument(number, described(told), seen, told.get("reported"), told.get("announced", False))


@pytest.mark.parametrize("case", CASES, ids=[case["why"] for case in CASES])
def test_what_a_mention_means(case: dict[str, Any]) -> None:
    told = case["mention"]
    mention = Account(described(told), Role(told.get("role", "cites")), told["day"])
    decision = match(mention, [held(number, one) for number, one in enumerate(case["held"], 1)])
    answer = decision.outcome.value + (f" {decision.document_id}" if decision.document_id else "")
    assert answer == case["expect"], decision.reason
    assert list(decision.merge) == case.get("merge", [])


def test_the_order_of_the_archive_does_not_matter() -> None:
    for case in CASES:
        told = case["mention"]
        mention = Account(described(told), Role(told.get("role", "cites")), told["day"])
        candidates = [held(number, one) for number, one in enumerate(case["held"], 1)]
        assert match(mention, candidates) == match(mention, candidates[::-1])


def test_a_document_always_joins_itself() -> None:
    for case in CASES:
        for one in case["held"]:
            if "date" in one:
                self = held(1, one)
                decision = match(Account(self.described, Role.CITES, self.mentioned_on), [self])
                assert (decision.outcome, decision.document_id) == (Identity.JOIN, 1)


@given(st.dates(dt.date(1990, 1, 1), dt.date(2026, 12, 31)), st.dates(dt.date(1990, 1, 1), dt.date(2026, 12, 31)))
def test_periods_and_slips_are_symmetric(one: dt.date, other: dt.date) -> None:
    assert is_slip(one, other) == is_slip(other, one)
    for code in ("TW", "TU", "UBND", "BDVTU"):
        assert same_period(code, one, other) == same_period(code, other, one)
        assert same_period(code, one, one) is True


@pytest.mark.parametrize(
    ("code", "words", "settled"),
    [
        ("TW", "Ban Thường vụ Tỉnh ủy", "TU"),
        ("TW", "Ban Thường vụ Thành ủy Hải Phòng", "TU"),
        ("TW", "Ban Chấp hành Trung ương Đảng", "TW"),
        ("TU", "Bộ Chính trị", "TU"),
        ("TU", "Huyện ủy Như Xuân", "HU"),
        ("TƯ", None, "TW"),
        ("T.Ư", None, "TW"),
        ("BDVTU", "Ban Dân vận Tỉnh ủy", "BDVTU"),
        ("TW", "Quân ủy Trung ương", "TW"),
        ("TWĐTN", "Ban Bí thư Trung ương Đoàn", "TWĐTN"),
    ],
)
def test_the_words_beside_the_number_win_over_the_suffix(code: str, words: str | None, settled: str) -> None:
    assert settled_issuer(code, words) == settled


@pytest.mark.parametrize(
    ("one", "other", "agree"),
    [
        (
            "về công tác dân vận",
            "Tăng cường và đổi mới sự lãnh đạo của Đảng đối với công tác dân vận trong tình hình mới",
            True,
        ),
        (
            "về công tác tôn giáo",
            "về tăng cường sự lãnh đạo của Đảng đối với công tác dân vận trong tình hình mới",
            False,
        ),
        ("về tăng cường sự lãnh đạo của Đảng trong tình hình mới", "về công tác dân vận", None),
        (None, "về công tác dân vận", None),
        ("VỀ CÔNG TÁC DÂN VẬN", "ve cong tac dan van", True),
    ],
)
def test_titles_agree_by_their_telling_words(one: str | None, other: str | None, agree: bool | None) -> None:
    assert titles_agree(one, other) is agree
    assert titles_agree(other, one) is agree


def test_terms_of_the_central_committee() -> None:
    assert central_term_of(dt.date(2013, 6, 3)) == {"XI"}
    assert central_term_of(dt.date(2003, 3, 12)) == {"IX"}
    assert central_term_of(dt.date(2026, 8, 22)) == {"XIV"}
    assert central_term_of(dt.date(2016, 1, 25)) == {"XI", "XII"}


def test_levels_of_issuers() -> None:
    assert [level_of(code) for code in ("TW", "TU", "HU", "BDVTU", "BTGDVTW", "HĐND", "TTg", "UBTVQH15")] == [
        *("central", "province", "district", "province", "central", "province", "central", "central")
    ]


def test_mentions_of_one_text_are_gathered_with_all_they_say() -> None:
    text = (
        "Ngày 22/8/2026, Bộ Chính trị đã ban hành Nghị quyết số 25-NQ/TW. Nghị quyết 25-NQ/TW nêu rõ mục tiêu. "
        "Chỉ thị 05 của Bộ Chính trị vẫn được thực hiện."
    )
    found = mentions(find_citations(text), dt.date(2026, 8, 25))
    (mention,) = found.values()
    assert mention.role is Role.ISSUES
    assert (mention.described.number, mention.described.issuer_code, str(mention.described.date)) == (
        25,
        "TW",
        "2026-08-22",
    )


def test_completing_fills_gaps_and_changes_nothing_known() -> None:
    old = described({"of": "25-NQ/TW", "date": dt.date(2026, 8, 22)})
    new = described({"of": "25-NQ/TW", "date": dt.date(2026, 8, 23), "title": "về tư tưởng", "term": "XIV"})
    full = completed(old, new)
    assert (full.date, full.title, full.term) == (dt.date(2026, 8, 22), "về tư tưởng", "XIV")


def test_the_organ_named_replaces_the_name_behind_the_suffix() -> None:
    old = described({"of": "25-NQ/TW", "issuer": "Trung ương Đảng"})
    assert completed(old, described({"of": "25-NQ/TW", "issuer": "Bộ Chính trị"})).issuer == "Bộ Chính trị"
    known = described({"of": "25-NQ/TW", "issuer": "Ban Bí thư"})
    assert completed(known, described({"of": "25-NQ/TW", "issuer": "Bộ Chính trị"})).issuer == "Ban Bí thư"


def test_a_date_after_the_article_is_no_date_of_issue() -> None:
    text = "HĐND tỉnh thông qua Nghị quyết số 41/NQ-HĐND ngày 01/01/2027 về chính sách hỗ trợ."
    (mention,) = mentions(find_citations(text, province="38"), dt.date(2026, 11, 10)).values()
    assert mention.described.date is None


D = dt.date


@pytest.mark.parametrize(
    ("why", "document", "article", "year", "seen", "day"),
    [
        ("ngày của văn bản", D(2026, 8, 22), D(2026, 8, 25), None, D(2026, 8, 25), D(2026, 8, 22)),
        ("không ngày: ngày bài", None, D(2026, 8, 25), 2020, D(2026, 8, 26), D(2026, 8, 25)),
        ("bài cũng không ngày: cuối năm mới nhất được nhắc", None, None, 2014, D(2026, 8, 26), D(2014, 12, 31)),
        ("năm nay thì không muộn hơn lúc thấy", None, None, 2026, D(2026, 8, 26), D(2026, 8, 26)),
        ("không gì cả: lúc thấy", None, None, None, D(2026, 8, 26), D(2026, 8, 26)),
        ("ngày văn bản sau ngày bài là in sai", D(2026, 9, 22), D(2026, 8, 25), None, D(2026, 8, 25), D(2026, 8, 25)),
        ("đồng hồ của báo chạy trước", None, D(2027, 1, 1), None, D(2026, 8, 26), D(2026, 8, 26)),
    ],
)
def test_the_day_from_which_a_report_is_news(
    why: str, document: dt.date | None, article: dt.date | None, year: int | None, seen: dt.date, day: dt.date
) -> None:
    assert news_date(document, article=article, text=f"năm {year}" if year else "", seen=seen) == day


@pytest.mark.parametrize(
    ("why", "role", "news_on", "article", "harvested", "news"),
    [
        ("mới ban hành", "issues", D(2026, 8, 22), D(2026, 8, 25), D(2026, 8, 26), True),
        ("đúng 30 ngày", "issues", D(2026, 7, 26), D(2026, 8, 25), D(2026, 8, 25), True),
        ("quá 30 ngày", "issues", D(2026, 7, 25), D(2026, 8, 25), D(2026, 8, 25), False),
        ("chỉ nhắc", "cites", D(2026, 8, 22), D(2026, 8, 25), D(2026, 8, 26), False),
        ("dự thảo", "drafts", D(2026, 8, 22), D(2026, 8, 25), D(2026, 8, 26), False),
        ("thu lại bài cũ", "issues", D(2019, 8, 22), D(2019, 8, 25), D(2026, 8, 26), False),
        ("bài không ngày", "issues", D(2026, 8, 22), None, D(2026, 8, 26), True),
    ],
)
def test_what_is_news(
    why: str, role: str, news_on: dt.date, article: dt.date | None, harvested: dt.date, news: bool
) -> None:
    assert is_news(Role(role), news_on, article=article, now=harvested, window_days=30) is news


def test_what_would_be_news_to_an_empty_archive() -> None:
    text = (
        "Ngày 22/8/2026, Bộ Chính trị đã ban hành Nghị quyết số 26-NQ/TW. Trước đó, Ban Bí thư đã ban hành Chỉ thị số 49-CT/TW, "
        "ngày 20/10/2015 về công tác dân vận; các tỉnh thực hiện Kết luận số 43-KL/TW."
    )
    found = find_citations(text)
    day = D(2026, 8, 25)
    assert new_symbols(found, article=day, text=text, seen=day, window_days=30) == ["26-NQ/TW"]
    assert new_symbols(found, article=D(2027, 1, 1), text=text, seen=D(2027, 1, 1), window_days=30) == []


def test_the_newest_year_of_a_text() -> None:
    assert newest_year("năm 2014, phương hướng 2015, tầm nhìn 2045, số 32015", 2026) == 2015
    assert newest_year("không năm nào", 2026) is None


def test_an_undated_document_is_as_old_as_the_year_in_its_symbol() -> None:
    seen = D(2026, 8, 26)
    assert news_date(None, article=seen, text="", seen=seen, symbol_year=2022) == D(2022, 12, 31)
    assert news_date(None, article=seen, text="", seen=seen, symbol_year=2026) == seen
    assert news_date(D(2026, 8, 20), article=seen, text="", seen=seen, symbol_year=2022) == D(2026, 8, 20)


def test_lists_go_from_the_centre_down_and_begin_each_level_with_its_resolutions() -> None:
    told = [("KH", "UBND"), ("CT", "TU"), ("NQ", "ĐU"), ("CT", "TW"), ("NQ", "TU"), ("NQ", "TW"), ("KH", "ĐU")]
    assert sorted(told, key=lambda one: rank(*one)) == [
        ("NQ", "TW"), ("CT", "TW"), ("NQ", "TU"), ("KH", "UBND"), ("CT", "TU"), ("NQ", "ĐU"), ("KH", "ĐU"),
    ]  # fmt: skip

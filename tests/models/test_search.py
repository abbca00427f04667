"""The table of queries (tests/golden/search.yaml), and what a table cannot say, on both databases."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import Engine, create_engine, text
from sqlalchemy.orm import Session

from benchmarks.archive_generator import load
from foundation.errors import UsageError
from models.database import migrate, open_engine, transaction
from models.read_only import TooSlowError, time_limit
from models.search import Query, Results, Sort, index_article, plan, rebuild, search
from models.search import facets as facet_counts
from models.tables import ArticleRow, ArticleTopicRow
from tests.web.archive import Builder

GOLDEN = yaml.safe_load((Path(__file__).parent.parent / "golden" / "search.yaml").read_text(encoding="utf-8"))


def build_golden(session: Session) -> dict[str, int]:
    builder = Builder(session)
    documents = {
        one["id"]: builder.document(**{k: str(v) if k == "issued_on" else v for k, v in one.items() if k != "id"})
        for one in GOLDEN["documents"]
    }
    ids = {}
    for one in GOLDEN["articles"]:
        values = {name: value for name, value in one.items() if name not in {"id", "cites"}}
        values["topics"] = tuple(values.get("topics", ()))
        values["cites"] = tuple((documents[name], role) for name, role in one.get("cites", {}).items())
        ids[one["id"]] = builder.article(**values).id
    return ids


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def golden(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[tuple[Engine, dict[int, str]]]:
    """The golden archive, once on each system."""
    if request.param == "sqlite":
        url = f"sqlite:///{tmp_path_factory.mktemp('golden') / 'archive.sqlite3'}"
    else:
        admin = create_engine(request.getfixturevalue("postgresql_url"), isolation_level="AUTOCOMMIT")
        with admin.connect() as connection:
            connection.execute(text("DROP DATABASE IF EXISTS golden_search"))
            connection.execute(text("CREATE DATABASE golden_search"))
        url = admin.url.set(database="golden_search").render_as_string(hide_password=False)
        admin.dispose()
    engine = open_engine(url)
    migrate(engine)
    with transaction(engine) as session:
        ids = build_golden(session)
    yield engine, {number: name for name, number in ids.items()}
    engine.dispose()


def ask(session: Session, row: dict[str, Any]) -> Query:
    filters: dict[str, Any] = {
        name: row[name] for name in ("provinces", "sources", "topics", "grades", "kinds") if name in row
    }
    return Query(
        words=row["q"],
        **{name: tuple(value) for name, value in filters.items()},  # type: ignore[arg-type]
        document=row.get("document"),
        date_from=row.get("date_from"),
        date_to=row.get("date_to"),
        sort=Sort(row.get("sort", "newest")),
        limit=50,
    )


@pytest.mark.parametrize(
    "row", GOLDEN["queries"], ids=lambda row: repr({k: v for k, v in row.items() if k not in {"find", "order"}})
)
def test_golden_table(golden: tuple[Engine, dict[int, str]], row: dict[str, Any]) -> None:
    engine, names = golden
    with Session(engine) as session:
        results = search(session, ask(session, row), facets=True)
    found = [names[hit.id] for hit in results.hits]
    if "order" in row:
        assert found == row["order"]
    elif row["find"] != "any":
        assert set(found) == set(row["find"])
        assert results.total == len(row["find"])
    if "first" in row:
        assert found[0] == row["first"]
    if "suggest" in row:
        assert row["suggest"] in results.suggestions


def test_each_part_of_the_order_of_best_first_counts(engine: Engine) -> None:
    with transaction(engine) as session:
        builder = Builder(session)
        names = {
            builder.article("Chuyện khác", "Con đường mới.", published="2026-11-20 09:00").id: "body",
            builder.article("Con đường mới", published="2026-11-01").id: "title",
            builder.article("Chuyện khác", lead="Con đường mới.", published="2026-11-10").id: "lead",
            builder.article("Chuyện khác", "Gõ thiếu dấu: duong.", published="2026-10-01").id: "exact",
        }
    with Session(engine) as session:
        best = search(session, Query("duong", sort=Sort.BEST))
    assert [names[hit.id] for hit in best.hits] == ["exact", "title", "lead", "body"]


def test_snippet_marks_the_hit_and_nothing_else(golden: tuple[Engine, dict[int, str]]) -> None:
    engine, _ = golden
    with Session(engine) as session:
        (hit,) = search(session, Query("hien dat")).hits
    assert [piece.text for piece in hit.snippet if piece.hit] == ["hiến đất"]
    assert "".join(piece.text for piece in hit.snippet) == "Bà con hiến đất làm đường."


def test_facets_count_what_was_found_and_name_it_in_vietnamese(golden: tuple[Engine, dict[int, str]]) -> None:
    engine, _ = golden
    with Session(engine) as session:
        facets = search(session, Query(topics=("dan_chu_co_so",)), facets=True).facets
    assert facets is not None
    assert {(one.label, one.count) for one in facets.by["province"]} == {("Thanh Hóa", 2), ("Tuyên Quang", 1)}
    assert {(one.label, one.count) for one in facets.by["grade"]} == {("Trọng tâm", 2), ("Liên quan", 1)}
    assert [one.label for one in facets.by["month"]] == ["11/2026", "8/2026", "6/2026"]
    assert facets.counted == 3
    assert not facets.capped


def test_hidden_unrelated_articles_are_counted(golden: tuple[Engine, dict[int, str]]) -> None:
    engine, _ = golden
    with Session(engine) as session:
        facets = search(session, Query("vận động"), facets=True).facets
    assert facets is not None
    assert facets.hidden == 1


def test_documents_named_by_the_words(golden: tuple[Engine, dict[int, str]]) -> None:
    engine, _ = golden
    with Session(engine) as session:
        for typed, symbol in (("138", "138-KH/TU"), ("ke hoach 138", "138-KH/TU"), ("25nqtw", "25-NQ/TW")):
            assert [one.symbol for one in search(session, Query(typed)).documents] == [symbol]
        assert search(session, Query("chỉ thị 138")).documents == ()


def test_pages_follow_each_other_without_gap(golden: tuple[Engine, dict[int, str]]) -> None:
    engine, _ = golden
    with Session(engine) as session:
        whole = [hit.id for hit in search(session, Query(grades=("all",), limit=50)).hits]
        paged = [
            hit.id
            for offset in range(0, 20, 5)
            for hit in search(session, Query(grades=("all",), limit=5, offset=offset)).hits
        ]
    assert len(whole) == len(GOLDEN["articles"])
    assert paged == whole


@pytest.mark.parametrize(
    "wrong",
    [Query(provinces=("Atlantis",)), Query(topics=("x",)), Query(grades=("y",)), Query(kinds=("ZZ",))],
    ids=repr,
)
def test_a_wrong_filter_is_refused_with_a_sentence(golden: tuple[Engine, dict[int, str]], wrong: Query) -> None:
    engine, _ = golden
    with Session(engine) as session, pytest.raises(UsageError, match="Không có"):
        search(session, wrong)


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(words=st.text(alphabet=st.characters() | st.sampled_from("\"-*():^{}[]~|&!<>'\\%_;đườngOR "), max_size=60))
def test_any_input_answers(golden: tuple[Engine, dict[int, str]], words: str) -> None:
    engine, _ = golden
    with Session(engine) as session:
        for sort in Sort:
            search(session, Query(words, sort=sort), facets=True)


@pytest.mark.parametrize(
    "words", ["a " * 5_000, "đ" * 10_000, '"' + "dân vận " * 1_300, "-a " * 3_000, "a OR " * 2_500]
)
def test_ten_kilobytes_answer_with_a_note(golden: tuple[Engine, dict[int, str]], words: str) -> None:
    engine, _ = golden
    with Session(engine) as session:
        assert "chỉ xét" in search(session, Query(words)).notes[0]


def test_extreme_dates_answer(golden: tuple[Engine, dict[int, str]]) -> None:
    engine, _ = golden
    with Session(engine) as session:
        everything = search(session, Query(date_from=dt.date.min, date_to=dt.date.max, grades=("all",)))
        nothing = search(session, Query(date_from=dt.date.max, date_to=dt.date.min))
    assert everything.total == len(GOLDEN["articles"])
    assert nothing.total == 0


def test_a_changed_article_is_found_by_its_new_text_only(engine: Engine) -> None:
    with transaction(engine) as session:
        row = Builder(session).article("Tên cũ", "Chuyện xưa.")
        row.title, row.text = "Tên mới", "Chuyện nay."
        index_article(session, row)
    with Session(engine) as session:
        assert search(session, Query("xưa")).total == 0
        assert [hit.id for hit in search(session, Query("nay")).hits] == [row.id]
        assert search(session, Query()).total == 1


def test_a_new_grade_and_topic_move_the_article_between_filters(engine: Engine) -> None:
    with transaction(engine) as session:
        row = Builder(session).article("Một bài", "Nội dung.", grade="none")
        row.grade = "core"
        session.add(ArticleTopicRow(article_id=row.id, topic="ton_giao", score=1.0))
        index_article(session, row)
    with Session(engine) as session:
        assert search(session, Query(topics=("ton_giao",))).total == 1
        assert search(session, Query(grades=("none",))).total == 0
        assert search(session, Query("nội dung", grades=("all",))).total == 1


def test_articles_of_one_second_keep_the_order_in_which_they_came(engine: Engine) -> None:
    with transaction(engine) as session:
        builder = Builder(session)
        ids = [builder.article(f"Bài {number}", published="2026-11-20").id for number in range(80)]
    with Session(engine) as session:
        found = search(session, Query("bài", limit=100))
    assert [hit.id for hit in found.hits] == ids[::-1]


def test_a_new_publication_time_moves_the_article(engine: Engine) -> None:
    with transaction(engine) as session:
        builder = Builder(session)
        first, second = builder.article("Một", published="2026-11-01"), builder.article("Hai", published="2026-11-02")
        first.sort_at = second.sort_at + dt.timedelta(days=1)
        index_article(session, first)
    with Session(engine) as session:
        assert [hit.id for hit in search(session, Query()).hits] == [first.id, second.id]


def test_nothing_is_indexed_when_the_transaction_fails(engine: Engine) -> None:
    def fails() -> None:
        with transaction(engine) as session:
            Builder(session).article("Bài dở dang")
            raise RuntimeError

    with pytest.raises(RuntimeError):
        fails()
    with Session(engine) as session:
        assert search(session, Query("dở dang")).total == 0


def test_a_lost_index_is_built_again(engine: Engine) -> None:
    with transaction(engine) as session:
        Builder(session).article("Bài còn đó")
        session.execute(text("DELETE FROM search_entry"))
    with transaction(engine) as session:
        assert search(session, Query("còn")).total == 0
        after: int | None = 0
        while after is not None:
            after = rebuild(session, after=after)
    with Session(engine) as session:
        assert search(session, Query("còn")).total == 1


def test_very_long_text_is_taken(engine: Engine) -> None:
    with transaction(engine) as session:
        words = " ".join(f"từ{number}" for number in range(60_000))
        row = Builder(session).article("Bài rất dài", words + " " + "x" * 100_000)
    with Session(engine) as session:
        assert [hit.id for hit in search(session, Query("từ99")).hits] == [row.id]


def test_a_question_over_its_time_is_ended(engine: Engine) -> None:
    slow = {
        "sqlite": "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n LIMIT 1000000000) SELECT count(*) FROM n",
        "postgresql": "SELECT pg_sleep(20)",
    }
    with Session(engine) as session, pytest.raises(TooSlowError, match="nặng quá"), time_limit(session, 0.2):
        session.execute(text(slow[engine.dialect.name]))


def test_copies_of_a_story_are_counted(engine: Engine) -> None:
    with transaction(engine) as session:
        builder = Builder(session)
        first = builder.article("Một chuyện")
        builder.article("Một chuyện (đăng lại)", source="baotuyenquang", cluster_id=first.id)
    with Session(engine) as session:
        assert {hit.copies for hit in search(session, Query("chuyện")).hits} == {1}
        assert session.get(ArticleRow, first.id) is not None


def _named(engine: Engine, query: Query, *, facets: bool = False) -> tuple[list[str], Results]:
    with Session(engine) as session:
        results = search(session, query, facets=facets)
    return [hit.title for hit in results.hits], results


def test_a_phrase_is_looked_for_in_the_newest_articles_and_the_reader_is_told(
    engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(plan, "PHRASES_CHECKED", 3)
    with transaction(engine) as session:
        builder = Builder(session)
        for number in range(1, 6):
            text = "Lúa chín vàng đồng." if number in {2, 4} else "Vàng đồng, lúa đã chín."
            builder.article(title=f"Tin {number}", text=text, published=f"2026-05-0{number}")
    titles, results = _named(engine, Query('"lúa chín"'))
    assert titles == ["Tin 4"]  # 2 is the fourth newest that holds both words
    assert any("3 tin mới nhất" in note for note in results.notes)
    titles, results = _named(engine, Query('"lúa chín"', date_to=dt.date(2026, 5, 3)))
    assert titles == ["Tin 2"]


def test_pages_of_a_phrase_and_of_facets_hold_every_hit_once(engine: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(facet_counts, "COUNTED", 5)
    with transaction(engine) as session:
        builder = Builder(session)
        for number in range(1, 10):
            builder.article(title=f"Tin {number}", text="Lúa chín vàng đồng.", published=f"2026-05-0{number}")
    for words in ('"lúa chín"', "lúa"):
        found = []
        for offset in range(0, 9, 3):
            titles, results = _named(engine, Query(words, limit=3, offset=offset), facets=True)
            found += titles
        assert found == [f"Tin {number}" for number in range(9, 0, -1)]
        assert results.facets is not None
        assert (results.facets.counted, results.facets.capped) == (5, True)


def test_best_first_says_how_many_it_orders(engine: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(plan, "RANKED", 2)
    with transaction(engine) as session:
        builder = Builder(session)
        for number in range(1, 4):
            builder.article(title=f"Tin {number}", text="Lúa chín vàng đồng.", published=f"2026-05-0{number}")
    titles, results = _named(engine, Query("lúa", sort=Sort.BEST))
    assert titles == ["Tin 3", "Tin 2"]
    assert any("2 tin mới nhất" in note for note in results.notes)
    assert not _named(engine, Query("lúa", sort=Sort.BEST, date_to=dt.date(2026, 5, 2)))[1].notes


@pytest.mark.parametrize(
    ("typed", "contradicts"),
    [
        ("dân vận -vận", True),
        ("dân vận -van", True),  # in any spelling, the wanted one too
        ('"dân vận" -dân', True),
        ("khéo OR vận -vận -khéo", True),
        ("khéo OR vận -vận", False),
        ("dan van -vận", False),  # other spellings of "van" are wanted
        ('dân -"dân vận"', False),
        ("25-NQ/TW -nghị", False),
    ],
)
def test_what_is_wanted_and_excluded_at_once_is_said(
    golden: tuple[Engine, dict[int, str]], typed: str, contradicts: bool
) -> None:
    with Session(golden[0]) as session:
        results = search(session, Query(words=typed), facets=True)
    assert any("vừa cần có vừa bị loại ra" in note for note in results.notes) == contradicts
    if contradicts:
        assert (results.hits, results.total, results.suggestions) == ((), 0, ())


def test_a_search_without_a_letter_or_with_days_in_the_wrong_order_says_so(
    golden: tuple[Engine, dict[int, str]],
) -> None:
    wrong = Query(date_from=dt.date(2026, 12, 1), date_to=dt.date(2026, 1, 1))
    with Session(golden[0]) as session:
        for typed in ("🎉🎉", '""', "-", "OR"):
            assert "không có chữ hay số nào" in " ".join(search(session, Query(typed)).notes)
        backwards, empty = search(session, wrong), search(session, Query("  "))
    assert (backwards.total, backwards.notes) == (0, ("Ngày cuối (01/01/2026) đứng trước ngày đầu (01/12/2026).",))
    assert empty.notes == ()


def test_rare_words_lead_and_the_answer_is_the_same_in_any_order(golden: tuple[Engine, dict[int, str]]) -> None:
    """SQLite nests its question by rarity; what is found may not depend on it."""
    words = ["dân", "vận", "khéo"]
    with Session(golden[0]) as session:
        answers = {
            tuple(hit.id for hit in search(session, Query(words=" ".join(order), limit=50)).hits)
            for order in (words, words[::-1], sorted(words))
        }
    assert len(answers) == 1
    assert answers != {()}


def test_no_hit_is_lost_in_an_archive_of_thousands(tmp_path: Path) -> None:
    """FTS5 lost one hit in seven of two words, newest first, where rowids of one word were 2**61 apart."""
    engine = open_engine(f"sqlite:///{tmp_path / 'archive.sqlite3'}")
    load(engine, 5_000, texts=500)
    looked_at = 0
    with engine.connect() as connection:
        for pair in ("nghị quyết", "cơ sở", "dân vận", "tuyên truyền", "cán bộ"):
            together = " AND ".join(f'"={word}"' for word in pair.split())
            found = "SELECT rowid FROM search_text WHERE search_text MATCH :words"
            of_each = [set(connection.execute(text(found), {"words": f'"={word}"'}).scalars()) for word in pair.split()]
            newest = connection.execute(text(f"{found} ORDER BY rowid DESC"), {"words": together}).scalars().all()
            assert set(newest) == of_each[0] & of_each[1], pair
            looked_at += len(newest)
    assert looked_at > 5_000
    engine.dispose()

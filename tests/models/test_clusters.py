from __future__ import annotations

import random
import re
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import Engine, event

from analysis.text import search_key
from models.search.words import search_words, words
from models.storing.copies import ALIKE, alike, packed, sketch, unpacked
from tests.models.papers import NOW, Press

WORDS = [
    "hội",
    "nghị",
    "cán",
    "bộ",
    "nhân",
    "dân",
    "thôn",
    "bản",
    "xã",
    "phường",
    "đồng",
    "bào",
    "đoàn",
    "thể",
    "mặt",
    "trận",
    "tuyên",
    "truyền",
    "vận",
    "động",
    "phong",
    "trào",
    "thi",
    "đua",
    "mô",
    "hình",
    "khéo",
    "nông",
    "thôn",
    "mới",
    "đường",
    "hoa",
    "vệ",
    "sinh",
    "môi",
    "trường",
    "nhà",
    "văn",
    "hóa",
    "quỹ",
    "khuyến",
    "học",
    "gia",
    "đình",
    "chính",
    "sách",
    "hòa",
    "giải",
    "tổ",
    "tự",
    "quản",
    "biên",
    "giới",
    "chiến",
    "sĩ",
    "giúp",
    "dân",
    "gặt",
    "lúa",
    "sửa",
    "nhà",
    "khám",
    "bệnh",
    "phát",
    "thuốc",
    "tặng",
    "quà",
    "học",
    "sinh",
    "nghèo",
    "vượt",
    "khó",
    "hiến",
    "đất",
    "mở",
    "đường",
]


def story(seed: int, words: int = 400) -> list[str]:
    """Invented paragraphs of fifty syllables."""
    chance = random.Random(seed)
    return [" ".join(chance.choices(WORDS, k=50)) for _ in range(words // 50)]


def test_a_copy_with_another_headline_and_first_paragraph_is_one_story() -> None:
    for seed in range(40):
        original = story(seed)
        copy = [*story(1_000 + seed, 50), *original[1:]]
        assert alike(sketch("\n".join(original)), sketch("\n".join(copy))) >= ALIKE


def test_a_shortened_copy_is_one_story_mostly() -> None:
    found = 0
    for seed in range(40):
        original = story(seed)
        found += alike(sketch("\n".join(original)), sketch("\n".join(original[:6]))) >= ALIKE
    assert found >= 38


def test_stories_of_one_vocabulary_are_told_apart() -> None:
    sketches = [sketch("\n".join(story(seed))) for seed in range(60)]
    assert max(alike(one, other) for at, one in enumerate(sketches) for other in sketches[:at]) < ALIKE / 2


def test_a_sketch_does_not_mind_marks_case_and_form() -> None:
    text = "\n".join(story(1))
    assert sketch(text) == sketch(text.upper()) == sketch(text.replace(" ", "  "))
    stored = packed(sketch(text))
    assert stored is not None
    assert unpacked(stored) == sketch(text)
    assert packed(sketch("quá ngắn")) is None


@pytest.fixture
def press(engine: Engine) -> Press:
    return Press(engine)


def test_copies_gather_under_the_first_and_strangers_stay_alone(press: Press) -> None:
    original = story(1)
    press.print("thanh-hoa", "1", "Chuyện ở bản", "\n\n".join(original))
    press.print("nghe-an", "2", "Một tựa khác", "\n\n".join([*story(99, 50), *original[1:]]))
    press.print("hai-phong", "3", "Chuyện khác", "\n\n".join(story(2)))
    press.print("trung-uong", "4", "Tựa thứ ba", "\n\n".join([*original, "Theo báo bạn."]))
    assert [article.cluster_id for article in press.articles()] == [1, 1, 3, 1]


def test_the_same_words_next_month_are_another_story(press: Press) -> None:
    press.print("thanh-hoa", "1", "Bản tin tháng", "\n\n".join(story(1)), on="2026-08-01")
    press.print("nghe-an", "2", "Bản tin tháng", "\n\n".join(story(1)), on="2026-09-01")
    assert [article.cluster_id for article in press.articles()] == [1, 2]


def test_a_rewritten_article_leaves_its_cluster(press: Press) -> None:
    press.print("thanh-hoa", "1", "Một", "\n\n".join(story(1)))
    press.print("nghe-an", "2", "Hai", "\n\n".join(story(1)))
    press.now = NOW + timedelta(hours=1)
    press.print("nghe-an", "2", "Hai", "\n\n".join(story(5)))
    assert [article.cluster_id for article in press.articles()] == [1, 2]
    press.print("thanh-hoa", "3", "Ba", "\n\n".join(story(5)))
    assert [article.cluster_id for article in press.articles()] == [1, 2, 2]


def test_a_copy_is_found_behind_many_old_ones(press: Press) -> None:
    """More articles than are looked at share the keys, all of another month."""
    for number in range(25):
        body = "\n\n".join([*story(1), f"Kỳ thứ {number}."])
        press.land("thanh-hoa", f"cu-{number}", f"Bản tin kỳ {number}", body, on="2026-08-01")
    press.land("nghe-an", "1", "Bản tin", "\n\n".join(story(1)), on="2026-09-03")
    press.land("hai-phong", "2", "Bản tin", "\n\n".join(story(1)), on="2026-09-04")
    press.read()
    assert [article.cluster_id for article in press.articles()] == [1] * 25 + [26, 26]


def test_an_article_is_found_under_the_day_that_its_paper_corrected(press: Press) -> None:
    body = "\n\n".join(story(1))
    press.print("thanh-hoa", "1", "Bản tin", body, on="2026-08-01")
    press.now = NOW + timedelta(hours=1)
    press.print("thanh-hoa", "1", "Bản tin", body, on="2026-09-02")
    press.print("nghe-an", "2", "Bản tin", body, on="2026-09-03")
    assert [article.cluster_id for article in press.articles()] == [1, 1]


def test_copies_are_looked_for_among_the_articles_of_these_days_alone(press: Press) -> None:
    """Thousands of an archive share a key with an article: formulas that every paper prints."""
    asked: list[tuple[str, Any]] = []
    event.listen(press.engine, "before_cursor_execute", lambda *told: asked.append((told[2], told[3])))
    press.print("thanh-hoa", "1", "Bản tin", "\n\n".join(story(1)))
    (question,) = [one for one in asked if "article_shingle" in one[0] and one[0].startswith("SELECT")]
    connection = press.engine.raw_connection()
    cursor = connection.cursor()
    if press.engine.dialect.name == "postgresql":
        cursor.execute("SET enable_seqscan = off")
        cursor.execute(f"EXPLAIN {question[0]}", question[1])
        told = "\n".join(row[0] for row in cursor.fetchall())
        assert re.search(r"Index Cond: .*shingle = ANY.*day >=.*day <=", told), told
    else:
        told = "\n".join(row[3] for row in cursor.execute(f"EXPLAIN QUERY PLAN {question[0]}", question[1]))
        assert "(shingle=? AND day>? AND day<?)" in told, told
    connection.close()


def test_words_split_for_the_index_are_those_of_the_search_key() -> None:
    """Where the one way is not sure to give what the other gives, it says so."""
    chance = random.Random(3)
    plain = "aăâđeêioôơuưy ÁÀẢÃẠẾ thủy thuỷ hoà HÒA 25-NQ/TW _ “a” – b…\n"
    strange = [chr(code) for code in (0x301, 0x200B, 0xA0, 0xD0, 0x130, 0x3A3, 0xDF, 0x1F600, 0x660, 0x2126)]
    sure = 0
    for number in range(3_000):
        letters = [*plain, *strange] if number % 2 else [*plain]
        text = "".join(chance.choices(letters, k=80)) + "x" * (number % 90)
        found = search_words(text, words(text))
        assert found is None or found == re.findall(r"[^\W_]+", search_key(text))
        sure += found is not None
    assert 900 < sure < 2_000

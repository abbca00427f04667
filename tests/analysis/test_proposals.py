"""What corrections propose: never applied, each with its effect on both sets."""

from __future__ import annotations

from analysis.evaluation import Example
from analysis.proposals import propose
from analysis.relevance import judge
from analysis.values import Grade


def example(name: str, title: str, grade: Grade) -> Example:
    return Example(name, title, "", "", grade, frozenset(), "vì thế.", "correction")


def test_a_phrase_that_mends_a_correction_is_proposed_with_its_effect_and_nothing_changes() -> None:
    title = "Xóm Gốc Mít gánh nước giếng cho bà Sáu"
    golden = [example("g", "Giá vàng lập đỉnh mới", Grade.NONE), example("h", "Hội thi dân vận khéo", Grade.CORE)]
    assert judge(title, "", "")[0].grade is Grade.NONE
    found = propose([example("a", title, Grade.RELATED)], golden)
    assert found
    assert all(one.corrections == (0, 1) and one.golden == (2, 2) for one in found)
    assert any("thêm cụm từ “gánh nước giếng”" in one.change for one in found)
    assert not any("nước giếng cho”" in one.change for one in found)  # no phrase is cut at a joining word
    assert not any("mít" in one.change for one in found)  # nor is a name part of one
    assert judge(title, "", "")[0].grade is Grade.NONE


def test_a_change_that_harms_a_golden_article_is_not_proposed() -> None:
    title = "Xóm Gốc Mít gánh nước giếng cho bà Sáu"
    assert propose([example("a", title, Grade.RELATED)], [example("g", title, Grade.NONE)]) == []


def test_without_a_misjudged_article_nothing_is_proposed() -> None:
    assert propose([example("a", "Hội thi dân vận khéo", Grade.CORE)], []) == []

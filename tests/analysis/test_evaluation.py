"""The golden set, the measure over it, and the floors each figure must hold."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest
import yaml

from analysis.evaluation import (
    ANY_RELEVANT,
    Evaluation,
    Example,
    below_floors,
    evaluate,
    load_examples,
)
from analysis.evaluation_citations import evaluate_citations, load_citation_examples
from analysis.relevance import topics
from analysis.scores import Score
from analysis.values import Grade, Relevance, TopicScore
from foundation.errors import ConfigurationError

GOLDEN = Path(__file__).parents[1] / "golden"
EXAMPLES = load_examples(GOLDEN / "articles")
SPLITS = ("tune", "held_out", "blind")


@pytest.fixture(scope="module")
def reports() -> dict[str, Evaluation]:
    return {split: evaluate([example for example in EXAMPLES if example.split == split]) for split in SPLITS}


# --- the set ------------------------------------------------------------------------------------------------------


def test_the_golden_set_is_large_and_varied() -> None:
    assert len(EXAMPLES) >= 300
    assert sum(80 <= len(example.text.split()) <= 350 for example in EXAMPLES) >= 120
    grades = Counter(example.grade for example in EXAMPLES)
    assert grades[Grade.NONE] >= len(EXAMPLES) / 3
    assert {example.split for example in EXAMPLES} == set(SPLITS)
    assert sum(example.split == "blind" for example in EXAMPLES) >= len(EXAMPLES) / 3
    assert sum(example.split == "held_out" for example in EXAMPLES) >= 100


def test_every_topic_is_in_every_part_and_no_other() -> None:
    keys = {topic.key for topic in topics()}
    for split in SPLITS:
        assert {key for example in EXAMPLES if example.split == split for key in example.topics} == keys


def test_every_entry_says_why_and_none_has_no_topics() -> None:
    for example in EXAMPLES:
        assert example.why.endswith((".", "”"))
        assert example.grade is not Grade.NONE or not example.topics


# --- the floors ---------------------------------------------------------------------------------------------------


def test_no_figure_lies_below_its_floor(reports: dict[str, Evaluation]) -> None:
    assert below_floors(reports, evaluate_citations(load_citation_examples(GOLDEN)), GOLDEN) == []


def test_the_floors_cover_every_grade_topic_field_and_role(reports: dict[str, Evaluation]) -> None:
    floors = yaml.safe_load((GOLDEN / "floors.yaml").read_text("utf-8"))
    for split, report in reports.items():
        assert {row["name"] for row in report.rows()} == set(floors[split])
    rows = evaluate_citations(load_citation_examples(GOLDEN)).rows()
    assert {row["name"] for row in rows} == set(floors["citations"])


def test_the_demanded_recall_holds_on_the_part_not_tuned_on(reports: dict[str, Evaluation]) -> None:
    held_out = reports["held_out"]
    assert held_out.score("core").recall >= 0.95
    assert held_out.score("related").recall >= 0.85


def test_a_figure_below_its_floor_is_named(reports: dict[str, Evaluation], tmp_path: Path) -> None:
    (tmp_path / "floors.yaml").write_text(
        "tune: {core: {recall: 1.01}, lạ: {precision: 0.1}}\nother: {core: {recall: 2}}"
    )
    broken = below_floors(reports, None, tmp_path)
    assert len(broken) == 2
    assert broken[0].startswith("tune, core: recall")
    assert below_floors(reports, None, tmp_path / "nowhere") == []


# --- the counting -------------------------------------------------------------------------------------------------


def example(name: str, grade: str, *found_topics: str) -> Example:
    return Example(name, name, "", "", Grade(grade), frozenset(found_topics), "vì thế.", "tune")


VERDICTS = {
    "a": ("core", ["ton_giao"]),
    "b": ("related", ["ton_giao"]),
    "c": ("none", []),
    "d": ("related", ["dan_toc"]),
}


def fixed_judge(title: str, lead: str, text: str) -> tuple[Relevance, tuple[TopicScore, ...]]:
    grade, keys = VERDICTS[title]
    return Relevance(Grade(grade), 1.0), tuple(TopicScore(key, 5.0) for key in keys)


def test_counts_by_hand() -> None:
    report = evaluate(
        [
            example("a", "core", "ton_giao"),
            example("b", "core"),
            example("c", "related", "dan_toc"),
            example("d", "none"),
        ],
        fixed_judge,
    )
    assert report.score("core") == Score("core", 1, 0, 1)
    assert report.score("related") == Score("related", 0, 2, 1)
    assert report.score("none") == Score("none", 0, 1, 1)
    assert report.score(ANY_RELEVANT) == Score(ANY_RELEVANT, 2, 1, 1)
    assert report.score("ton_giao") == Score("ton_giao", 1, 1, 0)
    assert report.score("dan_toc") == Score("dan_toc", 0, 1, 1)
    assert [(miss.id, miss.expected.value, miss.found.value) for miss in report.misses] == [
        ("b", "core", "related"),
        ("c", "related", "none"),
        ("d", "none", "related"),
    ]
    assert report.rows()[0] == {
        "what": "grade",
        "name": "core",
        "count": 2,
        "precision": 1.0,
        "recall": 0.5,
        "f1": 0.667,
    }
    with pytest.raises(KeyError):
        report.score("lạ")


def test_the_figures_of_an_empty_class() -> None:
    assert (Score("x", 0, 0, 0).precision, Score("x", 0, 0, 0).recall) == (1.0, 1.0)
    assert Score("x", 0, 3, 3).f1 == 0.0


def test_citations_counted_by_hand(tmp_path: Path) -> None:
    head = "sentence\tmention\tsymbol\tkind\tyear\tissuer\tplace\tdate\tterm\trole\tid\n"
    (tmp_path / "citations.tsv").write_text(
        "# vì thế\n"
        + head
        # Right in all but the term, which the sentence does not say.
        + "Tỉnh ủy ban hành Chỉ thị số 4-CT/TU.\tChỉ thị số 4-CT/TU\t4-CT/TU\tChỉ thị\t-\tTỉnh ủy\tQuảng Ninh 22\t-\tXV\tissues\t1\n"
        # Expected where nothing is.
        + "Không có văn bản nào.\tvăn bản\t-\t-\t-\t-\t-\t-\t-\tcites\t1\n"
        # Found where nothing is expected.
        + "Thực hiện Nghị quyết số 25-NQ/TW.\tnone\t-\t-\t-\t-\t-\t-\t-\t-\t-\n",
        "utf-8",
    )
    report = evaluate_citations(load_citation_examples(tmp_path))
    assert report.mentions == Score("mention", 1, 1, 1)
    fields = {score.name: score for score in report.fields}
    assert fields["symbol"] == Score("symbol", 1, 1, 0)
    assert fields["term"] == Score("term", 0, 0, 1)
    assert {score.name: score for score in report.roles}["issues"] == Score("issues", 1, 0, 0)


# --- faults of the files ------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("- {id: a, title: t, lead: l, text: x, grade: lạ, topics: [], why: w, split: tune}", "“a”"),
        ("- {id: a, title: t}", "“a”"),
        ("- chỉ một chữ", "“\\?”"),
        ("- &e {id: a, title: t, lead: l, text: x, grade: core, topics: [], why: w, split: tune}\n- *e", "trùng mã: a"),
    ],
)
def test_a_wrong_entry_is_named_with_its_file(tmp_path: Path, content: str, message: str) -> None:
    (tmp_path / "x.yaml").write_text(content, "utf-8")
    with pytest.raises(ConfigurationError, match=message):
        load_examples(tmp_path)


def test_a_folder_without_examples_is_a_fault(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match="Không có bài mẫu"):
        load_examples(tmp_path)
    with pytest.raises(ConfigurationError, match="Không có bảng"):
        load_citation_examples(tmp_path)


def test_a_mention_that_is_not_in_its_sentence_is_a_fault(tmp_path: Path) -> None:
    (tmp_path / "citations.tsv").write_text(
        "sentence\tmention\tsymbol\tkind\tyear\tissuer\tplace\tdate\tterm\trole\tid\nMột câu.\tHai câu\t-\t-\t-\t-\t-\t-\t-\tcites\t1\n",
        "utf-8",
    )
    with pytest.raises(ConfigurationError, match="dòng 2"):
        load_citation_examples(tmp_path)

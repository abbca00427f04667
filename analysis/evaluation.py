"""Precision, recall and F1 of the verdicts over a golden set, and of the citations over a golden table.

A golden article is one that a person has graded: `tests/golden/articles/*.yaml`, or a correction that staff kept
with `danvan label`. What is measured here is what `danvan eval` prints and what the floors in the tests hold.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from analysis.citations.typed import read_symbol
from analysis.data_files import read_yaml
from analysis.evaluation_citations import CitationEvaluation
from analysis.evaluation_documents import Documents, evaluate_documents
from analysis.relevance import judge
from analysis.scores import Row, Score, Tally
from analysis.values import Grade, Relevance, TopicScore
from foundation.errors import ConfigurationError

ANY_RELEVANT = "core+related"
"""The row that counts core and related as one: does the reader get to see the article at all."""

ALL_TOPICS = "all_topics"
"""The row that counts every topic given, whichever it is."""

FLOORS = "floors.yaml"

Judge = Callable[[str, str, str], tuple[Relevance, tuple[TopicScore, ...]]]


@dataclass(frozen=True, slots=True)
class Example:
    """An article with the verdict a person gave. `split`: "tune", "held_out", "blind" (measured once), "correction"."""

    id: str
    title: str
    lead: str
    text: str
    grade: Grade
    topics: frozenset[str]
    why: str
    split: str
    documents: Documents | None = None


@dataclass(frozen=True, slots=True)
class Miss:
    """An article graded otherwise than by the person, for the one who reads the report."""

    id: str
    title: str
    expected: Grade
    found: Grade
    score: float


@dataclass(frozen=True, slots=True)
class Evaluation:
    """The report over one set of examples: a score per grade, per topic, and the articles graded otherwise."""

    examples: int
    grades: tuple[Score, ...]
    topics: tuple[Score, ...]
    misses: tuple[Miss, ...]
    documents: tuple[Score, ...] = ()

    def rows(self) -> list[Row]:
        """One row a class, ready for a table or JSON: what, name, count, precision, recall, f1."""
        parts = (("grade", self.grades), ("topic", self.topics), ("document", self.documents))
        return [score.row(what) for what, scores in parts for score in scores]

    def score(self, name: str) -> Score:
        """The score of a grade or topic by its key. Raises `KeyError` for another name."""
        for score in (*self.grades, *self.topics):
            if score.name == name:
                return score
        raise KeyError(name)


def load_examples(folder: Path) -> list[Example]:
    """All golden articles of a folder, in the order of the files.

    Raises `ConfigurationError` with the file where one is not a list of complete entries, or an id comes twice.
    """
    paths = sorted(folder.glob("*.yaml"))
    if not paths:
        raise ConfigurationError("Không có bài mẫu nào (*.yaml) trong thư mục này.", path=folder)
    examples: list[Example] = []
    for path in paths:
        examples.extend(_example(entry, path) for entry in read_yaml(path) or [])
    twice = [name for name, count in Counter(example.id for example in examples).items() if count > 1]
    if twice:
        raise ConfigurationError(f"Bài mẫu trùng mã: {', '.join(twice)}.", path=folder)
    return examples


def _example(entry: Mapping[str, Any], path: Path) -> Example:
    try:
        return Example(
            id=str(entry["id"]),
            title=str(entry["title"]),
            lead=str(entry["lead"]),
            text=str(entry["text"]),
            grade=Grade(entry["grade"]),
            topics=frozenset(entry["topics"]),
            why=str(entry["why"]),
            split=str(entry["split"]),
            documents=_documents(entry) if "published" in entry else None,
        )
    except (KeyError, TypeError, ValueError) as error:
        name = entry.get("id", "?") if isinstance(entry, Mapping) else "?"
        raise ConfigurationError(f"Bài mẫu “{name}” thiếu hoặc sai mục {error}.", path=path) from error


def _documents(entry: Mapping[str, Any]) -> Documents:
    """What an entry with a day says of documents: their symbols with roles, and which of them are new."""
    symbols = [(read_symbol(one["symbol"]), one["role"]) for one in entry.get("documents", ())]
    listed = tuple((known.kind_code or "CV", known.number, role) for known, role in symbols if known is not None)
    return Documents(listed, bool(entry.get("new")), entry.get("province"), entry["published"])


def evaluate(examples: Sequence[Example], judge: Judge = judge) -> Evaluation:
    """Judge every example and count, per grade and per topic, what agrees with the person."""
    grades, topics = Tally(), Tally()
    misses = []
    for example in examples:
        relevance, found = judge(example.title, example.lead, example.text)
        grades.add(_classes(example.grade), _classes(relevance.grade))
        topics.add(example.topics, (topic.key for topic in found))
        if relevance.grade is not example.grade:
            misses.append(Miss(example.id, example.title, example.grade, relevance.grade, relevance.score))
    names = (*(grade.value for grade in Grade), ANY_RELEVANT)
    by_topic = (*topics.scores(), topics.total(ALL_TOPICS))
    with_documents = [((e.title, e.lead, e.text), e.documents) for e in examples if e.documents is not None]
    documents = evaluate_documents(with_documents) if with_documents else ()
    return Evaluation(len(examples), tuple(map(grades.score, names)), by_topic, tuple(misses), documents)


def _classes(grade: Grade) -> tuple[str, ...]:
    return (grade.value,) if grade is Grade.NONE else (grade.value, ANY_RELEVANT)


def below_floors(parts: Mapping[str, Evaluation], citations: CitationEvaluation | None, folder: Path) -> list[str]:
    """Where a measure lies below the floor that `floors.yaml` of the golden folder sets, one sentence each.

    `parts` are the reports by split. A floor for a class that a report does not have counts as broken.
    """
    path = folder / FLOORS
    floors = read_yaml(path) if path.is_file() else {}
    rows = {split: {row["name"]: row for row in report.rows()} for split, report in parts.items()}
    if citations is not None:
        rows["citations"] = {row["name"]: row for row in citations.rows()}
    return [
        f"{part}, {name}: {measure} {rows[part].get(name, {}).get(measure, 0)} < {floor}"
        for part, classes in floors.items()
        if part in rows
        for name, measures in classes.items()
        for measure, floor in measures.items()
        if float(rows[part].get(name, {}).get(measure, 0)) < floor
    ]

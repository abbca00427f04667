"""Precision, recall and F1 of the verdicts over a golden set, and of the citations over a golden table.

A golden article is one that a person has graded: `tests/golden/articles/*.yaml`, or a correction that staff kept
with `danvan label`. What is measured here is what `danvan eval` prints and what the floors in the tests hold.
"""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from analysis.relevance import judge
from analysis.values import Citation, Grade, Relevance, TopicScore
from danvan.errors import ConfigurationError

ANY_RELEVANT = "core+related"
"""The row that counts core and related as one: does the reader get to see the article at all."""

CITATION_FIELDS = ("symbol", "kind", "number", "year", "issuer_code", "date", "term", "role")

Judge = Callable[[str, str, str], tuple[Relevance, tuple[TopicScore, ...]]]


@dataclass(frozen=True, slots=True)
class Example:
    """An article with the verdict a person gave. `split` is "tune" or "held_out" (corrections: "correction")."""

    id: str
    title: str
    lead: str
    text: str
    grade: Grade
    topics: frozenset[str]
    why: str
    split: str


@dataclass(frozen=True, slots=True)
class Score:
    """Counts for one class: found rightly, found wrongly, missed."""

    name: str
    right: int
    wrong: int
    missed: int

    @property
    def precision(self) -> float:
        """Share of what was found that is right; 1 where nothing was found."""
        found = self.right + self.wrong
        return self.right / found if found else 1.0

    @property
    def recall(self) -> float:
        """Share of what is there that was found; 1 where nothing is there."""
        there = self.right + self.missed
        return self.right / there if there else 1.0

    @property
    def f1(self) -> float:
        """Harmonic mean of both."""
        total = self.precision + self.recall
        return 2 * self.precision * self.recall / total if total else 0.0


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

    def rows(self) -> list[dict[str, str | int | float]]:
        """One row a class, ready for a table or JSON: what, name, count, precision, recall, f1."""
        return [*_rows("grade", self.grades), *_rows("topic", self.topics)]

    def score(self, name: str) -> Score:
        """The score of a grade or topic by its key. Raises `KeyError` for another name."""
        for score in (*self.grades, *self.topics):
            if score.name == name:
                return score
        raise KeyError(name)


def _rows(what: str, scores: Iterable[Score]) -> list[dict[str, str | int | float]]:
    return [
        {
            "what": what,
            "name": score.name,
            "count": score.right + score.missed,
            "precision": round(score.precision, 3),
            "recall": round(score.recall, 3),
            "f1": round(score.f1, 3),
        }
        for score in scores
    ]


def load_examples(folder: Path) -> list[Example]:
    """All golden articles of a folder, in the order of the files.

    Raises `ConfigurationError` with the file where one is not a list of complete entries, or an id comes twice.
    """
    paths = sorted(folder.glob("*.yaml"))
    if not paths:
        raise ConfigurationError("Không có bài mẫu nào (*.yaml) trong thư mục này.", path=folder)
    examples: list[Example] = []
    for path in paths:
        entries = yaml.load(path.read_text("utf-8"), Loader=_LOADER)  # noqa: S506 - a safe loader
        examples.extend(_example(entry, path) for entry in entries or [])
    twice = [name for name, count in Counter(example.id for example in examples).items() if count > 1]
    if twice:
        raise ConfigurationError(f"Bài mẫu trùng mã: {', '.join(twice)}.", path=folder)
    return examples


_LOADER: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


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
        )
    except (KeyError, TypeError, ValueError) as error:
        name = entry.get("id", "?") if isinstance(entry, Mapping) else "?"
        raise ConfigurationError(f"Bài mẫu “{name}” thiếu hoặc sai mục {error}.", path=path) from error


def evaluate(examples: Sequence[Example], judge: Judge = judge) -> Evaluation:
    """Judge every example and count, per grade and per topic, what agrees with the person."""
    grades: Counter[tuple[str, str]] = Counter()
    topics: Counter[tuple[str, str]] = Counter()
    misses = []
    for example in examples:
        relevance, found = judge(example.title, example.lead, example.text)
        _count_grade(grades, example.grade, relevance.grade)
        _count_sets(topics, example.topics, frozenset(topic.key for topic in found))
        if relevance.grade is not example.grade:
            misses.append(Miss(example.id, example.title, example.grade, relevance.grade, relevance.score))
    names = [*(grade.value for grade in Grade), ANY_RELEVANT]
    topic_names = sorted({name for name, _ in topics})
    return Evaluation(
        examples=len(examples),
        grades=tuple(_score(name, grades) for name in names),
        topics=tuple(_score(name, topics) for name in topic_names),
        misses=tuple(misses),
    )


def _count_grade(counts: Counter[tuple[str, str]], expected: Grade, found: Grade) -> None:
    _count_sets(counts, frozenset({expected.value}), frozenset({found.value}))
    relevant = frozenset({ANY_RELEVANT})
    nothing: frozenset[str] = frozenset()
    _count_sets(
        counts,
        nothing if expected is Grade.NONE else relevant,
        nothing if found is Grade.NONE else relevant,
    )


def _count_sets(counts: Counter[tuple[str, str]], expected: frozenset[str], found: frozenset[str]) -> None:
    for name in expected & found:
        counts[name, "right"] += 1
    for name in found - expected:
        counts[name, "wrong"] += 1
    for name in expected - found:
        counts[name, "missed"] += 1


def _score(name: str, counts: Mapping[tuple[str, str], int]) -> Score:
    return Score(name, counts.get((name, "right"), 0), counts.get((name, "wrong"), 0), counts.get((name, "missed"), 0))


@dataclass(frozen=True, slots=True)
class CitationExample:
    """A text with the citations a person found in it, each a mapping of `CITATION_FIELDS` (those that matter)."""

    id: str
    text: str
    expected: tuple[Mapping[str, Any], ...]
    province: str | None = None
    published: dt.date | None = None


@dataclass(frozen=True, slots=True)
class CitationEvaluation:
    """The report on citations: mentions found at all, a score per field and per role."""

    examples: int
    mentions: Score
    fields: tuple[Score, ...]
    roles: tuple[Score, ...]

    def rows(self) -> list[dict[str, str | int | float]]:
        """One row a class, as in `Evaluation.rows`."""
        return [
            *_rows("citation", [self.mentions]),
            *_rows("citation field", self.fields),
            *_rows("citation role", self.roles),
        ]


FindCitations = Callable[..., Sequence[Citation]]


def evaluate_citations(examples: Sequence[CitationExample], find: FindCitations | None = None) -> CitationEvaluation:
    """Find the citations of every text and count what agrees, mention by mention, in reading order.

    A mention expected names its `text` as printed (and whatever fields matter); one found belongs to it when
    the printed texts overlap in place.
    """
    if find is None:
        from analysis.citations import find_citations

        find = find_citations
    mentions: Counter[tuple[str, str]] = Counter()
    fields: Counter[tuple[str, str]] = Counter()
    roles: Counter[tuple[str, str]] = Counter()
    for example in examples:
        found = list(find(example.text, province=example.province, published=example.published))
        for expected in example.expected:
            match = _take(example.text, expected, found)
            mentions["mention", "right" if match else "missed"] += 1
            _count_fields(fields, roles, expected, match)
        mentions["mention", "wrong"] += len(found)
        for extra in found:
            roles[extra.role.value, "wrong"] += 1
    return CitationEvaluation(
        len(examples),
        _score("mention", mentions),
        tuple(_score(name, fields) for name in sorted({name for name, _ in fields})),
        tuple(_score(name, roles) for name in sorted({name for name, _ in roles})),
    )


def _take(text: str, expected: Mapping[str, Any], found: list[Citation]) -> Citation | None:
    """The found mention at the place of the expected one, taken out of the list."""
    start = int(expected["start"]) if "start" in expected else text.find(str(expected["text"]))
    end = start + len(str(expected["text"]))
    for citation in found:
        if start >= 0 and citation.start < end and start < citation.end:
            found.remove(citation)
            return citation
    return None


def _count_fields(
    fields: Counter[tuple[str, str]],
    roles: Counter[tuple[str, str]],
    expected: Mapping[str, Any],
    match: Citation | None,
) -> None:
    for name in CITATION_FIELDS:
        if name not in expected:
            continue
        wanted = _plain(expected[name])
        got = None if match is None else _plain(getattr(match, name))
        counts, key = (roles, wanted) if name == "role" else (fields, name)
        if got == wanted:
            counts[str(key), "right"] += 1
            continue
        if wanted is not None:
            counts[str(key), "missed"] += 1
        if got is not None:
            counts[str(got) if name == "role" else name, "wrong"] += 1


def _plain(value: object) -> str | None:
    """A value as a clerk would write it in the table: dates as YYYY-MM-DD, an empty cell is None."""
    if value is None or value == "":
        return None
    return value.isoformat() if isinstance(value, dt.date) else str(value)

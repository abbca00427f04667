"""Loads the phrases and weights of relevance and topics from their data files, and checks them.

The files are written for staff; a mistake in one stops the program with the file and the line.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from enum import StrEnum
from functools import cache
from pathlib import Path
from typing import Any

from analysis.data_files import DATA, checked, text_of
from analysis.phrases import PhraseBook, UnknownWordListError
from analysis.relevance_zones import Zone
from foundation.errors import ConfigurationError

RELEVANCE_FILE = DATA / "relevance.yaml"
TOPICS_FILE = DATA / "topics.yaml"
_BETWEEN_PHRASES = re.compile(r"[\n|]")


class Axis(StrEnum):
    """What a signal speaks for.

    AGAINST speaks against both grades, ELSEWHERE against related only (an article on a dân vận contest may well
    have a final and contestants); SILENT phrases only keep other phrases from being found inside them.
    """

    CORE = "core"
    RELATION = "relation"
    FIELD = "field"
    AGAINST = "against"
    ELSEWHERE = "elsewhere"
    SILENT = "silent"


CONTRA = (Axis.AGAINST, Axis.ELSEWHERE)
"""The axes whose weights are taken off."""


@dataclass(frozen=True, slots=True)
class Signal:
    """Phrases that speak for the same thing, with one weight. `most` mentions count at most."""

    key: str
    axis: Axis
    weight: float
    why: str
    most: int
    phrases: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Topic:
    """One topic of topics.md: its key, its Vietnamese label, what belongs there.

    One that does not vouch says nothing of whether the article is about dân vận (a document may be on anything).
    """

    key: str
    label: str
    about: str
    vouches: bool = True
    phrases: tuple[tuple[float, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Thresholds:
    """What the sums must reach (see relevance.yaml)."""

    core: float
    related: float
    relation: float
    head: float
    first_share: float
    without_head: float
    core_share: float
    field_most: float
    topic_share: float
    topic_most: float


@dataclass(frozen=True, slots=True)
class Rules:
    """Everything that `judge` goes by, with the book of all phrases.

    In the book, label n < len(signals) is that signal; the labels above are pairs of topic and weight.
    """

    version: int
    zones: Mapping[Zone, float]
    repeats: Mapping[str, Sequence[float]]
    body_length: Mapping[str, float]
    opening_only: Mapping[str, float]
    full_text_share: float
    thresholds: Thresholds
    signals: tuple[Signal, ...]
    topics: tuple[Topic, ...]
    enough: float
    topic_labels: tuple[tuple[int, float], ...]
    book: PhraseBook = field(repr=False)

    def topic_of(self, label: int) -> tuple[int, float]:
        """The topic that a label above the signals stands for, as its place in `topics`, and the weight."""
        return self.topic_labels[label - len(self.signals)]

    def with_weights(self, weights: Mapping[int, float]) -> Rules:
        """The same with these weights, by the signals' places."""
        signals = (replace(one, weight=weights.get(place, one.weight)) for place, one in enumerate(self.signals))
        return replace(self, signals=tuple(signals))


@cache
def default_rules() -> Rules:
    """The rules of the data files that come with the program."""
    return load_rules(DATA / RELEVANCE_FILE.name, DATA / TOPICS_FILE.name)


def load_rules(relevance: Path = RELEVANCE_FILE, topics: Path = TOPICS_FILE) -> Rules:
    """Read both files. Raises `ConfigurationError` with file and line where one is missing or wrong."""
    return rules_from_text(text_of(relevance), relevance, topics)


def rules_from_text(relevance: str, path: Path = RELEVANCE_FILE, topics_path: Path = TOPICS_FILE) -> Rules:
    """The same with this content of `path`, so that refitted weights can be tried before they are saved."""
    topics = text_of(topics_path)
    data, topic_data = checked(relevance, path, RELEVANCE_FILE.name), checked(topics, topics_path, TOPICS_FILE.name)
    signals = tuple(_signal(entry) for entry in data["signals"])
    read_topics = tuple(_topic(entry) for entry in topic_data["topics"])
    words = {**data["words"], **topic_data.get("words", {})}
    book = PhraseBook({name: _phrases(block) for name, block in words.items()})
    labels: list[tuple[int, float]] = []
    for number, signal in enumerate(signals):
        for phrase in signal.phrases:
            _add(book, phrase, number, relevance, path, silent=signal.axis is Axis.SILENT)
    for number, topic in enumerate(read_topics):
        for weight, phrase in topic.phrases:
            pair = (number, weight)
            if pair not in labels:
                labels.append(pair)
            _add(book, phrase, len(signals) + labels.index(pair), topics, topics_path)
    return Rules(
        version=data["version"],
        zones={Zone(key): factor for key, factor in data["zones"].items()},
        repeats=data["repeats"],
        body_length=data["body_length"],
        opening_only=data["opening_only"],
        full_text_share=data["full_text_share"],
        thresholds=Thresholds(**data["thresholds"]),
        signals=signals,
        topics=read_topics,
        enough=topic_data["enough"],
        topic_labels=tuple(labels),
        book=book,
    )


def _signal(entry: Mapping[str, Any]) -> Signal:
    weight, most = float(entry.get("weight", 0)), entry.get("most", 8)
    return Signal(entry["key"], Axis(entry["axis"]), weight, entry["why"], most, _phrases(entry["phrases"]))


def _phrases(block: str) -> tuple[str, ...]:
    """The phrases of a block: one a line, or several in a line with " | " between."""
    return tuple(phrase.strip() for phrase in _BETWEEN_PHRASES.split(block) if phrase.strip())


def _topic(entry: Mapping[str, Any]) -> Topic:
    phrases = tuple((float(weight), phrase) for weight, block in entry["phrases"].items() for phrase in _phrases(block))
    return Topic(entry["key"], entry["label"], entry["about"], entry.get("vouches", True), phrases)


def _add(book: PhraseBook, phrase: str, label: int, content: str, path: Path, *, silent: bool = False) -> None:
    try:
        book.add(phrase, label, silent=silent)
    except UnknownWordListError as error:
        line = next((n for n, text in enumerate(content.splitlines(), 1) if phrase in text), None)
        raise ConfigurationError(
            f"Cụm từ “{phrase}” gọi danh sách {{{error}}} chưa có ở mục words.", path=path, line=line
        ) from error


@cache
def rules_version() -> str:
    """The version of all rule data: the staff's number and a hash over every file in analysis/data.

    The citation data are among them, so an article read under older kinds or issuers is known as such.
    """
    digest = hashlib.sha256()
    for path in sorted(DATA.rglob("*")):
        if path.is_file() and not path.name.startswith("."):
            digest.update(path.relative_to(DATA).as_posix().encode() + b"\0" + path.read_bytes() + b"\0")
    return f"{default_rules().version}-{digest.hexdigest()[:12]}"

"""What a reading consists of: frozen values, handed from `analysis` to the store, the pages and the command.

Offsets count characters of the very string that was read (`text[start:end]` is the mention).
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from enum import StrEnum


class Grade(StrEnum):
    """How much an article concerns công tác dân vận (topics.md: Trọng tâm, Liên quan, Không)."""

    CORE = "core"
    RELATED = "related"
    NONE = "none"


class Role(StrEnum):
    """What a mention says of the document."""

    ISSUES = "issues"
    IMPLEMENTS = "implements"
    AMENDS = "amends"
    REPLACES = "replaces"
    DRAFTS = "drafts"
    CITES = "cites"


class Field(StrEnum):
    """The part of an article that an offset points into."""

    TITLE = "title"
    LEAD = "lead"
    TEXT = "text"


UNREADABLE_NUMBER = "unreadable_number"
"""The flag of a document whose number has a letter or a gap in it, and of the article that names it."""


@dataclass(frozen=True, slots=True)
class Citation:
    """One mention of a document in a text.

    `symbol` is the normalised symbol ("25-NQ/TW", "01/2022/NQ-HĐND"), None for a short form that stays open;
    `kind` the kind's own name ("Nghị quyết"), `kind_code` its code ("NQ"); `number` as printed ("05");
    `year` the year inside a state symbol; `issuer` in words, `issuer_code` the suffix ("TW", "HĐND");
    `place` the province (or lower place) in words, `province` its two-digit code where known;
    `term` the committee's term in Roman numerals; `document` the id shared by mentions of one document within
    the text. `flags`: UNREADABLE_NUMBER where a letter or a gap stands in the number ("5O1/QĐ-UBND"): number and symbol
    None.
    `today`: told as issued just when the text was written ("vừa", "ngày 6-2").
    """

    text: str
    start: int
    end: int
    symbol: str | None
    kind: str | None
    kind_code: str | None
    number: str | None
    year: int | None
    issuer: str | None
    issuer_code: str | None
    place: str | None
    province: str | None
    date: dt.date | None
    term: str | None
    title: str | None
    role: Role
    document: int
    field: Field = Field.TEXT
    flags: tuple[str, ...] = ()
    today: bool = False


@dataclass(frozen=True, slots=True)
class Link:
    """One document of a text carries out, amends or replaces another of the same text.

    `subject` and `target` are `Citation.document` ids; `role` is IMPLEMENTS, AMENDS or REPLACES.
    """

    subject: int
    target: int
    role: Role


@dataclass(frozen=True, slots=True)
class Reason:
    """A phrase that carried a verdict, with its place."""

    phrase: str
    start: int
    end: int
    weight: float
    field: Field


@dataclass(frozen=True, slots=True)
class TopicScore:
    """One topic of an article; `key` as in `analysis/data/topics.yaml`."""

    key: str
    score: float
    reasons: tuple[Reason, ...] = ()


@dataclass(frozen=True, slots=True)
class Relevance:
    """The grade of an article, with the reasons."""

    grade: Grade
    score: float
    reasons: tuple[Reason, ...] = ()


@dataclass(frozen=True, slots=True)
class Reading:
    """All that is read out of one article's text. `rules` is the version of the rule data that read it."""

    relevance: Relevance
    topics: tuple[TopicScore, ...]
    citations: tuple[Citation, ...]
    links: tuple[Link, ...]
    province: str | None
    rules: str

    @property
    def flags(self) -> tuple[str, ...]:
        """The doubts about its documents, each once ("unreadable_number")."""
        return tuple(dict.fromkeys(flag for citation in self.citations for flag in citation.flags))

"""The demo's own news: what stands in `articles/*.yaml`, made into stories of one anchor day.

Every story is invented; the numbers and dates of older central documents are facts. A story carries its truth: what a reader of
the page must make of it.
"""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass, field, replace
from datetime import date, datetime, time, timedelta
from functools import cache
from pathlib import Path
from typing import Literal

import yaml
from pydantic import BaseModel, ConfigDict, Field

from analysis.text import search_key
from danvan.demo.placeholders import fill
from foundation.clock import HANOI

ARTICLES = Path(__file__).parent / "articles"

Role = Literal["issues", "implements", "amends", "replaces", "drafts", "cites"]
Trait = Literal[
    "protected", "protected_in_script", "unfilled", "nfd", "undated", "soft_404", "photo", "video", "film", "word"
]
"""How a story's page departs from a plain one.

`film`: a video under an article's address; `word`: the debris of a word processor.
"""


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Reprint(_Strict):
    """The same story on another site, under another headline or first paragraph."""

    site: str
    section: str
    title: str | None = None
    lead: str | None = None
    first: str | None = None
    author: str | None = None
    day: int | None = None
    time: str | None = None


class StoryEntry(_Strict):
    """One story as a clerk writes it in `articles/*.yaml`."""

    id: str
    site: str
    section: str
    day: int = Field(le=0, ge=-400)
    time: str = Field(pattern=r"^\d\d:\d\d$")
    title: str
    lead: str
    body: str = ""
    author: str = ""
    tags: tuple[str, ...] = ()
    traits: tuple[Trait, ...] = ()
    held: bool = False
    status: str = "article"
    grade: tuple[str, ...] | str = ()
    topics: tuple[str, ...] = ()
    documents: dict[Role, tuple[str, ...]] = Field(default_factory=dict)
    alerts: tuple[str, ...] | None = None
    links: tuple[tuple[str, str, str], ...] = ()
    copies: tuple[Reprint, ...] = ()
    note: str = ""


@dataclass(frozen=True, slots=True)
class Block:
    """A piece of a body: `kind` is "p", "h" (a heading within the text) or "img" (a caption)."""

    kind: str
    text: str


@dataclass(frozen=True, slots=True)
class Truth:
    """What a reader of the page must make of it.

    `grades`: any of these is right; `topics`: at least these; `documents`: symbols by role; `alerts`: symbols
    that are news, each with the province's code or None for a central document; `links`: (document, role, document).
    """

    status: str
    grades: tuple[str, ...] = ()
    topics: tuple[str, ...] = ()
    documents: dict[Role, tuple[str, ...]] = field(default_factory=dict)
    alerts: tuple[str, ...] = ()
    links: tuple[tuple[str, str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Story:
    """One page of news on one site. `published_at` is aware, in Hà Nội's zone."""

    id: str
    site: str
    number: int
    slug: str
    section: str
    title: str
    lead: str
    blocks: tuple[Block, ...]
    published_at: datetime
    author: str = "PV"
    tags: tuple[str, ...] = ()
    traits: frozenset[str] = frozenset()
    held: bool = False
    truth: Truth = Truth("article")
    version: int = 1

    @property
    def hex(self) -> str:
        """Seven hexadecimal digits that stand for the story in an address."""
        return hashlib.sha256(self.id.encode()).hexdigest()[:7]

    @property
    def paragraphs(self) -> tuple[str, ...]:
        """The paragraphs of the body, without headings and captions."""
        return tuple(block.text for block in self.blocks if block.kind == "p")


def slug(words: str) -> str:
    """An address's last part: letters without marks, digits, hyphens; at most 110 characters."""
    return re.sub(r"[^a-z0-9]+", "-", search_key(words)).strip("-")[:110].strip("-")


def blocks_of(body: str) -> tuple[Block, ...]:
    """The pieces of a body: paragraphs between blank lines, `## ` a heading, `!anh ` a caption."""
    made = []
    for piece in re.split(r"\n\s*\n", body.strip()):
        words = " ".join(piece.split())
        if words.startswith("## "):
            made.append(Block("h", words[3:]))
        elif words.startswith("!anh "):
            made.append(Block("img", words[5:]))
        elif words:
            made.append(Block("p", words))
    return tuple(made)


@cache
def entries() -> tuple[StoryEntry, ...]:
    """All stories as written, file by file. Raises ValidationError or ValueError for a wrong or doubled one."""
    read: list[StoryEntry] = []
    for path in sorted(ARTICLES.glob("*.yaml")):
        read += [StoryEntry.model_validate(item) for item in yaml.safe_load(path.read_text(encoding="utf-8")) or ()]
    ids = [entry.id for entry in read]
    doubled = {name for name in ids if ids.count(name) > 1}
    if doubled:
        raise ValueError(f"doubled story ids: {sorted(doubled)}")
    return tuple(read)


def load_stories(anchor: date, started_at: datetime) -> tuple[Story, ...]:
    """All stories, copies among them, with dates counted from `anchor`.

    `started_at` (aware): no story is published later than ten minutes before it, so that "today" holds no future.
    """
    made: list[Story] = []
    for ordinal, entry in enumerate(entries()):
        original = _story(entry, anchor, started_at, 210_000 + ordinal * 37)
        made.append(original)
        made += [
            _copy(original, entry, copy, anchor, started_at, original.number + 1 + n)
            for n, copy in enumerate(entry.copies)
        ]
    return tuple(made)


def _moment(anchor: date, day: int, clock_time: str, started_at: datetime) -> datetime:
    hour, minute = map(int, clock_time.split(":"))
    moment = datetime.combine(anchor + timedelta(days=day), time(hour, minute), HANOI)
    latest = started_at.astimezone(HANOI) - timedelta(minutes=10)
    return min(moment, latest.replace(second=0, microsecond=0))


def _story(entry: StoryEntry, anchor: date, started_at: datetime, number: int) -> Story:
    def dated(words: str) -> str:
        return fill(words, anchor)

    documents = {role: tuple(map(dated, symbols)) for role, symbols in entry.documents.items()}
    alerts = documents.get("issues", ()) if entry.alerts is None else tuple(map(dated, entry.alerts))
    title = dated(entry.title.strip())
    return Story(
        id=entry.id,
        site=entry.site,
        number=number,
        slug=slug(title),
        section=entry.section,
        title=title,
        lead=" ".join(dated(entry.lead).split()),
        blocks=blocks_of(dated(entry.body)),
        author=entry.author,
        published_at=_moment(anchor, entry.day, entry.time, started_at),
        tags=entry.tags,
        traits=frozenset(entry.traits),
        held=entry.held,
        truth=Truth(
            status=entry.status,
            grades=(entry.grade,) if isinstance(entry.grade, str) else entry.grade,
            topics=entry.topics,
            documents=documents,
            alerts=alerts,
            links=tuple((dated(a), role, dated(b)) for a, role, b in entry.links),
        ),
    )


def _copy(original: Story, entry: StoryEntry, copy: Reprint, anchor: date, started_at: datetime, number: int) -> Story:
    title = fill(copy.title, anchor) if copy.title else original.title
    blocks = original.blocks
    if copy.first:
        first = next(n for n, block in enumerate(blocks) if block.kind == "p")
        blocks = (*blocks[:first], Block("p", " ".join(fill(copy.first, anchor).split())), *blocks[first + 1 :])
    return replace(
        original,
        id=f"{original.id}@{copy.site}",
        site=copy.site,
        number=number,
        slug=slug(title),
        section=copy.section,
        title=title,
        lead=" ".join(fill(copy.lead, anchor).split()) if copy.lead else original.lead,
        blocks=blocks,
        author=copy.author or original.author,
        published_at=_moment(anchor, entry.day if copy.day is None else copy.day, copy.time or entry.time, started_at),
        traits=frozenset(),
    )

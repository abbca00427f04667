"""Điểm báo: the stories of some days under the outline in which offices hand them up."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from typing import Any

import yaml
from sqlalchemy.orm import Session

from foundation.words import thousands
from models.desk.clippings import TONES, kept_clipping
from models.views.clipping import MOST, ClippedStory, older, stories, stories_of

DATA = Path(__file__).parent / "data"


@dataclass(frozen=True, slots=True)
class ClippingSection:
    """One part of the outline with its stories: what names a new document first, then core, then newest."""

    key: str
    label: str
    stories: tuple[ClippedStory, ...]


@dataclass(frozen=True, slots=True)
class Clipping:
    """A clipping of the days from `first` to `last` (Hà Nội, both included); empty sections are kept out.

    `remarks` (kiến nghị, đề xuất) and `by` are those of the person who chose it; empty for an automatic one.
    """

    first: dt.date
    last: dt.date
    sections: tuple[ClippingSection, ...]
    remarks: str = ""
    by: str = ""
    older: int = 0
    """Articles of these days, the oldest, that were not looked at: there are too many."""

    @property
    def total(self) -> int:
        """Stories, each once however many papers printed it."""
        return sum(len(section.stories) for section in self.sections)

    @property
    def note(self) -> str:
        """What the reader should know of a clipping that could not look at all; empty where it could."""
        return cut_note(self.older)

    @property
    def documents(self) -> tuple[str, ...]:
        """Symbols of the documents reported as issued."""
        return tuple(
            dict.fromkeys(symbol for part in self.sections for one in part.stories for symbol in one.documents)
        )


def cut_note(older: int) -> str:
    """What is said where only the newest articles of some days were looked at, and `older` were not."""
    if not older:
        return ""
    return (
        f"Những ngày này có nhiều tin: chỉ chọn trong {thousands(MOST)} tin mới nhất, còn {thousands(older)} tin cũ hơn"
        " chưa xét. Muốn xét đủ, chọn ít ngày hơn."
    )


def build_clipping(session: Session, first: dt.date, last: dt.date) -> Clipping:
    """The automatic clipping of these days."""
    return Clipping(first, last, arranged(stories(session, first, last)), older=older(session, first, last))


def chosen_clipping(session: Session, first: dt.date, last: dt.date) -> Clipping:
    """The clipping that somebody saved for these days, else the automatic one."""
    kept = kept_clipping(session, first, last)
    if kept is None:
        return build_clipping(session, first, last)
    found = {story.article_id: story for story in stories(session, first, last)}
    chosen = {item.article_id for item in kept.items}
    found |= {story.article_id: story for story in stories_of(session, chosen - found.keys())}
    held: dict[str, list[ClippedStory]] = defaultdict(list)
    for item in kept.items:
        if (story := found.get(item.article_id)) is not None:
            gist = tuple(line.strip() for line in item.gist.splitlines() if line.strip())
            held[item.section].append(replace(story, gist=gist, tone=TONES.get(item.tone, "")))
    filled = ((key, label) for key, label in section_labels().items() if held[key])
    sections = tuple(ClippingSection(key, label, tuple(held[key])) for key, label in filled)
    return Clipping(first, last, sections, kept.remarks, kept.by)


def arranged(found: Iterable[ClippedStory]) -> tuple[ClippingSection, ...]:
    """Stories under the outline's sections, in its order."""
    held: dict[str, list[ClippedStory]] = defaultdict(list)
    for story in found:
        held[section_of(story.topics)].append(story)
    return tuple(
        ClippingSection(key, label, tuple(sorted(held[key], key=_order)))
        for key, label in section_labels().items()
        if held[key]
    )


def _order(story: ClippedStory) -> tuple[bool, bool, float]:
    return not story.documents, story.grade != "core", -story.sort_at.timestamp()


@cache
def _outline() -> Mapping[str, Any]:
    content: Mapping[str, Any] = yaml.safe_load((DATA / "outline.yaml").read_text(encoding="utf-8"))
    return content


@cache
def section_labels() -> Mapping[str, str]:
    """The outline's sections in order: key → label."""
    return {section["key"]: section["label"] for section in _outline()["sections"]}


def section_of(topics: Iterable[str]) -> str:
    """The section for these topics, strongest first; the outline's `rest` where no section holds any of them."""
    for topic in topics:
        for section in _outline()["sections"]:
            if topic in section["topics"]:
                return str(section["key"])
    return str(_outline()["rest"])

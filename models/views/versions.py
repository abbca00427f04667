"""What a paper changed in an article after it was published."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from difflib import SequenceMatcher
from itertools import pairwise

from sqlalchemy import select
from sqlalchemy.orm import Session

from models.tables import ArticleRow, ArticleVersionRow

_MOST_COMPARED = 60_000
"""Characters of a version that are compared word by word; longer ones are compared by paragraphs."""


@dataclass(frozen=True, slots=True)
class Change:
    """A stretch of a comparison: "same", "out" or "in"."""

    kind: str
    text: str


@dataclass(frozen=True, slots=True)
class Version:
    """What the paper changed at one time."""

    replaced_at: dt.datetime
    title: tuple[Change, ...]
    text: tuple[Change, ...]


def versions_of(session: Session, row: ArticleRow) -> tuple[Version, ...]:
    """The changes of an article, newest first."""
    older = session.scalars(
        select(ArticleVersionRow).where(ArticleVersionRow.article_id == row.id).order_by(ArticleVersionRow.id).limit(20)
    ).all()
    states = [(one.title, f"{one.lead}\n\n{one.text}") for one in older] + [(row.title, f"{row.lead}\n\n{row.text}")]
    return tuple(
        Version(one.replaced_at, compare(before[0], after[0]), compare(before[1], after[1]))
        for one, (before, after) in reversed(list(zip(older, pairwise(states), strict=True)))
    )


def compare(before: str, after: str) -> tuple[Change, ...]:
    """What went out and what came in, word by word (by paragraphs where the texts are very long)."""
    long = max(len(before), len(after)) > _MOST_COMPARED
    old, new = (_cut(text, "\n" if long else " ") for text in (before, after))
    changes: list[Change] = []
    for what, a, b, c, d in SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        if what == "equal":
            changes.append(Change("same", "".join(old[a:b])))
            continue
        if b > a:
            changes.append(Change("out", "".join(old[a:b])))
        if d > c:
            changes.append(Change("in", "".join(new[c:d])))
    return tuple(changes)


def _cut(text: str, at: str) -> list[str]:
    pieces = text.split(at)
    return [piece + at for piece in pieces[:-1]] + pieces[-1:]

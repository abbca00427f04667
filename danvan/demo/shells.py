"""Any plain text in the page shell of a family: for trying what the program makes of a text from outside."""

from __future__ import annotations

from datetime import datetime

from danvan.demo.addresses import Profile, profiles
from danvan.demo.stories import Block, Story, slug
from foundation.clock import HANOI

_SHORT = 40
"""A line shorter than this before the first paragraph is a byline or a date, not the lead."""

_SOME_DAY = datetime(2026, 11, 20, 8, 15, tzinfo=HANOI)


def text_story(
    name: str, text: str, *, family: str = "plain", province: str | None = None, published_at: datetime | None = None
) -> tuple[Profile, Story]:
    """A site and its one story made of `text`: first line the title, first long line the lead, the rest the body.

    `published_at` is aware (default: a fixed day). Raises KeyError for an unknown family, ValueError for a text
    without words.
    """
    title, lead, rest = parts_of(text)
    like = {profile.family: profile for profile in profiles()}[family]
    profile = like.model_copy(
        update={"id": name, "province": province or like.province, "name": f"{name} (bản mô phỏng)", "signature": ""}
    )
    story = Story(
        id=name,
        site=name,
        number=301_207,
        slug=slug(title) or "bai-viet",
        section=next(iter(like.sections)),
        title=title,
        lead=lead,
        blocks=tuple(Block("p", line) for line in rest),
        published_at=(published_at or _SOME_DAY).astimezone(HANOI),
    )
    return profile, story


def parts_of(text: str) -> tuple[str, str, tuple[str, ...]]:
    """Title, lead and body lines of a plain text. Raises ValueError where it holds no words."""
    lines = [" ".join(line.split()) for line in text.splitlines() if line.strip()]
    if not lines:
        raise ValueError("an empty text has no title")
    title, rest = lines[0], lines[1:]
    where = next((n for n, line in enumerate(rest) if len(line) >= _SHORT), None)
    if where is None:
        return title, "", tuple(rest)
    return title, rest[where], tuple(rest[:where] + rest[where + 1 :])

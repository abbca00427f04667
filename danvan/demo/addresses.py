"""Where things stand on a replica: the address shapes of its family, and how that family prints moments."""

from __future__ import annotations

import zlib
from dataclasses import dataclass
from datetime import datetime
from email.utils import format_datetime
from functools import cache
from pathlib import Path
from urllib.parse import quote

import yaml
from pydantic import BaseModel, ConfigDict

from danvan.demo.stories import Story, slug
from foundation.words import WEEKDAYS

_FOLDER = Path(__file__).parent


class Shape(BaseModel):
    """The address patterns of one family, as in `families.yaml`."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    article: str
    also: tuple[str, ...]
    print: str | None
    tag: str
    topic: str
    media: str
    section: str
    page: str
    feed: str | None
    feed_sub: str | None = None
    feed_home: str | None = None
    feed_date: str


class Profile(BaseModel):
    """One replica paper, as in `sites.yaml`. `province` is the two-digit code; `sections` path → label."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    id: str
    family: str
    province: str
    place: str
    committee: str
    name: str
    signature: str
    sections: dict[str, str]


@cache
def shapes() -> dict[str, Shape]:
    """All families by name."""
    data = yaml.safe_load((_FOLDER / "families.yaml").read_text(encoding="utf-8"))
    return {name: Shape.model_validate(item) for name, item in data.items()}


@cache
def profiles() -> tuple[Profile, ...]:
    """The replica papers, in the order of `sites.yaml`."""
    data = yaml.safe_load((_FOLDER / "sites.yaml").read_text(encoding="utf-8"))
    return tuple(Profile.model_validate(item) for item in data)


@dataclass(frozen=True)
class Addresses:
    """The paths of one replica. All answers start with a slash and carry no host."""

    shape: Shape
    sections: dict[str, str]

    def article(self, story: Story) -> str:
        """The story's own path."""
        if story.traits & {"photo", "video"}:
            return self.shape.media.format(media="photo" if "photo" in story.traits else "video", **_words(story))
        return self.shape.article.format(**_words(story))

    def others(self, story: Story) -> tuple[str, ...]:
        """Older paths that still answer with the same story."""
        return tuple(pattern.format(**_words(story)) for pattern in self.shape.also)

    def print(self, story: Story) -> str | None:
        """The print page; its number need not be the story's."""
        return self.shape.print and self.shape.print.format(**_words(story))

    def tag(self, words: str) -> str:
        """The page of one tag. One family puts the words in raw, blanks and all."""
        return self.shape.tag.format(slug=slug(words), number=zlib.crc32(words.encode()) % 90_000, words=words)

    def topic(self, words: str) -> str:
        """The page of one event or topic."""
        return self.shape.topic.format(slug=slug(words), number=zlib.crc32(words.encode()) % 90_000)

    def section(self, section: str) -> str:
        """The listing of a section (without page number)."""
        return self.shape.section.format(section=section)

    def feed(self, section: str) -> str | None:
        """The section's feed, None where the family has none."""
        pattern = self.shape.feed_sub if "/" in section and self.shape.feed_sub else self.shape.feed
        ordinal = list(self.sections).index(section) + 1
        return pattern and pattern.format(section=section, leaf=section.rsplit("/", 1)[-1], ordinal=ordinal)


def _words(story: Story) -> dict[str, object]:
    return {
        "slug": story.slug,
        "number": story.number,
        "other": story.number - 20_851,
        "hex": story.hex,
        "section": story.section,
        "month": f"{story.published_at:%Y%m}",
        "year": f"{story.published_at:%Y}",
        "monthonly": f"{story.published_at:%m}",
    }


def quoted(path: str) -> str:
    """A path as it goes over the wire (blanks and Vietnamese letters percent-encoded)."""
    return quote(path, safe="/%?=&-._~")


def feed_date(moment: datetime, form: str) -> str:
    """A moment as the family's feeds print it: `rfc822`, `local` (no zone) or `gmt7`."""
    if form == "local":
        return f"{moment:%Y-%m-%d %H:%M:%S}"
    if form == "gmt7":
        return format_datetime(moment).replace("+0700", "GMT+7")
    return format_datetime(moment)


def weekday(moment: datetime) -> str:
    """The weekday in words: “Thứ tư”, “Chủ nhật”."""
    return WEEKDAYS[moment.weekday()].capitalize()


def weekday_number(moment: datetime) -> str:
    """The weekday with a digit, as one family prints it: “Thứ 4”, “Chủ nhật”."""
    return "Chủ nhật" if moment.weekday() == 6 else f"Thứ {moment.weekday() + 2}"


def us_order(moment: datetime) -> str:
    """The order of one family's meta dates: “1/8/2026 10:02:01 AM” for 8 January."""
    hour = moment.hour % 12 or 12
    half = "AM" if moment.hour < 12 else "PM"
    return f"{moment.month}/{moment.day}/{moment.year} {hour}:{moment:%M:%S} {half}"

"""Many distinct pages of the six families for measuring a harvest: rendered before the clock starts.

Sentences are drawn from the demo's own news; every page is another draw, so that none is a copy of another. The
word "bench" stands in every article's address. Heavy pages weigh what real ones do: 172 KB in the median, most of
it a menu that opens to teasers, and boxes of news beside and below the article (a real page of 158 KB: 1,300
elements, 370 links, 120 pictures).
"""

from __future__ import annotations

import random
import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from html import escape

from danvan.demo.addresses import Profile, profiles
from danvan.demo.loopback import LoopbackSites
from danvan.demo.replica import Answer, Query, Replica
from danvan.demo.stories import Block, Story, load_stories, slug
from foundation.clock import HANOI

_ANCHOR = date(2026, 11, 20)
_EVENING = datetime.combine(_ANCHOR, time(20, 0), HANOI)


_HEAVY = 172 * 1024
_SPREAD = 0.35
"""Heavy pages weigh between 65 and 135 % of the median."""

_BODY = re.compile(rb"<body\b[^>]*>")


@dataclass(frozen=True, slots=True)
class BenchPage:
    """One prepared page: its site, its path, its bytes."""

    site: str
    path: str
    title: str
    body: bytes


class PreparedReplica(Replica):
    """A replica whose answers are made once and then only handed out."""

    def prepare(self, *, heavy: bool = False) -> tuple[BenchPage, ...]:
        """Render everything that a harvest asks for; answers the article pages."""
        cards = [_card(self.base_url, self.pages.url(story), story) for story in self.stories] if heavy else []
        self._ready: dict[tuple[str, str], Answer] = {}
        listings = [self.pages.addresses.section(section) for section in self.profile.sections]
        for path in ("/", "/robots.txt", *listings):
            self._ready[path, ""] = super().answer(path, {}, {})
        made = []
        for story in self.stories:
            path = self.pages.addresses.article(story)
            answer = super().answer(path, {}, {})
            if cards:
                answer = replace(answer, body=_weighed(answer.body, cards, story.number))
            self._ready[path, ""] = answer
            made.append(BenchPage(self.profile.id, path, story.title, answer.body))
        return tuple(made)

    def answer(self, path: str, query: Query, request: Mapping[str, str]) -> Answer:
        """The prepared answer, else one made now."""
        ready = self._ready.get((path, "")) if not query else None
        return ready.unless_held(request) if ready else super().answer(path, query, request)


class BenchSites(LoopbackSites):
    """One site a family, together `count` distinct article pages, each site's listing linking all of its own.

    `pages`: what was prepared, in the order of the sites.
    """

    def __init__(self, count: int, *, heavy: bool = False) -> None:
        super().__init__()
        families = [profile for profile in profiles() if profile.family != "plain"]
        sentences = _sentences()
        self.pages: list[BenchPage] = []
        for n, like in enumerate(families):
            profile = like.model_copy(update={"id": f"bench-{like.family}", "sections": _one_section(like)})
            stories = [_story(profile, number, sentences) for number in range(n, count, len(families))]
            base = self.bind(profile.id)
            replica = PreparedReplica(profile, base, stories, lambda: _EVENING, page_size=max(1, count))
            self.pages += replica.prepare(heavy=heavy)
            self.replicas[profile.id] = replica


def _card(base: str, url: str, story: Story) -> bytes:
    """A teaser of another article as boxes and menus show it: picture, headline, section."""
    title = escape(story.title)
    picture = f"{base}/thumbs/540x360/upload/news/{story.published_at:%Y/%m}/{story.hex}_{story.slug[:40]}.jpg"
    return (
        f'<div class="mega-card"><a class="mega-card__img" href="{url}" title="{title}"><img class="lazy" '
        f'data-src="{picture}" src="{base}/assets/images/grey.gif" alt="{title}" width="540" height="360"></a>'
        f'<div class="mega-card__text"><h4><a href="{url}">{title}</a></h4><span class="mega-card__time">'
        f"{story.published_at:%H:%M}</span></div></div>\n"
    ).encode()


def _weighed(body: bytes, cards: list[bytes], number: int) -> bytes:
    """The page with teasers in its menu and below the article, until it weighs what a real one does."""
    dice = random.Random(number)
    missing = int(_HEAVY * dice.uniform(1 - _SPREAD, 1 + _SPREAD)) - len(body)
    drawn: list[bytes] = []
    while missing > 0:
        drawn.append(dice.choice(cards))
        missing -= len(drawn[-1])
    half = len(drawn) // 2
    menu = b'<nav class="mega-menu">' + b"".join(drawn[:half]) + b"</nav>"
    boxes = b'<aside class="mega-boxes">' + b"".join(drawn[half:]) + b"</aside></body>"
    return _BODY.sub(lambda opened: opened.group() + menu, body, count=1).replace(b"</body>", boxes, 1)


def _one_section(profile: Profile) -> dict[str, str]:
    return dict([next(iter(profile.sections.items()))])


def _sentences() -> tuple[str, ...]:
    texts = (text for story in load_stories(_ANCHOR, _EVENING) for text in story.paragraphs)
    return tuple(sorted({piece for text in texts for piece in re.split(r"(?<=[.!?]) ", text) if len(piece) > 40}))


def _story(profile: Profile, number: int, sentences: tuple[str, ...]) -> Story:
    dice = random.Random(number)
    drawn = dice.sample(sentences, dice.randrange(20, 34))
    title = f"Bench {number}: {' '.join(drawn[0].split()[:12])}"
    paragraphs = [" ".join(drawn[start : start + 3]) for start in range(2, len(drawn), 3)]
    published = _EVENING - timedelta(minutes=17 * (number + 1))
    return Story(
        id=f"{profile.id}-{number}",
        site=profile.id,
        number=600_000 + number,
        slug=slug(title),
        section=next(iter(profile.sections)),
        title=title,
        lead=f"{drawn[1]} (Bản tin số {number})",
        blocks=tuple(Block("p", paragraph) for paragraph in paragraphs),
        published_at=published,
        tags=("thời sự",),
    )

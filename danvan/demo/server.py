"""The replica papers, all served by one process over loopback, one port each.

`python -m danvan.demo.server --port-base 8100` starts them for looking at; tests use `ReplicaSites` as a context
manager.
"""

from __future__ import annotations

import argparse
import sys
import threading
from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from datetime import date, datetime, time
from pathlib import Path

from danvan.demo.addresses import profiles
from danvan.demo.expected import Expected, expected_of
from danvan.demo.loopback import LoopbackSites
from danvan.demo.replica import Replica
from danvan.demo.stories import Block, Story, Truth, blocks_of, load_stories, slug
from foundation.clock import HANOI


class ReplicaSites(LoopbackSites):
    """The demo's replica papers with their four weeks of news.

    `anchor`: the day from which the news' dates are counted; `clock` (aware) gives the moment that the pages'
    headers show, by default 18:00 of the anchor day; `port_base`: the first port, by default free ones;
    `only`: ids of the replicas to serve.
    """

    def __init__(
        self,
        anchor: date,
        clock: Callable[[], datetime] | None = None,
        *,
        port_base: int | None = None,
        only: Iterable[str] | None = None,
    ) -> None:
        super().__init__()
        self.anchor = anchor
        evening = datetime.combine(anchor, time(18, 0), HANOI)
        self.clock = clock or (lambda: evening)
        stories = load_stories(anchor, self.clock())
        wanted = None if only is None else set(only)
        for n, profile in enumerate(p for p in profiles() if wanted is None or p.id in wanted):
            base = self._bind(profile.id, 0 if port_base is None else port_base + n)
            own = (story for story in stories if story.site == profile.id)
            self.replicas[profile.id] = Replica(profile, base, own, self.clock)

    def url(self, article: str) -> str:
        """The full address of an article."""
        replica = self._holder(article)
        return replica.pages.url(replica.story(article))

    def edit(self, article: str, changes: Mapping[str, str] | None = None) -> Story:
        """Print an article anew: `changes` (old words → new words), by default those its file foresees.

        Raises ValueError where nothing would change.
        """
        replica = self._holder(article)
        story = replica.story(article)
        edited = _changed(story, changes if changes is not None else story.later)
        if replace(edited, version=story.version) == story:
            raise ValueError(f"nothing changes in {article}")
        replica.put(edited)
        return edited

    def withdraw(self, article: str) -> None:
        """Take an article off its site."""
        self._holder(article).withdraw(article)

    def publish(self, article: str) -> Story:
        """Publish an article that its file holds back."""
        replica = self._holder(article)
        story = replace(replica.story(article), held=False)
        replica.put(story)
        return story

    def publish_new(
        self, site: str, title: str, lead: str, body: str, *, section: str | None = None, at: datetime | None = None
    ) -> Story:
        """Publish an article of the caller's own on a site, at `at` (aware; default: now by the clock)."""
        replica = self.replicas[site]
        number = 480_000 + sum(len(one.stories) for one in self.replicas.values())
        story = Story(
            id=f"own-{number}",
            site=site,
            number=number,
            slug=slug(title),
            section=section or next(iter(replica.profile.sections)),
            title=title,
            lead=lead,
            blocks=blocks_of(body),
            author="PV",
            published_at=(at or self.clock()).astimezone(HANOI),
            tags=(),
            traits=frozenset(),
            held=False,
            truth=Truth("article"),
        )
        replica.put(story)
        return story

    def expected(self) -> tuple[Expected, ...]:
        """The truth of every page now published."""
        return tuple(
            expected_of(story, replica.profile, replica.pages.url(story))
            for replica in self.replicas.values()
            for story in replica.stories
        )

    def _holder(self, article: str) -> Replica:
        for replica in self.replicas.values():
            try:
                replica.story(article)
            except KeyError:
                continue
            return replica
        raise KeyError(article)


def _changed(story: Story, changes: Mapping[str, str]) -> Story:
    def change(words: str) -> str:
        for old, new in changes.items():
            words = words.replace(old, new)
        return words

    return replace(
        story,
        title=change(story.title),
        lead=change(story.lead),
        blocks=tuple(Block(block.kind, change(block.text)) for block in story.blocks),
        version=story.version + 1,
    )


def main() -> None:
    """Serve the replicas until interrupted; prints where each stands."""
    parser = argparse.ArgumentParser(description="Replica papers over loopback")
    parser.add_argument("--port-base", type=int, default=8100)
    parser.add_argument("--anchor", type=date.fromisoformat, help="the day the news' dates are counted from (today)")
    parser.add_argument("--sources", type=Path, help="folder to write the catalogue files into")
    given = parser.parse_args()

    def clock() -> datetime:
        return datetime.now(HANOI)

    with ReplicaSites(given.anchor or clock().date(), clock, port_base=given.port_base) as sites:
        if given.sources:
            sites.write_sources(given.sources)
        for name, address in sites.sites.items():
            sys.stdout.write(f"{name:18} {address}\n")
        try:
            threading.Event().wait()
        except KeyboardInterrupt:
            return


if __name__ == "__main__":
    main()

"""The replica papers, all served by one process over loopback, one port each.

`python -m danvan.demo.server --port-base 8100` starts them for looking at; tests use `ReplicaSites` as a context
manager.
"""

from __future__ import annotations

import argparse
import sys
import threading
from collections.abc import Callable, Iterable
from datetime import date, datetime, time
from pathlib import Path

from danvan.demo.addresses import profiles
from danvan.demo.loopback import LoopbackSites
from danvan.demo.replica import Replica
from danvan.demo.stories import load_stories
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
            base = self.bind(profile.id, 0 if port_base is None else port_base + n)
            own = (story for story in stories if story.site == profile.id)
            self.replicas[profile.id] = Replica(profile, base, own, self.clock)


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

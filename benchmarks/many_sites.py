"""As many papers as the catalogue has, on loopback: the replicas ten times over, each on a port of its own."""

from __future__ import annotations

import dataclasses
import time
from datetime import date, datetime
from datetime import time as clock_time
from pathlib import Path

import yaml
from starlette.types import Receive, Scope, Send

from danvan.demo.addresses import profiles
from danvan.demo.loopback import LoopbackSites
from danvan.demo.replica import Replica
from danvan.demo.stories import load_stories
from foundation.clock import HANOI


class ManySites(LoopbackSites):
    """`count` papers with the replicas' news; `asked`: when each was asked, on this process's clock."""

    def __init__(self, count: int, anchor: date) -> None:
        super().__init__()
        evening = datetime.combine(anchor, clock_time(18, 0), HANOI)
        stories = load_stories(anchor, evening)
        self.asked: dict[str, list[float]] = {}
        known = list(profiles())
        for number in range(count):
            kind = known[number % len(known)]
            profile = kind.model_copy(update={"id": f"{kind.id}-{number:02}"})
            base = self.bind(profile.id)
            own = (dataclasses.replace(story, site=profile.id) for story in stories if story.site == kind.id)
            self.replicas[profile.id] = Replica(profile, base, own, lambda: evening)

    def write(self, folder: Path, delay: float) -> list[str]:
        """Catalogue files that ask for `delay` seconds between two requests; answers the ids."""
        for path in self.write_sources(folder):
            data = yaml.safe_load(path.read_text("utf-8")) | {"crawl_delay": delay}
            path.write_text(yaml.safe_dump(data, allow_unicode=True), encoding="utf-8")
        return sorted(self.replicas)

    async def _serve(self, scope: Scope, receive: Receive, send: Send) -> None:
        self.asked.setdefault(self._by_port[scope["server"][1]], []).append(time.monotonic())
        await super()._serve(scope, receive, send)

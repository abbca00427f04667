"""The replica papers, all served by one process over loopback, one port each.

`python -m danvan.demo.server --port-base 8100` starts them for looking at; tests use `ReplicaSites` as a context
manager.
"""

from __future__ import annotations

import argparse
import asyncio
import socket
import threading
from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from datetime import date, datetime, time, timedelta
from pathlib import Path
from types import TracebackType
from typing import Self

import uvicorn
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from danvan.demo.addresses import profiles
from danvan.demo.expected import Expected, expected_of
from danvan.demo.replica import Answer, Replica
from danvan.demo.shells import text_story
from danvan.demo.sources import write_source
from danvan.demo.stories import Block, Story, Truth, blocks_of, load_stories, slug
from danvan.settings import HANOI

_START_SECONDS = 10.0


class LoopbackSites:
    """Replicas on ports of 127.0.0.1, one uvicorn server in a thread of its own; a context manager.

    `sites`: id → base address with a closing slash; `requests`: (site id, path with query) in the order of asking.
    """

    def __init__(self) -> None:
        self.replicas: dict[str, Replica] = {}
        self.requests: list[tuple[str, str]] = []
        self._by_port: dict[int, str] = {}
        self._sockets: list[socket.socket] = []
        self._server: uvicorn.Server | None = None
        self._thread: threading.Thread | None = None

    @property
    def sites(self) -> dict[str, str]:
        """Replica id → base address."""
        return {name: replica.base_url + "/" for name, replica in self.replicas.items()}

    def write_sources(self, folder: Path) -> tuple[Path, ...]:
        """Write one catalogue file a replica into `folder` (made where absent)."""
        folder.mkdir(parents=True, exist_ok=True)
        return tuple(write_source(replica, folder) for replica in self.replicas.values())

    def add_text(
        self,
        name: str,
        text: str,
        *,
        family: str = "plain",
        province: str | None = None,
        published_at: datetime | None = None,
    ) -> Expected:
        """Put a plain text (first line the title) into a family's page shell, as a site of its own.

        To be called before the sites are entered. `province`: two-digit code, by default that of the family's
        replica; `published_at` aware. Answers what the page carries; its truth is the caller's affair.
        """
        profile, story = text_story(name, text, family=family, province=province, published_at=published_at)
        base = self._bind(name)
        self.replicas[name] = Replica(profile, base, [story], lambda: story.published_at + timedelta(hours=8))
        return expected_of(story, profile, self.replicas[name].pages.url(story))

    def __enter__(self) -> Self:
        config = uvicorn.Config(
            self._serve,
            interface="asgi3",
            lifespan="off",
            log_config=None,
            access_log=False,
            proxy_headers=False,
            timeout_keep_alive=30,
        )
        self._server = uvicorn.Server(config)
        self._thread = threading.Thread(target=self._run, args=(self._server,), daemon=True, name="replica-sites")
        self._thread.start()
        waited = threading.Event()
        for _ in range(int(_START_SECONDS / 0.02)):
            if self._server.started:
                return self
            waited.wait(0.02)
        raise TimeoutError("the replica sites did not start")

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Stop serving and free the ports; also for sites that were never entered."""
        if self._server is not None and self._thread is not None:
            self._server.should_exit = True
            self._server.force_exit = True
            self._thread.join(timeout=10)
        for bound in self._sockets:
            bound.close()

    def _bind(self, name: str, port: int = 0) -> str:
        """Bind a port for a replica; answers its base address without a closing slash."""
        bound = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
        bound.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        bound.bind(("127.0.0.1", port))
        self._sockets.append(bound)
        chosen: int = bound.getsockname()[1]
        self._by_port[chosen] = name
        return f"http://127.0.0.1:{chosen}"

    def _run(self, server: uvicorn.Server) -> None:
        asyncio.run(server.serve(sockets=self._sockets))

    async def _serve(self, scope: Scope, receive: Receive, send: Send) -> None:
        request = Request(scope, receive)
        name = self._by_port[scope["server"][1]]
        query = f"?{request.url.query}" if request.url.query else ""
        self.requests.append((name, request.url.path + query))
        answer = self._answer(name, request)
        response = Response(answer.body, answer.status, answer.headers())
        await response(scope, receive, send)

    def _answer(self, name: str, request: Request) -> Answer:
        headers = {key.lower(): value for key, value in request.headers.items()}
        return self.replicas[name].answer(request.scope["path"], dict(request.query_params), headers)


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
            print(f"{name:18} {address}")  # noqa: T201 - a command's output
        try:
            threading.Event().wait()
        except KeyboardInterrupt:
            return


if __name__ == "__main__":
    main()

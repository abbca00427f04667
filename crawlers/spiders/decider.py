"""What a crawl asks for next and what becomes of an answer: the one page that tells the road of a paper's crawl."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass, field
from datetime import date
from urllib.parse import urlsplit

from crawlers.answers import ArticleAnswer, article_answer
from crawlers.discovery import Discovery
from crawlers.entries import Entry, EntryKind, body_hash, entries_of, remembered
from crawlers.keys import is_renamed
from crawlers.lists import Skip
from crawlers.options import CrawlOptions
from crawlers.paging import Walk
from crawlers.source import Source
from crawlers.values import Failure, Fault, FeedMemory, Find, Known, SiteReply, UrlState
from crawlers.verdict import OUT_OF_ORDER, Evidence
from crawlers.visits import Outcome, Visit, trouble_of, visit_to

SITEMAP_DEPTH = 3


@dataclass(frozen=True, slots=True)
class Visited:
    """What an entry's answer gives: articles and further addresses, then what to remember of this visit."""

    found: Discovery = field(default_factory=Discovery)
    memory: FeedMemory | None = None


class Decider:
    """Decides one paper's crawl. Answers go in, decisions come out: it asks nothing, stores nothing, has no clock.

    The road, as `crawlers.spiders.paper` walks it:

    1. `ways_in`: the feeds, sitemaps and sections that the catalogue names. Each is visited once a run; with ETag
       and date where the last visit left something to rely on (`entries`).
    2. `entry_answered`: an answer that shuts us out or is broken is noted; one that has not changed is read no
       further; of any other `discovery` says, aside, which articles it names (`entry_read`). `entry_failed`: the
       request itself failed.
    3. `wants`: articles nobody knew are asked for, and those that are due again; what is known and rests was met.
    4. `article_answered` (`answers`): the page is kept as it was sent, or its URL is settled in the one state that
       the answer means. `article_failed`: the request itself failed, and the failure names the state.
    5. `onward` and `after_article`: the maps of an index, the feeds of a list, the next page of a section — in a
       harvest while all on it is new, in a backfill until the articles are older than asked for (`paging`).
    6. `stop`: three blocked answers in a row, ten failures, or a host that asks us to wait, end the run. What was
       discovered and has no state by then is `delayed`, and due in the next run.
    7. The `evidence` gathered on the way is what `verdict.judge` says of the source.
    """

    def __init__(self, source: Source, options: CrawlOptions) -> None:
        self.source, self.options = source, options
        self.evidence = Evidence()
        self.stop: str | None = None
        self._visited: set[str] = set()
        self._labels: dict[str, str] = {}
        self._fresh: set[str] = set()
        self._failed_in_row = 0
        self._walk = Walk(source, options)

    # Feeds, sitemaps, sections

    def ways_in(self) -> list[Entry]:
        """Where the run begins."""
        return self._unvisited(entries_of(self.source, self.options))

    def entry_answered(self, entry: Entry, reply: SiteReply, memory: FeedMemory | None) -> Visited | None:
        """What the answer of a feed, sitemap or section gives unread, `memory` being what the last visit left.

        None: it is to be read (`discovery.discover`), and then to be handed to `entry_read`.
        """
        trouble = trouble_of(reply, entry)
        if trouble:
            self._note(trouble)
            return Visited()
        self.evidence.blocked_in_row = 0
        if reply.status == 304 or (memory is not None and memory.body_sha256 == body_hash(reply.body)):
            self._note(Visit(entry, Outcome.UNCHANGED))
            return Visited(memory=remembered(memory, entry, reply, None))
        return None

    def entry_read(self, entry: Entry, reply: SiteReply, memory: FeedMemory | None, found: Discovery) -> Visited:
        """What an answer gives that was read."""
        self._labels.setdefault(reply.url, entry.label)
        self._note(visit_to(entry, found))
        out_of_dates = Skip.OUT_OF_DATES.value in found.left_out.values()
        return Visited(found, remembered(memory, entry, reply, 0 if out_of_dates else len(found.finds)))

    def entry_failed(self, entry: Entry, failure: Failure) -> None:
        """A feed, sitemap or section that could not be fetched."""
        self._note(Visit(entry, Outcome.FAILED, failure.reason, failure))
        self._stop_if_shut(failure)

    def onward(self, entry: Entry, found: Discovery, asked: Collection[str]) -> tuple[list[Entry], list[str]]:
        """Where an entry leads on, and the addresses left out as too many or too deep.

        `asked`: the keys of articles whose end is not known yet.
        """
        if entry.kind is EntryKind.LISTING:
            following = self._walk.page_read(entry, found, fresh=self._fresh, asked=asked)
            return self._unvisited([following] if following else []), []
        children = [child for child in found.children if child not in self._visited]
        room = max(0, self.options.sitemap_limit - len(self._visited)) if entry.depth < SITEMAP_DEPTH else 0
        deeper = [Entry(entry.kind, child, depth=entry.depth + 1) for child in children[:room]]
        return self._unvisited(deeper), children[room:]

    def _unvisited(self, entries: Iterable[Entry]) -> list[Entry]:
        fresh = list({entry.url: entry for entry in entries if entry.url not in self._visited}.values())
        self._visited.update(entry.url for entry in fresh)
        self._labels |= {entry.url: entry.label for entry in fresh}
        return fresh

    def _note(self, visit: Visit) -> None:
        self.evidence.visits.append(visit)
        if visit.outcome is Outcome.BLOCKED:
            self._blocked(visit.words)

    # Articles

    def wants(self, find: Find, known: Known | None) -> bool:
        """Whether to ask for an article; `known` is what the archive holds of it."""
        if known is None:
            self._fresh.add(find.key)
        return known is None or known.due or is_renamed(find.url, known.url)

    def hint(self, find: Find) -> dict[str, str]:
        """What the feed or section said of an article, to be kept with its page."""
        said = {"title": find.title, "published": find.published, "summary": find.summary}
        return {name: value for name, value in (said | {"section": self._labels.get(find.via)}).items() if value}

    def article_answered(self, find: Find, reply: SiteReply) -> ArticleAnswer:
        """Keep the page (`state` None) under the answer's key, or settle its URL."""
        answer = article_answer(reply, find, self.source)
        self._count_fresh(find, answer.state, answer.reason)
        if answer.state is UrlState.BLOCKED:
            self._blocked(answer.reason)
        elif answer.failure:
            self.evidence.article_failures.append(answer.failure)
            self._failing(find, out_of_order=reply.status >= 500)
        else:
            self.evidence.articles_answered += 1
            self._failed_in_row = 0
        if answer.state is None:
            self.evidence.blocked_in_row = 0
        return answer

    def _count_fresh(self, find: Find, state: UrlState | None, reason: str) -> None:
        """Note of what the paper has just named whether it is there. What a backfill finds is not expected to be."""
        if find.key not in self._fresh or self.options.backfill:
            return
        if state in {UrlState.GONE, UrlState.REFUSED}:
            self.evidence.fresh_gone.append(reason)
        elif state is None:
            self.evidence.fresh_kept += 1

    def article_failed(self, find: Find, failure: Failure) -> None:
        """An article that could not be fetched."""
        self._count_fresh(find, failure.state, failure.reason)
        self.evidence.article_failures.append(failure)
        self._failing(find, out_of_order=failure.fault in OUT_OF_ORDER)
        self._stop_if_shut(failure)

    def file_failed(self, failure: Failure) -> None:
        """A document's own file that could not be fetched: no fault of the paper's, unless its host asks us to wait."""
        self._stop_if_shut(failure)

    def after_article(self, key: str, day: date | None) -> list[Entry]:
        """The pages to read now that this article is done; `day`: when it was published, where that is known."""
        return self._unvisited(self._walk.answered(key, day))

    # When to stop

    def _blocked(self, words: str) -> None:
        self.evidence.blocked_in_row += 1
        self.evidence.blocked_words = words
        if self.evidence.blocked_in_row >= self.options.blocked_after:
            self.stop = self.stop or "blocked"

    def _failing(self, find: Find, *, out_of_order: bool) -> None:
        if not out_of_order or urlsplit(find.url).netloc != urlsplit(self.source.home).netloc:
            return
        self._failed_in_row += 1
        if self._failed_in_row >= self.options.failing_after:
            self.stop = self.stop or "failing"

    def _stop_if_shut(self, failure: Failure) -> None:
        if failure.fault is Fault.WAITING:
            self.stop = self.stop or "waiting"

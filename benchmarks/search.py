"""Search, facets, article pages and additions, measured on an archive of any size.

    make bench BENCH_ARGS=search          both databases, DANVAN_BENCH_ARTICLES articles (20,000 when not said)
    python -m benchmarks.archive_generator URL 1000000
    python -m benchmarks.search URL       an archive that exists

Prints a Markdown table of milliseconds: median, p95 and worst of every question asked for the first time, and p95 when it
is asked again (the least of two times: nothing is left to be read from the disk); then median and p95 of the processor
time (the least of three times), which says what a machine can do that has nothing else to do; and the load while it was
measured. Each query runs in a read-only session of its own, as a
page's does, and is a different one each time: words, filters, sorts and spans of time vary by a fixed seed.
"""

from __future__ import annotations

import datetime as dt
import os
import random
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import TypeVar

from sqlalchemy import Engine, func, select, text
from sqlalchemy.orm import InstrumentedAttribute, Session

from analysis.places import provinces
from analysis.text import search_key
from benchmarks.archive_generator import load
from benchmarks.made_news import END, SUBJECTS, TOPICS, Writer
from benchmarks.throwaway import postgresql
from crawlers.values import Extract, PageStatus
from models.database import open_engine, transaction
from models.read_only import open_reading
from models.search import Query, Sort, index_article, search
from models.storing.articles import Given, store_article
from models.storing.news import Alerting
from models.storing.reading import read_article
from models.tables import ArticleRow, DocumentRow
from models.views.article_page import article_page
from models.views.document_map import document_map
from models.views.document_page import document_page

Value = TypeVar("Value")

ROUNDS = 100
ADDED = 100
TEXTS = 5_000
"""Different texts in an archive made for the occasion; they come again on later days."""
AGAIN = 2
"""Further times that every question is asked."""
HEADINGS = (
    "| what | median | p95 | worst | again, p95 | processor, median | processor, p95 | load |\n"
    "|---|---:|---:|---:|---:|---:|---:|---:|"
)


@dataclass(frozen=True, slots=True)
class Took:
    """Milliseconds by the clock on the wall, and of processor time in this process and in PostgreSQL's."""

    wall: float
    processor: float


class Watch:
    """Times work on an archive. PostgreSQL's part is known where it runs on this machine, under Linux."""

    def __init__(self, engine: Engine) -> None:
        self.server: Path | None = None
        if engine.dialect.name == "postgresql":
            with engine.connect() as connection:  # the pool hands out the same connection again
                process = connection.execute(text("SELECT pg_backend_pid()")).scalar_one()
            self.server = Path(f"/proc/{process}/schedstat")

    def _processor(self) -> float:
        there = int(self.server.read_text().split()[0]) / 1e9 if self.server and self.server.exists() else 0.0
        return time.thread_time() + there

    def __call__(self, work: Callable[[], object]) -> Took:
        start, busy = time.perf_counter(), self._processor()
        work()
        return Took((time.perf_counter() - start) * 1000, (self._processor() - busy) * 1000)


def p95(times: list[float]) -> float:
    return sorted(times)[min(len(times) - 1, int(len(times) * 0.95))]


def report(name: str, times: list[list[Took]]) -> None:
    """A line of the table; each question with every time it was asked."""
    first, processor = [one[0].wall for one in times], [min(took.processor for took in one) for one in times]
    again = [min(took.wall for took in one[1:]) for one in times if one[1:]]
    figures = f"{statistics.median(first):.1f} | {p95(first):.1f} | {max(first):.1f} | {f'{p95(again):.1f}' if again else '–'}"
    busy = f"{statistics.median(processor):.1f} | {p95(processor):.1f}"
    print(f"| {name} | {figures} | {busy} | {os.getloadavg()[0]:.1f} |", flush=True)


def phrases(draw: random.Random) -> Iterator[str]:
    """What staff type: words of the field with and without marks, phrases, symbols, rarer words, minus, OR."""
    rare = Writer(1_000)
    while True:
        subject = draw.choice(SUBJECTS)
        kind = draw.randrange(8)
        if kind == 0:
            yield search_key(subject)
        elif kind == 1:
            yield subject
        elif kind == 2:
            yield f'"{" ".join(subject.split()[:3])}"'
        elif kind == 3:
            yield f"{draw.randint(1, 400)} {draw.choice(('nq', 'ct', 'kh', 'kl'))} {draw.choice(('tw', 'tu'))}"
        elif kind == 4:
            yield rare.syllables(2)
        elif kind == 5:
            yield f"{subject.split()[0]} {rare.syllables(1)}"
        elif kind == 6:
            yield f"dân vận -{subject.split()[-1]}"
        else:
            yield f"{subject.split()[0]} {subject.split()[-1]} OR khéo"


def queries(seed: int, sort: Sort, end: dt.datetime) -> Iterator[Query]:
    """Questions of a kind; spans of time are counted back from `end`."""
    draw = random.Random(seed)
    for words in phrases(draw):
        filters = draw.randrange(5)
        since = end.date() - dt.timedelta(days=draw.randint(30, 2000))
        yield Query(
            words=words,
            provinces=(draw.choice(provinces()).code,) if filters in {1, 3} else (),
            topics=(draw.choice(list(TOPICS.values())),) if filters == 2 else (),
            kinds=("NQ",) if filters == 4 else (),
            date_from=since if filters == 3 else None,
            sort=sort,
        )


def _greatest(engine: Engine, column: InstrumentedAttribute[Value]) -> Value | None:
    with Session(engine) as session:
        return session.scalar(select(func.max(column)))


def measure(engine: Engine, seed: int, sort: Sort, *, facets: bool) -> list[list[Took]]:
    watch = Watch(engine)
    made = queries(seed, sort, _greatest(engine, ArticleRow.sort_at) or END)

    def ask(query: Query) -> None:
        with Session(engine) as session:
            search(session, query, facets=facets)

    return [[watch(lambda: ask(query)) for _ in range(1 + AGAIN)] for query in islice(made, ROUNDS)]  # noqa: B023 (called at once)


def read_pages(engine: Engine) -> None:
    draw, watch = random.Random(3), Watch(engine)
    most, documents = _greatest(engine, ArticleRow.id) or 1, _greatest(engine, DocumentRow.id) or 1

    def page(work: Callable[[Session, int], object], number: int) -> list[Took]:
        times = []
        for _ in range(1 + AGAIN):
            with Session(engine) as session:
                times.append(watch(lambda: work(session, number)))
        return times

    report("an article's page", [page(article_page, draw.randint(1, most)) for _ in range(ROUNDS)])
    report("a document's page", [page(document_page, draw.randint(1, documents)) for _ in range(50)])
    report("a document's map", [page(document_map, draw.randint(1, documents)) for _ in range(50)])


def add(engine: Engine, number: int = ADDED) -> None:
    """Articles added one by one, each in its own transaction, index included."""
    most = _greatest(engine, ArticleRow.id) or 0
    writer, watch = Writer(1_000, seed=most), Watch(engine)

    def one(at: int) -> None:
        row = writer.article(at).row | {"key": f"added-{most + at}", "source_id": "added"}
        del row["id"]  # the database gives it
        with transaction(engine) as session:
            article = ArticleRow(**row)
            session.add(article)
            index_article(session, article)

    report("adding an article", [[watch(lambda at=at: one(at))] for at in range(1, number + 1)])  # type: ignore[misc]


def keep(engine: Engine, number: int = ADDED) -> None:
    """As `add`, the way a harvest does it: copies and documents are looked for, links and topics written too."""
    most, now = _greatest(engine, ArticleRow.id) or 0, _greatest(engine, ArticleRow.sort_at) or END
    writer, watch, times = Writer(1_000, seed=most), Watch(engine), []
    for at in range(1, number + 1):
        row = writer.article(at).row
        extract = Extract(
            PageStatus.ARTICLE, row["url"], row["title"], row["lead"], row["text"], published_at=now, date_from="feed"
        )
        reading = read_article(row["title"], row["lead"], row["text"], province=None, published=now.date())
        given = Given("kept", f"kept-{most + at}", None, extract, reading, now, "benchmark")

        def one(given: Given = given) -> None:
            with transaction(engine) as session:
                store_article(session, given, now, Alerting())

        times.append([watch(one)])
    report("storing an article as a harvest does", times)


def measure_archive(url: str) -> None:
    reading = open_reading(url)
    with Session(reading) as session:
        size = session.scalar(select(func.count()).select_from(ArticleRow))
    print(f"\n{reading.dialect.name}, {size:,} articles\n\n{HEADINGS}")
    measure(reading, 99, Sort.NEWEST, facets=False)  # warm
    report("search, newest first, filters, snippets", measure(reading, 1, Sort.NEWEST, facets=False))
    report("search, best first, filters, snippets", measure(reading, 2, Sort.BEST, facets=False))
    report("search with facets", measure(reading, 1, Sort.NEWEST, facets=True))
    read_pages(reading)
    add(open_engine(url))
    keep(open_engine(url))


def main(urls: Sequence[str] = ()) -> None:
    for url in urls:
        measure_archive(url)
    if not urls:
        with tempfile.TemporaryDirectory(prefix="danvan-bench-") as folder:
            _measure_new(folder, int(os.environ.get("DANVAN_BENCH_ARTICLES", "20000")))


def _measure_new(folder: str, size: int) -> None:
    with postgresql(Path(folder)) as there:
        for url in (f"sqlite:///{folder}/archive.sqlite3", there):
            load(open_engine(url), size, texts=min(size, TEXTS))
            measure_archive(url)


if __name__ == "__main__":
    main(sys.argv[1:])

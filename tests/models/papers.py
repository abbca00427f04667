"""A small press for tests of the archive: pages whose body is the extract itself, read by the real reading."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from typing import Any

from sqlalchemy import Engine, select, text
from sqlalchemy.orm import Session

from analysis.reading import read
from crawlers.source import Source
from crawlers.values import Extract, Find, Page, PageStatus
from models.database import transaction
from models.landing.keeper import DatabaseKeeper
from models.runs.ledger import start_run
from models.storing.news import Announce
from models.storing.report import ReadReport
from models.storing.store import read_waiting_pages
from models.tables import ArticleRow, DocumentRow

NOW = datetime(2026, 9, 5, 1, 0, tzinfo=UTC)

LONG_AGO = date(2020, 1, 1)
"""Since then these papers are watched."""

SOURCES: Mapping[str, Source] = {
    name: Source(id=name, name=f"Báo {name}", domain=f"{name}.example", province=province, watched_since=LONG_AGO)
    for name, province in {"thanh-hoa": "38", "nghe-an": "40", "hai-phong": "31", "trung-uong": None}.items()
}


def extract(page: Page, source: Source | None) -> Extract:
    """The extract that the page's body spells out."""
    told: dict[str, Any] = json.loads(page.body)
    published = told.pop("published_at", None)
    return Extract(
        status=PageStatus(told.pop("status", "article")),
        url=page.url,
        published_at=datetime.fromisoformat(published) if published else None,
        **told,
    )


@dataclass
class Press:
    """Lands pages in an archive and reads them. `told` lists what was announced, `reports` what came after."""

    engine: Engine
    now: datetime = NOW
    told: list[tuple[int, int]] = field(default_factory=list)
    reports: list[tuple[int, int]] = field(default_factory=list)
    run_id: int = 0

    def __post_init__(self) -> None:
        with transaction(self.engine) as session:
            self.run_id = start_run(session, kind="harvest", now=self.now)

    @property
    def keeper(self) -> DatabaseKeeper:
        return DatabaseKeeper(self.engine, self.run_id, lambda: self.now)

    def announce(self, _session: Session, document_id: int, article_id: int, _now: datetime) -> int:
        if any(document == document_id for document, _ in self.told):
            self.reports.append((document_id, article_id))
            return 0
        self.told.append((document_id, article_id))
        return 1

    def land(self, source: str, key: str, title: str, body: str = "", *, on: str | None = "", **told: Any) -> None:
        """Land one article; `on` is its day ("" today, None undated)."""
        published = self.now - timedelta(hours=2) if on == "" else None
        if on:
            published = datetime.fromisoformat(f"{on}T08:00:00+07:00")
        content = {"title": title, "text": body, **told}
        if published is not None:
            content["published_at"] = published.isoformat()
        url = f"https://{source}.example/{key}.html"
        self.keeper.discovered(source, [Find(url, key, "feed")])
        self.keeper.keep(
            Page(source, key, url, url, 200, {}, json.dumps(content, ensure_ascii=False).encode(), self.now)
        )

    def read(self, announce: Announce | str | None = "own", **options: Any) -> ReadReport:
        return read_waiting_pages(
            self.engine,
            SOURCES,
            now=self.now,
            read=options.pop("reader", read),
            extract=options.pop("extractor", extract),
            announce=self.announce if announce == "own" else announce,  # type: ignore[arg-type]
            run_id=self.run_id,
            **options,
        )

    def print(self, source: str, key: str, title: str, body: str = "", **told: Any) -> ReadReport:
        """Land and read at once."""
        self.land(source, key, title, body, **told)
        return self.read()

    def rows(self, query: Callable[[Session], Any]) -> Any:
        with transaction(self.engine) as session:
            return query(session)

    def articles(self) -> list[ArticleRow]:
        return self.rows(lambda s: list(s.scalars(select(ArticleRow).order_by(ArticleRow.id))))  # type: ignore[no-any-return]

    def documents(self) -> list[DocumentRow]:
        query = select(DocumentRow).where(DocumentRow.merged_into_id.is_(None)).order_by(DocumentRow.id)
        return self.rows(lambda s: list(s.scalars(query)))  # type: ignore[no-any-return]

    def names(self) -> list[tuple[str, str]]:
        """Symbol and date of all documents ("" for one without a date)."""
        return sorted((d.symbol, d.issued_on.isoformat() if d.issued_on else "") for d in self.documents())

    def one(self, sql: str) -> Any:
        return self.rows(lambda s: s.execute(text(sql)).scalar())

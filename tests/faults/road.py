"""Pages as bytes through the real road: keeper, extraction, reading, store, outbox, search."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta

from sqlalchemy import Engine, select
from sqlalchemy.orm import Session

from crawlers.source import Source
from crawlers.values import Find, Page
from models.database import transaction
from models.landing.keeper import DatabaseKeeper
from models.runs.ledger import start_run
from models.search import Query, search
from models.storing.news import Announce
from models.storing.report import ReadReport
from models.storing.store import read_waiting_pages
from models.tables import ArticleRow

NOW = datetime(2026, 9, 5, 1, 0, tzinfo=UTC)
"""08:00 in Hà Nội."""

PAPERS: Mapping[str, Source] = {
    (name := f"bao-{number}"): Source(
        id=name, name=f"Báo {number}", domain=f"bao{number}.example", province="38", watched_since=date(2020, 1, 1)
    )
    for number in range(20)
}

TITLE = "Nghị quyết mới về công tác dân vận ở xã Mẫu"
PARAGRAPHS = (
    "Ngày 3/9/2026, Ban Thường vụ Tỉnh ủy Thanh Hóa đã ban hành Nghị quyết số 17-NQ/TU về tăng cường công tác dân vận.",
    "Nghị quyết yêu cầu cấp ủy các xã gặp gỡ, lắng nghe ý kiến của từng hộ và trả lời bằng văn bản trong mười ngày.",
    "Các thôn lập tổ dân vận; mỗi tổ nhận một việc khó, cuối tháng báo lại cho bà con biết đã làm được đến đâu.",
)


def markup(title: str = TITLE, paragraphs: tuple[str, ...] = PARAGRAPHS, head: str = "") -> str:
    """An article's page of no known family, dated the day before NOW."""
    body = "".join(f"<p>{words}</p>" for words in paragraphs)
    dated = "<meta property='article:published_time' content='2026-09-04T09:00:00+07:00'>"
    return (
        f"<html><head><title>{title}</title>{dated}{head}</head><body><div class='top'>Menu</div>"
        f"<div class='post'><h1>{title}</h1><div class='inner'>{body}</div></div></body></html>"
    )


@dataclass
class Road:
    """An archive on which pages land; `told` lists the documents of which a report was handed to the outbox."""

    engine: Engine
    now: datetime = NOW
    told: list[int] = field(default_factory=list)
    run: int = 0

    def __post_init__(self) -> None:
        with transaction(self.engine) as session:
            self.run = start_run(session, kind="harvest", now=self.now)

    def land(self, source: str, body: bytes | str, *, key: str = "1", content_type: str = "text/html") -> None:
        """A page as a paper sent it."""
        raw = body.encode() if isinstance(body, str) else body
        url = f"https://{PAPERS[source].domain}/bai-{key}.html"
        keeper = DatabaseKeeper(self.engine, self.run, lambda: self.now)
        keeper.discovered(source, [Find(url, key, "feed")])
        keeper.keep(Page(source, key, url, url, 200, {"content-type": content_type}, raw, self.now))

    def read(self, announce: Announce | None = None) -> ReadReport:
        """Read what waits."""
        return read_waiting_pages(
            self.engine, PAPERS, now=self.now, announce=announce or self._announce, run_id=self.run
        )

    def _announce(self, _session: Session, document: int, _article: int, _now: datetime) -> int:
        self.told.append(document)
        return 1

    def articles(self) -> dict[str, ArticleRow]:
        """By source."""
        with transaction(self.engine) as session:
            return {row.source_id: row for row in session.scalars(select(ArticleRow))}

    def find(self, words: str) -> set[str]:
        """The sources whose article a search finds."""
        with transaction(self.engine) as session:
            found = search(session, Query(words, grades=("all",), limit=50))
            return {hit.source_id for hit in found.hits}

    def later(self, **more: float) -> None:
        """Let time pass."""
        self.now += timedelta(**more)

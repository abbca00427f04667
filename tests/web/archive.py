"""A small archive for tests, written row by row (what the store writes, without the road that leads to it)."""

from __future__ import annotations

import datetime as dt
import hashlib
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy.orm import Session

from foundation.clock import HANOI
from models.search import index_article
from models.tables import (
    ArticleRow,
    ArticleTopicRow,
    ArticleVersionRow,
    CitationRow,
    DocumentLinkRow,
    DocumentRow,
    LedgerRow,
    RunRow,
    RunSourceRow,
    SourceRow,
)

NOW = dt.datetime(2026, 11, 20, 9, 0, tzinfo=HANOI)


def at(text: str) -> dt.datetime:
    """A time in Hà Nội: "2026-11-20" or "2026-11-20 07:30"."""
    return dt.datetime.fromisoformat(text).replace(tzinfo=HANOI)


@dataclass
class Builder:
    """Adds articles, documents, links and runs to one session."""

    session: Session
    numbers: dict[str, int] = field(default_factory=dict)

    def document(
        self, symbol: str, *, kind: str, issued_on: str | None = None, reported: str | None = None, **other: Any
    ) -> DocumentRow:
        number, _, rest = symbol.partition("-")
        kind_code, _, issuer_code = rest.partition("/")
        day = dt.date.fromisoformat(issued_on) if issued_on else None
        seen = at(reported or issued_on or "2026-11-01")
        row = DocumentRow(
            symbol=symbol,
            kind_code=kind_code,
            kind=kind,
            number=int(number),
            issuer_code=issuer_code,
            issued_on=day,
            first_seen_at=seen,
            mentioned_at=seen,
            reported_at=at(reported) if reported else None,
            **other,
        )
        self.session.add(row)
        self.session.flush()
        return row

    def article(
        self,
        title: str,
        text: str = "",
        *,
        lead: str = "",
        source: str = "baothanhhoa",
        province: str | None = "38",
        grade: str = "core",
        published: str = "2026-11-20 07:00",
        topics: tuple[str, ...] = (),
        cites: tuple[tuple[DocumentRow, str], ...] = (),
        indexed: bool = True,
        **other: Any,
    ) -> ArticleRow:
        number = self.numbers[source] = self.numbers.get(source, 0) + 1
        when = at(published)
        values: dict[str, Any] = {
            "source_id": source,
            "key": str(number),
            "url": f"https://{source}.example/bai-{number}.htm",
            "status": "article",
            "title": title,
            "lead": lead,
            "text": text,
            "published_at": when,
            "date_from": "test",
            "first_seen_at": when,
            "sort_at": when,
            "updated_at": when,
            "province": province,
            "grade": grade,
            "score": 3.0,
            "rules": "test",
            "text_sha256": hashlib.sha256((title + text).encode("utf-8", "replace")).hexdigest(),
            "text_length": len(text),
        }
        row = ArticleRow(**(values | other))
        self.session.add(row)
        self.session.flush()
        if row.cluster_id is None:
            row.cluster_id = row.id
        self.session.add_all(ArticleTopicRow(article_id=row.id, topic=topic, score=2.0) for topic in topics)
        for local, (document, role) in enumerate(cites):
            self.session.add(self._mention(row, document, role, local))
        if indexed:
            index_article(self.session, row)
        return row

    def _mention(self, article: ArticleRow, document: DocumentRow, role: str, local: int) -> CitationRow:
        start = max(article.text.find(document.symbol), 0)
        return CitationRow(
            article_id=article.id,
            document_id=document.id,
            local_id=local,
            field="text",
            start=start,
            end=start + len(document.symbol),
            text=document.symbol,
            symbol=document.symbol,
            kind=document.kind,
            kind_code=document.kind_code,
            number=str(document.number),
            issuer_code=document.issuer_code,
            role=role,
        )

    def link(self, subject: DocumentRow, target: DocumentRow, article: ArticleRow, role: str = "implements") -> None:
        self.session.add(DocumentLinkRow(subject_id=subject.id, target_id=target.id, role=role, article_id=article.id))
        self.session.flush()

    def version(self, article: ArticleRow, *, title: str, text: str, replaced: str) -> None:
        self.session.add(
            ArticleVersionRow(
                article_id=article.id, replaced_at=at(replaced), title=title, lead=article.lead, text=text
            )
        )
        self.session.flush()

    def run(self, started: str, states: dict[str, dict[str, int]], *, status: str = "done") -> RunRow:
        begun = at(started)
        ended = begun + dt.timedelta(minutes=9)
        run = RunRow(kind="harvest", status=status, started_at=begun, beat_at=ended, finished_at=ended)
        self.session.add(run)
        self.session.flush()
        for source, counts in states.items():
            self.session.add(
                RunSourceRow(
                    run_id=run.id,
                    source_id=source,
                    status="ok",
                    discovered=sum(counts.values()),
                    states=counts,
                    articles_new=counts.get("new", 0),
                    requests=sum(counts.values()),
                    seconds=12.5,
                )
            )
            for state, number in counts.items():
                for one in range(number):
                    self.session.add(
                        LedgerRow(
                            run_id=run.id,
                            source_id=source,
                            key=f"{state}-{one}",
                            url=f"https://{source}.example/{state}-{one}.htm",
                            state=state,
                            reason="",
                        )
                    )
        self.session.flush()
        return run

    def source(self, source: str, status: str = "ok", *, success: str | None = None, message: str = "") -> None:
        self.session.merge(
            SourceRow(
                id=source,
                status=status,
                message=message,
                last_run_at=NOW,
                last_success_at=at(success) if success else None,
                last_article_at=at(success) if success else None,
            )
        )
        self.session.flush()

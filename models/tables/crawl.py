"""Tables of the crawl: pages as sent, URLs and their state, feeds, sources, runs and their ledger."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, ForeignKey, Index, LargeBinary, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from models.tables.base import Base, SafeText, UtcDateTime


class PageRow(Base):
    """A page exactly as the site sent it (body compressed); one row for each body a key has had."""

    __tablename__ = "page"
    __table_args__ = (
        UniqueConstraint("source_id", "key", "body_sha256", name="uq_page_version"),
        Index("ix_page_waiting", "read_state", "source_id", "id"),
        Index("ix_page_coverage", "page_status", "fetched_at", "source_id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    source_id: Mapped[str] = mapped_column(String(64))
    key: Mapped[str] = mapped_column(String(512))
    url: Mapped[str] = mapped_column(SafeText)
    final_url: Mapped[str] = mapped_column(SafeText)
    status: Mapped[int]
    headers: Mapped[dict[str, str]] = mapped_column(JSON)
    hint: Mapped[dict[str, str]] = mapped_column(JSON)
    body: Mapped[bytes] = mapped_column(LargeBinary, deferred=True)  # models.landing.bodies; loaded only where read
    body_sha256: Mapped[str] = mapped_column(String(64))
    fetched_at: Mapped[datetime] = mapped_column(UtcDateTime)
    run_id: Mapped[int | None] = mapped_column(ForeignKey("run.id", ondelete="SET NULL"))
    read_state: Mapped[str] = mapped_column(String(16), default="waiting")  # waiting, read, failed
    read_tries: Mapped[int] = mapped_column(default=0)  # begun readings: a page that kills its reader goes last
    read_rules: Mapped[str | None] = mapped_column(String(64))  # version of the rules that read it last
    page_status: Mapped[str | None] = mapped_column(String(16))  # PageStatus, once read
    read_error: Mapped[str | None] = mapped_column(SafeText)


class UrlRow(Base):
    """Every URL ever discovered, once a canonical key, with its last state."""

    __tablename__ = "url"
    __table_args__ = (Index("ix_url_due", "source_id", "retry_at"),)

    source_id: Mapped[str] = mapped_column(String(64), primary_key=True)
    key: Mapped[str] = mapped_column(String(512), primary_key=True)
    url: Mapped[str] = mapped_column(SafeText)
    via: Mapped[str] = mapped_column(SafeText)  # the feed, sitemap or listing that named it first
    title: Mapped[str | None] = mapped_column(SafeText)
    published: Mapped[str | None] = mapped_column(SafeText)  # as the feed printed it
    summary: Mapped[str | None] = mapped_column(SafeText)
    state: Mapped[str] = mapped_column(String(16))  # UrlState
    reason: Mapped[str] = mapped_column(SafeText, default="")
    attempts: Mapped[int] = mapped_column(default=0)
    first_seen_at: Mapped[datetime] = mapped_column(UtcDateTime)
    last_seen_at: Mapped[datetime] = mapped_column(UtcDateTime)
    retry_at: Mapped[datetime | None] = mapped_column(UtcDateTime)  # due from this time on; None: never again
    etag: Mapped[str | None] = mapped_column(SafeText)
    last_modified: Mapped[str | None] = mapped_column(SafeText)


class FeedRow(Base):
    """What the last visit to a feed, sitemap or listing left."""

    __tablename__ = "feed"

    source_id: Mapped[str] = mapped_column(String(64), primary_key=True)
    url: Mapped[str] = mapped_column(String(1024), primary_key=True)
    etag: Mapped[str | None] = mapped_column(SafeText)
    last_modified: Mapped[str | None] = mapped_column(SafeText)
    body_sha256: Mapped[str | None] = mapped_column(String(64))
    items: Mapped[int | None]
    conditional_visits: Mapped[int] = mapped_column(default=0)
    visited_at: Mapped[datetime] = mapped_column(UtcDateTime)
    changed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    body: Mapped[bytes | None] = mapped_column(LargeBinary)  # of robots.txt, whose rules count for a day


class SourceRow(Base):
    """How a source stands: one row a paper, updated by every run."""

    __tablename__ = "source"

    id: Mapped[str] = mapped_column(String(64), primary_key=True)
    status: Mapped[str] = mapped_column(String(16))  # SourceStatus
    message: Mapped[str] = mapped_column(SafeText, default="")
    last_run_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    last_success_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    last_article_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    failures: Mapped[int] = mapped_column(default=0)  # failed runs in a row
    retry_at: Mapped[datetime | None] = mapped_column(UtcDateTime)  # Retry-After of the whole host
    moved_to: Mapped[str | None] = mapped_column(SafeText)
    fault: Mapped[str | None] = mapped_column(SafeText)  # what was first found wrong, until it is well again
    fault_since: Mapped[datetime | None] = mapped_column(UtcDateTime)


class RunRow(Base):
    """One harvest, backfill or reprocess."""

    __tablename__ = "run"

    id: Mapped[int] = mapped_column(primary_key=True)
    kind: Mapped[str] = mapped_column(String(16))  # harvest, backfill, reprocess
    status: Mapped[str] = mapped_column(String(16))  # running, done, faults, crashed
    started_at: Mapped[datetime] = mapped_column(UtcDateTime, index=True)
    beat_at: Mapped[datetime] = mapped_column(UtcDateTime)  # last sign of life
    finished_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    message: Mapped[str] = mapped_column(SafeText, default="")
    totals: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
    known_kept: Mapped[bool] = mapped_column(default=True)  # False: its ledger names no more what was known before


class RunSourceRow(Base):
    """One source's part in a run."""

    __tablename__ = "run_source"

    run_id: Mapped[int] = mapped_column(ForeignKey("run.id", ondelete="CASCADE"), primary_key=True)
    source_id: Mapped[str] = mapped_column(String(64), primary_key=True)
    status: Mapped[str] = mapped_column(String(16))
    message: Mapped[str] = mapped_column(SafeText, default="")
    discovered: Mapped[int] = mapped_column(default=0)
    states: Mapped[dict[str, int]] = mapped_column(JSON, default=dict)
    skipped: Mapped[dict[str, int]] = mapped_column(JSON, default=dict)
    articles_new: Mapped[int] = mapped_column(default=0)
    requests: Mapped[int] = mapped_column(default=0)
    seconds: Mapped[float] = mapped_column(default=0.0)
    log: Mapped[str] = mapped_column(SafeText, default="", deferred=True)  # of its process, the end of a long one


class LedgerRow(Base):
    """The state in which a URL ended in one run; the counts of a run are the counts of these rows."""

    __tablename__ = "ledger"

    run_id: Mapped[int] = mapped_column(ForeignKey("run.id", ondelete="CASCADE"), primary_key=True)
    source_id: Mapped[str] = mapped_column(String(64), primary_key=True)
    key: Mapped[str] = mapped_column(String(512), primary_key=True)
    url: Mapped[str] = mapped_column(SafeText)
    state: Mapped[str] = mapped_column(String(16))
    reason: Mapped[str] = mapped_column(SafeText, default="")


class LockRow(Base):
    """A named lock with a lease: who holds it, until when (a killed holder's lease runs out by itself)."""

    __tablename__ = "lock"

    name: Mapped[str] = mapped_column(String(64), primary_key=True)
    owner: Mapped[str] = mapped_column(String(128))
    taken_at: Mapped[datetime] = mapped_column(UtcDateTime)
    expires_at: Mapped[datetime] = mapped_column(UtcDateTime)

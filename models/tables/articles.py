"""Tables of what was read: articles, their versions, copies, topics, and staff's corrections."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, BigInteger, ForeignKey, Index, LargeBinary, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from models.tables.base import Base, SafeText, UtcDateTime


class ArticleRow(Base):
    """One article of one paper. Copies of one story in other papers share `cluster_id` (the first copy's id)."""

    __tablename__ = "article"
    __table_args__ = (
        UniqueConstraint("source_id", "key", name="uq_article_key"),
        Index("ix_article_order", "sort_at", "id"),
        Index("ix_article_source_order", "source_id", "sort_at"),
        Index("ix_article_coverage", "first_seen_at", "status", "source_id", "text_length", "published_at"),
        Index("ix_article_province_order", "province", "sort_at"),
        Index("ix_article_grade_order", "grade", "sort_at"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    source_id: Mapped[str] = mapped_column(String(64))
    key: Mapped[str] = mapped_column(String(512))
    url: Mapped[str] = mapped_column(SafeText)
    status: Mapped[str] = mapped_column(String(16))  # PageStatus: article or protected
    title: Mapped[str] = mapped_column(SafeText)
    lead: Mapped[str] = mapped_column(SafeText, default="")
    text: Mapped[str] = mapped_column(SafeText, default="")
    author: Mapped[str | None] = mapped_column(SafeText)
    section: Mapped[str | None] = mapped_column(SafeText)
    origin: Mapped[str | None] = mapped_column(SafeText)  # credited other paper
    published_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    date_from: Mapped[str | None] = mapped_column(SafeText)
    first_seen_at: Mapped[datetime] = mapped_column(UtcDateTime)
    sort_at: Mapped[datetime] = mapped_column(UtcDateTime)  # published, else first seen; never in the future
    updated_at: Mapped[datetime] = mapped_column(UtcDateTime)
    removed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)  # gone at the source
    province: Mapped[str | None] = mapped_column(String(2))  # code of the 34
    grade: Mapped[str] = mapped_column(String(8))
    score: Mapped[float]
    reasons: Mapped[list[dict[str, Any]]] = mapped_column(JSON, default=list)
    flags: Mapped[list[str]] = mapped_column(JSON, default=list)
    rules: Mapped[str] = mapped_column(String(64))
    text_sha256: Mapped[str] = mapped_column(String(64), index=True)
    text_length: Mapped[int] = mapped_column(default=0)  # characters; health compares it with the paper's habit
    sketch: Mapped[bytes | None] = mapped_column(LargeBinary)  # of the text's shingles: how alike two stories are
    cluster_id: Mapped[int | None] = mapped_column(index=True)
    page_id: Mapped[int | None] = mapped_column(ForeignKey("page.id", ondelete="SET NULL"), index=True)

    topics: Mapped[list[ArticleTopicRow]] = relationship(cascade="all, delete-orphan", passive_deletes=True)


class ArticleShingleRow(Base):
    """The few smallest shingle hashes of a text: stories of these days that share one are looked at as copies."""

    __tablename__ = "article_shingle"
    __table_args__ = ({"sqlite_with_rowid": False},)

    shingle: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    day: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)  # of its `sort_at`, days since 1970, UTC
    article_id: Mapped[int] = mapped_column(
        ForeignKey("article.id", ondelete="CASCADE"), primary_key=True, index=True, autoincrement=False
    )


class ArticleVersionRow(Base):
    """What an article said before the paper changed it."""

    __tablename__ = "article_version"

    id: Mapped[int] = mapped_column(primary_key=True)
    article_id: Mapped[int] = mapped_column(ForeignKey("article.id", ondelete="CASCADE"), index=True)
    replaced_at: Mapped[datetime] = mapped_column(UtcDateTime)
    title: Mapped[str] = mapped_column(SafeText)
    lead: Mapped[str] = mapped_column(SafeText)
    text: Mapped[str] = mapped_column(SafeText)


class ArticleTopicRow(Base):
    """One topic of an article."""

    __tablename__ = "article_topic"
    __table_args__ = (Index("ix_article_topic_topic", "topic", "article_id"),)

    article_id: Mapped[int] = mapped_column(ForeignKey("article.id", ondelete="CASCADE"), primary_key=True)
    topic: Mapped[str] = mapped_column(String(32), primary_key=True)
    score: Mapped[float]
    reasons: Mapped[list[dict[str, Any]]] = mapped_column(JSON, default=list)


class LabelRow(Base):
    """A correction by staff: the grade or topics an article should have. The newest of an article counts."""

    __tablename__ = "label"

    id: Mapped[int] = mapped_column(primary_key=True)
    article_id: Mapped[int] = mapped_column(ForeignKey("article.id", ondelete="CASCADE"), index=True)
    grade: Mapped[str | None] = mapped_column(String(8))
    topics: Mapped[list[str] | None] = mapped_column(JSON)  # None: not said
    by: Mapped[str] = mapped_column(String(64))  # "command", "web", "bot"
    note: Mapped[str] = mapped_column(SafeText, default="")
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)

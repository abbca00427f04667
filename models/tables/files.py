"""Tables of documents' own files: what was read of each version, and which articles link to them.

Their bytes lie in `page` like those of any page, their state in `url` and in the ledger.
"""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from models.tables.base import Base, SafeText, UtcDateTime


class FileRow(Base):
    """One version of a document's own file, as read. A file that the paper changes is a further row of its key."""

    __tablename__ = "file"
    __table_args__ = (Index("ix_file_key", "key", "source_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    source_id: Mapped[str] = mapped_column(String(64))
    key: Mapped[str] = mapped_column(String(512))
    url: Mapped[str] = mapped_column(SafeText)
    page_id: Mapped[int] = mapped_column(ForeignKey("page.id"), unique=True)  # its bytes
    sha256: Mapped[str] = mapped_column(String(64))
    size: Mapped[int]  # bytes as sent
    fetched_at: Mapped[datetime] = mapped_column(UtcDateTime)
    kind: Mapped[str] = mapped_column(String(8))  # pdf, docx
    state: Mapped[str] = mapped_column(String(16))  # crawlers.file_text.FileState
    pages: Mapped[int | None]  # of a PDF
    text: Mapped[str] = mapped_column(SafeText, deferred=True)
    symbol: Mapped[str | None] = mapped_column(String(128))  # as its own head says; the same for what follows
    document_kind: Mapped[str | None] = mapped_column(String(64))
    issuer: Mapped[str | None] = mapped_column(SafeText)
    issued_on: Mapped[date | None]
    title: Mapped[str | None] = mapped_column(SafeText)
    document_id: Mapped[int | None] = mapped_column(ForeignKey("document.id", ondelete="SET NULL"), index=True)


class ArticleFileRow(Base):
    """An article's body links to a file (whether or not it could be had: `url` says so)."""

    __tablename__ = "article_file"
    __table_args__ = (Index("ix_article_file_key", "key"),)

    article_id: Mapped[int] = mapped_column(ForeignKey("article.id", ondelete="CASCADE"), primary_key=True)
    key: Mapped[str] = mapped_column(String(512), primary_key=True)
    url: Mapped[str] = mapped_column(SafeText)
    label: Mapped[str] = mapped_column(SafeText)  # the words of the link

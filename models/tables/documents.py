"""Tables of documents: identity, mentions in articles, links between documents."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import BigInteger, ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from models.tables.base import Base, SafeText, UtcDateTime


class DocumentRow(Base):
    """One document. The symbol is not its identity: kind, number, issuer, place and date (or term) are."""

    __tablename__ = "document"
    __table_args__ = (
        Index("ix_document_candidates", "number", "issuer_code", "province"),
        Index("ix_document_issued", "issued_on"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    symbol: Mapped[str] = mapped_column(String(128), index=True)  # normalised
    kind_code: Mapped[str] = mapped_column(String(32))
    kind: Mapped[str] = mapped_column(String(64))
    number: Mapped[int] = mapped_column(BigInteger)
    year: Mapped[int | None]  # the year inside a state symbol
    issuer_code: Mapped[str] = mapped_column(String(96))  # settled: words beside the number win over the suffix
    issuer: Mapped[str | None] = mapped_column(SafeText)  # in words
    province: Mapped[str | None] = mapped_column(String(2))
    place: Mapped[str | None] = mapped_column(SafeText)
    issued_on: Mapped[date | None]
    term: Mapped[str | None] = mapped_column(String(8))
    title: Mapped[str | None] = mapped_column(SafeText)
    first_seen_at: Mapped[datetime] = mapped_column(UtcDateTime)
    first_article_id: Mapped[int | None] = mapped_column(ForeignKey("article.id", ondelete="SET NULL"))
    mentioned_at: Mapped[datetime] = mapped_column(UtcDateTime)  # time of the oldest article that names it
    reported_at: Mapped[datetime | None] = mapped_column(UtcDateTime, index=True)  # … that reports it as issued
    announced_at: Mapped[datetime | None] = mapped_column(UtcDateTime)  # found new and put in the outbox
    merged_into_id: Mapped[int | None] = mapped_column(ForeignKey("document.id", ondelete="SET NULL"), index=True)


class CitationRow(Base):
    """One mention of a document in an article; `document_id` None where the text does not tell which."""

    __tablename__ = "citation"
    __table_args__ = (Index("ix_citation_document", "document_id", "article_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    article_id: Mapped[int] = mapped_column(ForeignKey("article.id", ondelete="CASCADE"), index=True)
    document_id: Mapped[int | None] = mapped_column(ForeignKey("document.id", ondelete="SET NULL"))
    local_id: Mapped[int]  # Citation.document: shared by mentions of one document within the article
    field: Mapped[str] = mapped_column(String(8))
    start: Mapped[int]
    end: Mapped[int]
    text: Mapped[str] = mapped_column(SafeText)
    symbol: Mapped[str | None] = mapped_column(String(128), index=True)
    kind: Mapped[str | None] = mapped_column(String(64))
    kind_code: Mapped[str | None] = mapped_column(String(32))
    number: Mapped[str | None] = mapped_column(String(32))
    year: Mapped[int | None]
    issuer: Mapped[str | None] = mapped_column(SafeText)
    issuer_code: Mapped[str | None] = mapped_column(String(96))
    place: Mapped[str | None] = mapped_column(SafeText)
    province: Mapped[str | None] = mapped_column(String(2))
    issued_on: Mapped[date | None]
    term: Mapped[str | None] = mapped_column(String(8))
    title: Mapped[str | None] = mapped_column(SafeText)
    role: Mapped[str] = mapped_column(String(16))
    match_key: Mapped[str | None] = mapped_column(String(128), index=True)  # number/issuer/province


class DocumentLinkRow(Base):
    """`subject` carries out, amends or replaces `target`, as an article told it."""

    __tablename__ = "document_link"
    __table_args__ = (UniqueConstraint("subject_id", "target_id", "role", "article_id", name="uq_document_link"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    subject_id: Mapped[int] = mapped_column(ForeignKey("document.id", ondelete="CASCADE"), index=True)
    target_id: Mapped[int] = mapped_column(ForeignKey("document.id", ondelete="CASCADE"), index=True)
    role: Mapped[str] = mapped_column(String(16))
    article_id: Mapped[int] = mapped_column(ForeignKey("article.id", ondelete="CASCADE"), index=True)

"""Tables of the desk: people who log in, what they note, mark, collect, follow up and hand up."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import JSON, ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from models.tables.base import Base, SafeText, UtcDateTime


class PersonRow(Base):
    """Somebody who logs in. The name is what colleagues see; nothing else is kept of a person."""

    __tablename__ = "person"

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(String(64), unique=True)
    role: Mapped[str] = mapped_column(String(16))  # models.desk.people.StaffRole
    password_hash: Mapped[str | None] = mapped_column(String(128))  # argon2; None until the link was used
    link_sha256: Mapped[str | None] = mapped_column(String(64), index=True)  # of a one-time link
    link_until: Mapped[datetime | None] = mapped_column(UtcDateTime)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    off_at: Mapped[datetime | None] = mapped_column(UtcDateTime)  # no longer let in
    read_until: Mapped[datetime | None] = mapped_column(UtcDateTime)  # all that came before is read; None: created_at


class LoginRow(Base):
    """One browser that is logged in; gone with the logout."""

    __tablename__ = "login"

    token_sha256: Mapped[str] = mapped_column(String(64), primary_key=True)
    person_id: Mapped[int | None] = mapped_column(ForeignKey("person.id", ondelete="CASCADE"), index=True)
    until: Mapped[datetime] = mapped_column(UtcDateTime)  # person_id None: by the office's one password


class PersonChannelRow(Base):
    """A subscriber that belongs to somebody who logs in: their own channel."""

    __tablename__ = "person_channel"

    person_id: Mapped[int] = mapped_column(ForeignKey("person.id", ondelete="CASCADE"), primary_key=True)
    subscriber_id: Mapped[int] = mapped_column(ForeignKey("subscriber.id", ondelete="CASCADE"), primary_key=True)


class PersonCodeRow(Base):
    """Whose an invitation is: the chat that joins by it is theirs."""

    __tablename__ = "person_code"

    code: Mapped[str] = mapped_column(ForeignKey("invitation.code", ondelete="CASCADE"), primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id", ondelete="CASCADE"))


class SeenRow(Base):
    """Something that a person has opened since they last marked all as read."""

    __tablename__ = "seen"

    person_id: Mapped[int] = mapped_column(ForeignKey("person.id", ondelete="CASCADE"), primary_key=True)
    target: Mapped[str] = mapped_column(String(16), primary_key=True)  # article, document
    target_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)


class ChangeRow(Base):
    """Who changed what, and when: every act of the desk leaves a line."""

    __tablename__ = "change"
    __table_args__ = (Index("ix_change_target", "target", "target_id", "at"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    at: Mapped[datetime] = mapped_column(UtcDateTime)
    by: Mapped[str] = mapped_column(String(64))
    act: Mapped[str] = mapped_column(String(32))
    target: Mapped[str] = mapped_column(String(16))  # article, document, dossier, clipping, person, source
    target_id: Mapped[str] = mapped_column(String(64))
    before: Mapped[Any | None] = mapped_column(JSON)
    after: Mapped[Any | None] = mapped_column(JSON)


class ClippingRow(Base):
    """A clipping as a person chose, ordered and worded it; one for each span of days."""

    __tablename__ = "clipping"
    __table_args__ = (UniqueConstraint("first", "last", name="uq_clipping_days"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    first: Mapped[date]
    last: Mapped[date]
    items: Mapped[list[dict[str, Any]]] = mapped_column(JSON)  # in order; see models.desk.clippings.Item
    remarks: Mapped[str] = mapped_column(SafeText, default="")  # kiến nghị, đề xuất
    version: Mapped[int] = mapped_column(default=1)  # two people at once: the second is told
    by: Mapped[str] = mapped_column(String(64))
    at: Mapped[datetime] = mapped_column(UtcDateTime)


class NoteRow(Base):
    """A note on an article or a document."""

    __tablename__ = "note"
    __table_args__ = (Index("ix_note_target", "target", "target_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    target: Mapped[str] = mapped_column(String(16))
    target_id: Mapped[int]
    text: Mapped[str] = mapped_column(SafeText)
    by: Mapped[str] = mapped_column(String(64))
    at: Mapped[datetime] = mapped_column(UtcDateTime)


class MarkRow(Base):
    """A mark, in the office's own words, on an article or a document."""

    __tablename__ = "mark"
    __table_args__ = (Index("ix_mark_word", "word"),)

    target: Mapped[str] = mapped_column(String(16), primary_key=True)
    target_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    word: Mapped[str] = mapped_column(String(64), primary_key=True)
    by: Mapped[str] = mapped_column(String(64))
    at: Mapped[datetime] = mapped_column(UtcDateTime)


class FollowUpRow(Base):
    """What is done about a matter that the press told: state, who, until when, what came of it."""

    __tablename__ = "follow_up"

    target: Mapped[str] = mapped_column(String(16), primary_key=True)
    target_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    state: Mapped[str] = mapped_column(String(16), index=True)  # FollowUpState
    due_on: Mapped[date | None]
    who: Mapped[str] = mapped_column(SafeText, default="")
    outcome: Mapped[str] = mapped_column(SafeText, default="")
    version: Mapped[int] = mapped_column(default=1)  # two people at once: the second is told
    by: Mapped[str] = mapped_column(String(64))
    at: Mapped[datetime] = mapped_column(UtcDateTime)


class DossierRow(Base):
    """A dossier ("hồ sơ"): articles and documents on one matter."""

    __tablename__ = "dossier"

    id: Mapped[int] = mapped_column(primary_key=True)
    title: Mapped[str] = mapped_column(SafeText)
    note: Mapped[str] = mapped_column(SafeText, default="")
    by: Mapped[str] = mapped_column(String(64))
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    changed_at: Mapped[datetime] = mapped_column(UtcDateTime, index=True)
    closed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class DossierItemRow(Base):
    """One article or document in a dossier."""

    __tablename__ = "dossier_item"

    dossier_id: Mapped[int] = mapped_column(ForeignKey("dossier.id", ondelete="CASCADE"), primary_key=True)
    target: Mapped[str] = mapped_column(String(16), primary_key=True)
    target_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    by: Mapped[str] = mapped_column(String(64))
    at: Mapped[datetime] = mapped_column(UtcDateTime)

"""Tables of delivery: who is told, by which rules, and the outbox."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from sqlalchemy import JSON, ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from models.tables.base import Base, SafeText, UtcDateTime

BEGINNING = datetime(2000, 1, 1, tzinfo=UTC)
"""A time before any other: "at once"."""


class SubscriberRow(Base):
    """A chat (person or group), an e-mail address, a webhook, or the console."""

    __tablename__ = "subscriber"
    __table_args__ = (UniqueConstraint("channel", "address", name="uq_subscriber_address"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    channel: Mapped[str] = mapped_column(String(16))  # telegram, zalo, email, webhook, apprise, console
    address: Mapped[str] = mapped_column(String(256))  # chat id, e-mail address, URL
    thread: Mapped[str | None] = mapped_column(String(32))  # topic of a forum group where it wants its messages
    other_thread: Mapped[str | None] = mapped_column(String(32))  # another topic that is known, should that one close
    second_channel: Mapped[str | None] = mapped_column(String(16))  # takes over when the first fails for an hour
    second_address: Mapped[str | None] = mapped_column(String(256))
    name: Mapped[str] = mapped_column(SafeText, default="")
    operator: Mapped[bool] = mapped_column(default=False)
    active: Mapped[bool] = mapped_column(default=True)
    off_reason: Mapped[str | None] = mapped_column(SafeText)
    paused_until: Mapped[datetime | None] = mapped_column(UtcDateTime)
    quiet_from: Mapped[str] = mapped_column(String(5), default="22:00")
    quiet_to: Mapped[str] = mapped_column(String(5), default="06:00")
    builtin: Mapped[bool] = mapped_column(default=False)  # made from the settings, not by an invitation
    joined_at: Mapped[datetime] = mapped_column(UtcDateTime)
    # A chat is served by one sender at a time: that keeps its messages in order and its pace.
    next_at: Mapped[datetime] = mapped_column(UtcDateTime, default=BEGINNING)  # no message before this time
    leased_by: Mapped[str | None] = mapped_column(String(128))
    leased_until: Mapped[datetime | None] = mapped_column(UtcDateTime)

    def is_paused(self, now: datetime) -> bool:
        """Whether the subscriber wants nothing for the time being."""
        return self.paused_until is not None and self.paused_until > now


class InvitationRow(Base):
    """A code that lets one chat join (or several)."""

    __tablename__ = "invitation"

    code: Mapped[str] = mapped_column(String(32), primary_key=True)
    label: Mapped[str] = mapped_column(SafeText, default="")
    operator: Mapped[bool] = mapped_column(default=False)
    uses_left: Mapped[int] = mapped_column(default=1)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    expires_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class RuleRow(Base):
    """What a subscriber wants to be told. Empty lists mean "any"."""

    __tablename__ = "rule"

    id: Mapped[int] = mapped_column(primary_key=True)
    subscriber_id: Mapped[int] = mapped_column(ForeignKey("subscriber.id", ondelete="CASCADE"), index=True)
    name: Mapped[str] = mapped_column(SafeText)
    kinds: Mapped[list[str]] = mapped_column(JSON, default=list)
    issuers: Mapped[list[str]] = mapped_column(JSON, default=list)
    levels: Mapped[list[str]] = mapped_column(JSON, default=list)
    provinces: Mapped[list[str]] = mapped_column(JSON, default=list)
    topics: Mapped[list[str]] = mapped_column(JSON, default=list)
    grades: Mapped[list[str]] = mapped_column(JSON, default=list)
    words: Mapped[str] = mapped_column(SafeText, default="")
    preset: Mapped[str] = mapped_column(String(16), default="")  # "worth": what is worth reading (models.views.worth)
    query: Mapped[dict[str, Any] | None] = mapped_column(
        JSON(none_as_null=True)
    )  # a search that became a rule: it means articles
    seen_article_id: Mapped[int | None]  # … and has looked at the articles up to this one
    delivery: Mapped[str] = mapped_column(String(16), default="immediate")  # immediate, daily, weekly
    urgent: Mapped[bool] = mapped_column(default=False)  # also in quiet hours
    active: Mapped[bool] = mapped_column(default=True)
    builtin: Mapped[bool] = mapped_column(default=False)  # may match everything: made by the program, not by staff
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)


class EventRow(Base):
    """Something that may be told: one row a new document (`key` "document:ID"), never one an article."""

    __tablename__ = "event"

    id: Mapped[int] = mapped_column(primary_key=True)
    key: Mapped[str] = mapped_column(String(128), unique=True)
    kind: Mapped[str] = mapped_column(String(16))  # document, article, digest, operator
    document_id: Mapped[int | None] = mapped_column(ForeignKey("document.id", ondelete="SET NULL"), index=True)
    article_id: Mapped[int | None] = mapped_column(ForeignKey("article.id", ondelete="SET NULL"), index=True)
    payload: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)


class AlertRow(Base):
    """The outbox: one row an event and subscriber, so a second message is impossible by construction."""

    __tablename__ = "alert"
    __table_args__ = (
        UniqueConstraint("event_id", "subscriber_id", "part", name="uq_alert_once"),
        Index("ix_alert_due", "state", "not_before", "id"),
        Index("ix_alert_chat", "subscriber_id", "state", "id"),
        Index("ix_alert_edit", "edit_due"),
        Index("ix_alert_sent", "subscriber_id", "sent_at"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    event_id: Mapped[int] = mapped_column(ForeignKey("event.id", ondelete="CASCADE"))
    subscriber_id: Mapped[int] = mapped_column(ForeignKey("subscriber.id", ondelete="CASCADE"))
    part: Mapped[int] = mapped_column(default=0)  # of a long digest
    rule_id: Mapped[int | None] = mapped_column(ForeignKey("rule.id", ondelete="SET NULL"))
    reasons: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)  # rule, matched words, paper
    state: Mapped[str] = mapped_column(String(16), default="queued")  # queued sending sent unknown failed muted
    queued_at: Mapped[datetime] = mapped_column(UtcDateTime)
    not_before: Mapped[datetime | None] = mapped_column(UtcDateTime)  # None: not to be sent (again)
    late: Mapped[bool] = mapped_column(default=False)  # the paper is days old: told in a list, not one by one
    attempts: Mapped[int] = mapped_column(default=0)
    wording_tries: Mapped[int] = mapped_column(default=0)  # how often its words could not be made
    channel: Mapped[str | None] = mapped_column(String(16))  # by which it was sent
    unknowns: Mapped[int] = mapped_column(default=0)  # attempts after which nobody knew whether it had arrived
    sender: Mapped[str | None] = mapped_column(String(128))  # who has it in hand (state "sending")
    sent_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    message_id: Mapped[str | None] = mapped_column(String(64))
    listed: Mapped[bool] = mapped_column(default=False)  # sent as one item of a list: never edited
    edit_due: Mapped[datetime | None] = mapped_column(UtcDateTime)  # further papers are to be added to the message
    shown_articles: Mapped[list[int]] = mapped_column(JSON, default=list)  # papers already named in the message
    error: Mapped[str | None] = mapped_column(SafeText)


class BotViewRow(Base):
    """What a button of the bot stands for: button data hold 64 bytes, a search in Vietnamese does not fit."""

    __tablename__ = "bot_view"

    id: Mapped[int] = mapped_column(primary_key=True)
    subscriber_id: Mapped[int] = mapped_column(ForeignKey("subscriber.id", ondelete="CASCADE"), index=True)
    kind: Mapped[str] = mapped_column(String(16))
    state: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
    used_at: Mapped[datetime] = mapped_column(UtcDateTime, index=True)


class StrangerRow(Base):
    """A chat without an invitation, and how often it was answered since `told_at`."""

    __tablename__ = "stranger"

    address: Mapped[str] = mapped_column(String(256), primary_key=True)
    told_at: Mapped[datetime] = mapped_column(UtcDateTime)
    answers: Mapped[int] = mapped_column(default=1)


class ChannelRow(Base):
    """How a channel fares: since when it has not been reached."""

    __tablename__ = "channel"

    name: Mapped[str] = mapped_column(String(16), primary_key=True)
    failing_since: Mapped[datetime | None] = mapped_column(UtcDateTime)
    checked_at: Mapped[datetime] = mapped_column(UtcDateTime)  # last sign, good or bad
    error: Mapped[str | None] = mapped_column(SafeText)

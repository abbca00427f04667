"""What passes between the parts of delivery: frozen values."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any


class State(StrEnum):
    """Where a row of the outbox stands (docs/alerts.md tells the story of each)."""

    QUEUED = "queued"
    SENDING = "sending"
    SENT = "sent"
    UNKNOWN = "unknown"
    FAILED = "failed"
    MUTED = "muted"


WAITING = (State.QUEUED, State.UNKNOWN)
OPEN = (*WAITING, State.SENDING)
"""States of rows that are not at their end: those that wait, and those in somebody's hands."""


NEWS = ("document", "article")
"""The kinds of events that are news; the others (digest, operator) carry their words with them."""


@dataclass(frozen=True, slots=True)
class Button:
    """A button under a message: `data` comes back to the bot (at most 64 bytes)."""

    text: str
    data: str


Buttons = tuple[tuple[Button, ...], ...]


@dataclass(frozen=True, slots=True)
class Message:
    """One message, ready for any channel. `html` keeps to the tags that Telegram knows.

    `code` is the id that staff can recognise a repeated message by; `picture` is a PNG, `html` then its caption.
    `event` says the same for programs (JSON).
    """

    html: str
    subject: str = ""
    code: str = ""
    buttons: Buttons = ()
    picture: bytes | None = None
    event: Mapping[str, Any] | None = None


class Result(StrEnum):
    """How handing over one message ended."""

    SENT = "sent"
    RETRY = "retry"  # refused for now, it surely did not arrive: again after a pause that grows
    UNREACHABLE = "unreachable"  # the service does not answer: likewise, and the whole channel waits
    HOLD = "hold"  # the receiver asked to wait `seconds`
    TIMED_OUT = "timed_out"  # it may have arrived, nobody knows: again once
    GARBLED = "garbled"  # an answer that cannot be read: it may have arrived, again
    FAILED = "failed"  # refused, and would be refused again
    OFF = "off"  # the receiver is not to be reached any more
    MIGRATED = "migrated"  # the chat has a new id
    LATE = "late"  # our turn was over before the request left: at once again, by whoever has the chat now
    CLOSED = "closed"  # this place within the chat (a forum's topic) takes nothing: its other place is tried
    DENIED = "denied"  # our own credentials are refused


@dataclass(frozen=True, slots=True)
class Receipt:
    """The answer of a channel. `error` is safe to store and show: no token, no address."""

    result: Result
    message_id: str | None = None
    seconds: float = 0.0
    error: str = ""
    new_address: str | None = None


@dataclass(frozen=True, slots=True)
class Pace:
    """How fast, how patient (seconds). The defaults are Telegram's published limits with a little room.

    core.telegram.org/bots/faq: no more than one message a second in a chat, 20 a minute in a group, about 30 a
    second overall.
    """

    chat_gap: float = 1.05
    group_gap: float = 3.1
    per_second: float = 28.0
    at_once: int = 16
    lease: float = 120.0
    """How long a chat belongs to a sender that says nothing more."""
    patience: float = 75.0
    """How long a sender waits for the next row to become due, before it leaves the rest to the next one."""
    unknown_wait: float = 600.0
    """After a time-out: when the message is sent a second and last time."""
    backoff_first: float = 2.0
    backoff_most: float = 900.0
    answer_timeout: float = 15.0
    wording_tries: int = 3
    """How often a row that cannot be put into words is tried before it ends as failed."""
    list_over: int = 10
    """More than this for one chat within `together` (sent or waiting): what waits goes out as one list."""
    together: float = 900.0
    late_over: int = 3
    """More than this that are days old: they go out as a list."""

    @property
    def hand_over(self) -> float:
        """How long one message may take: its lease less the time of two answers, so that what came of it is written."""
        return max(self.lease - 2 * self.answer_timeout, self.lease / 2)


@dataclass(frozen=True, slots=True)
class DeliveryReport:
    """What one delivery did. `waiting` rows are left for later; `stopped` says why a channel was given up.

    `sent` counts every message, `alerts_sent` those of new documents. `errors` are what did not mend itself.
    """

    sent: int = 0
    alerts_sent: int = 0
    edited: int = 0
    resent: int = 0
    retried: int = 0
    unknown: int = 0
    failed: int = 0
    switched_off: int = 0
    waiting: int = 0
    stopped: tuple[str, ...] = ()
    next_due: datetime | None = None
    errors: tuple[str, ...] = field(default=())

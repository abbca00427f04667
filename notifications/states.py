"""What follows from an attempt: the next state of a row and the pause of its chat. Pure.

The choice for time-outs (docs/alerts.md): a message that may have arrived is sent once more after
`Pace.unknown_wait`, marked as repeated, and then never again. An answer that cannot be read comes from a gateway
on the way, hardly from Telegram: repeated with growing pauses, a few times. What was cut off by the end of our own
process is repeated until it is known to have arrived (`notifications.lease`).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from notifications.values import Pace, Receipt, Result, State

GARBLED_MOST = 6
"""Unreadable answers to one message before it is left as unknown."""


@dataclass(frozen=True, slots=True)
class Next:
    """Where a row goes. `not_before` None: it is not sent (again). `chat_pause` seconds hold the whole chat.

    `unknown` adds one to the count of attempts that may have arrived.
    """

    state: State
    not_before: datetime | None = None
    chat_pause: float = 0.0
    unknown: bool = False


def backoff(attempts: int, pace: Pace) -> float:
    """Seconds to wait after the attempt number `attempts` (from 1): doubling, up to a limit."""
    return min(pace.backoff_first * 2.0 ** min(attempts - 1, 20), pace.backoff_most)


def after(outcome: Receipt, *, attempts: int, unknowns: int, now: datetime, pace: Pace) -> Next:
    """The next state of a row after `attempts` attempts of which `unknowns` may have arrived before this one."""
    wait = backoff(attempts, pace)
    # A row that may have arrived once keeps saying so while it waits for its repetition.
    waiting = State.UNKNOWN if unknowns else State.QUEUED
    match outcome.result:
        case Result.SENT:
            return Next(State.SENT)
        case Result.RETRY | Result.UNREACHABLE:
            return Next(waiting, now, chat_pause=wait)
        case Result.HOLD:
            return Next(waiting, now, chat_pause=outcome.seconds)
        case Result.TIMED_OUT:
            again = now + timedelta(seconds=pace.unknown_wait) if unknowns == 0 else None
            return Next(State.UNKNOWN, again, unknown=True)
        case Result.GARBLED:
            again = now if unknowns < GARBLED_MOST else None
            return Next(State.UNKNOWN, again, chat_pause=wait, unknown=True)
        case Result.MIGRATED | Result.DENIED | Result.LATE:
            return Next(waiting, now)
        case Result.CLOSED:  # the other place at once; when that is closed too, now and then
            return Next(waiting, now, chat_pause=pace.backoff_most if attempts > 1 else 0)
        case Result.FAILED | Result.OFF:
            return Next(State.FAILED)

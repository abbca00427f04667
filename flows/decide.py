"""What a harvest decides. Pure: values in, values out; `flows.run` fetches what is asked and acts on the answer."""

from __future__ import annotations

import zlib
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime

from crawlers.values import SourceStatus
from foundation.clock import HANOI
from models.runs.facts import NewPages
from models.runs.ledger import SourceOutcome

PATIENCE: Mapping[str, int] = {SourceStatus.UNREACHABLE: 2, SourceStatus.DNS: 2, SourceStatus.TIMED_OUT: 2}
"""Failed runs in a row before the operator is told: what often mends itself gets a second try."""

TRANSIENT = frozenset({SourceStatus.UNREACHABLE, SourceStatus.DNS, SourceStatus.CRASHED})
"""What a second try, some minutes later, may mend; anything else waits for the next run or a person."""


def left_alone(source_id: str, until: datetime | None) -> SourceOutcome | None:
    """The outcome of a source that is not visited: its host has asked to wait longer (Retry-After, aware)."""
    if until is None:
        return None
    message = f"Báo yêu cầu chờ đến {until.astimezone(HANOI):%H:%M ngày %d/%m}; lượt này không gọi."
    return SourceOutcome(source_id, SourceStatus.WAITING, message, retry_at=until)


def standing(outcome: SourceOutcome, new: NewPages, now: datetime) -> SourceOutcome:
    """How a source stands once its new pages were read: not well where none of a whole day could be.

    It is `broken` from the first such page on. The operator is told when it is no accident: at once of two pages
    without content, of a single one when a second look, an hour later or more, found it so again.
    """
    if outcome.status != SourceStatus.OK or new.sentence is None:
        return outcome
    return replace(outcome, status=SourceStatus.BROKEN, message=new.sentence, unsure=not new.is_sure(now))


def broken(source_id: str, error: Exception) -> SourceOutcome:
    """The outcome of a source whose step itself failed."""
    return SourceOutcome(source_id, SourceStatus.CRASHED, f"Bước thu thập dừng vì lỗi: {error!r}")


def faults_to_tell(outcomes: Sequence[SourceOutcome], failures: Mapping[str, int]) -> str:
    """What the operator is told after a run: the sources that have just become faulty; "" for none.

    `failures`: how many runs in a row each has failed (the daily health flow repeats those that stay so).
    """
    lines = [
        f"• {outcome.id}: {outcome.message}"
        for outcome in outcomes
        if outcome.needs_a_person and not outcome.unsure and failures.get(outcome.id) == PATIENCE.get(outcome.status, 1)
    ]
    lines += [f"• {outcome.id}: {word}" for outcome in outcomes for word in outcome.words]
    return "\n".join(["Lượt thu vừa xong có nguồn cần xem:", *lines]) if lines else ""


def refused_files(sentences: Sequence[str]) -> tuple[str, str]:
    """Name and text of the alarm about files of the catalogue that cannot be used: another one when they are others."""
    text = "\n".join(["Danh mục có tệp nguồn không dùng được:", *(f"• {sentence}" for sentence in sentences)])
    return f"catalogue:{zlib.crc32(text.encode()):08x}", text


def superseded(due: datetime | None, last: datetime | None, now: datetime, *, scheduled: bool) -> bool:
    """Whether a scheduled run comes too late to be of use: a newer one has started since it was due.

    After days off the server may hold many late runs; the first does the work, the others are not repeated. A run that
    began later than now was dated by a clock that was wrong.
    """
    return scheduled and due is not None and last is not None and due < last <= now

"""Is a source as it usually is? Pure rules: a source's own weeks in, sentences for staff out.

A source is measured against its own habit by weekday; weekends and days of rest (`models.runs.rest`) raise nothing.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import pairwise

from crawlers.values import SourceStatus
from foundation.clock import HANOI, hanoi_day
from models.runs.facts import FEW_DAYS, HEALTHY, TEMPLATE, SourceFacts
from models.runs.rest import at_rest, ordinary_days

WEEKS = 8

FACTOR = 5
"""A day's count this many times under or over its weekday's usual one is told."""

WANTING = 0.4
"""The share of a week's pages without text or date from which on the template is doubted."""

ALL_BUT = 0.8
"""… and of a day's."""

NOTICEABLE = 5
"""Articles a day below which a fall says nothing."""

SHUT_AFTER = timedelta(days=2)
"""A host that asked us to wait for so long is told of: a whole day missed, and the next begun."""

MANY_DOUBTS, LARGE_SHARE = 3, 0.2
"""So many pages of a week under one doubt, or so large a share of them, need a person; fewer are only named."""


@dataclass(frozen=True, slots=True)
class SourceVerdict:
    """`status` is a SourceStatus; `concerns` are Vietnamese sentences, empty for a source that is well.

    `notes` name what does not need a person yet.
    """

    status: SourceStatus
    concerns: tuple[str, ...]
    needs_a_person: bool
    remark: str = ""
    notes: tuple[str, ...] = ()


def judge(facts: SourceFacts, now: datetime) -> SourceVerdict:
    """How a source stands at a moment (aware)."""
    if facts.off_because is not None:
        return SourceVerdict(SourceStatus.OFF, (), needs_a_person=False, remark=f"Đã tắt: {facts.off_because}")
    if facts.status is None:
        return SourceVerdict(SourceStatus.WAITING, (), needs_a_person=False, remark="Chưa thu lần nào.")
    status = SourceStatus(facts.status)
    concerns = list(_failing(facts, status, now))
    if status in HEALTHY:
        today = hanoi_day(now)
        silence = _silence(facts, today)
        counts = None if silence else _count(facts, today)
        coverage = [*_coverage(facts)]
        if silence or coverage:
            status = SourceStatus.QUIET if silence else SourceStatus.BROKEN
        concerns = [sentence for sentence in (silence, counts, *coverage) if sentence]
        if not concerns and facts.fault and _lasts(facts):
            status, concerns = SourceStatus.BROKEN, [facts.fault]
    many = [d for d in facts.doubts if d.pages >= MANY_DOUBTS or d.pages >= LARGE_SHARE * facts.recent.total]
    concerns += [doubt.sentence(facts.source_id) for doubt in many]
    if status is SourceStatus.OK and any(doubt.kind == "needs_browser" for doubt in many):
        status = SourceStatus.BROKEN
    if concerns and facts.fault_since and now - facts.fault_since >= timedelta(days=1):
        first = "" if facts.fault in concerns else f"; lúc đầu: {facts.fault}"
        concerns.append(f"Cần xem từ {facts.fault_since.astimezone(HANOI):%d/%m/%Y}{first}")
    notes = tuple(doubt.sentence(facts.source_id) for doubt in facts.doubts if doubt not in many)
    return SourceVerdict(status, tuple(concerns), needs_a_person=bool(concerns), notes=notes)


def _failing(facts: SourceFacts, status: SourceStatus, now: datetime) -> list[str]:
    if status in HEALTHY or status is SourceStatus.OFF or (status is SourceStatus.WAITING and _may_wait(facts, now)):
        return []
    again = f" ({facts.failures} lượt liền)" if facts.failures > 1 else ""
    return [f"{(facts.message or 'Lượt thu gần nhất có lỗi').rstrip('.')}{again}."]


def _may_wait(facts: SourceFacts, now: datetime) -> bool:
    """A host that asks us to wait needs nobody, unless it has asked for days: then it is shut, by whatever name."""
    if facts.last_success_at is None:
        return facts.failures < FEW_DAYS
    return now - facts.last_success_at < SHUT_AFTER


def _lasts(facts: SourceFacts) -> bool:
    """Whether pages are as wanting as when the fault was found: a template that stays broken becomes no habit."""
    lacking = max(facts.recent.empty, facts.recent.undated)
    wanting = facts.recent.total >= FEW_DAYS and lacking >= WANTING * facts.recent.total
    return wanting and TEMPLATE in (facts.fault or "")


def _silence(facts: SourceFacts, today: date) -> str | None:
    """Longer without an article than ever in its eight weeks. Days of rest do not count, and hide nothing."""
    active = sorted(day for day, count in facts.days.items() if count and day <= today)
    if not active:
        return None if facts.last_success_at is None else "Chưa đọc được bài nào từ nguồn này trong 8 tuần."
    silent = ordinary_days(active[-1], today)
    if len(active) >= FEW_DAYS:
        gaps = [ordinary_days(one, other) for one, other in pairwise(active)]
        usual = max(gaps)
        ends = [other.weekday() for (_, other), gap in zip(pairwise(active), gaps, strict=True) if gap == usual]
        rhythm = 2 * len(ends) >= len(gaps) or (len(ends) >= FEW_DAYS and len(set(ends)) <= 2)
        # A gap of most weeks, on its weekday, is the paper's rhythm; any other is chance, and the next may be longer.
        longest = usual if rhythm else usual + usual // 2 + 1
        if silent <= longest + _thin(facts, today):
            return None
        habit = "ngày nào cũng có bài" if usual <= 1 else f"thường cách nhau không quá {usual} ngày"
        return f"Im lặng {silent} ngày, từ {active[-1]:%d/%m/%Y}; nguồn này {habit}."
    if silent * 24 <= facts.max_silence_hours:
        return None
    return f"Im lặng {silent} ngày, từ {active[-1]:%d/%m/%Y}; chờ đợi nhiều nhất là {facts.max_silence_hours:g} giờ."


def _thin(facts: SourceFacts, today: date) -> bool:
    """Whether yesterday's weekday always had something, but so little that nothing is no wonder once."""
    yesterday = today - timedelta(days=1)
    counts = [facts.days.get(yesterday - timedelta(weeks=week), 0) for week in range(1, WEEKS)]
    return 1 <= min(counts) < max(counts) and sum(counts) < 4 * len(counts)


def _rare(seen: int, usual: float) -> bool:
    """Whether so few are no chance where `usual` are to be expected (Poisson): less than once in ten years of days."""
    return sum(math.exp(-usual) * usual**count / math.factorial(count) for count in range(seen + 1)) < 1 / 3650


def _count(facts: SourceFacts, today: date) -> str | None:
    """Yesterday against the same weekday of the weeks before; only once yesterday has been harvested whole."""
    yesterday = today - timedelta(days=1)
    visited = facts.last_success_at is not None and hanoi_day(facts.last_success_at) >= today
    if not visited or at_rest(yesterday):
        return None
    begun = min(facts.days, default=today)
    same = [yesterday - timedelta(weeks=week) for week in range(1, WEEKS)]
    counts = [facts.days.get(day, 0) for day in same if day >= begun and not at_rest(day)]
    if len(counts) < 3:
        return None
    usual, seen = sum(counts) / len(counts), facts.days.get(yesterday, 0)
    if usual >= NOTICEABLE and seen * FACTOR <= usual and _rare(seen, usual):
        return f"Hôm qua chỉ có {seen} bài; cùng thứ trong tuần thường có {usual:.0f}."
    if seen >= FACTOR * max(usual, NOTICEABLE - 1):
        return f"Hôm qua có tới {seen} bài; cùng thứ trong tuần thường có {usual:.0f}."
    return None


def _coverage(facts: SourceFacts) -> list[str]:
    """The template changed: a field that used to be found is found no more."""
    if facts.new.sentence:
        return [facts.new.sentence]
    found = []
    for name, words in (("empty", "không có nội dung hoặc chỉ có đoạn mở đầu"), ("undated", "không có ngày đăng")):
        habit = getattr(facts.before, name) / max(1, facts.before.total)
        for pages, least, since in ((facts.day, ALL_BUT, "24 giờ"), (facts.recent, WANTING, "7 ngày")):
            lacking = getattr(pages, name)
            enough = min(pages.total, facts.before.total) >= FEW_DAYS
            if enough and lacking >= max(least, 3 * habit) * pages.total:
                found.append(
                    f"{lacking}/{pages.total} trang trong {since} qua {words} (trước đây {habit:.0%}): {TEMPLATE}."
                )
                break
    return found

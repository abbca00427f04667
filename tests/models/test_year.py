"""A year of thirty papers, day by day: what goes wrong is told in time, and hardly anything else is.

Time is a seam: no clock, no database; each morning at 08:30 the rules see what the archive would tell them.
"""

from __future__ import annotations

import math
import random
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise

import pytest

from models.runs.facts import Coverage, NewPages, SourceFacts
from models.runs.habit import SourceVerdict, judge
from models.runs.rest import at_rest, ordinary_days

pytestmark = pytest.mark.soak

BEGIN = date(2026, 6, 1)
DAYS = 365
WEEKS = {
    "mỗi ngày hai mươi bài": (20.0,) * 7,
    "nghỉ cuối tuần": (6.0,) * 5 + (0.0, 0.0),
    "cuối tuần thưa": (12.0,) * 5 + (3.0, 2.0),
    "mỗi ngày một hai bài": (1.6,) * 7,
    "báo lớn": (45.0,) * 7,
}


def _same(facts: SourceFacts) -> SourceFacts:
    return facts


def poisson(dice: random.Random, mean: float) -> int:
    least, count, chance = math.exp(-mean), 0, dice.random()
    while chance > least:
        count, chance = count + 1, chance * dice.random()
    return count


@dataclass
class Paper:
    """One paper, with what befalls it: from a day on, its facts are changed."""

    number: int
    week: tuple[float, ...]
    befallen: Mapping[date, Callable[[SourceFacts], SourceFacts]] = field(default_factory=dict)
    silent: tuple[date, date] | None = None
    fault: str | None = None
    fault_since: datetime | None = None

    def printed(self) -> dict[date, int]:
        """Articles a day; at Tết most days without any."""
        dice, found = random.Random(self.number), {}
        for ahead in range(-60, DAYS):
            day = BEGIN + timedelta(days=ahead)
            quiet = at_rest(day)
            none = (quiet and dice.random() < 0.7) or (self.silent and self.silent[0] <= day <= self.silent[1])
            found[day] = 0 if none else poisson(dice, self.week[day.weekday()] * (0.4 if quiet else 1))
        return found

    def mornings(self) -> list[tuple[date, SourceVerdict]]:
        days, told, seen = self.printed(), [], Coverage(300, 3, 1)
        for ahead in range(DAYS):
            day = BEGIN + timedelta(days=ahead)
            now = datetime.combine(day, time(1, 30), UTC)
            known = {on: days[on] for back in range(1, 57) if days[on := day - timedelta(days=back)]}
            facts = SourceFacts(
                str(self.number), "Báo", status="ok", last_success_at=now, last_run_at=now, days=known,
                recent=Coverage(40, 1, 0), before=seen, day=Coverage(12, 0, 0), fault=self.fault,
                fault_since=self.fault_since,
            )  # fmt: skip
            verdict = judge(self.befallen.get(day, _same)(facts), now)
            if not verdict.concerns:
                self.fault = self.fault_since = None
            elif self.fault_since is None:
                self.fault, self.fault_since = verdict.concerns[0], now
            told.append((day, verdict))
        return told


def during(first: date, days: int, **facts: object) -> dict[date, Callable[[SourceFacts], SourceFacts]]:
    def change(same: SourceFacts) -> SourceFacts:
        return replace(same, **facts)  # type: ignore[arg-type]

    return {first + timedelta(days=ahead): change for ahead in range(days)}


PAPERS = [Paper(number, list(WEEKS.values())[number % len(WEEKS)]) for number in range(30)]


@pytest.mark.parametrize("paper", PAPERS, ids=lambda paper: str(paper.number))
def test_a_paper_that_is_well_is_reported_once_a_year_at_most(paper: Paper) -> None:
    mornings = paper.mornings()
    reports = [
        (day, verdict.concerns)
        for (_, before), (day, verdict) in pairwise(mornings)
        if verdict.concerns and not before.concerns
    ]
    assert len(reports) <= 1, reports


MARCH = date(2027, 3, 16)
FAULTS: dict[str, dict[str, object]] = {
    "hết hạn chứng chỉ": {"status": "unreachable", "message": "Chứng chỉ của báo đã hết hạn.", "failures": 2},
    "máy chủ hỏng": {"status": "unreachable", "message": "Không kết nối được.", "failures": 2},
    "đổi tên miền": {"status": "moved", "message": "Báo đã chuyển sang tên miền khác.", "failures": 1},
    "sáp nhập": {"status": "moved", "message": "Báo đã nhập vào báo khác.", "failures": 1},
    "đổi mẫu trang": {"new": NewPages(articles=0, unread=9, silent=9, reason="không có nội dung")},
    "chỉ còn đoạn mở đầu": {"day": Coverage(12, 12, 0)},
    "mất ngày đăng": {"day": Coverage(12, 0, 11)},
}


@pytest.mark.parametrize("name", FAULTS)
def test_what_befalls_a_paper_is_told_the_same_day_and_as_long_as_it_lasts(name: str) -> None:
    paper = Paper(0, WEEKS["mỗi ngày hai mươi bài"], during(MARCH, 40, **FAULTS[name]))
    told = {day for day, verdict in paper.mornings() if verdict.needs_a_person}
    assert told == {MARCH + timedelta(days=ahead) for ahead in range(40)}


@pytest.mark.parametrize("name", WEEKS)
def test_silence_is_told_within_the_papers_own_gap_and_a_day(name: str) -> None:
    """Its own gap: the longest that it left in the eight weeks before, days of rest left out.

    Where it was chance (a paper of one or two articles a day) half as long again: with the gap and a day alone, papers
    that were well would be reported one to three times a year.
    """
    paper = Paper(0, WEEKS[name], silent=(MARCH, MARCH + timedelta(days=60)))
    days = paper.printed()
    active = [day for day, count in days.items() if count and MARCH - timedelta(weeks=8) <= day < MARCH]
    gap = max(ordinary_days(one, other) for one, other in pairwise(active))
    chance = gap // 2 + 1 if name == "mỗi ngày một hai bài" else 0
    first = next(day for day, verdict in paper.mornings() if day >= MARCH and verdict.needs_a_person)
    assert ordinary_days(active[-1], first) <= gap + chance + 1
    assert all(
        verdict.needs_a_person for day, verdict in paper.mornings() if first <= day <= MARCH + timedelta(days=60)
    )


def test_tet_is_no_silence_and_hides_none_of_before() -> None:
    gone = Paper(0, WEEKS["báo lớn"], silent=(date(2027, 1, 20), date(2027, 3, 1)))
    told = {day for day, verdict in gone.mornings() if verdict.needs_a_person}
    assert {date(2027, 1, 22) + timedelta(days=ahead) for ahead in range(38)} <= told, "Tết of 2027 is on 6 February"

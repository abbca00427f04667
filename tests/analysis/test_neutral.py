"""General news must stay silent: fewer than one false alarm in a thousand."""

from __future__ import annotations

from collections import Counter

import pytest

from analysis.relevance import judge
from analysis.values import Grade
from tests.analysis.neutral_news import FIELDS, neutral_articles


def false_alarms(count: int, seed: int) -> list[str]:
    found = []
    for article in neutral_articles(count, seed):
        relevance, _ = judge(article.title, article.lead, article.text)
        if relevance.grade is not Grade.NONE:
            found.append(f"{article.field}: {article.title} {[r.phrase for r in relevance.reasons]}")
    return found


def test_the_set_is_wide_and_full_of_dangerous_words() -> None:
    articles = list(neutral_articles(2000))
    assert len(FIELDS) >= 20
    assert len(set(articles)) > 1900
    words = (
        "vận động",
        "nhân dân",
        "Mặt trận",
        "đoàn kết",
        "giám sát",
        "tiếp dân",
        "Hội Phụ nữ",
        "người có uy tín",
        "nông thôn mới",
        "khiếu nại",
        "dân vận",
    )
    counts = Counter(word for article in articles for word in words if word in article.text)
    assert all(counts[word] >= 50 for word in words), counts


def test_fewer_than_one_false_alarm_in_a_thousand() -> None:
    found = false_alarms(5000, seed=2026)
    assert len(found) < 5, found


@pytest.mark.soak
def test_fewer_than_one_false_alarm_in_a_thousand_on_many_more() -> None:
    found = false_alarms(60_000, seed=7)
    assert len(found) < 60, found[:20]

"""From the phrases found in an article to its grade and topics: sums against thresholds.

Every weight and threshold stands in analysis/data/relevance.yaml and topics.yaml; docs/relevance.md tells the sum.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import NamedTuple

from analysis.relevance_rules import CONTRA, Axis, Rules, Thresholds
from analysis.relevance_zones import Zone
from analysis.values import Field, Grade, Reason, Relevance, TopicScore

_HEAD = (Zone.TITLE, Zone.LEAD)


class Mention(NamedTuple):
    """A phrase of the rules in an article. `amount` is its place and repetition, without its weight."""

    label: int
    field: Field
    zone: Zone
    start: int
    end: int
    phrase: str
    amount: float


@dataclass(frozen=True, slots=True)
class Measurement:
    """What was found in an article before weights are applied: mentions of signals, and of topics."""

    signals: tuple[Mention, ...]
    topics: tuple[Mention, ...]


@dataclass(slots=True)
class Sums:
    """The weights found in a part of an article, by axis, and those of each topic that can vouch for a grade."""

    axes: defaultdict[Axis, float] = field(default_factory=lambda: defaultdict(float))
    topics: defaultdict[int, float] = field(default_factory=lambda: defaultdict(float))

    def relation(self, need: Thresholds) -> float:
        """What speaks of the working relation between authorities and people."""
        return need.core_share * self.axes[Axis.CORE] + self.axes[Axis.RELATION]

    def voucher(self) -> int | None:
        """The strongest topic."""
        return max(self.topics, key=lambda topic: self.topics[topic], default=None)

    def vouched(self, need: Thresholds) -> float:
        """What the strongest topic adds."""
        return need.topic_share * min(max(self.topics.values(), default=0.0), need.topic_most)


def head_tells(head: Sums, first: Sums, need: Thresholds) -> bool:
    """Whether title and lead, with the first sentence where a paper gives no lead, point to the work."""
    told = [part.relation(need) + part.vouched(need) for part in (head, first)]
    return told[0] + need.first_share * told[1] >= need.head


def grade_of(whole: Sums, need: Thresholds, *, told: bool) -> Grade:
    """The grade that the sums over an article speak for.

    `told`: its head points to the work. Where it does not, no topic vouches and more is asked: a report that names
    every field once is about none of them.
    """
    against = whole.axes[Axis.AGAINST]
    if whole.axes[Axis.CORE] - against >= need.core:
        return Grade.CORE
    relation = whole.relation(need)
    total = relation + min(whole.axes[Axis.FIELD], need.field_most) - against - whole.axes[Axis.ELSEWHERE]
    enough = total + whole.vouched(need) >= need.related if told else total >= need.without_head
    return Grade.RELATED if enough and relation >= need.relation else Grade.NONE


def weigh(found: Measurement, rules: Rules) -> tuple[Relevance, tuple[TopicScore, ...]]:
    """The verdict on what was found, with its reasons; topics only where the grade is not none.

    The reasons of the grade weigh what they count: fields and the topic that vouches are cut to their share.
    """
    whole, head, first = (_sums(found, rules, zones) for zones in (tuple(Zone), _HEAD, (Zone.FIRST,)))
    told = head_tells(head, first, rules.thresholds)
    grade = grade_of(whole, rules.thresholds, told=told)
    reasons = tuple(_reasons(found, whole, rules, told=told))
    relevance = Relevance(grade, round(sum(reason.weight for reason in reasons), 2), reasons)
    return relevance, () if grade is Grade.NONE else topic_scores(found.topics, rules)


def _sums(found: Measurement, rules: Rules, zones: tuple[Zone, ...]) -> Sums:
    sums = Sums()
    for mention in found.signals:
        if mention.zone in zones:
            signal = rules.signals[mention.label]
            sums.axes[signal.axis] += signal.weight * mention.amount
    for mention in found.topics:
        if mention.zone in zones:
            topic, weight = rules.topic_of(mention.label)
            if rules.topics[topic].vouches:
                sums.topics[topic] += weight * mention.amount
    return sums


def _reasons(found: Measurement, whole: Sums, rules: Rules, *, told: bool) -> Iterable[Reason]:
    need = rules.thresholds
    shares = dict.fromkeys(Axis, 1.0) | dict.fromkeys(CONTRA, -1.0)
    shares[Axis.FIELD] = _cut(whole.axes[Axis.FIELD], need.field_most)
    for mention in found.signals:
        signal = rules.signals[mention.label]
        yield _reason(mention, signal.weight * shares[signal.axis])
    voucher = whole.voucher() if told else None
    if voucher is None:
        return
    share = need.topic_share * _cut(whole.topics[voucher], need.topic_most)
    for mention in found.topics:
        topic, weight = rules.topic_of(mention.label)
        if topic == voucher:
            yield _reason(mention, weight * share)


def _cut(amount: float, most: float) -> float:
    return min(1.0, most / amount) if amount else 1.0


def _reason(mention: Mention, weight: float) -> Reason:
    return Reason(mention.phrase, mention.start, mention.end, round(weight * mention.amount, 2), mention.field)


def topic_scores(mentions: Iterable[Mention], rules: Rules) -> tuple[TopicScore, ...]:
    """The topics that reach `enough`, the strongest first."""
    reasons: Mapping[int, list[Reason]] = defaultdict(list)
    for mention in mentions:
        topic, weight = rules.topic_of(mention.label)
        reasons[topic].append(_reason(mention, weight))
    scores = [
        TopicScore(rules.topics[topic].key, round(sum(reason.weight for reason in those), 2), tuple(those))
        for topic, those in reasons.items()
    ]
    return tuple(sorted((score for score in scores if score.score >= rules.enough), key=lambda s: -s.score))

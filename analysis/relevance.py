"""Grades an article and finds its topics, with the phrases that carried the verdict.

A grade is a sum: every phrase found adds weight x place x repetition. What the sums must reach, and every
weight, stands in analysis/data/relevance.yaml. docs/relevance.md tells how a grade comes about.
"""

from __future__ import annotations

from collections import defaultdict

from analysis import relevance_zones
from analysis.phrases import Match, Tokens, tokenise
from analysis.relevance_rules import CONTRA, Axis, Rules, Topic, default_rules, rules_version
from analysis.relevance_verdict import Measurement, Mention, topic_scores, weigh
from analysis.relevance_zones import Zone, Zones
from analysis.values import Field, Relevance, TopicScore

__all__ = ["Measurement", "judge", "measure", "rules_version", "topics", "topics_of"]

_Counts = dict[tuple[int, Zone], int]  # how often a label was met in a zone


def judge(title: str, lead: str, text: str, *, rules: Rules | None = None) -> tuple[Relevance, tuple[TopicScore, ...]]:
    """The grade of an article and its topics (none for an article graded none), each with reasons in place.

    Any string may be empty and in any Unicode form; offsets are those of the given strings.
    """
    rules = rules or default_rules()
    return weigh(measure(title, lead, text, rules=rules), rules)


def topics_of(title: str, lead: str, text: str) -> tuple[TopicScore, ...]:
    """The topics that the words of an article speak of, whatever its grade."""
    rules = default_rules()
    return topic_scores(measure(title, lead, text, rules=rules).topics, rules)


def topics() -> tuple[Topic, ...]:
    """All topics, in the order of the data file."""
    return default_rules().topics


def measure(title: str, lead: str, text: str, *, rules: Rules) -> Measurement:
    """Find every phrase of the rules and what its place and repetition are worth."""
    fields = _search(title, lead, text, rules)
    return Measurement(tuple(_signals(fields, rules)), tuple(_topics(fields, rules)))


def _search(title: str, lead: str, text: str, rules: Rules) -> list[_Places]:
    """The fields in which a phrase of the rules stands."""
    zones = relevance_zones.cut(title, lead, text)
    words = text.count(" ")
    searched = []
    for field, string in ((Field.TITLE, title), (Field.LEAD, lead), (Field.TEXT, text)):
        tokens = tokenise(string)
        if matches := rules.book.find(tokens):
            length = len(tokens.forms) if field is Field.TEXT else words
            searched.append(_Places(field, string, tokens, matches, zones, rules, length))
    return searched


def _signals(fields: list[_Places], rules: Rules) -> list[Mention]:
    chosen = [_longest([m for m in field.matches if m.label < len(rules.signals)], rules) for field in fields]
    return _mentions(fields, chosen, cap=True)


def _topics(fields: list[_Places], rules: Rules) -> list[Mention]:
    chosen = [_longest_of_topic([m for m in field.matches if m.label >= len(rules.signals)], rules) for field in fields]
    return _mentions(fields, chosen, cap=False)


def _mentions(fields: list[_Places], chosen: list[list[Match]], *, cap: bool) -> list[Mention]:
    counts: _Counts = defaultdict(int)
    pairs = zip(fields, chosen, strict=True)
    return [mention for field, ours in pairs for mention in field.mentions(ours, counts, cap=cap)]


class _Places:
    """One field, the phrases found there, and what a place in it is worth."""

    def __init__(
        self, field: Field, string: str, tokens: Tokens, matches: list[Match], zones: Zones, rules: Rules, length: int
    ) -> None:
        self.matches = matches
        self._field = field
        self._string = string
        self._tokens = tokens
        self._zones = zones
        self._rules = rules
        self._aside = relevance_zones.guest_spans(string) if field is Field.LEAD else []
        bounds = rules.body_length
        self._body = min(bounds["most"], max(bounds["least"], (bounds["usual"] / max(length, 1)) ** 0.5))
        if zones.full_text:
            self._body *= rules.full_text_share
        self._head = rules.opening_only["factor"] if length < rules.opening_only["words"] else 1.0

    def _zone(self, start: int) -> Zone:
        if self._field is Field.TITLE:
            return Zone.TITLE
        if self._field is Field.LEAD:
            return Zone.ASIDE if any(a <= start < b for a, b in self._aside) else Zone.LEAD
        return self._zones.at(start)

    def mentions(self, matches: list[Match], counts: _Counts, *, cap: bool) -> list[Mention]:
        """The matches that count, each with its amount."""
        found = []
        for match in matches:
            start, end = self._tokens.starts[match.first], self._tokens.ends[match.last - 1]
            zone = self._zone(start)
            if zone is Zone.ASIDE:
                continue
            amount = self._amount(match.label, zone, counts, cap=cap)
            if amount:
                found.append(Mention(match.label, self._field, zone, start, end, self._string[start:end], amount))
        return found

    def _amount(self, label: int, zone: Zone, counts: _Counts, *, cap: bool) -> float:
        rules = self._rules
        area = Zone.BODY if zone is Zone.TAIL else zone
        if cap and rules.signals[label].axis in CONTRA and area is Zone.BODY:
            return 0.0  # a crime or a match mentioned in the body does not make the article one of crime or sport
        seen = counts[label, area]
        counts[label, area] += 1
        shares = rules.repeats["body" if area is Zone.BODY else "head"]
        most = rules.signals[label].most if cap else len(shares)
        if seen >= min(most, len(shares)):
            return 0.0
        return rules.zones[zone] * shares[seen] * (self._body if area is Zone.BODY else self._head)


def _longest(matches: list[Match], rules: Rules) -> list[Match]:
    """Of phrases that say the same thing twice the longest counts."""
    kept: list[Match] = []
    for match in sorted(matches, key=lambda m: (m.first, -m.last)):
        first = match.first
        for longer in kept[-8:]:
            if longer.last > first and _says(longer, match, rules):  # most end before this one begins
                break
        else:
            kept.append(match)
    return kept


def _says(longer: Match, shorter: Match, rules: Rules) -> bool:
    """Whether the longer phrase already says what the shorter says.

    Phrases of one signal do so where they overlap; of two signals, where one stands inside the other. But a
    phrase with a long gap does not speak for a core phrase that stands in its gap.
    """
    if longer.label == shorter.label:
        return shorter.first < longer.last
    if not (longer.first <= shorter.first and shorter.last <= longer.last):
        return False
    return longer.last - longer.first <= 6 or rules.signals[shorter.label].axis is not Axis.CORE


def _longest_of_topic(matches: list[Match], rules: Rules) -> list[Match]:
    """Within one topic overlapping phrases count once, the heaviest first; one of weight 0 hides and counts nothing."""
    taken: dict[int, set[int]] = defaultdict(set)
    kept: list[Match] = []

    def silent_then_heaviest(match: Match) -> tuple[bool, float, int]:
        weight = rules.topic_of(match.label)[1]
        return weight > 0, -weight, match.first

    for match in sorted(matches, key=silent_then_heaviest):
        topic, weight = rules.topic_of(match.label)
        places = taken[topic]
        span = range(match.first, match.last)
        if places.isdisjoint(span):
            places.update(span)
            if weight:
                kept.append(match)
    return sorted(kept, key=lambda m: m.first)

"""What corrections by staff speak for: one phrase or one weight at a time, with its effect on the measuring sets.

Nothing is applied: a person reads a proposal, writes it into relevance.yaml and measures again.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from analysis.evaluation import Example
from analysis.phrases import tokenise
from analysis.relevance import judge, measure
from analysis.relevance_rules import RELEVANCE_FILE, Axis, Rules, default_rules, rules_from_text
from analysis.values import Grade

FACTORS = (0.5, 1.5)
"""A weight is tried at so many times what it is."""

MOST_PHRASES = 10
_JOINING = frozenset(
    tokenise(
        "của và về cho các những là ở trong với để được này một từ tại theo đến trên đã đang sẽ như thì mà khi người"
    ).forms
)
"""Words at whose edge no phrase is cut."""
_SPEAKS = {Grade.CORE: "cong_tac_dan_van", Grade.RELATED: "den_voi_dan", Grade.NONE: "hop_chung"}


@dataclass(frozen=True, slots=True)
class Proposal:
    """A change of the rules in words, and how many articles of each set it grades rightly: before and after."""

    change: str
    corrections: tuple[int, int]
    golden: tuple[int, int]

    @property
    def gain(self) -> int:
        """Articles more that are graded rightly, over both sets."""
        return self.corrections[1] - self.corrections[0] + self.golden[1] - self.golden[0]


def propose(corrections: Sequence[Example], golden: Sequence[Example]) -> list[Proposal]:
    """The changes that grade more corrections rightly and no golden article less, the best first."""
    rules = default_rules()
    wrong = [e for e in corrections if judge(e.title, e.lead, e.text, rules=rules)[0].grade is not e.grade]
    before = _right(corrections, rules), _right(golden, rules)
    found = []
    for change, tried in (*_weights(wrong, rules), *_phrases(wrong, golden)):
        ours = _right(corrections, tried)
        if ours <= before[0]:
            continue
        theirs = _right(golden, tried)
        if theirs >= before[1]:
            found.append(Proposal(change, (before[0], ours), (before[1], theirs)))
    return sorted(found, key=lambda one: -one.gain)


def _right(examples: Sequence[Example], rules: Rules) -> int:
    return sum(judge(e.title, e.lead, e.text, rules=rules)[0].grade is e.grade for e in examples)


def _weights(wrong: Sequence[Example], rules: Rules) -> Iterator[tuple[str, Rules]]:
    """Each signal that stands in a misjudged article, heavier and lighter."""
    labels = {one.label for e in wrong for one in measure(e.title, e.lead, e.text, rules=rules).signals}
    for label in sorted(labels):
        signal = rules.signals[label]
        if signal.axis is Axis.SILENT:
            continue
        for factor in FACTORS:
            weight = round(signal.weight * factor, 2)
            yield f"{signal.key}: trọng số {signal.weight:g} → {weight:g}", rules.with_weights({label: weight})


def _is_name(head: str, at: int) -> bool:
    """Whether a capital letter stands here that no sentence begins with."""
    return head[at].isupper() and head[:at].rstrip(' “"')[-1:] not in ("", ".", "!", "?", ":", "\n")


def _phrases(wrong: Sequence[Example], golden: Sequence[Example]) -> Iterator[tuple[str, Rules]]:
    """Three syllables of a misjudged headline or lead, none of a name, that no golden article of another grade has."""
    content = RELEVANCE_FILE.read_text("utf-8")
    seen: set[str] = set()
    for example in wrong:
        others = [
            f" {' '.join(tokenise(f'{e.title} {e.lead} {e.text}').forms)} "
            for e in golden
            if e.grade is not example.grade
        ]
        head = f"{example.title}. {example.lead}"
        tokens = tokenise(head)
        forms, starts = tokens.forms, tokens.starts
        for first in range(len(forms) - 2):
            phrase = " ".join(forms[first : first + 3])
            if any(head[at].isupper() for at in starts[first + 1 : first + 3]) or _is_name(head, starts[first]):
                continue
            if not _JOINING.isdisjoint((forms[first], forms[first + 2])):
                continue
            if phrase in seen or not phrase.replace(" ", "").isalpha() or any(f" {phrase} " in text for text in others):
                continue
            if len(seen) == MOST_PHRASES:
                return
            seen.add(phrase)
            key = _SPEAKS[example.grade]
            line = re.compile(rf"(- key: {key}\n(?:    (?!phrases:).*\n)*    phrases: \|\n)")
            tried = line.sub(rf"\g<1>      {phrase}\n", content, count=1)
            yield f"{key}: thêm cụm từ “{phrase}”", rules_from_text(tried)

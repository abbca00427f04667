"""Fits the weights of relevance.yaml anew from graded articles: the golden set and the corrections of staff.

The model is as plain as the rules: one weight a signal. Logistic regression says what weight the articles speak
for; how far a weight moves towards it depends on how many articles hold the signal, so a rare phrase is not
thrown about by three corrections. The answer is relevance.yaml itself, each changed weight with its reason beside
it: staff read it, edit it, and put it in place by hand.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from analysis.evaluation import Evaluation, Example, Judge, evaluate
from analysis.relevance import Measurement, judge, measure
from analysis.relevance_rules import CONTRA, RELEVANCE_FILE, Axis, Rules, Signal, rules_from_text
from analysis.values import Grade
from foundation.errors import MissingExtraError, UsageError

LEAST_EXAMPLES = 50
"""Fewer graded articles than this say nothing about weights."""

TRUST = 20
"""Articles that must hold a signal for its fitted weight to count half."""

STEPS = (1.0, 0.5, 0.25)
"""How far to go towards the fitted weights; the step that grades the examples best is taken."""

_CORE_SIDE = (Axis.CORE, Axis.AGAINST)
_RELATED_SIDE = (Axis.RELATION, Axis.FIELD, Axis.ELSEWHERE)


@dataclass(frozen=True, slots=True)
class _Seen:
    """In how many articles a signal stands, and in how many of those the grade it speaks for was given."""

    articles: int
    speaking: int


def refit(examples: Sequence[Example], *, content: str | None = None) -> str:
    """relevance.yaml with weights fitted to the examples, its version raised by one.

    `content` is the file to start from (default: the program's). Where no step grades the examples better than the
    present weights, the file comes back as it is. Raises `UsageError` for too few examples or a set without all three
    grades.
    """
    content = RELEVANCE_FILE.read_text("utf-8") if content is None else content
    _check(examples)
    rules = rules_from_text(content)
    found = [measure(e.title, e.lead, e.text, rules=rules) for e in examples]
    seen = _seen(rules, found, examples)
    fitted = {
        **_fitted(rules, _CORE_SIDE, found, [e.grade is Grade.CORE for e in examples], seen),
        **_fitted(rules, _RELATED_SIDE, found, [e.grade is not Grade.NONE for e in examples], seen),
    }
    best = {number: rules.signals[number].weight for number in fitted}
    best_score = quality(evaluate(examples, _judge_by(rules)))
    for step in STEPS:
        weights = {n: _moved(rules.signals[n].weight, weight, seen[n], step) for n, weight in fitted.items()}
        score = quality(evaluate(examples, _judge_by(rules.with_weights(weights))))
        if score > best_score:
            best, best_score = weights, score
    return _written(content, rules, best, seen)


def quality(report: Evaluation) -> float:
    """One number for a report: the mean F1 of the three grades."""
    return sum(report.score(grade.value).f1 for grade in Grade) / len(Grade)


def _check(examples: Sequence[Example]) -> None:
    if len(examples) < LEAST_EXAMPLES or len({example.grade for example in examples}) < len(Grade):
        raise UsageError(
            f"Cần ít nhất {LEAST_EXAMPLES} bài đã xếp mức, đủ cả ba mức, để tính lại trọng số;"
            f" hiện có {len(examples)} bài."
        )


def _fitted(
    rules: Rules, axes: Sequence[Axis], found: list[Measurement], wanted: list[bool], seen: list[_Seen]
) -> dict[int, float]:
    """The weight each signal of the axes would have, beside the others.

    The scale is that of the present weights (the mean over the articles stays): weights shift among themselves,
    and the thresholds, which hold general news out, keep their meaning.
    """
    try:
        from sklearn.linear_model import LogisticRegression
    except ImportError as error:
        raise MissingExtraError("scikit-learn", "train") from error

    columns = [n for n, signal in enumerate(rules.signals) if signal.axis in axes]
    model = LogisticRegression(C=1.0, class_weight="balanced", max_iter=2000)
    model.fit([_amounts(measurement, columns) for measurement in found], wanted)
    signs = {n: -1.0 if rules.signals[n].axis in CONTRA else 1.0 for n in columns}
    fitted = {n: max(signs[n] * float(weight), 0.0) for n, weight in zip(columns, model.coef_[0], strict=True)}
    present_mean = sum(rules.signals[n].weight * seen[n].articles for n in columns)
    fitted_mean = sum(weight * seen[n].articles for n, weight in fitted.items())
    return {n: weight * present_mean / fitted_mean for n, weight in fitted.items()} if fitted_mean else {}


def _amounts(measurement: Measurement, columns: list[int]) -> list[float]:
    sums = dict.fromkeys(columns, 0.0)
    for mention in measurement.signals:
        if mention.label in sums:
            sums[mention.label] += mention.amount
    return list(sums.values())


def _seen(rules: Rules, found: list[Measurement], examples: Sequence[Example]) -> list[_Seen]:
    counts = []
    for number, signal in enumerate(rules.signals):
        grades = [
            example.grade
            for example, measurement in zip(examples, found, strict=True)
            if any(mention.label == number for mention in measurement.signals)
        ]
        counts.append(_Seen(len(grades), sum(_speaks_for(signal, grade) for grade in grades)))
    return counts


def _speaks_for(signal: Signal, grade: Grade) -> bool:
    if signal.axis is Axis.CORE:
        return grade is Grade.CORE
    return (grade is Grade.NONE) if signal.axis in CONTRA else (grade is not Grade.NONE)


def _moved(present: float, fitted: float, seen: _Seen, step: float) -> float:
    """The present weight, moved towards the fitted one as far as the articles allow; never out of proportion."""
    share = step * seen.articles / (seen.articles + TRUST)
    weight = present + share * (fitted - present)
    return round(min(max(weight, present / 3), present * 2), 2)


def _judge_by(rules: Rules) -> Judge:
    return lambda title, lead, text: judge(title, lead, text, rules=rules)


def _written(content: str, rules: Rules, weights: dict[int, float], seen: list[_Seen]) -> str:
    """The file with the new weights in their lines, and the reason behind each."""
    if all(weight == rules.signals[number].weight for number, weight in weights.items()):
        return content
    for number, weight in weights.items():
        signal = rules.signals[number]
        if weight == signal.weight:
            continue
        reason = f"trước {signal.weight:g}; có trong {seen[number].articles} bài, đúng {seen[number].speaking} bài"
        line = re.compile(rf"(- key: {re.escape(signal.key)}\n(?:    (?!weight:).*\n)*    weight: )[^\n]*")
        content = line.sub(rf"\g<1>{weight:g}  # {reason}", content, count=1)
    return re.sub(r"(?m)^version: \d+", f"version: {rules.version + 1}", content, count=1)

"""Fitting the weights anew: better where the examples say so, the same file otherwise, readable either way."""

from __future__ import annotations

import re
import sys
from pathlib import Path

import pytest

from analysis.evaluation import Evaluation, evaluate, load_examples
from analysis.refit import quality, refit
from analysis.relevance import judge
from analysis.relevance_rules import RELEVANCE_FILE, rules_from_text
from foundation.errors import UsageError

EXAMPLES = load_examples(Path(__file__).parents[1] / "golden" / "articles")
PRESENT = RELEVANCE_FILE.read_text("utf-8")


def measured(content: str, split: str) -> Evaluation:
    rules = rules_from_text(content)
    chosen = [example for example in EXAMPLES if example.split == split]
    return evaluate(chosen, lambda title, lead, text: judge(title, lead, text, rules=rules))


@pytest.fixture(scope="module")
def spoilt() -> str:
    """The present rules with all sense taken out of the weights of the working relation."""
    return re.sub(r"(axis: (?:relation|field)\n    weight: )[\d.]+", r"\g<1>0.6", PRESENT)


@pytest.fixture(scope="module")
def mended(spoilt: str) -> str:
    return refit([example for example in EXAMPLES if example.split == "tune"], content=spoilt)


def test_it_mends_spoilt_weights_also_for_articles_it_has_not_seen(spoilt: str, mended: str) -> None:
    assert quality(measured(mended, "tune")) > quality(measured(spoilt, "tune"))
    assert quality(measured(mended, "held_out")) > quality(measured(spoilt, "held_out"))


def test_the_answer_is_the_same_file_with_weights_and_reasons(spoilt: str, mended: str) -> None:
    before, after = spoilt.splitlines(), mended.splitlines()
    assert len(before) == len(after)
    changed = [(old, new) for old, new in zip(before, after, strict=True) if old != new]
    assert changed[0][1].startswith("version: ")
    assert len(changed) > 5
    for _, new in changed[1:]:
        assert re.fullmatch(r"    weight: [\d.]+  # trước [\d.]+; có trong \d+ bài, đúng \d+ bài", new)
    version = re.search(r"(?m)^version: (\d+)", spoilt)
    assert version is not None
    assert f"version: {int(version[1]) + 1}" in mended


def test_weights_stay_in_proportion(spoilt: str, mended: str) -> None:
    old, new = (rules_from_text(text).signals for text in (spoilt, mended))
    for before, after in zip(old, new, strict=True):
        assert before.weight / 3 - 0.01 <= after.weight <= before.weight * 2 + 0.01


def test_it_is_never_worse_on_its_examples() -> None:
    again = refit(EXAMPLES)
    for split in ("tune", "held_out"):
        assert quality(measured(again, split)) >= quality(measured(PRESENT, split)) - 0.02
    assert again == PRESENT or "# trước" in again


def test_too_few_examples_are_refused() -> None:
    with pytest.raises(UsageError, match="hiện có 10 bài"):
        refit(EXAMPLES[:10])
    with pytest.raises(UsageError, match="đủ cả ba mức"):
        refit([example for example in EXAMPLES if example.grade.value == "core"])


def test_reading_does_not_pull_in_the_learning_library() -> None:
    """scikit-learn takes more than a second to import; only refitting may pay for it."""
    import subprocess

    code = "import sys, analysis.refit, analysis.evaluation, analysis.reading; sys.exit('sklearn' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0

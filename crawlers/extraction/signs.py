"""The words of residue.yaml, ready to be compared."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from analysis.data_files import read_yaml

_EDGES = " \t\n.…:;,!*-–—•»«>“”\"'"


@dataclass(frozen=True, slots=True)
class Signs:
    """Sets of folded whole lines, and compiled patterns."""

    lines: frozenset[str]
    tails: frozenset[str]
    boxes: frozenset[str]
    references: frozenset[str]
    no_authors: frozenset[str]
    agencies: frozenset[str]
    ends: re.Pattern[str]
    patterns: re.Pattern[str]
    inside: re.Pattern[str]
    missing_titles: re.Pattern[str]
    missing_words: re.Pattern[str]
    trouble_titles: re.Pattern[str]
    trouble_words: re.Pattern[str]


def folded(line: str) -> str:
    """A line as it is compared with the lists: lower case, single spaces, without marks at its ends."""
    return _known(line) if len(line) <= _USUAL else _fold(line)


def _fold(line: str) -> str:
    return " ".join(line.split()).strip(_EDGES).lower()


_USUAL = 2_000
_known = lru_cache(maxsize=512)(_fold)
"""Every line of a body is compared four times: with headings, residue, title and lead."""


@lru_cache(maxsize=1)
def signs() -> Signs:
    """The lists of residue.yaml, read once."""
    data = read_yaml(Path(__file__).with_name("residue.yaml"))

    def words(key: str) -> frozenset[str]:
        return frozenset(folded(line) for line in data[key])

    def pattern(key: str) -> re.Pattern[str]:
        return re.compile("|".join(f"(?:{part})" for part in data[key]), re.IGNORECASE)

    return Signs(
        lines=words("lines"),
        tails=words("tails"),
        boxes=words("boxes"),
        references=words("references"),
        no_authors=words("no_authors"),
        agencies=words("agencies"),
        ends=pattern("ends"),
        patterns=pattern("patterns"),
        inside=pattern("inside"),
        missing_titles=pattern("missing_titles"),
        missing_words=pattern("missing_words"),
        trouble_titles=pattern("trouble_titles"),
        trouble_words=pattern("trouble_words"),
    )

"""Finds many phrases in a text in one pass: a trie over syllables, with gaps and silencing.

Vietnamese is written syllable by syllable, so a syllable is the natural letter of a phrase: "dân vận" can
never be found inside "dân vậnchuyển", and a walk over syllables costs a few look-ups per word.
Spelling is folded per syllable (NFC, case, tone placement, U+00D0), so offsets stay those of the given string.

Notation of a phrase (this is what staff write in the data files):

* `{dân}` stands for any entry of the word list of that name;
* `…` between two parts stands for up to `GAP` syllables in the same sentence;
* a comma may be there or not: "tuyên truyền, vận động" also finds "tuyên truyền vận động".
"""

from __future__ import annotations

import itertools
import re
import sys
import unicodedata
from bisect import bisect_right
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from operator import itemgetter
from typing import Any, NamedTuple

from analysis.text import fold_tone

GAP = 9
"""Syllables (and commas) that may stand where a phrase has "…"."""

LONGEST = 16
"""No gapless phrase has more syllables."""

_FAR = 1 << 60
_TOKEN = re.compile(r"(\d+(?:[.,]\d+)+|[\w\u0300-\u036f\u200b-\u200d\ufeff\u00ad]+|[.,;:!?…()\n\r])")
_INVISIBLE = re.compile("[\u200b-\u200d\ufeff\u00ad]")
_SENTENCE_END = {".": ".", "!": ".", "?": ".", "…": ".", "\n": ".", "\r": ".", ";": ",", ":": ":"}
_CLASS = re.compile(r"\{([^{}]+)\}")
_MOST_KNOWN_FORMS = 50_000


@dataclass(frozen=True, slots=True)
class Tokens:
    """The syllables and bounding punctuation of one string: folded form, start and end offset."""

    forms: list[str]
    starts: list[int]
    ends: list[int]


class Match(NamedTuple):
    """A phrase found: its label, first token and one past the last token."""

    label: int
    first: int
    last: int


class UnknownWordListError(ValueError):
    """A phrase names a word list that is not there."""


class _Folded(dict[str, str]):
    """Every form met so far with the one that is looked up: NFC, lower case, one tone placement, đ for U+00D0."""

    def __missing__(self, form: str) -> str:
        plain = unicodedata.normalize("NFC", _INVISIBLE.sub("", form))
        known = fold_tone(plain.replace("\u00d0", "Đ").lower())
        known = sys.intern(_SENTENCE_END.get(known, known))  # one object a syllable: looked up without comparing
        if len(self) >= _MOST_KNOWN_FORMS:  # a service that reads for months meets every misspelling
            self.clear()
        self[form] = known
        return known


_folded = _Folded()


def tokenise(text: str) -> Tokens:
    """Cut a string into folded syllables and the punctuation that bounds phrases."""
    pieces = _TOKEN.split(text)  # what is between tokens and the tokens in turn: one pass in C
    forms = list(map(_folded.__getitem__, pieces[1::2]))
    bounds = list(itertools.accumulate(map(len, pieces)))
    return Tokens(forms, bounds[:-1:2], bounds[1::2])


def expand(phrase: str, words: Mapping[str, Iterable[str]]) -> list[tuple[str, ...]]:
    """All syllable sequences that one gapless phrase stands for. Raises `UnknownWordListError`."""
    pieces: list[list[str]] = []
    for index, piece in enumerate(_CLASS.split(phrase)):
        if index % 2 == 0:
            pieces.append([piece])
        elif piece in words:
            pieces.append(list(words[piece]))
        else:
            raise UnknownWordListError(piece)
    found: set[tuple[str, ...]] = set()
    for choice in itertools.product(*pieces):
        forms = tuple(_folded[part.group()] for part in _TOKEN.finditer("".join(choice)))
        found.add(forms)
        found.add(tuple(form for form in forms if form != ","))
        if len(forms) > 2:  # the misprint "công tác dân vạn"; the two syllables alone may be other words
            slip = " ".join(forms).replace("dân vận", "dân vạn")
            found.add(tuple(slip.split(" ")))
    return sorted(forms for forms in found if forms)


_ENDS = 0
_Node = dict[str | int, Any]  # a syllable's place in the trie: what may follow; _ENDS: the labels and parts ending here


@dataclass(frozen=True, slots=True)
class _Step:
    """One later part of a gapped phrase: it must follow what `after` names."""

    label: int
    pattern: int
    place: int
    after: int  # the part before it
    is_last: bool


class PhraseBook:
    """Phrases with labels, ready to be found in one pass.

    `add` puts a phrase in under a label (any int). A label in `silent` finds nothing itself and keeps
    everything inside it from being found ("trưởng ban dân vận" silences "ban dân vận").
    """

    def __init__(self, words: Mapping[str, Iterable[str]] | None = None) -> None:
        self._root: _Node = {}
        self._openings: set[tuple[str, ...]] = set()  # the first two syllables of everything longer than one
        self._short: set[str] = set()  # what is one syllable
        self._words = words or {}
        self._silent: set[int] = set()
        self._part_ids: dict[str, int] = {}
        self._steps: list[list[_Step]] = []  # by part
        self._before: list[set[int]] = []  # by part: those without which none of its steps can be taken
        self._patterns = 0

    def add(self, phrase: str, label: int, *, silent: bool = False) -> None:
        """Enter one phrase under a label. Raises `UnknownWordListError`."""
        if silent:
            self._silent.add(label)
        parts = [part.strip() for part in phrase.split("…")]
        if len(parts) == 1:
            for forms in expand(phrase, self._words):
                self._ends(forms)[0].append(label)
            return
        ids = [self._part(part) for part in parts]
        for place in range(1, len(ids)):
            step = _Step(label, self._patterns, place, ids[place - 1], place == len(ids) - 1)
            self._steps[ids[place]].append(step)
            self._before[ids[place]].add(ids[place - 1])
        self._patterns += 1

    def _part(self, part: str) -> int:
        if part not in self._part_ids:
            self._part_ids[part] = len(self._steps)
            self._steps.append([])
            self._before.append(set())
            for forms in expand(part, self._words):
                self._ends(forms)[1].append(self._part_ids[part])
        return self._part_ids[part]

    def _ends(self, forms: tuple[str, ...]) -> tuple[list[int], list[int]]:
        """The labels and the parts that end where these syllables end."""
        if len(forms) > 1:
            self._openings.add(forms[:2])
        else:
            self._short.update(forms)
        node = self._root
        for form in forms:
            node = node.setdefault(form, {})
        ends: tuple[list[int], list[int]] = node.setdefault(_ENDS, ([], []))
        return ends

    def find(self, tokens: Tokens) -> list[Match]:
        """Every phrase of the book in the tokens, in reading order, what is silenced left out."""
        forms = [*tokens.forms, ""]  # no phrase has an empty syllable: the walk ends there
        whole: list[Match] = []
        parts: list[tuple[int, int, list[int]]] = []
        for first in self._starts(forms):
            node = self._root[forms[first]]
            last = first + 1
            while node is not None:
                if _ENDS in node:
                    labels, ids = node[_ENDS]
                    whole += [Match(label, first, last) for label in labels]
                    if ids:
                        parts.append((first, last, ids))
                node = node.get(forms[last])
                last += 1
        hidden = _Spans((match.first, match.last) for match in whole if match.label in self._silent)
        if hidden:
            shown = [match for match in whole if match.label not in self._silent]
            whole = [match for match in shown if not hidden.hide(match.first, match.last)]
            parts = [part for part in parts if not hidden.hide(part[0], part[1])]
        if parts:
            whole += self._join(parts, forms)
            whole.sort(key=itemgetter(1, 2))
        return whole

    def _starts(self, forms: list[str]) -> list[int]:
        """The places where something of the book begins. One syllable in eight does; six in ten could."""
        openings, short = self._openings, self._short
        pairs = itertools.pairwise(forms)
        return [place for place, pair in enumerate(pairs) if pair in openings or pair[0] in short]

    def _join(self, parts: list[tuple[int, int, list[int]]], forms: list[str]) -> list[Match]:
        """Put the parts of gapped phrases together: in order, in one sentence, at most `GAP` apart."""
        seen: dict[int, tuple[int, int]] = {}  # where a part was last seen
        reached: dict[tuple[int, int], tuple[int, int]] = {}  # how far a phrase of three or more parts has come
        found: list[Match] = []
        for first, last, ids in parts:
            for part in ids:
                if seen.keys().isdisjoint(self._before[part]):
                    continue
                for step in self._steps[part]:
                    key = (step.pattern, step.place - 1)
                    before = seen.get(step.after) if step.place == 1 else reached.get(key)
                    if before is None or not 0 <= first - before[1] <= GAP:
                        continue
                    if "." in forms[before[0] + 1 : first + 1]:
                        continue
                    if step.is_last:
                        found.append(Match(step.label, before[0], last))
                    else:
                        reached[step.pattern, step.place] = (before[0], last)
            for part in ids:
                seen[part] = (first, last)
        return found


class _Spans(list[tuple[int, int]]):
    """Spans of tokens in the order of their first token."""

    def __init__(self, spans: Iterable[tuple[int, int]]) -> None:
        super().__init__(spans)
        self._covered = {place for first, last in self for place in range(first, last)}

    def hide(self, first: int, last: int) -> bool:
        """Whether a longer span of the list holds this one. Looks back only as far as a span may reach."""
        if first not in self._covered:
            return False
        place = bisect_right(self, (first, _FAR))
        while place and self[place - 1][0] > first - LONGEST:
            place -= 1
            begin, end = self[place]
            if last <= end and end - begin > last - first:
                return True
        return False

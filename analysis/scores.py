"""Precision, recall and F1 of one class, counted from sets of what is expected and what is found."""

from __future__ import annotations

from collections import Counter
from collections.abc import Hashable, Iterable
from dataclasses import dataclass

Row = dict[str, str | int | float]


@dataclass(frozen=True, slots=True)
class Score:
    """Counts for one class: found rightly, found wrongly, missed."""

    name: str
    right: int
    wrong: int
    missed: int

    @property
    def precision(self) -> float:
        """Share of what was found that is right; 1 where nothing was found."""
        found = self.right + self.wrong
        return self.right / found if found else 1.0

    @property
    def recall(self) -> float:
        """Share of what is there that was found; 1 where nothing is there."""
        there = self.right + self.missed
        return self.right / there if there else 1.0

    @property
    def f1(self) -> float:
        """Harmonic mean of both."""
        total = self.precision + self.recall
        return 2 * self.precision * self.recall / total if total else 0.0

    def row(self, what: str) -> Row:
        """One row of a report: what kind of class, its name, how many there are, the three figures."""
        return {
            "what": what,
            "name": self.name,
            "count": self.right + self.missed,
            "precision": round(self.precision, 3),
            "recall": round(self.recall, 3),
            "f1": round(self.f1, 3),
        }


class Tally:
    """Counts per class while examples go by."""

    def __init__(self) -> None:
        self._right: Counter[Hashable] = Counter()
        self._wrong: Counter[Hashable] = Counter()
        self._missed: Counter[Hashable] = Counter()

    def add(self, expected: Iterable[Hashable], found: Iterable[Hashable]) -> None:
        """One example: the classes it has, the classes that were found."""
        there, got = set(expected), set(found)
        self._right.update(there & got)
        self._wrong.update(got - there)
        self._missed.update(there - got)

    def score(self, name: str) -> Score:
        """The score of one class."""
        return Score(name, self._right[name], self._wrong[name], self._missed[name])

    def scores(self) -> tuple[Score, ...]:
        """The scores of all classes that came up, by name."""
        return tuple(self.score(name) for name in sorted(map(str, {*self._right, *self._wrong, *self._missed})))

    def total(self, name: str) -> Score:
        """All classes counted as one of this name."""
        return Score(name, self._right.total(), self._wrong.total(), self._missed.total())

"""What to match, as a small tree of values; each database writes it in its own words."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from enum import StrEnum


class Part(StrEnum):
    """Where a match must lie."""

    ANYWHERE = "anywhere"
    TITLE = "title"
    HEAD = "head"  # title or lead


@dataclass(frozen=True, slots=True)
class Phrase:
    """Tokens in a row (one token: a word)."""

    tokens: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class AnyOf:
    """At least one of these."""

    parts: tuple[Phrase, ...]


@dataclass(frozen=True, slots=True)
class Match:
    """Every one of `must`, none of `must_not`."""

    must: tuple[AnyOf, ...]
    must_not: tuple[Phrase, ...] = ()

    def also(self, parts: Iterable[AnyOf]) -> Match:
        """With more conditions."""
        return replace(self, must=(*self.must, *parts))


def any_token(tokens: Iterable[str]) -> AnyOf:
    """At least one of these single tokens."""
    return AnyOf(tuple(Phrase((token,)) for token in tokens))

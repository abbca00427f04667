"""What to match, as a small tree of values; each database writes it in its own words."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace


@dataclass(frozen=True, slots=True)
class Phrase:
    """Tokens in a row (one token: a word)."""

    tokens: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class AnyOf:
    """At least one of these."""

    parts: tuple[Phrase, ...]


@dataclass(frozen=True, slots=True)
class Expression:
    """Every one of `must`, none of `must_not`."""

    must: tuple[AnyOf, ...]
    must_not: tuple[Phrase, ...] = ()

    @property
    def loosened(self) -> Expression:
        """With every quoted phrase as words that may stand anywhere: what an index finds without looking at places."""
        return replace(self, must=tuple(loose for one in self.must for loose in _loose(one)))

    def also(self, parts: Iterable[AnyOf]) -> Expression:
        """With more conditions."""
        return replace(self, must=(*self.must, *parts))


def _loose(one: AnyOf) -> list[AnyOf]:
    # One of several phrases (a symbol as printed) stays as it is: its words are too common to be looked for alone.
    return [any_token((token,)) for token in one.parts[0].tokens] if len(one.parts) == 1 else [one]


def any_token(tokens: Iterable[str]) -> AnyOf:
    """At least one of these single tokens."""
    return AnyOf(tuple(Phrase((token,)) for token in tokens))

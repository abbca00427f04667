"""A mention while it is being read: filled in step by step, then frozen into a `Citation`."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from enum import Enum

from analysis.citations.symbols import Symbol
from analysis.issuers import Body
from analysis.kinds import Kind
from analysis.values import Role


class Level(Enum):
    """How a text names a document."""

    FULL = "full"
    SHORT = "short"
    ALIAS = "alias"
    THIS = "this"


@dataclass(slots=True)
class Mention:
    """One mention; places are places in the folded text.

    `start` is where the kind word (else the number) begins, `end` where the symbol, number or alias ends, `tail_end`
    where its attributes (date, issuer, term, title) end. `alias` tells aliases of one shape apart ("TW4").
    """

    level: Level
    start: int
    end: int
    kind: Kind
    number: str | None = None
    symbol: Symbol | None = None
    named: bool = False
    capital: bool = True
    alias: str = ""
    year: int | None = None
    body: Body | None = None
    issuer: str | None = None
    place: str | None = None
    date: dt.date | None = None
    day_month: tuple[int, int] | None = None
    term: str | None = None
    title: str | None = None
    title_start: int = -1
    title_end: int = -1
    title_quoted: bool = False
    tail_end: int = 0
    role: Role = Role.CITES
    cue: tuple[int, int] = (-1, -1)
    inner: tuple[int, int] | None = None
    passive: bool = False
    issued_by_verb: bool = False
    listed: bool = False
    header: bool = False
    document: int = 0
    code: str | None = None


def attributes_end(mention: Mention) -> int:
    """Where a mention with its date, issuer and term ends, the title left out."""
    return max(mention.end, mention.title_start if mention.title_start >= 0 else mention.tail_end)

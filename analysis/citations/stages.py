"""What one mention of a document is on its road, each stage frozen: `Found`, then `Completed`, then `Resolved`.

All places are places in the folded text.
"""

from __future__ import annotations

import datetime as dt
from enum import Enum
from typing import NamedTuple

from analysis.citations.symbols import Symbol
from analysis.issuers import Body
from analysis.kinds import Kind
from analysis.values import Role


class Form(Enum):
    """How a text names a document."""

    FULL = "full"
    SHORT = "short"
    ALIAS = "alias"
    THIS = "this"


class Title(NamedTuple):
    """A title with its place; `quoted` where the paper set it in quotation marks."""

    words: str
    start: int
    end: int
    quoted: bool


class Beside(NamedTuple):
    """The words beside a number: whose, of which day, about what. `end` is where they end.

    `day_month` is a day printed without its year; `issuer` is the body in words.
    """

    end: int
    year: int | None = None
    body: Body | None = None
    issuer: str | None = None
    place: str | None = None
    date: dt.date | None = None
    day_month: tuple[int, int] | None = None
    term: str | None = None
    title: Title | None = None

    @property
    def says_day(self) -> bool:
        """Whether a day is printed, be it without its year."""
        return self.date is not None or self.day_month is not None

    @property
    def attributes_end(self) -> int:
        """Where date, issuer and term end, the title left out."""
        return self.end if self.title is None else self.title.start


class Told(NamedTuple):
    """What the words around a mention say of the document, and where the governing words stand (`cue`).

    `header`: the head of a document printed in full. `listed`: shares the role of the item before. `by_verb`: behind a
    verb of issuing, so that the subject before the verb is the issuer. `weak`: a verb that tells news only with
    a day or a word for it. `passive`: "do … ban hành", of a day unknown. `today`: "vừa", or a day without a year.
    """

    role: Role = Role.CITES
    cue: tuple[int, int] = (-1, -1)
    header: bool = False
    listed: bool = False
    by_verb: bool = False
    weak: bool = False
    passive: bool = False
    today: bool = False


class Found(NamedTuple):
    """A form that names a document: from its kind word (else the number) to the end of symbol, number or alias.

    `alias` tells aliases of one shape apart ("plenum 4"); `inner` is the stretch of words between kind and number;
    `said` what the form itself says of the document. `doubtful`: no document unless something beside it says so.
    """

    form: Form
    start: int
    end: int
    kind: Kind
    said: Beside
    number: str | None = None
    symbol: Symbol | None = None
    doubtful: bool = False
    alias: str = ""
    inner: tuple[int, int] | None = None


class Completed(NamedTuple):
    """A form with the words beside it, what is told of the document, and the issuer's code as settled by both."""

    found: Found
    beside: Beside
    told: Told
    code: str | None = None

    @property
    def start(self) -> int:
        """Where the form begins."""
        return self.found.start

    @property
    def end(self) -> int:
        """Where the form ends."""
        return self.found.end

    @property
    def family(self) -> str:
        """The family of the kind."""
        return self.found.kind.family

    @property
    def attributes_end(self) -> int:
        """Where form and attributes end, the title left out."""
        return max(self.found.end, self.beside.attributes_end)


class Resolved(NamedTuple):
    """A mention that knows its document: `document` is the id shared by the mentions of one document in the text.

    Number, symbol and what stands beside are completed by what the text says of the document elsewhere.
    """

    found: Found
    beside: Beside
    told: Told
    code: str | None
    document: int
    number: str | None
    symbol: Symbol | None

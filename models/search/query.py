"""The one query: what is asked of the archive, and how typed words are understood."""

from __future__ import annotations

import datetime as dt
import re
from dataclasses import dataclass, field
from enum import StrEnum

from analysis.text import normalise
from models.search.symbols import SymbolPart, kind_name, same_kinds, symbols_in
from models.search.words import EXACT, Word, short_symbol_token, symbol_token, words

LONGEST_QUERY = 1_000
MOST_TERMS = 32
MOST_AT_ONCE = 100
FARTHEST = 10_000
"""No page reaches behind this many hits: whoever needs more narrows the query or takes the export."""


class Sort(StrEnum):
    """Newest first, or best first (exact before folded, title before lead before body)."""

    NEWEST = "newest"
    BEST = "best"


@dataclass(frozen=True, slots=True)
class Query:
    """What is asked. Empty filters ask for anything, but `grades`: empty means core and related, "all" all three.

    `words` as typed: phrases in quotes, minus, OR, a document's symbol in any spelling. `provinces` by code, slug,
    present or former name. `document` is a document's id or its symbol in any spelling. Dates are days in Hà Nội,
    both included. `kinds` are codes of documents ("NQ") that the article names.
    """

    words: str = ""
    provinces: tuple[str, ...] = ()
    sources: tuple[str, ...] = ()
    topics: tuple[str, ...] = ()
    grades: tuple[str, ...] = ()
    kinds: tuple[str, ...] = ()
    document: str | int | None = None
    date_from: dt.date | None = None
    date_to: dt.date | None = None
    sort: Sort = Sort.NEWEST
    limit: int = 20
    offset: int = 0


@dataclass(frozen=True, slots=True)
class Term:
    """A word, a phrase (several words in a row), or a document's symbol.

    `others` are token sequences that count as the same: the symbol as the citation parser indexed it, and so on.
    """

    words: tuple[Word, ...]
    others: tuple[tuple[str, ...], ...] = ()
    quoted: bool = False

    @property
    def marked(self) -> bool:
        """Whether the term was typed with marks and so means them."""
        return any(word.marked for word in self.words)

    @property
    def exact(self) -> tuple[str, ...]:
        """The tokens of the words as typed."""
        return tuple(EXACT + word.exact for word in self.words)

    @property
    def folded(self) -> tuple[str, ...]:
        """The tokens of the words in any spelling."""
        return tuple(word.folded for word in self.words)

    @property
    def tokens(self) -> tuple[str, ...]:
        """The tokens to look for: with marks the exact ones, without marks all spellings."""
        return self.exact if self.marked and not self.others else self.folded

    @property
    def typed(self) -> str:
        """The term as it can be typed again."""
        joined = " ".join(word.exact for word in self.words)
        return f'"{joined}"' if self.quoted else joined


@dataclass(frozen=True, slots=True)
class Parsed:
    """Typed words, understood: every group must be met by one of its terms, no excluded term may occur."""

    groups: tuple[tuple[Term, ...], ...] = ()
    excluded: tuple[Term, ...] = ()
    notes: tuple[str, ...] = ()
    contradicts_itself: bool = False
    """Something is wanted and excluded at once: there is nothing to look for."""

    @property
    def terms(self) -> tuple[Term, ...]:
        """All terms that are looked for."""
        return tuple(term for group in self.groups for term in group)


_PIECE = re.compile(r'(?P<minus>-?)(?:"(?P<phrase>[^"]*)"?|(?P<word>[^\s"]+))')
_QUOTES = str.maketrans(dict.fromkeys("“”„‟«»″", '"'))


@dataclass(slots=True)
class _Reader:
    """Puts pieces into groups as they come."""

    groups: list[list[Term]] = field(default_factory=list)
    excluded: list[Term] = field(default_factory=list)
    join_next: bool = False

    def add(self, term: Term, *, minus: bool) -> None:
        if minus:
            self.excluded.append(term)
        elif self.join_next and self.groups:
            self.groups[-1].append(term)
        else:
            self.groups.append([term])
        self.join_next = False


def parse(typed: str) -> Parsed:
    """Understand what was typed. Any input is understood somehow; `notes` (Vietnamese) tell what was left out."""
    notes: list[str] = []
    text = normalise(typed).translate(_QUOTES)
    if len(text) > LONGEST_QUERY:
        text = text[:LONGEST_QUERY].rsplit(" ", 1)[0]
        notes.append(f"Câu tìm quá dài: chỉ xét {LONGEST_QUERY} ký tự đầu.")
    reader = _Reader()
    run: list[str] = []
    for piece in _PIECE.finditer(text):
        plain = piece["word"]
        if plain is not None and not piece["minus"] and plain not in {"OR", "|", "HOẶC", "AND"}:
            run.append(plain)
            continue
        _add_run(reader, run)
        run = []
        if plain in {"OR", "|", "HOẶC"} and not piece["minus"]:
            reader.join_next = True
        elif plain != "AND" or piece["minus"]:
            _add_special(reader, plain, piece["phrase"], minus=bool(piece["minus"]))
    _add_run(reader, run)
    if text.strip() and not reader.groups and not reader.excluded:
        notes.append("Câu tìm không có chữ hay số nào: mọi tin được nêu.")
    return _cut(reader, notes)


def _add_run(reader: _Reader, run: list[str]) -> None:
    """Plain words in a row: symbols of documents are found across the spaces."""
    for part in symbols_in(run):
        known = _document_term(part)
        if known is not None:
            reader.add(known, minus=False)
            continue
        for number, found in enumerate(words(part.text)):
            # "Tày-Nùng" typed as one piece stays two words, of which each must occur.
            if number:
                reader.join_next = False
            reader.add(Term((found,)), minus=False)


def _document_term(part: SymbolPart) -> Term | None:
    """The term for a symbol, or for a kind and number; None for other words."""
    if part.symbol is not None:
        return Term(tuple(words(part.symbol)), ((symbol_token(part.symbol),),))
    if part.kind is None or part.number is None:
        return None
    name, number = kind_name(part.kind), part.number
    printed = [tuple(one.folded for one in words(text)) for text in (f"{name} {number}", f"{name} số {number}")]
    tokens = [(short_symbol_token(kind, number),) for kind in same_kinds(part.kind)]
    return Term(tuple(words(part.text)), (*tokens, *printed))


def _add_special(reader: _Reader, plain: str | None, phrase: str | None, *, minus: bool) -> None:
    typed = plain if plain is not None else phrase or ""
    found = tuple(words(typed))
    if not found:
        return
    known = _document_term(symbols_in(typed.split())[0]) if len(symbols_in(typed.split())) == 1 else None
    reader.add(known or Term(found, quoted=len(found) > 1), minus=minus)


def _cut(reader: _Reader, notes: list[str]) -> Parsed:
    groups = [tuple(dict.fromkeys(group)) for group in reader.groups]
    groups = list(dict.fromkeys(groups))
    excluded = list(dict.fromkeys(reader.excluded))
    if sum(map(len, groups)) + len(excluded) > MOST_TERMS:
        groups, excluded = groups[:MOST_TERMS], excluded[:MOST_TERMS]
        groups = [group[:MOST_TERMS] for group in groups]
        notes.append(f"Câu tìm nhiều từ quá: chỉ xét {MOST_TERMS} từ đầu.")
    refused = [group[0] for group in groups if all(any(_rules_out(one, term) for one in excluded) for term in group)]
    notes += [f"“{term.typed}” vừa cần có vừa bị loại ra: không tin nào như thế." for term in refused[:1]]
    return Parsed(tuple(groups), tuple(excluded), tuple(notes), contradicts_itself=bool(refused))


def _rules_out(excluded: Term, wanted: Term) -> bool:
    """Whether no text can have one without the other: "-vận" leaves no "dân vận", "-van" neither."""
    if wanted.others or excluded.others:
        return False
    form = "exact" if excluded.tokens == excluded.exact else "folded"
    if form == "exact" and wanted.tokens != wanted.exact:
        return False
    inner, outer = (f" {' '.join(getattr(term, form))} " for term in (excluded, wanted))
    return inner in outer

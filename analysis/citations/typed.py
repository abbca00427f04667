"""Symbols as people type them into a search box or a chat: in any case, with or without marks and separators."""

from __future__ import annotations

import re
from functools import cache

from analysis.citations.symbols import Symbol, is_party, party_form, state_form
from analysis.issuers import PARLIAMENT, Issuer, issuer_by_code
from analysis.kinds import Kind, kind_by_code, kind_words
from analysis.text import fold, search_key

_TOKEN = re.compile(r"[0-9]+[a-z]?(?![a-z0-9])|[a-z]+[0-9]*")
_CENTRE = re.compile(r"(?<!\w)t\.? ?ư(?!\w)", re.IGNORECASE)
_YEAR = re.compile(r"(?:19|20)\d\d")
_LONGEST = 120


@cache
def _kinds() -> dict[str, Kind]:
    return {search_key(code): kind for code, kind in kind_by_code().items()}


@cache
def _issuers() -> dict[str, Issuer]:
    return {search_key(code): issuer for code, issuer in issuer_by_code().items()}


@cache
def _words() -> tuple[tuple[str, Kind], ...]:
    """Kinds in words without marks, longest first."""
    found = {search_key(words): kind for group in kind_words().values() for words, kind in group if kind is not None}
    return tuple(sorted(((words, kind) for words, kind in found.items() if " " in words), key=lambda p: -len(p[0])))


def symbol_key(symbol: str) -> str:
    """What symbols are compared by, the same for all spellings of one: "25–NQ/TƯ" → "25nqtw", "05-CT/TU" → "5cttu".

    A year stands apart ("01/2022/NQ-HĐND" → "1_2022nqhdnd"). Words that are no symbol give their letters and digits.
    """
    found = read_symbol(symbol)
    if found is None or found.text is None:
        return re.sub(r"[^0-9a-z]+", "", search_key(fold(symbol).text)).lstrip("0")
    number, _, rest = found.text.partition(f"/{found.year}/") if found.year else (found.text, "", "")
    plain = re.sub(r"[^0-9a-z]+", "", search_key(number)).lstrip("0")
    return f"{plain}_{found.year}{re.sub(r'[^0-9a-z]+', '', search_key(rest))}" if found.year else plain


def read_symbol(words: str) -> Symbol | None:
    """What somebody typed for a symbol, whole or in part; None: it is none.

    "25 nq tw", "25-NQ/TƯ", "nq 25", "nghi quyet 25", "138 kh tu", "01/2022/nq-hđnd" → its parts. `text` is the normal
    form, None where the issuer is missing ("nq 25").
    """
    if len(words) > _LONGEST:
        return None
    plain = search_key(_CENTRE.sub("TW", fold(words).text)).strip()
    kind = None
    for name, named in _words():
        if plain.startswith(name + " "):
            plain, kind = plain[len(name) :], named
            break
    plain = re.sub(r"(?<!\w)so(?!\w)", " ", plain, count=1)
    return _read(plain, kind, exact=re.search(r"\d ?[-/]", plain) is not None)


def _read(plain: str, word: Kind | None, *, exact: bool) -> Symbol | None:
    """Number, year, kind and issuers off the plain words; anything left over means it is no symbol."""
    tokens = [token for found in _TOKEN.findall(_apart(plain)) for token in _split(found)]
    if "".join(tokens) != re.sub(r"[\s/.:,-]+", "", plain):
        return None
    numbers = [token for token in tokens if token[0].isdigit()]
    letters = [token for token in tokens if not token[0].isdigit()]
    if not numbers or len(numbers) > 2 or (len(numbers) == 2 and _YEAR.fullmatch(numbers[1]) is None):
        return None
    kind = _kinds().get(letters[0]) if letters else None
    if kind is not None:
        letters = letters[1:]
    if not _plausible(letters, kind or word, exact=exact):
        return None
    codes = tuple(_issuers()[x].code if x in _issuers() else x.upper() for x in letters)
    return _assemble(numbers[0], int(numbers[1]) if len(numbers) == 2 else None, word, kind, codes)


def _apart(plain: str) -> str:
    """Numbers and letters typed together: "25nq" → "25 nq"; "36a" keeps its letter, "qh15" its number."""
    return re.sub(r"(?<=\d)(?=[a-z]{2})", " ", plain)


def _split(token: str) -> list[str]:
    """Parts typed together: "nqtw" → nq, tw; "nq25" → nq, 25."""
    stem = token.rstrip("0123456789")
    if stem != token and stem in _kinds() and stem:
        return [stem, token[len(stem) :]]
    if token in _kinds() or token in _issuers() or token[0].isdigit():
        return [token]
    for size in range(len(token) - 2, 1, -1):
        if token[:size] in _kinds() and token[size:] in _issuers():
            return [token[:size], token[size:]]
    return [token]


def _plausible(letters: list[str], kind: Kind | None, *, exact: bool) -> bool:
    """Whether the letters are a kind's or issuers': unknown ones only in something written like a symbol."""
    if not letters:
        return kind is not None
    known = [_is_known(token) for token in letters]
    return all(known) or (exact and (kind is not None or known[0]))


def _is_known(token: str) -> bool:
    return token in _issuers() or token.rstrip("0123456789") in _issuers()


def _assemble(
    number: str, year: int | None, word: Kind | None, code_kind: Kind | None, codes: tuple[str, ...]
) -> Symbol | None:
    kind, text = code_kind or word, None
    if codes:
        joined = "-".join(codes)
        coded = None if code_kind is None and PARLIAMENT.match(codes[0]) else kind
        if coded is not None and year is None and is_party(codes[0]):
            text = party_form(number, coded.code, joined)
        else:
            text = state_form(number, year, f"{coded.code}-{joined}" if coded is not None else joined)
    return Symbol(number, year, kind, kind.code if kind else None, codes, text)

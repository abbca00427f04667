"""Kinds of documents (`data/kinds.yaml`): their names, codes, families, and whether they direct work."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from typing import Any

from analysis.data_files import read_data, words_key


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind of document; the fields are explained at the head of `kinds.yaml`."""

    code: str
    name: str
    words: tuple[str, ...] = ()
    codes: tuple[str, ...] = ()
    family: str = ""
    called: str = ""
    coded: bool = True
    directs: bool = True
    verb: bool = False
    strong: bool = False
    weak: bool = False
    issuer: str | None = None
    not_after: tuple[str, ...] = ()
    instead: Mapping[str, str] = field(default_factory=dict)
    with_issuers: Mapping[str, tuple[str, ...]] = field(default_factory=dict)


def _kind(entry: Mapping[str, Any]) -> Kind:
    given = dict(entry)
    given["words"] = tuple(words_key(words) for words in entry.get("words", ()))
    given["codes"], given["not_after"] = tuple(entry.get("codes", ())), tuple(entry.get("not_after", ()))
    given["with_issuers"] = {name: tuple(codes) for name, codes in entry.get("with_issuers", {}).items()}
    return Kind(**{"family": entry["code"], "called": entry["name"]} | given)


@cache
def kinds() -> tuple[Kind, ...]:
    """All kinds, in the order of the file."""
    return tuple(_kind(entry) for entry in read_data("kinds.yaml")["kinds"])


@cache
def general_kinds() -> tuple[Kind, ...]:
    """The kinds that are no special form of another ("Chương trình" stands for "Chương trình hành động" too)."""
    names = {kind.name for kind in kinds()}
    return tuple(
        kind for kind in kinds() if not any(kind.name.startswith(f"{other} ") for other in names - {kind.name})
    )


@cache
def kind_by_code() -> Mapping[str, Kind]:
    """By every printed code, as written and in capitals. The plain name wins ("CTr" is Chương trình)."""
    found: dict[str, Kind] = {}
    for kind in kinds():
        for code in kind.codes:
            found.setdefault(code, kind)
            found.setdefault(code.upper(), kind)
    for kind in sorted(kinds(), key=lambda k: -len(k.name)):
        if kind.coded:
            found[kind.code] = kind
            found.setdefault(kind.code.upper(), kind)
    return found


@cache
def kind_by_name() -> Mapping[str, Kind]:
    """By the kind's own name ("Nghị quyết")."""
    return {kind.name: kind for kind in kinds()}


@cache
def kind_words() -> Mapping[str, tuple[tuple[str, Kind | None], ...]]:
    """By last syllable: the ways a kind is called, longest first (None: a general word such as "văn bản")."""
    pairs: list[tuple[str, Kind | None]] = [(words, kind) for kind in kinds() for words in kind.words]
    pairs += [(words_key(words), None) for words in read_data("kinds.yaml")["generic_words"]]
    found: dict[str, list[tuple[str, Kind | None]]] = {}
    for words, kind in sorted(pairs, key=lambda pair: -len(pair[0])):
        found.setdefault(words.rsplit(" ", 1)[-1], []).append((words, kind))
    return {syllable: tuple(group) for syllable, group in found.items()}


@cache
def default_kind() -> Kind:
    """The kind of a symbol without kind code ("326/UBND-KGVX")."""
    return kind_by_name()[read_data("kinds.yaml")["default_for_generic"]]


@cache
def kind_of_parliament() -> Kind:
    """The kind of a parliament's symbol without kind code ("75/2015/QH13")."""
    return next(kind for kind in kinds() if not kind.coded)


@cache
def kind_family(name: str | None, code: str) -> str:
    """The code under which kinds that are printed for one another are compared (QĐi → QĐ); the word names the kind."""
    word = words_key(name) if name else None
    named = next((kind for kind in kinds() if words_key(kind.name) == word), None)
    coded = next((kind for kind in kinds() if code == kind.code or code in kind.codes), None)
    found = named or coded
    return found.family if found is not None else code

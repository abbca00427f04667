"""The grammar as data: kinds, issuers, reject list and role words, read from `analysis/data/*.yaml`.

A clerk adds a kind or an issuer by adding a line there; nothing here names one.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from functools import cache
from typing import Any

from analysis.data_files import read_data
from analysis.text import fold_tone


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind of document; the fields are explained at the head of `kinds.yaml`."""

    code: str
    name: str
    words: tuple[str, ...] = ()
    codes: tuple[str, ...] = ()
    family: str = ""
    verb: bool = False
    strong: bool = False
    weak: bool = False
    issuer: str | None = None
    not_after: tuple[str, ...] = ()
    instead: Mapping[str, str] = field(default_factory=dict)
    with_issuers: Mapping[str, tuple[str, ...]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Issuer:
    """An issuer's code as it stands in a symbol. `level`: central, province, district, commune, or None (unknown)."""

    code: str
    name: str | None
    level: str | None


@dataclass(frozen=True, slots=True)
class Body:
    """An issuer as papers call it. `name` replaces the printed words where given; `words` is the way itself."""

    code: str
    level: str
    name: str | None = None
    unit: str | None = None
    words: str = ""


def words_key(words: str) -> str:
    """What words of the data are compared by: one tone placement, lower case, single spaces."""
    return " ".join(fold_tone(words).lower().split())


def _kind(entry: Mapping[str, Any]) -> Kind:
    return Kind(
        code=entry["code"],
        name=entry["name"],
        words=tuple(words_key(words) for words in entry.get("words", ())),
        codes=tuple(entry.get("codes", ())),
        family=entry.get("family", entry["code"]),
        verb=entry.get("verb", False),
        strong=entry.get("strong", False),
        weak=entry.get("weak", False),
        issuer=entry.get("issuer"),
        not_after=tuple(entry.get("not_after", ())),
        instead=entry.get("instead", {}),
        with_issuers={name: tuple(codes) for name, codes in entry.get("with_issuers", {}).items()},
    )


@cache
def kinds() -> tuple[Kind, ...]:
    """All kinds, in the order of the file."""
    return tuple(_kind(entry) for entry in read_data("kinds.yaml")["kinds"])


@cache
def kind_by_code() -> Mapping[str, Kind]:
    """By every printed code, as written and in capitals. The plain name wins ("CTr" is Chương trình)."""
    found: dict[str, Kind] = {}
    for kind in kinds():
        for code in kind.codes:
            found.setdefault(code, kind)
            found.setdefault(code.upper(), kind)
    for kind in sorted(kinds(), key=lambda k: -len(k.name)):
        if kind.code != "Luật":
            found[kind.code] = kind
            found.setdefault(kind.code.upper(), kind)
    found["TT"] = next(kind for kind in kinds() if kind.with_issuers)
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
def _issuer_data() -> Mapping[str, Any]:
    data: Mapping[str, Any] = read_data("issuers.yaml")
    return data


@cache
def issuers() -> tuple[Issuer, ...]:
    """All issuers known by code, in the order of the file."""
    return tuple(Issuer(entry["code"], entry["name"], entry["level"]) for entry in _issuer_data()["codes"])


@cache
def issuer_by_code() -> Mapping[str, Issuer]:
    """By every printed code, as written and in capitals."""
    found: dict[str, Issuer] = {}
    for entry, issuer in zip(_issuer_data()["codes"], issuers(), strict=True):
        for code in (issuer.code, *entry.get("also", ())):
            found.setdefault(code, issuer)
            found.setdefault(code.upper(), issuer)
    for issuer in issuers():
        found[issuer.code] = issuer
    return found


def read_issuer(code: str) -> Issuer:
    """The issuer behind a code. An unknown code keeps itself; its level is guessed from its ending, its name never."""
    known = issuer_by_code().get(code) or issuer_by_code().get(code.upper())
    if known is not None:
        return known
    stem = code.rstrip("0123456789")
    if stem != code and stem in issuer_by_code():
        base = issuer_by_code()[stem]
        return Issuer(code, base.name, base.level)
    data = _issuer_data()
    for rule in data["code_endings"]:
        if code.endswith(rule["ending"]):
            return Issuer(code, None, rule["level"])
    for rule in data["code_beginnings"]:
        if code.startswith(rule["beginning"]):
            return Issuer(code, None, rule["level"])
    return Issuer(code, None, None)


def _plain_bodies(data: Mapping[str, Any]) -> Iterator[tuple[str, Body]]:
    for entry in data["words"]:
        for words in entry["words"]:
            yield words, Body(entry["code"], entry["level"], entry.get("name"))


def _party_bodies(data: Mapping[str, Any]) -> Iterator[tuple[str, Body]]:
    for committee in data["committees"]:
        words, code, level = committee["words"], committee["code"], committee["level"]
        yield words, Body(code, level)
        for executive in data["executives"]:
            yield f"{executive} {words}", Body(code, level)
        for officer in data["officers"]:
            yield f"{officer} {words}", Body(code, level, name=words)
        for office in data["offices"]:
            yield f"{office['words']} {words}", Body(office["code"] + code, level)
    centre = data["central_committee"]
    for office in (*data["offices"], *data["central_offices"]):
        for words in (centre["words"], f"{centre['words']} Đảng"):
            yield f"{office['words']} {words}", Body(office["code"] + centre["code"], centre["level"])


def _state_bodies(data: Mapping[str, Any]) -> Iterator[tuple[str, Body]]:
    for body in data["bodies"]:
        yield body["words"], Body(body["code"], "province")
        for unit in data["units"]:
            yield f"{body['words']} {unit['words']}", Body(body["code"], unit["level"], unit=unit["words"])


@cache
def bodies() -> Mapping[str, Body]:
    """Every way an issuer is called in words, by `words_key`."""
    data = _issuer_data()
    found: dict[str, Body] = {}
    for source in (_plain_bodies(data), _party_bodies(data), _state_bodies(data)):
        for words, body in source:
            found.setdefault(words_key(words), replace(body, words=words))
    return found


@cache
def body_starts() -> Mapping[str, int]:
    """First words of all ways, each with the most words that a way beginning so has."""
    found: dict[str, int] = {}
    for words in bodies():
        parts = words.split(" ")
        found[parts[0]] = max(found.get(parts[0], 0), len(parts))
    return found


@cache
def body_prefixes() -> frozenset[str]:
    """All first words of the ways, so that reading stops where no way goes on so; without a comma at their end."""
    found: set[str] = set()
    for words in bodies():
        parts = words.split(" ")
        found.update(" ".join(parts[:size]).rstrip(",.;:)\"'") for size in range(1, len(parts) + 1))
    return frozenset(found)


@cache
def spelled_out() -> Mapping[str, str]:
    """Abbreviations inside an issuer's name, written out."""
    return dict(_issuer_data()["spelled_out"])


@cache
def rejects() -> Mapping[str, frozenset[str]]:
    """The reject list: each list of `rejects.yaml` as a set."""
    return {
        name: frozenset(fold_tone(str(word)) for word in words) for name, words in read_data("rejects.yaml").items()
    }


@cache
def role_words() -> Mapping[str, Any]:
    """The words of `roles.yaml`."""
    data: Mapping[str, Any] = read_data("roles.yaml")
    return data

"""Issuers (`data/issuers.yaml`): by the code in a symbol, by their names in words, and the level each stands on."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from functools import cache, lru_cache
from typing import Any

from analysis.data_files import read_data, words_key

PARLIAMENT = re.compile(r"(QH|UBTVQH)(\d{1,2})$")
"""A parliament's code carries its term ("UBTVQH14")."""


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


def _data() -> Mapping[str, Any]:
    return read_data("issuers.yaml")


@cache
def levels() -> Mapping[str, tuple[str, frozenset[str]]]:
    """The levels that staff choose from: key → the Vietnamese label, and the issuers' levels that it takes in."""
    return {entry["key"]: (entry["label"], frozenset(entry["of"])) for entry in _data()["levels"]}


@cache
def issuers() -> tuple[Issuer, ...]:
    """All issuers known by code, in the order of the file."""
    return tuple(Issuer(entry["code"], entry["name"], entry["level"]) for entry in _data()["codes"])


@cache
def issuer_by_code() -> Mapping[str, Issuer]:
    """By every printed code, as written and in capitals."""
    found: dict[str, Issuer] = {}
    for entry, issuer in zip(_data()["codes"], issuers(), strict=True):
        for code in (issuer.code, *entry.get("also", ())):
            found.setdefault(code, issuer)
            found.setdefault(code.upper(), issuer)
    for issuer in issuers():
        found[issuer.code] = issuer
    return found


@cache
def read_issuer(code: str) -> Issuer:
    """The issuer behind one code. An unknown code keeps itself; its level is guessed by its form, its name never."""
    parliament = PARLIAMENT.match(code)
    known = issuer_by_code().get(code) or issuer_by_code().get(code.upper())
    if known is not None:
        return known
    stem = parliament[1] if parliament is not None else code.rstrip("0123456789")
    if stem != code and stem in issuer_by_code():
        return replace(issuer_by_code()[stem], code=code)
    ending = next((rule["level"] for rule in _data()["code_endings"] if code.endswith(rule["ending"])), None)
    rules = _data()["code_beginnings"]
    beginning = next((rule["level"] for rule in rules if code.startswith(rule["beginning"])), None)
    return Issuer(code, None, ending or beginning)


@lru_cache(maxsize=1024)
def issuer_of(codes: tuple[str, ...]) -> Issuer:
    """The issuer behind the codes of a symbol; joint issuers are named together, with the lowest level of them."""
    joined = "-".join(codes)
    if joined in issuer_by_code():
        return issuer_by_code()[joined]
    found = [read_issuer(code) for code in codes]
    if len(found) == 1:
        return found[0]
    names = [issuer.name for issuer in found if issuer.name]
    levels = {issuer.level for issuer in found}
    if found[0].name and found[1].name is None:
        names, levels = names[:1], {found[0].level}
    level = next((level for level in ("commune", "district", "province", "central") if level in levels), None)
    return Issuer(joined, ", ".join(names) if names else None, level)


@cache
def level_of(code: str) -> str:
    """The level of an issuer: whether it needs a place to be one body. What no rule knows is central (ministries)."""
    return issuer_of(tuple(code.split("-"))).level or "central"


def _plain_bodies(data: Mapping[str, Any]) -> Iterator[tuple[str, Body]]:
    for entry in (*data["words"], *data["codes"]):
        for words in entry.get("words", ()):
            yield words, Body(entry["code"], entry["level"], entry.get("name") if entry in data["words"] else None)


def _coded_bodies(data: Mapping[str, Any]) -> Iterator[tuple[str, Body]]:
    for entry in data["codes"]:
        if entry.get("words") != []:
            yield entry["name"], Body(entry["code"], entry["level"])


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
    """Every way an issuer is called in words, by `words_key`; an issuer of the codes is called by its name too."""
    found: dict[str, Body] = {}
    for read in (_plain_bodies, _party_bodies, _state_bodies, _coded_bodies):
        for words, body in read(_data()):
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
    return dict(_data()["spelled_out"])

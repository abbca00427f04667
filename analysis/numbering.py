"""When document numbers restart and which words of a title tell: rules of `analysis/data/numbering.yaml`."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from enum import StrEnum
from functools import cache
from typing import Any

from analysis.data_files import read_data
from analysis.text import search_key


class Series(StrEnum):
    """How long a run of numbers lasts."""

    TERM = "term"
    """From one congress to the next."""
    UNSURE = "unsure"
    """By term or by year: papers do not say."""
    YEAR = "year"


def _data() -> Mapping[str, Any]:
    return read_data("numbering.yaml")


@cache
def series_of(issuer_code: str) -> Series:
    """How the numbers of an issuer run."""
    rules = _data()
    if issuer_code in rules["committees"]:
        return Series.TERM
    offices = rules["party_offices"]
    first = issuer_code.partition("-")[0]
    if first.endswith(tuple(offices["endings"])) or first.startswith(tuple(offices["beginnings"])):
        return Series.UNSURE
    return Series.YEAR


@cache
def _terms() -> tuple[tuple[str, dt.date], ...]:
    return tuple((entry["term"], entry["since"]) for entry in _data()["central_terms"])


def central_term_of(day: dt.date) -> frozenset[str]:
    """The terms of the Central Committee that a document of this day can be of (two in the weeks of a congress)."""
    near = dt.timedelta(days=15)
    terms = _terms()
    found = set()
    for at, (term, since) in enumerate(terms):
        until = terms[at + 1][1] if at + 1 < len(terms) else dt.date.max - near
        if since - near <= day <= until + near:
            found.add(term)
    return frozenset(found)


def same_period(issuer_code: str, one: dt.date, other: dt.date) -> bool | None:
    """Whether an issuer's numbers did not restart between two days; None where that cannot be told."""
    early, late = min(one, other), max(one, other)
    series = series_of(issuer_code)
    if series is Series.YEAR:
        return early.year == late.year
    if series is Series.UNSURE and early.year == late.year:
        return True
    if issuer_code == "TW":
        shared = central_term_of(early) & central_term_of(late)
        return bool(shared)
    turns = [(entry["from"], entry["to"]) for entry in _data()["local_turns"]]
    if any(early < begin and end < late for begin, end in turns):
        return False
    if any(begin <= day <= end for begin, end in turns for day in (early, late)):
        return True if late - early <= dt.timedelta(days=31) else None
    return True if series is Series.TERM else None


@cache
def _formula() -> frozenset[str]:
    return frozenset(search_key(_data()["formula_words"]).split())


def telling_words(title: str | None) -> frozenset[str]:
    """The words of a title that are not formula, without marks."""
    words = search_key(title or "")
    cleaned = "".join(char if char.isalnum() else " " for char in words)
    return frozenset(cleaned.split()) - _formula()

"""The province-level units: the 34 since 1-7-2025, the 63 before them, and the bodies named after them.

The data and its sources are in `data/provinces.yaml`. A former province, by name or code, belongs to today's unit that
holds it. Seven codes (15, 24, 44, 52, 80, 82, 91) were given on to the unit that took theirs in: the day of a text
tells which of the two is meant (`unit_on`).
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache, lru_cache
from typing import Any

from analysis.data_files import read_data
from analysis.text import fold_tone, normalise, search_key
from foundation.errors import UsageError

_CITY = "thành phố"
_UNIT_WORD = re.compile(r"^(?:tinh|thanh pho|tp\.?)\s+")


@dataclass(frozen=True, slots=True)
class FormerProvince:
    """One of the 63 units of before 1-7-2025. `former_code` is its code of then: not comparable with today's."""

    name: str
    former_code: str
    kind: str
    aliases: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Province:
    """One of today's 34 units. `code` has two digits, `kind` is "tỉnh" or "thành phố".

    `former` are the units it was formed from (itself among them); `city_since` the day it became a centrally run
    city, None where its kind did not change; `older` earlier names with their last day; `aliases` other spellings.
    """

    code: str
    name: str
    slug: str
    full_name: str
    kind: str
    former: tuple[FormerProvince, ...]
    city_since: dt.date | None
    older: tuple[tuple[str, dt.date], ...]
    aliases: tuple[str, ...]

    def name_on(self, day: dt.date | None) -> str:
        """Its name on a day (None: today's)."""
        if day is not None:
            for name, until in self.older:
                if day <= until:
                    return name
        return self.name

    def kind_on(self, day: dt.date | None) -> str:
        """Its kind ("tỉnh", "thành phố") as it was on a day (None: as it is)."""
        if day is not None and self.city_since is not None and day < self.city_since:
            return "tỉnh"
        return self.kind

    def names(self) -> Iterator[str]:
        """Every name it or a unit it was formed from has gone by."""
        yield self.name
        yield from self.aliases
        for name, _until in self.older:
            yield name
        for unit in self.former:
            yield unit.name
            yield from unit.aliases


@dataclass(frozen=True, slots=True)
class Unit:
    """A province as it was on some day: its code, name and kind of then, and today's unit that holds it."""

    code: str
    name: str
    kind: str
    today: Province

    @property
    def committee(self) -> str:
        """The name of its party committee: "Tỉnh ủy Quảng Ninh", "Thành ủy Hải Phòng"."""
        return f"{'Thành ủy' if self.kind == _CITY else 'Tỉnh ủy'} {self.name}"


def _former(entry: Mapping[str, Any]) -> FormerProvince:
    return FormerProvince(
        entry["name"], entry["former_code"], entry.get("kind", "tỉnh"), tuple(entry.get("aliases", ()))
    )


def _province(entry: Mapping[str, Any]) -> Province:
    return Province(
        code=entry["code"],
        name=entry["name"],
        slug=entry["slug"],
        full_name=f"{entry['kind'].capitalize()} {entry['name']}",
        kind=entry["kind"],
        former=tuple(_former(unit) for unit in entry["formed_from"]),
        city_since=entry.get("city_since"),
        older=tuple((old["name"], old["until"]) for old in entry.get("older", ())),
        aliases=tuple(entry.get("aliases", ())),
    )


@cache
def provinces() -> tuple[Province, ...]:
    """Today's 34 units, in the order of their codes."""
    return tuple(_province(entry) for entry in read_data("provinces.yaml")["provinces"])


@cache
def _merger_day() -> dt.date:
    day: dt.date = read_data("provinces.yaml")["merged_on"]
    return day


@cache
def _former_units() -> Mapping[str, tuple[FormerProvince, Province]]:
    """The 63 by their codes of then, each with today's unit."""
    return {unit.former_code: (unit, today) for today in provinces() for unit in today.former}


def _as_it_was(old: FormerProvince, holder: Province, day: dt.date | None) -> Unit:
    if old.name == holder.name:
        return Unit(old.former_code, holder.name_on(day), holder.kind_on(day), holder)
    return Unit(old.former_code, old.name, old.kind, holder)


def _as_it_is(today: Province, day: dt.date | None) -> Unit:
    return Unit(today.code, today.name_on(day), today.kind_on(day), today)


def unit_on(code: str, day: dt.date | None) -> Unit | None:
    """What a two-digit code means on a day: one of the 63 before 1-7-2025, else one of the 34; without a day one of the
    34 where there is one, else the one of the 63 that alone bore it. None: no such code.
    """
    if code not in _former_units():
        return None
    (old, holder), today = _former_units()[code], province_by_code(code)
    if (day is not None and day < _merger_day()) or (day is None and today is None):
        return _as_it_was(old, holder, day)
    return _as_it_is(today or holder, day)


@lru_cache(maxsize=1_024)
def unit_named(words: str, day: dt.date | None) -> Unit | None:
    """The unit that a name means on a day: the name of one that is no more always means that one."""
    today = find_province(words)
    if today is None:
        return None
    key = name_key(_UNIT_WORD.sub("", search_key(words)))
    old = next((unit for unit in today.former if key in map(name_key, (unit.name, *unit.aliases))), None)
    gone = old is not None and old.name != today.name
    if old is not None and (gone or (day is not None and day < _merger_day())):
        return _as_it_was(old, today, day)
    return _as_it_is(today, day)


def code_then(code: str, day: dt.date | None) -> str:
    """The code that the province of one of today's codes bore on a day: a paper of Lào Cai (15) was of 10 in 2018."""
    today = province_by_code(code)
    if today is None or day is None or day >= _merger_day():
        return code
    return next((unit.former_code for unit in today.former if unit.name == today.name), code)


def name_key(words: str) -> str:
    """What names of places are compared by: no marks, no case, no hyphens or points."""
    return " ".join(re.sub(r"[-.–]", " ", search_key(words)).split())


@cache
def _marked() -> Mapping[str, Province]:
    """By name with marks ("hà nam" is not "hạ nam")."""
    return {fold_tone(name).lower(): unit for unit in provinces() for name in unit.names()}


@cache
def _unmarked() -> Mapping[str, Province]:
    """By code, slug and name without marks."""
    found: dict[str, Province] = {}
    for unit in provinces():
        for name in (*unit.names(), unit.code, unit.slug, *(search_key(n).replace(" ", "-") for n in unit.names())):
            found.setdefault(name_key(name), unit)
            found.setdefault(name_key(name).replace(" ", ""), unit)
    for code, (_former, today) in _former_units().items():
        found.setdefault(code, today)
    return found


@lru_cache(maxsize=2_048)
def find_province(words: str) -> Province | None:
    """Today's unit that a code ("22"), slug or name (with or without marks) stands for, or None.

    "tỉnh", "thành phố", "TP" before the name may stand or be left out. A code may be one of the 63; a former province
    answers with the unit that holds it.
    """
    plain = " ".join(fold_tone(normalise(words)).split()).strip(" .,;")
    found = _marked().get(plain.lower())
    if found is not None:
        return found
    key = _UNIT_WORD.sub("", search_key(plain))
    marked = re.sub(r"^(?:tỉnh|thành phố|tp\.?)\s+", "", plain.lower())
    return _marked().get(marked) or _unmarked().get(name_key(key))


@cache
def province_by_code(code: str) -> Province | None:
    """Today's unit of a two-digit code, or None."""
    return next((unit for unit in provinces() if unit.code == code), None)


@cache
def tile_places() -> Mapping[str, tuple[int, int]]:
    """Where a map of tiles draws each of the 34: code → column and row (`data/province_tiles.yaml`)."""
    rows = read_data("province_tiles.yaml")["rows"]
    return {code: (column, row) for row, codes in enumerate(rows) for column, code in enumerate(codes) if code != "--"}


@cache
def names_pattern() -> str:
    """A regular expression (text) of all names with marks, longest first, for text after `analysis.text.fold`.

    Names stand together by their first letter: a word with another one is passed over in a fifth of the time.
    """
    names = {fold_tone(name).replace("–", "-") for unit in provinces() for name in unit.names()}
    rests: dict[str, list[str]] = {}
    for name in sorted(names, key=lambda n: (-len(n), n)):
        rests.setdefault(name[0], []).append(re.escape(name[1:]).replace(r"\ ", r"\s"))
    joined = "|".join(rf"{letter}(?:{'|'.join(rest)})" for letter, rest in rests.items())
    return rf"(?:{joined})(?!\w)"


@cache
def _name_anywhere() -> re.Pattern[str]:
    return re.compile(rf"(?<!\w){names_pattern()}", re.IGNORECASE)


def province_named(words: str) -> str | None:
    """The first province named in words ("HĐND tỉnh Hà Giang": Hà Giang), or None; marks are needed."""
    match = _name_anywhere().search(fold_tone(normalise(words)).replace("–", "-"))
    return None if match is None else match.group()


def former_name(words: str, day: dt.date | None = None) -> str | None:
    """The name of a province that is no more, where a code or name means one ("17", "Hòa Bình"); None of today's."""
    unit = unit_on(words.strip(), day) if words.strip().isdigit() else unit_named(words, day)
    return unit.name if unit is not None and unit.name not in (unit.today.name, unit.today.name_on(day)) else None


def province_code(words: str) -> str:
    """The code of today's province behind a code, slug or name of one of the 34 or the 63. Raises UsageError."""
    found = find_province(words)
    if found is None:
        raise UsageError(f"Không có tỉnh “{words}”. Dùng mã hai chữ số hoặc tên, ví dụ 38 hoặc “Thanh Hóa”.")
    return found.code

"""What may stand in each data file, and the first thing in one that may not.

A shape is a type (a string is never empty, a whole number is a number too), a set of words to choose from, `[shape]`
for a list, `{type: shape}` for a mapping with keys of a clerk's own, or `{"key": shape, "other?": shape}` for one with
just these keys, "?" marking those that may be left out. What the keys mean is written at the head of each file.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from difflib import get_close_matches
from typing import Any

Place = tuple[str | int, ...]
"""The way to a value: keys and positions in lists, from the top of the file."""

LEVEL = frozenset({"central", "province", "district", "commune"})


def _lists(names: str, mark: str = "") -> dict[str, Any]:
    return {name + mark: [str] for name in names.split()}


def _numbers(names: str) -> dict[str, Any]:
    return dict.fromkeys(names.split(), float)


ROLES = _lists("issues implements amends replaces drafts cites", "?")
CUES = """
    issues_adjacent issues_after_body weak_issues weak_needs told_today amends_adjacent replaces_adjacent only_drafted
    only_planned between planned planned_far deliberated deliberated_when recalled recalled_far just_now list_intros
    list_nouns connectors new_clause no_list_of_documents done_how
    lookback lookback_anywhere lookback_always lookback_counted examples newly passive_issues predicates
    passive_by on_behalf full_text title_ends_before title_verbs title_clause_verbs title_units title_issuers
"""
OFFICE = {"code": str, "words": str}
UNIT = {"words": str, "level": LEVEL}
COMMITTEE = {**OFFICE, "level": LEVEL}
KIND = {
    "code": str,
    "name": str,
    "words": [str],
    "called?": str,
    "codes?": [str],
    "family?": str,
    "issuer?": str,
    **dict.fromkeys(("verb?", "strong?", "directs?", "coded?", "weak?"), bool),
    "instead?": {str: str},
    "not_after?": [str],
    "with_issuers?": {str: [str]},
}
AXIS = frozenset({"core", "relation", "field", "against", "elsewhere", "silent"})
SIGNAL = {"key": str, "axis": AXIS, "weight?": float, "most?": int, "why": str, "phrases": str}
FORMER = {"name": str, "former_code": str, "kind?": str, "aliases?": [str]}
PROVINCE = {
    "code": str,
    "name": str,
    "slug": str,
    "kind": frozenset({"tỉnh", "thành phố"}),
    "formed_from": [FORMER],
    "city_since?": dt.date,
    "older?": [{"name": str, "until": dt.date}],
    "aliases?": [str],
}

SHAPES: dict[str, Any] = {
    "kinds.yaml": {"kinds": [KIND], "generic_words": [str], "qualifiers": [str], "default_for_generic": str},
    "issuers.yaml": {
        "levels": [{"key": str, "label": str, "of": [LEVEL]}],
        "codes": [{"code": str, "name": str, "level": LEVEL, "also?": [str], "words?": [str]}],
        "code_endings": [{"ending": str, "level": LEVEL}],
        "code_beginnings": [{"beginning": str, "level": LEVEL}],
        "words": [{"code": str, "level": LEVEL, "words": [str], "name?": str}],
        "committees": [COMMITTEE],
        "executives": [str],
        "officers": [str],
        "offices": [OFFICE],
        "central_committee": COMMITTEE,
        "central_offices": [OFFICE],
        "bodies": [OFFICE],
        "units": [UNIT],
        "spelled_out": {str: str},
    },
    "topics.yaml": {
        "version": int,
        "enough": float,
        "words?": {str: str},
        "topics": [{"key": str, "label": str, "about": str, "vouches?": bool, "phrases": {float: str}}],
    },
    "relevance.yaml": {
        "version": int,
        "zones": {str: float},
        "repeats": {"body": [float], "head": [float]},
        "body_length": _numbers("usual least most"),
        "opening_only": _numbers("words factor"),
        "full_text_share": float,
        "thresholds": _numbers(
            "core related relation head first_share without_head core_share field_most topic_share topic_most"
        ),
        "words": {str: str},
        "signals": [SIGNAL],
    },
    "roles.yaml": {**dict.fromkeys(("before", "after", "passive"), ROLES), **_lists(CUES)},
    "rejects.yaml": _lists(
        "words_before ends_of_names codes court counted mottos mottos_before_a_pause motto_goes_on party_endings"
    ),
    "worth.yaml": _lists("resolutions party_committees boards"),
    "numbering.yaml": {
        "central_terms": [{"term": str, "since": dt.date}],
        "local_turns": [{"from": dt.date, "to": dt.date}],
        "committees": [str],
        "party_offices": {"endings": [str], "beginnings": [str]},
        "formula_words": str,
    },
    "provinces.yaml": {"merged_on": dt.date, "provinces": [PROVINCE]},
    "province_tiles.yaml": {"rows": [[str]]},
}

NAMES = {
    str: "chữ (trong dấu nháy nếu là số hoặc như yes, no)",
    bool: "true hoặc false",
    int: "số nguyên",
    float: "số",
    dt.date: "ngày, ví dụ 2026-11-01",
}


def faults(value: Any, shape: Any, place: Place = ()) -> Iterator[tuple[Place, str]]:
    """What of a value is not as its shape says: where, and what should be there, in Vietnamese."""
    if isinstance(shape, dict):
        yield from _mapping_faults(value, shape, place)
    elif isinstance(shape, list):
        if isinstance(value, list):
            for number, one in enumerate(value):
                yield from faults(one, shape[0], (*place, number))
        else:
            yield place, "phải là danh sách, ví dụ [một, hai]"
    elif isinstance(shape, frozenset):
        if value not in shape:
            yield place, f"chỉ nhận {', '.join(sorted(shape))}, không phải “{value}”"
    elif not _is(value, shape):
        yield place, f"phải là {NAMES[shape]}" + ("" if value is None else f", không phải “{value}”")


def _mapping_faults(value: Any, shape: dict[Any, Any], place: Place) -> Iterator[tuple[Place, str]]:
    if not isinstance(value, dict):
        yield place, "phải gồm các dòng “khóa: giá trị”"
        return
    own = next((key for key in shape if isinstance(key, type)), None)
    known = {key.rstrip("?"): inner for key, inner in shape.items()} if own is None else {}
    for key, inner in value.items():
        if own is None and key not in known:
            near = get_close_matches(str(key), known, 1)
            yield (*place, key), "không có mục này" + (f", có phải “{near[0]}”?" if near else "")
        elif own is not None and not _is(key, own):
            yield (*place, key), f"khóa phải là {NAMES[own]}"
        else:
            yield from faults(inner, known[key] if own is None else shape[own], (*place, key))
    for key in shape:
        if own is None and not key.endswith("?") and key not in value:
            yield place, f"thiếu mục {key}"


def _is(value: Any, kind: type) -> bool:
    if isinstance(value, bool) or kind is bool:
        return isinstance(value, bool) and kind is bool
    if kind is str:
        return isinstance(value, str) and bool(value.strip())
    return isinstance(value, int | float if kind is float else kind)

"""How views look as JSON: dataclasses as objects, times as ISO in Hà Nội's zone."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from typing import Any

from foundation.settings import HANOI
from models.search.results import Hit, Results


def form(value: Any) -> Any:
    """Any view as a JSON value."""
    if is_dataclass(value) and not isinstance(value, type):
        return {one.name: form(getattr(value, one.name)) for one in fields(value)}
    if isinstance(value, dt.datetime):
        return value.astimezone(HANOI).isoformat()
    if isinstance(value, dt.date):
        return value.isoformat()
    if isinstance(value, Mapping):
        return {str(key): form(one) for key, one in value.items()}
    if isinstance(value, tuple | list):
        return [form(one) for one in value]
    return value


def hit_form(hit: Hit) -> dict[str, Any]:
    """One hit; the snippet as text with the hits' places in it."""
    whole = {
        one.name: form(getattr(hit, one.name)) for one in fields(hit) if one.name not in {"title_pieces", "snippet"}
    }
    text, marks = "", []
    for piece in hit.snippet:
        if piece.hit:
            marks.append([len(text), len(text) + len(piece.text)])
        text += piece.text
    return whole | {"snippet": text, "marks": marks}


def results_form(results: Results) -> dict[str, Any]:
    """The answer of a search."""
    whole = {one.name: form(getattr(results, one.name)) for one in fields(results) if one.name != "hits"}
    return whole | {"hits": [hit_form(hit) for hit in results.hits]}

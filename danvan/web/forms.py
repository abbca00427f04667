"""How the answer of a search looks as JSON."""

from __future__ import annotations

from dataclasses import fields
from typing import Any

from danvan.json_forms import form
from models.search.results import Hit, Results


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

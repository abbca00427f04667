"""Short passages as papers print them, with every document, what is told of it and what of it is news.

`tests/golden/passages.jsonl`: a line a passage. `role` or `new` left out (null): careful readers may differ. Lines k, eq:
forms and roles; n: news or not; lines with a name: one directive in odd letters; s: more of each kind;
w: heads and printings of portals, headlines in capitals, numbers without a symbol. A document may say further fields of its citation (`issuer`, `date`, `title` …).
"""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from analysis.citations import find_citations
from analysis.novelty import new_symbols
from analysis.values import Citation, Role

PASSAGES = [
    json.loads(line)
    for line in (Path(__file__).parents[1] / "golden" / "passages.jsonl").read_text("utf-8").splitlines()
]
TODAY = dt.date(2026, 11, 28)


def _day(passage: Mapping[str, Any]) -> dt.date | None:
    return dt.date.fromisoformat(passage["published"]) if passage.get("published") else None


def _documents(passage: Mapping[str, Any]) -> list[Citation]:
    """One citation a document, the one that says most of its role."""
    found: dict[int, Citation] = {}
    for one in find_citations(passage["text"], province=passage.get("province"), published=_day(passage)):
        assert passage["text"][one.start : one.end] == one.text
        if one.document not in found or one.role is Role.ISSUES:
            found[one.document] = one
    return list(found.values())


@pytest.mark.parametrize("passage", PASSAGES, ids=lambda passage: passage["id"])
def test_passage(passage: Mapping[str, Any]) -> None:
    found = _documents(passage)
    assert [one.kind_code for one in found] == [wanted["kind"] for wanted in passage["documents"]]
    for one, wanted in zip(found, passage["documents"], strict=True):
        assert (one.number or "").lstrip("0") == (wanted["number"] or "").lstrip("0")
        assert one.symbol == wanted["symbol"]
        assert one.flags == (() if wanted["number"] else ("unreadable_number",))
        assert wanted.get("role") in (None, one.role)
        more = {name: value for name, value in wanted.items() if name not in {"kind", "number", "symbol", "role"}}
        said = {name: getattr(one, name) for name in more}
        assert {name: str(value) if name == "date" and value else value for name, value in said.items()} == more


@pytest.mark.parametrize(
    "passage", [passage for passage in PASSAGES if passage.get("new") is not None], ids=lambda passage: passage["id"]
)
def test_what_is_news(passage: Mapping[str, Any]) -> None:
    day, text = _day(passage), passage["text"]
    citations = find_citations(text, province=passage.get("province"), published=day)
    found = new_symbols(citations, article=day, text=text, seen=day or TODAY, window_days=30)
    assert sorted(found) == sorted(passage["new"])


SCENARIOS = [
    line.split("\t")
    for line in (Path(__file__).parents[1] / "golden" / "news.tsv").read_text("utf-8").splitlines()
    if line and not line.startswith(("#", "text\t"))
]


@pytest.mark.parametrize(("text", "new", "why"), SCENARIOS, ids=[row[2] for row in SCENARIOS])
def test_new_or_not(text: str, new: str, why: str) -> None:
    day = dt.date(2026, 3, 12)
    citations = find_citations(text, province="38", published=day)
    assert new_symbols(citations, article=day, text=text, seen=day, window_days=30) == ([] if new == "-" else [new]), (
        why
    )

"""Passages as papers print them, with all a careful clerk notes down: `tests/golden/citations_papers.tsv`."""

from __future__ import annotations

import csv
import datetime as dt
import unicodedata
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from analysis.citations import find_citations, find_links
from analysis.values import Citation

TABLE = Path(__file__).parent.parent / "golden" / "citations_papers.tsv"
FIELDS = ("symbol", "kind", "number", "issuer", "place", "date", "term", "title", "role", "id")


@dataclass(slots=True)
class Passage:
    province: str
    day: dt.date
    text: str
    links: set[str]
    mentions: list[dict[str, str]] = field(default_factory=list)


def passages() -> list[Passage]:
    lines = [line for line in TABLE.read_text(encoding="utf-8").splitlines() if line and not line.startswith("#")]
    found: list[Passage] = []
    for row in csv.DictReader(lines, delimiter="\t", quoting=csv.QUOTE_NONE):
        if row["passage"]:
            links = set() if row["links"] == "-" else set(row["links"].split("; "))
            day = dt.date.fromisoformat(row["day"])
            found.append(Passage(row["paper"], day, row["passage"].replace("\\n", "\n"), links))
        if row["mention"] != "none":
            found[-1].mentions.append({"mention": row["mention"], **{name: row[name] for name in FIELDS}})
    return found


def as_row(citation: Citation, mention: str) -> dict[str, str]:
    place = " ".join(part for part in (citation.place, citation.province) if part)
    values = (
        citation.symbol, citation.kind, citation.number, citation.issuer, place or None, citation.date, citation.term,
        citation.title, citation.role.value, citation.document,
    )  # fmt: skip
    shown = dict(zip(FIELDS, ("-" if value is None else str(value) for value in values), strict=True))
    return {"mention": mention.replace("\n", "\\n"), **shown}


def read(passage: Passage, text: str) -> list[Citation]:
    return find_citations(text, province=passage.province, published=passage.day)


PASSAGES = passages()


@pytest.mark.parametrize("passage", PASSAGES, ids=lambda passage: passage.text[:40])
def test_passage(passage: Passage) -> None:
    citations = read(passage, passage.text)
    assert [as_row(citation, citation.text) for citation in citations] == passage.mentions
    symbols = {citation.document: citation.symbol for citation in citations}
    links = find_links(passage.text, citations)
    assert {f"{symbols[link.subject]} {link.role} {symbols[link.target]}" for link in links} == passage.links


@pytest.mark.parametrize("form", ["NFD", "no-break spaces"])
def test_the_same_is_read_from_other_forms_of_the_text(form: str) -> None:
    for passage in PASSAGES:
        odd = passage.text.replace(" ", "\u00a0") if form != "NFD" else unicodedata.normalize("NFD", passage.text)
        shown = [
            as_row(citation, unicodedata.normalize("NFC", citation.text).replace("\u00a0", " "))
            for citation in read(passage, odd)
        ]
        assert shown == passage.mentions, passage.text


def test_the_table_is_large_and_has_passages_without_documents() -> None:
    assert len(PASSAGES) >= 160
    assert sum(not passage.mentions for passage in PASSAGES) >= 15

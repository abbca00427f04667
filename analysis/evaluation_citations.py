"""How well documents are found in text, measured over the golden table: mentions, each field, each role."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from analysis.citations import find_citations
from analysis.scores import Row, Score, Tally
from analysis.values import Citation
from foundation.errors import ConfigurationError

TABLE = "citations.tsv"
FIELDS = ("symbol", "kind", "year", "issuer", "place", "date", "term")

GOLDEN_PROVINCE = "22"
"""The golden table is read as a paper of Quảng Ninh reads it (stated in the table's head)."""

GOLDEN_DAY = dt.date(2026, 3, 20)


@dataclass(frozen=True, slots=True)
class ExpectedMention:
    """A mention as a careful reader finds it: where it stands, each of `FIELDS` as written in the table, its role."""

    start: int
    end: int
    fields: Mapping[str, str | None]
    role: str


@dataclass(frozen=True, slots=True)
class CitationExample:
    """A sentence with all its mentions."""

    text: str
    expected: tuple[ExpectedMention, ...]


@dataclass(frozen=True, slots=True)
class CitationEvaluation:
    """The report on citations: mentions found at all, a score per field and per role."""

    examples: int
    mentions: Score
    fields: tuple[Score, ...]
    roles: tuple[Score, ...]

    def rows(self) -> list[Row]:
        """One row a class: "citation", "citation field", "citation role"."""
        return [
            self.mentions.row("citation"),
            *(score.row("citation field") for score in self.fields),
            *(score.row("citation role") for score in self.roles),
        ]


def load_citation_examples(folder: Path) -> list[CitationExample]:
    """The sentences of the golden table `citations.tsv` in a folder.

    Raises `ConfigurationError` with the line where a mention does not stand in its sentence.
    """
    path = folder / TABLE
    if not path.is_file():
        raise ConfigurationError("Không có bảng văn bản mẫu trong thư mục này.", path=path)
    examples: list[tuple[str, list[ExpectedMention]]] = []
    names: list[str] = []
    for number, line in enumerate(path.read_text("utf-8").splitlines(), 1):
        if not line or line.startswith("#"):
            continue
        cells = [cell.replace("\\n", "\n") for cell in line.split("\t")]
        if not names:
            names = cells
            continue
        if cells[0]:
            examples.append((cells[0], []))
        if cells[1] != "none":
            text, mentions = examples[-1]
            mentions.append(_expected(text, dict(zip(names, cells, strict=True)), mentions, path, number))
    return [CitationExample(text, tuple(mentions)) for text, mentions in examples]


def _expected(
    text: str, row: Mapping[str, str], before: Sequence[ExpectedMention], path: Path, number: int
) -> ExpectedMention:
    start = text.find(row["mention"], before[-1].end if before else 0)
    if start < 0:
        raise ConfigurationError(f"Câu không có chữ “{row['mention']}”.", path=path, line=number)
    fields = {name: None if row[name] == "-" else row[name] for name in FIELDS}
    return ExpectedMention(start, start + len(row["mention"]), fields, row["role"])


def evaluate_citations(examples: Sequence[CitationExample]) -> CitationEvaluation:
    """Find the citations of every sentence and count what agrees.

    A mention found belongs to the one expected that it overlaps; a field counts as right when it is printed the
    same, as missed or wrong otherwise; nothing expected and nothing found counts nowhere.
    """
    mentions, fields, roles = Tally(), Tally(), Tally()
    for example in examples:
        left = list(find_citations(example.text, province=GOLDEN_PROVINCE, published=GOLDEN_DAY))
        for expected in example.expected:
            match = next((c for c in left if c.start < expected.end and expected.start < c.end), None)
            if match is not None:
                left.remove(match)
            mentions.add(["mention"], ["mention"] if match else [])
            roles.add([expected.role], [match.role.value] if match else [])
            _count(fields, expected.fields, _as_printed(match))
        for extra in left:
            mentions.add([], ["mention"])
            roles.add([], [extra.role.value])
            _count(fields, dict.fromkeys(FIELDS), _as_printed(extra))
    return CitationEvaluation(len(examples), mentions.score("mention"), fields.scores(), roles.scores())


def _count(tally: Tally, expected: Mapping[str, str | None], found: Mapping[str, str | None]) -> None:
    for name in FIELDS:
        wanted, got = expected[name], found[name]
        if wanted == got:
            tally.add([name] if wanted else [], [name] if got else [])
            continue
        tally.add([name] if wanted else [], [])
        tally.add([], [name] if got else [])


def _as_printed(citation: Citation | None) -> dict[str, str | None]:
    """The fields as the table prints them; the place with its province's code."""
    if citation is None:
        return dict.fromkeys(FIELDS)
    place = " ".join(part for part in (citation.place or "-", citation.province) if part)
    values = {name: getattr(citation, name) for name in FIELDS} | {"place": None if place == "-" else place}
    return {name: None if value is None else str(value) for name, value in values.items()}

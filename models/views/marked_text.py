"""An article's text with what was read in it: documents named, and the phrases that carried the verdict."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from foundation.words import ROLES
from models.tables import ArticleRow, CitationRow


@dataclass(frozen=True, slots=True)
class Stretch:
    """A stretch of shown text. `document_id` where it names a document held; `reason` where it carried the verdict."""

    text: str
    citation: str | None = None
    document_id: int | None = None
    reason: str | None = None


@dataclass(frozen=True, slots=True)
class Mark:
    """Where a text is marked, and what the mark says, as in `Stretch`."""

    start: int
    end: int
    citation: str | None = None
    document_id: int | None = None
    reason: str | None = None


def marks_of(field: str, row: ArticleRow, citations: Sequence[CitationRow]) -> list[Mark]:
    """Citations and, where they leave room, reasons, in order and apart from each other."""
    marks = [
        Mark(one.start, one.end, ROLES.get(one.role, one.role), one.document_id)
        for one in citations
        if one.field == field
    ]
    for reason in row.reasons or []:
        if reason.get("field") == field:
            phrase = f"“{reason.get('phrase', '')}” ({float(reason.get('weight', 0)):+.1f})"
            marks.append(Mark(int(reason.get("start", 0)), int(reason.get("end", 0)), reason=phrase))
    kept: list[Mark] = []
    for mark in sorted(marks, key=lambda one: (one.start, one.reason is not None, -one.end)):
        if mark.start < mark.end and (not kept or mark.start >= kept[-1].end):
            kept.append(mark)
    return kept


def stretches(text: str, marks: Iterable[Mark]) -> list[Stretch]:
    """A text cut where its marks begin and end."""
    parts, at = [], 0
    for mark in marks:
        if mark.end > len(text):
            break
        if mark.start > at:
            parts.append(Stretch(text[at : mark.start]))
        parts.append(Stretch(text[mark.start : mark.end], mark.citation, mark.document_id, mark.reason))
        at = mark.end
    if at < len(text):
        parts.append(Stretch(text[at:]))
    return parts


def paragraphs(parts: Iterable[Stretch]) -> tuple[tuple[Stretch, ...], ...]:
    """Stretches by paragraph; a mention that runs over a paragraph's end stays whole."""
    paragraphs: list[list[Stretch]] = [[]]
    for part in parts:
        pieces = part.text.split("\n\n") if part.citation is None else [part.text]
        for number, piece in enumerate(pieces):
            if number:
                paragraphs.append([])
            if piece.strip("\n"):
                paragraphs[-1].append(Stretch(piece, part.citation, part.document_id, part.reason))
    return tuple(tuple(paragraph) for paragraph in paragraphs if paragraph)

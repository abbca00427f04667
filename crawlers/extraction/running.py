"""The running text of a page: its paragraphs, and where they stand.

trafilatura says which words of a page are the article's, but not where they stand; these paragraphs do. They also
show what a page is (a list of cards has its teasers one to a box) and what a reading left out.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from crawlers.extraction.signs import folded, signs
from crawlers.markup import INLINE, Element, attribute

PARAGRAPH = 60
"""Shorter blocks are headings, names, buttons: they do not show where the article is."""
CAPTION_LENGTH = 300
"""Captions of the seen papers, and lines of live blogs, stay below this many characters."""
_HEADINGS = frozenset({"h1", "h2", "h3", "h4", "h5", "h6"})
_LABEL = re.compile(
    r"[>»•*+\s–-]*(?:mời\s+)?(?:quý\s+)?(?:bạn đọc|bạn|độc giả)?\s*(?:xem|đọc|tham khảo|theo dõi)?\s*(?:thêm|tiếp)?"
    r"\s*(?:(?:tin|bài)(?: viết)?(?: liên quan| mới)?)?\s*:?\s*",
    re.IGNORECASE,
)
_MOMENT = r"(?:\d{1,2}[:h]\d{2}|\d{1,2}[/.-]\d{1,2}(?:[/.-]\d{2,4})?|\d{1,2} (?:phút|giờ|ngày) trước)"
_MOMENTS = rf"{_MOMENT}(?:[\s,|–-]{{1,4}}{_MOMENT})?"
_DATE_BEFORE = re.compile(rf"{_MOMENTS}[\s:|–-]")
_DATE_BEHIND = re.compile(rf"[\s(|–-]{{0,4}}{_MOMENTS}\)?$")
_DATES_LENGTH = 36
FILE = re.compile(r"\.(?:pdf|docx?|xlsx?|pptx?|rtf|zip|rar|7z)(?:[?#]|$)", re.IGNORECASE)
"""The address of a document: lists of links to them are what portals publish."""
_NOTICE = 500
_BESIDE = 3
"""So many lines lie between the headline of a card and its sapo at most: a date, a counter."""
_LEVELS = 60
"""How far up an element's holders are looked at: pages are half as deep."""


@dataclass(frozen=True, slots=True)
class Paragraph:
    """The words that stand together in one block; `linked`: how many letters of them lead to other pages."""

    element: Element
    text: str
    linked: int = 0

    @property
    def is_running(self) -> bool:
        """Whether it is prose: long, no headline or link, and not cut off as teasers are."""
        if len(self.text) < PARAGRAPH or self.text.endswith("..."):
            return False
        if self.element.tag in _HEADINGS and not self.text.endswith((".", "!", "?", ";")):
            return False
        return self.linked < 0.3 * len(self.text)

    @property
    def is_headline(self) -> bool:
        """Whether it is a link to another article and nothing else, but for a label ("Xem thêm: …") and a date."""
        if self.linked < 15 or len(self.text) >= 250:
            return False
        found = (
            _LABEL.match(self.text),
            _DATE_BEFORE.match(self.text),
            _DATE_BEHIND.search(self.text[-_DATES_LENGTH:]),
        )
        more = sum(len(one[0]) for one in found if one)
        return len(self.text) >= 20 and self.linked >= 0.9 * (len(self.text) - more)


def paragraphs(root: Element) -> list[Paragraph]:
    """The blocks of words below an element, in order. Scripts must have been taken out."""
    found: list[Paragraph] = []
    block: Element | None = None
    pieces: list[str] = []
    linked = 0
    for part in root.traverse(include_text=True, skip_empty=True):
        if part.tag != "-text":
            if part.tag == "br":
                pieces.append(" ")
            continue
        holder, in_link = _holder(part)
        if holder is None:
            continue
        if block is None or holder.mem_id != block.mem_id:
            _close(found, block, pieces, linked)
            block, pieces, linked = holder, [], 0
        words = part.text()
        pieces.append(words)
        linked += len(words.strip()) if in_link else 0
    _close(found, block, pieces, linked)
    return found


def _holder(part: Element) -> tuple[Element | None, bool]:
    """(the block a piece of text stands in, whether it is the text of a link to another page)."""
    in_link = False
    above = part.parent
    while above is not None and above.tag in INLINE:
        in_link = in_link or (above.tag == "a" and leads_away(above))
        above = above.parent
    card = above.parent if above is not None else None
    if not in_link and card is not None:  # a card is a link around its headline and its sapo
        in_link = (card.tag == "a" and leads_away(card)) or (
            card.parent is not None and card.parent.tag == "a" and leads_away(card.parent)
        )
    return above, in_link


def leads_away(link: Element) -> bool:
    """Whether a link goes to another page: anchors of a live blog and files do not."""
    href = attribute(link, "href")
    return bool(href) and not href.startswith(("#", "javascript:")) and not is_to_file(link)


def is_to_file(link: Element) -> bool:
    """Whether a link opens a document: lists of these are what portals publish, no headlines."""
    return FILE.search(attribute(link, "href")) is not None


def _close(found: list[Paragraph], block: Element | None, pieces: list[str], linked: int) -> None:
    if block is not None and (text := " ".join("".join(pieces).split())):
        found.append(Paragraph(block, text, min(linked, len(text))))


def spans_of(found: Sequence[Paragraph], root: Element | None) -> dict[int, tuple[int, int]]:
    """The first and the last paragraph that stand in each element below `root`."""
    spans: dict[int, tuple[int, int]] = {}
    for number, paragraph in enumerate(found):
        above: Element | None = paragraph.element
        for _ in range(_LEVELS):
            if above is None or (root is not None and above.mem_id == root.mem_id):
                break
            spans[above.mem_id] = (spans.get(above.mem_id, (number, 0))[0], number)
            above = above.parent
    return spans


def together(found: Sequence[Paragraph]) -> int:
    """The greatest number of long paragraphs that share a parent: an article has several, a list of cards has none."""
    parents = Counter(_parent(p.element) for p in found if len(p.text) >= 80 and p.linked < 0.3 * len(p.text))
    return max(parents.values(), default=0)


def _parent(element: Element) -> int:
    return element.parent.mem_id if element.parent is not None else 0


def are_cards(found: Sequence[Paragraph]) -> bool:
    """Whether every paragraph stands in a box of its own beside a headline link: a list of other articles."""
    boxes = Counter(_parent(p.element) for p in found if p.is_running)
    if boxes.total() < 2 or max(boxes.values()) > 1:
        return False
    running = (number for number, p in enumerate(found) if p.is_running)
    beside = sum(any(p.is_headline for p in found[max(0, n - _BESIDE) : n + _BESIDE + 1]) for n in running)
    return beside >= boxes.total() - 1


def prose_of(found: Sequence[Paragraph]) -> list[Paragraph]:
    """The running paragraphs of no other article and of no notice.

    None that stands behind a headline link, or behind a label such as "Giới thiệu", in a box with it.
    """
    kept = []
    labels = signs().boxes
    for number, one in enumerate(found):
        if not one.is_running or (len(one.text) < _NOTICE and signs().patterns.fullmatch(one.text)):
            continue
        boxes = _boxes(one.element)
        before = found[max(0, number - 3) : number]
        if not any((p.is_headline or folded(p.text) in labels) and boxes & _boxes(p.element) for p in before):
            kept.append(one)
    return kept


def _boxes(element: Element) -> set[int]:
    """The three elements that a block stands in, the page itself not counted."""
    found = zip(holders_of(element), range(3), strict=False)
    return {one.mem_id for one, _ in found if one.tag not in {"body", "main"}}


def holders_of(element: Element) -> Iterator[Element]:
    """The elements that a paragraph stands in, the nearest first; a <div> or cell of bare words holds itself."""
    above: Element | None = element.parent if element.tag in {"p", "li", *_HEADINGS} else element
    for _ in range(_LEVELS):
        if above is None or above.tag in {"html", "-document"}:
            return
        yield above
        above = above.parent

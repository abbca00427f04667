"""The body of a page whose markup no rule knows.

Paragraphs that stand side by side are the article; a list of cards has its teasers one to a box. trafilatura is
the check: where it finds a text that ours hardly shares, its text is taken.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import Any

from lxml import etree

from crawlers.extraction.blocks import Block, print_blocks
from crawlers.extraction.marks import remove
from crawlers.extraction.signs import folded
from crawlers.extraction.tree import Element

_DROP = ("script", "style", "noscript", "form", "nav", "footer", "aside", "button", "textarea", "select", "iframe")
_BOXES = (
    *("#comments", ".comments", ".comment", ".box-comments", ".social", ".share", ".tags", ".breadcrumb"),
    *('*[class*="relate"]', '*[class*="lien-quan"]', '*[class*="lienquan"]', '*[class*="sidebar"]', "figcaption"),
    *('*[class*="aption"]', ".chu-thich", ".chuthich", '*[class*="breadcrumb"]', '*[class*="comment"]'),
)
PARAGRAPH = 60
"""Shorter blocks are headings, names, buttons: they do not show where the article is."""


def find_blocks(root: Element, title: str | None) -> list[Block]:
    """The blocks of the article on a page of any make, in order; none where there is no running text."""
    remove(root, _DROP)
    remove(root, _BOXES)
    blocks = print_blocks(root)
    home = _home(blocks)
    ours = _below_title([b for b in blocks if home is not None and _is_within(b.element, home)], title)
    ours = [] if _are_cards(ours) else ours
    theirs = _trafilatura(root)
    if _length(theirs) > 200 and _shared(theirs, ours) < 0.3 and not _is_medley(theirs, blocks, title):
        return theirs
    return ours


def _home(blocks: Sequence[Block]) -> Element | None:
    """The element whose children are the most running text, widened while its surroundings are text too."""
    score: dict[Element, float] = {}
    for block in blocks:
        if not _is_running(block):
            continue
        share = float(len(block.text))
        for ancestor in list(block.element.iterancestors())[:3]:
            score[ancestor] = score.get(ancestor, 0) + share
            share /= 3
    if not score:
        return None
    home = max(score, key=lambda element: score[element])
    for _ in range(4):
        wider = home.getparent()
        if wider is None or wider.tag in {"body", "html"} or not _belongs(blocks, home, wider):
            break
        home = wider
    return home


def _belongs(blocks: Sequence[Block], home: Element, wider: Element) -> bool:
    """Whether what `wider` adds to `home` is mostly running text and not headlines of other articles."""
    held = sum(len(b.text) for b in blocks if _is_within(b.element, home))
    added = [b for b in blocks if _is_within(b.element, wider) and not _is_within(b.element, home)]
    running = sum(len(b.text) for b in added if _is_running(b))
    links = sum(1 for b in added if b.linked >= 20)
    return running >= 0.15 * held and running >= 0.7 * _length(added) and links < 3


def _is_running(block: Block) -> bool:
    """Whether a block is a paragraph: long, no headline or link, and not cut off as teasers are."""
    if len(block.text) < PARAGRAPH or block.heading or block.text.endswith("..."):
        return False
    return block.linked < 0.3 * len(block.text)


def _are_cards(blocks: Sequence[Block]) -> bool:
    """Whether every paragraph stands in a box of its own beside a headline link: a list of other articles."""
    boxes = [block.element.getparent() for block in blocks if _is_running(block)]
    links = sum(1 for block in blocks if block.linked >= 15)
    return len(boxes) >= 2 and links >= len(boxes) - 1 and max(Counter(boxes).values()) == 1


def _is_medley(theirs: Sequence[Block], blocks: Sequence[Block], title: str | None) -> bool:
    """Whether trafilatura took teasers for a text (no two of one box), or the whole page for one paragraph."""
    cut_off = sum(1 for block in theirs if block.text.endswith(("...", "…")))
    whole = any(title and title in block.text and len(block.text) > 2 * len(title) for block in theirs)
    wanted = {folded(block.text)[:60] for block in theirs}
    boxes = [block.element.getparent() for block in blocks if folded(block.text)[:60] in wanted]
    scattered = len(boxes) >= 3 and max(Counter(boxes).values()) == 1
    return 2 * cut_off >= len(theirs) or whole or scattered


def _is_within(element: Element, home: Element) -> bool:
    return element is home or any(ancestor is home for ancestor in element.iterancestors())


def _below_title(blocks: list[Block], title: str | None) -> list[Block]:
    """The blocks behind the headline, where the headline stands among them."""
    wanted = folded(title or "")
    for number, block in enumerate(blocks[: max(12, len(blocks) // 3)]):
        if wanted and folded(block.text) == wanted:
            return blocks[number + 1 :]
    return blocks


def _trafilatura(root: Element) -> list[Block]:
    from trafilatura import bare_extraction

    document: Any = bare_extraction(
        etree.tostring(root, method="html", encoding="unicode"),
        fast=True,
        with_metadata=False,
        include_comments=False,
        include_tables=True,
    )
    if document is None or document.body is None:
        return []
    return [Block(text, part) for part in document.body if (text := " ".join("".join(part.itertext()).split()))]


def _length(blocks: Sequence[Block]) -> int:
    return sum(len(block.text) for block in blocks)


def _shared(theirs: Sequence[Block], ours: Sequence[Block]) -> float:
    """The part of their text that ours holds too."""
    own = {folded(block.text)[:60] for block in ours}
    return sum(len(b.text) for b in theirs if folded(b.text)[:60] in own) / max(1, _length(theirs))

"""CLEAN: the markup of a pruned body into paragraphs, by trafilatura.

trafilatura judges by names and by tags: it drops what stands in <aside> or <form>, numbers of lists, text between two
paragraphs. What is left of a body after pruning is the article's, so it is handed over in the plainest form:
paragraphs, tables, line breaks.
"""

from __future__ import annotations

import logging
import re
from collections import Counter
from collections.abc import Iterator
from functools import lru_cache
from types import ModuleType
from typing import Any

from lxml import etree
from lxml.html import HtmlElement

from analysis.text import may_hold_controls, without_controls
from crawlers.extraction.running import FILE

Node = Any
"""An lxml element (lxml's stubs type too little of it to be of use)."""

_PARAGRAPH = frozenset({"p", "h1", "h2", "h3", "h4", "h5", "h6", "dt", "summary", "caption", "figcaption", "legend"})
_BOX = frozenset(
    {
        *("div", "section", "article", "main", "aside", "header", "footer", "address", "blockquote", "pre", "center"),
        *("fieldset", "details", "figure", "form", "ul", "ol", "li", "dl", "dd", "nav", "menu", "dialog", "body"),
    }
)
_TABLE = frozenset({"table", "tbody", "thead", "tfoot", "tr", "td", "th"})
_LAYOUT_CELL = 600
_MARKER = re.compile(r"^(?:[-–—•+*●▪■]|\(?\d{1,3}[.)/]|[a-zđ][.)])\s*")
_ROMAN = ("i", "ii", "iii", "iv", "v", "vi", "vii", "viii", "ix", "x", "xi", "xii", "xiii", "xiv", "xv")
_TWIN = str.maketrans("01", "\u2060\u2063")


def clean(markup: str) -> list[str]:
    """The paragraphs of a body's markup, in order, a table's row a line; lines of one paragraph by a newline."""
    frame = tree_of(f"<html><body>{markup}</body></html>")
    body = frame.find("body") if frame is not None else None
    if body is None:
        return []
    for table in list(body.iter("table")):
        if table.getparent() is not None and _is_layout(table):
            for part in table.iter(*_TABLE):
                part.tag = "div"
    _number_items(body)
    _plain_tags(body)
    _wrap_runs(body)
    _mark_twins(body)
    body.tag = "article"
    frame = body.getparent()
    frame.append(frame.makeelement("body"))
    frame[-1].append(body)
    found = extracted(frame, shortest=1)
    return [line.replace("\u2060", "").replace("\u2063", "") for part in found for line in _printed(part)]


def extracted(tree: Node, *, shortest: int | None = None) -> list[Node]:
    """What trafilatura makes of a tree: its paragraphs, lists, tables; none where it finds no text.

    `shortest`: letters that are a text; without it as many as trafilatura asks of whole pages.
    """
    document: Any = _loaded().bare_extraction(tree, options=_options(shortest))
    return list(document.body) if document is not None and document.body is not None else []


def parser() -> etree.HTMLParser:
    """A parser whose trees trafilatura takes. Depth is bounded: what is nested deeper than 256 is cut.

    Every element is of one class: lxml.html's own parser asks a function for the class of each.
    """
    made = etree.HTMLParser(encoding="utf-8", remove_comments=True, remove_pis=True, no_network=True, huge_tree=False)
    made.set_element_class_lookup(etree.ElementDefaultClassLookup(element=HtmlElement))
    return made


def tree_of(markup: str) -> Node | None:
    """The tree of a page's markup, None where there is none; without what lxml refuses to set as text again."""
    utf8 = markup.encode(errors="ignore")
    if may_hold_controls(utf8):
        utf8 = without_controls(markup).encode(errors="ignore")
    try:
        return etree.fromstring(utf8, parser())
    except (etree.XMLSyntaxError, ValueError):
        return None


@lru_cache(maxsize=1)
def _loaded() -> ModuleType:
    """trafilatura, told once not to warn of every page without a text: to be told costs a walk through all loggers."""
    import trafilatura

    logging.getLogger("trafilatura").setLevel(logging.ERROR)
    return trafilatura


@lru_cache(maxsize=2)
def _options(shortest: int | None) -> Any:
    """How trafilatura is asked: made once, for reading them from its configuration takes a tenth of a page's time."""
    from trafilatura.settings import Extractor, use_config

    config = use_config()
    for limit in ("MIN_EXTRACTED_SIZE", "MIN_OUTPUT_SIZE") if shortest is not None else ():
        config.set("DEFAULT", limit, str(shortest))
    return Extractor(config=config, output_format="python", fast=True, recall=True, tables=True, comments=False)


def _is_layout(table: Node) -> bool:
    """Whether a table arranges parts of the page and holds no values: one column, paragraphs or tables in its cells."""
    rows = [[cell for cell in row if cell.tag in {"td", "th"}] for row in table.iter("tr")]
    if max(map(len, rows), default=0) <= 1:
        return True
    return any(
        cell.find(".//table") is not None
        or len(cell.findall(".//p")) > 3
        or len("".join(cell.itertext())) > _LAYOUT_CELL
        for row in rows
        for cell in row
    )


def _number_items(body: Node) -> None:
    """Write the numbers of lists into their items: trafilatura does not keep them."""
    for items in body.iter("ol", "ul"):
        for number, item in enumerate(items.iterchildren("li"), start=1):
            if not _MARKER.match("".join(item.itertext()).strip()):
                _put_before(item, _list_mark(items, item, number))


def _put_before(item: Node, mark: str) -> None:
    """Set a mark before the first words of an item, however deep they stand."""
    for part in item.iter():
        if (part.text or "").strip():
            part.text = mark + part.text.lstrip()
            return
        if part is not item and (part.tail or "").strip():
            part.tail = mark + part.tail.lstrip()
            return


def _list_mark(parent: Node, item: Node, number: int) -> str:
    if parent.tag != "ol":
        return "- "
    try:
        shown = int(item.get("value") or int(parent.get("start") or 1) + number - 1)
    except ValueError:
        shown = number
    kind = parent.get("type") or "1"
    if kind in "aA" and 1 <= shown <= 26:
        return f"{chr(ord(kind) + shown - 1)}. "
    if kind in "iI" and 1 <= shown <= len(_ROMAN):
        return f"{_ROMAN[shown - 1] if kind == 'i' else _ROMAN[shown - 1].upper()}. "
    return f"{shown}. "


def _plain_tags(body: Node) -> None:
    """Every element a paragraph, a box, a table's part, a line break, a link or nothing special; no names."""
    boxes: set[Node] = set()
    for part in reversed(list(body.iter())):
        href = part.get("href") or ""
        tag = "span" if part.tag == "a" and (not href or FILE.search(href)) else part.tag  # an anchor is no link
        part.attrib.clear()
        if tag in {"br", "hr"}:
            part.tag = "br"
            continue
        if tag in {"td", "th"}:
            _flatten(part)
        elif tag not in _TABLE:
            if part in boxes or tag in _BOX or "-" in tag or (tag in _PARAGRAPH and _breaks_twice(part)):
                part.tag = "div"
            elif tag in _PARAGRAPH:
                part.tag = "p"
            else:
                part.tag = "a" if tag == "a" else "span"
                continue
        boxes.add(part.getparent())


def _flatten(cell: Node) -> None:
    """A cell is its words, those of two blocks or lines apart."""
    words = " ".join(" ".join(cell.itertext()).split())
    for child in list(cell):
        cell.remove(child)
    cell.text = words


def _breaks_twice(part: Node) -> bool:
    """Whether an empty line stands in a paragraph: it is two paragraphs then."""
    return any(
        (after := one.getnext()) is not None and after.tag == "br" and not (one.tail or "").strip()
        for one in part.iterchildren("br")
    )


def _wrap_runs(body: Node) -> None:
    """Words that stand in a box beside its paragraphs become paragraphs themselves; an empty line ends one."""
    for box in [body, *body.iter("div")]:
        run: list[tuple[Node | None, str | None]] = [(None, box.text)]
        parts = [(child, child.tail) for child in box]
        box.text = None
        for child, tail in parts:
            box.remove(child)
            last = run[-1][0]
            again = last is not None and last.tag == "br" and _is_blank(run[-1][1])
            if child.tag in {"a", "span"} or (child.tag == "br" and not again):
                run.append((child, tail))
            else:
                _close(box, run)
                child.tail = None
                if child.tag != "br":
                    box.append(child)
                run = [(None, tail)]
        _close(box, run)


def _is_blank(text: str | None) -> bool:
    return not (text or "").strip()


def _close(box: Node, run: list[tuple[Node | None, str | None]]) -> None:
    """Append a run of words and inline elements to its box as a paragraph, if it says anything."""
    paragraph = box.makeelement("p")
    for child, tail in run:
        if child is None:
            paragraph.text = tail
        else:
            paragraph.append(child)
            child.tail = tail
    if not _is_blank("".join(paragraph.itertext())):
        box.append(paragraph)


def _mark_twins(body: Node) -> None:
    """Make paragraphs that are printed again differ by letters of no width: trafilatura keeps only one of them."""
    seen: Counter[str] = Counter()
    for paragraph in body.iter("p"):
        words = "".join(paragraph.itertext()).strip()
        if seen[words]:
            paragraph.insert(0, paragraph.makeelement("span"))
            paragraph[0].tail, paragraph.text = paragraph.text, f"{seen[words]:b}".translate(_TWIN)
        seen[words] += 1


def _printed(part: Node) -> Iterator[str]:
    """The lines of one element of trafilatura's result."""
    if part.tag == "table":
        for row in part.iter("row"):
            cells = [" ".join("".join(cell.itertext()).split()) for cell in row]
            if any(cells):
                yield " | ".join(cells)
        return
    pieces = [part.text or ""]
    for inner in part.iterdescendants():
        pieces += ["\n" if inner.tag == "lb" else "", inner.text or "", inner.tail or ""]
    lines = (" ".join(line.split()) for line in "".join(pieces).split("\n"))
    if text := "\n".join(line for line in lines if line):
        yield text

"""The paragraphs of a body: our own printing of a subtree.

trafilatura loses the numbers of lists and joins or drops what it takes for clutter; inside a body that a
family's rule has found, everything that is left after pruning was printed by the paper.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from crawlers.extraction.tree import Element, words

_BLOCK = frozenset(
    {
        "p",
        "div",
        "section",
        "article",
        "main",
        "aside",
        "header",
        "footer",
        "address",
        "blockquote",
        "pre",
        "center",
        "fieldset",
        "details",
        "summary",
        "h1",
        "h2",
        "h3",
        "h4",
        "h5",
        "h6",
        "ul",
        "ol",
        "li",
        "dl",
        "dt",
        "dd",
        "table",
        "tbody",
        "thead",
        "tfoot",
        "tr",
        "td",
        "th",
        "caption",
        "figure",
        "hr",
    }
)
_SILENT = frozenset(
    {
        "script",
        "style",
        "noscript",
        "template",
        "iframe",
        "object",
        "embed",
        "svg",
        "math",
        "select",
        "option",
        "textarea",
        "head",
    }
)
_SPACES = re.compile(r"[ \t\r\n\f\v\u00a0]+")
_UNEVEN = ("\n", "  ", "\u00a0", "\t", "\r", "\f", "\v")
_APART = re.compile(r"\n[ \n]*\n")
_HEADINGS = frozenset({"h1", "h2", "h3", "h4", "h5", "h6"})
_MARKER = re.compile(r"^(?:[-–—•+*●▪■]|\(?\d{1,3}[.)/]|[a-zđ][.)])\s*")
_ROMAN = ("i", "ii", "iii", "iv", "v", "vi", "vii", "viii", "ix", "x", "xi", "xii", "xiii", "xiv", "xv")
CAPTION_LENGTH = 300
"""Captions of the seen papers stay below this many characters."""


@dataclass(frozen=True, slots=True)
class Block:
    """One printed paragraph: its words, where it stands, how it is set, how many letters are links."""

    text: str
    element: Element
    right: bool = False
    heading: bool = False
    linked: int = 0


@dataclass
class _Printer:
    """Walks a subtree once and collects blocks."""

    blocks: list[Block] = field(default_factory=list)
    _run: list[str] = field(default_factory=list)
    _linked: int = 0
    _prefix: str = ""
    _after_picture: bool = False

    def print(self, body: Element) -> None:
        """Collect all blocks below `body`."""
        self._inner(body, inside_link=False)
        self._flush(body)

    def walk(self, element: Element, inside_link: bool = False) -> None:  # noqa: FBT001, FBT002 - recursion
        tag = element.tag
        if not isinstance(tag, str) or tag in _SILENT or _is_hidden(element):
            return
        if tag == "br":
            self._run.append("\n")
        elif tag == "img":
            self._after_picture = True
        elif tag == "table":
            self._flush(element.getparent())
            self._table(element)
        elif tag in _BLOCK:
            self._flush(element.getparent())
            self._inner(element, inside_link)
            self._flush(element)
            self._prefix = "" if tag == "li" else self._prefix
        else:
            self._inner(element, inside_link or tag == "a")

    def _inner(self, element: Element, inside_link: bool) -> None:  # noqa: FBT001 - recursion
        if text := element.text:
            self._say(text, inside_link)
        number = 0
        for child in element:
            if child.tag == "li":
                number += 1
                self._prefix = _list_mark(element, child, number)
            self.walk(child, inside_link)
            if tail := child.tail:
                self._say(tail, inside_link)

    def _say(self, text: str, inside_link: bool) -> None:  # noqa: FBT001 - recursion
        plain = _even(text)
        self._run.append(plain)
        if inside_link:
            self._linked += len(plain.strip())

    def _flush(self, element: Element | None) -> None:
        if not self._run:
            return
        run, linked, self._run, self._linked = "".join(self._run), self._linked, [], 0
        if run.isspace() or element is None:
            return
        is_caption, self._after_picture = self._after_picture and self._is_caption(element, run.strip()), False
        if is_caption:
            return
        for part in _APART.split(run):
            lines = [" ".join(line.split()) for line in part.split("\n")]
            text = "\n".join(line for line in lines if line)
            if text:
                self._add(text, element, linked)

    def _add(self, text: str, element: Element, linked: int) -> None:
        if self._prefix:
            text = text if _MARKER.match(text) else self._prefix + text
            self._prefix = ""
        heading = element.tag in _HEADINGS
        self.blocks.append(Block(text, element, _is_set(element, "right"), heading, linked))

    def _is_caption(self, element: Element, text: str) -> bool:
        """A short text in the paragraph of a picture, or set as a caption right behind one."""
        if len(text) > CAPTION_LENGTH:
            return False
        own_picture = element.tag in {"p", "span", "td", "figure", "center"} and element.find(".//img") is not None
        return own_picture or _is_set(element, "center") or _is_italic(element, text)

    def _table(self, table: Element) -> None:
        """A table of data, a row a line; a table around a picture is dropped; one for layout is walked through."""
        rows = [
            [cell for cell in row if cell.tag in {"td", "th"}]
            for row in (*table.findall("tr"), *(r for part in table for r in part.findall("tr")))
        ]
        size = max((len(row) for row in rows), default=0)
        if table.find(".//img") is not None and len("".join(table.itertext()).strip()) <= CAPTION_LENGTH * 2:
            return
        if size <= 1 or any(_is_layout(cell) for row in rows for cell in row):
            for row in rows:
                for cell in row:
                    self._inner(cell, inside_link=False)
                    self._flush(cell)
            return
        for row in rows:
            cells = [words(cell) for cell in row]
            if any(cells):
                self.blocks.append(Block(" | ".join(cells), table))


def _even(text: str) -> str:
    """A text with every run of spaces and line ends made one space. Most have none: to ask costs a twentieth."""
    for sign in _UNEVEN:
        if sign in text:
            return _SPACES.sub(" ", text)
    return text


def _is_layout(cell: Element) -> bool:
    """Whether a cell holds a part of the page rather than a value: another table, paragraphs, a long text."""
    return cell.find(".//table") is not None or len(cell.findall(".//p")) > 3 or len("".join(cell.itertext())) > 600


def _is_hidden(element: Element) -> bool:
    style = element.get("style")
    return element.get("hidden") is not None or (style is not None and "display:none" in style.replace(" ", "").lower())


def _is_set(element: Element, side: str) -> bool:
    """Whether a paragraph is set to this side by its own style, attribute or class."""
    style = (element.get("style") or "").replace(" ", "").lower()
    return f"text-align:{side}" in style or (element.get("align") or "").lower() == side or element.tag == side


def _is_italic(element: Element, text: str) -> bool:
    slanted = sum(len(" ".join("".join(part.itertext()).split())) for part in element.iter("em", "i"))
    return slanted >= 0.9 * len(text)


def _list_mark(parent: Element, item: Element, number: int) -> str:
    if parent.tag != "ol":
        return "- "
    try:
        shown = int(item.get("value") or int(parent.get("start") or 1) + number - 1)
    except ValueError:
        shown = number
    kind = parent.get("type") or "1"
    if kind in "aA" and 1 <= shown <= 26:
        letter = chr(ord("a") + shown - 1)
        return f"{letter if kind == 'a' else letter.upper()}. "
    if kind in "iI" and 1 <= shown <= len(_ROMAN):
        return f"{_ROMAN[shown - 1] if kind == 'i' else _ROMAN[shown - 1].upper()}. "
    return f"{shown}. "


def print_blocks(body: Element) -> list[Block]:
    """The paragraphs of a subtree in order: list items with their numbers, table rows as lines, captions left out."""
    printer = _Printer()
    printer.print(body)
    return printer.blocks

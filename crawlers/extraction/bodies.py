"""The body of an article: the family's element pruned and printed, or what trafilatura finds on other pages."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from crawlers.extraction.blocks import Block, print_blocks
from crawlers.extraction.credits import clean_author, origin_of
from crawlers.extraction.fields import View, body_of
from crawlers.extraction.marks import remove
from crawlers.extraction.residue import tidy
from crawlers.extraction.signs import signs
from crawlers.extraction.tree import Element, cut, parse, select, words
from crawlers.extraction.unknown import find_blocks

_SCRAMBLED = re.compile(r"[A-Za-z0-9+/=]{60,}")
_SCRAMBLED_SCRIPT = re.compile(r"""["'`][A-Za-z0-9+/=]{400,}["'`]""")
_OUTPUT = r"""\b{name}\s*=\s*(?:JSON\.parse\(\s*)?(?=['"`{{\[])"""


@dataclass(frozen=True, slots=True)
class Body:
    """Clean paragraphs, and what their margins said. `hidden`: the publisher keeps the body from plain readers."""

    paragraphs: tuple[str, ...] = ()
    author: str | None = None
    origin: str | None = None
    byline_date: datetime | None = None
    hidden: bool = False
    flags: tuple[str, ...] = field(default=())


def read_body(view: View, title: str | None, lead: str | None, lead_element: Element | None) -> Body:
    """The article's own paragraphs. `lead_element` is taken out where it stands inside the body."""
    source = view.source
    if source is not None and source.body_script:
        return _tidied(view, _from_script(view.root, source.body_script), title, lead)
    body = body_of(view)
    if body is None:
        return _guessed(view, title, lead)
    if source is not None and source.body_may_be_hidden and body.get("id") == "dcontent":
        refusal = _hidden_or_unfilled(view, body)
        if refusal is not None:
            return refusal
    return _tidied(view, _pruned_blocks(view, body, lead_element), title, lead)


def _guessed(view: View, title: str | None, lead: str | None) -> Body:
    """A page without the family's body: found as on unknown pages, and said so, for the template may have changed.

    Where a body may be hidden nothing is guessed: what is left then are the teasers of other articles.
    """
    if view.source is not None and view.source.body_may_be_hidden:
        return Body(flags=("no_body",))
    found = _tidied(view, find_blocks(view.root, title), title, lead)
    return replace(found, flags=("body_guessed",)) if view.source and view.source.selectors.body else found


def _pruned_blocks(view: View, body: Element, lead_element: Element | None) -> list[Block]:
    """The blocks of the body after everything that is not the article's text was taken out."""
    if lead_element is not None and lead_element is not body and body in lead_element.iterancestors():
        cut(lead_element)
    rules = view.rules
    remove(body, (*rules.drop, *rules.caption))
    for selector in rules.author:
        for element in select(body, selector):
            if element is not body and _is_credit(words(element), view):
                cut(element)
    return print_blocks(body)


def _is_credit(line: str, view: View) -> bool:
    if len(line) > 80:
        return False
    return any(clean_author(line, view.source)) or origin_of(line, view.source) is not None or not line


def _tidied(view: View, blocks: Sequence[Block], title: str | None, lead: str | None) -> Body:
    lines = [block.text for block in blocks if not _is_link_list(block)]
    if any(len(line) > 400 and _SCRAMBLED.fullmatch(line) for line in lines):
        return Body(hidden=True)
    author, lines = _right_set_author(view, blocks, lines)
    tidied = tidy(lines, title=title, lead=lead, source=view.source)
    return Body(tidied.paragraphs, tidied.author or author, tidied.origin, tidied.byline_date)


def _is_link_list(block: Block) -> bool:
    """A short paragraph that is one link: a headline of another article, not a sentence."""
    return block.linked >= 25 and block.linked >= 0.9 * len(block.text) and len(block.text) < 250


def _right_set_author(view: View, blocks: Sequence[Block], lines: list[str]) -> tuple[str | None, list[str]]:
    """A last paragraph set to the right is the author's line ("Tin, ảnh: P.Y")."""
    if len(blocks) < 2 or not blocks[-1].right or len(blocks[-1].text) > 80 or not lines:
        return None, lines
    author, _ = clean_author(blocks[-1].text, view.source)
    return author, lines[:-1] if author and lines[-1] == blocks[-1].text else lines


def _hidden_or_unfilled(view: View, body: Element) -> Body | None:
    """A verdict where `#dcontent` holds no paragraph of the article, else None.

    The papers of this family send many bodies as base64 of scrambled HTML. It is never decoded.
    """
    if any(select(body, selector) for selector in view.rules.paragraph):
        return None
    text = words(body)
    if _SCRAMBLED.search(text):
        return Body(hidden=True)
    if _plain_paragraphs(view, body) >= 2:
        return None
    if signs().inside.search(text):
        return Body(flags=("unfilled_template",))
    scripts = ("".join(script.itertext()) for script in view.root.iter("script"))
    if any(_SCRAMBLED_SCRIPT.search(script) for script in scripts) or not text:
        return Body(hidden=True)
    return Body(flags=("no_body",))


def _plain_paragraphs(view: View, body: Element) -> int:
    """Paragraphs of older pages that lack the family's class, teasers not counted."""
    own = view.source.signatures if view.source else ()
    paragraphs = [words(p) for p in body.iter("p") if p.get("class") not in {"pHead", "pTitle"}]
    return sum(
        len(text) >= 80 and not text.endswith(("...", "…")) and not text.startswith(own or ("\0",))
        for text in paragraphs
    )


def _from_script(root: Element, name: str) -> list[Block]:
    """The body that stands as plain Editor.js JSON in a script variable (public, not scrambled)."""
    start = re.compile(_OUTPUT.format(name=re.escape(name)))
    for script in root.iter("script"):
        text = "".join(script.itertext())
        found = start.search(text)
        if found:
            return [block for item in _editor_blocks(text[found.end() :]) for block in _editor_print(item)]
    return []


def _editor_blocks(text: str) -> list[dict[str, Any]]:
    value = _json_at(text)
    if isinstance(value, str):
        value = _json_at(value)
    blocks = value.get("blocks") if isinstance(value, dict) else value
    return [block for block in blocks if isinstance(block, dict)] if isinstance(blocks, list) else []


def _json_at(text: str) -> Any:  # noqa: ANN401 - JSON holds anything
    """The JSON value, or the JavaScript string of one, that a text begins with; None where there is none."""
    text = text.lstrip()
    if text[:1] in {"'", "`"}:
        quoted = re.match(rf"{text[0]}((?:[^{text[0]}\\]|\\.)*){text[0]}", text, re.DOTALL)
        if not quoted:
            return None
        return quoted.group(1).replace("\\" + text[0], text[0]).replace("\\\\", "\\")
    try:
        return json.JSONDecoder(strict=False).raw_decode(text)[0]
    except (ValueError, RecursionError):
        return None


def _editor_print(block: dict[str, Any]) -> list[Block]:
    """An Editor.js block as paragraphs: header, paragraph, list, quote, table. Pictures have none."""
    data = block.get("data")
    if not isinstance(data, dict):
        return []
    kind = block.get("type")
    if kind in {"paragraph", "header", "quote"}:
        return _html_blocks(f"<p>{data.get('text', '')}</p>")
    if kind == "list":
        tag = "ol" if data.get("style") == "ordered" else "ul"
        items = [item.get("content", "") if isinstance(item, dict) else item for item in data.get("items") or []]
        return _html_blocks(f"<{tag}>" + "".join(f"<li>{item}</li>" for item in items) + f"</{tag}>")
    if kind == "table":
        rows = data.get("content") or []
        cells = ["<tr>" + "".join(f"<td>{cell}</td>" for cell in row) + "</tr>" for row in rows]
        return _html_blocks(f"<table>{''.join(cells)}</table>")
    if kind == "raw":
        return _html_blocks(str(data.get("html", "")))
    return []


def _html_blocks(markup: str) -> list[Block]:
    root = parse(f"<div>{markup}</div>")
    return [] if root is None else print_blocks(root)

"""Pages as a browser reads them: Lexbor's HTML5 parser, and the few questions that we ask of its tree.

The one parser for families, metadata and discovery; lxml is left to XML and to trafilatura.
"""

from __future__ import annotations

import re

from selectolax.lexbor import LexborHTMLParser, LexborNode, SelectolaxError

Element = LexborNode

UNSEEN = ("script", "style", "noscript", "template", "svg", "math")
"""What holds no visible words."""

_APART = frozenset(
    {
        *("br", "p", "div", "li", "ul", "ol", "td", "th", "tr", "table", "section", "h1", "h2", "h3", "h4", "dl", "dt"),
        *("dd", "blockquote", "figure", "figcaption", "details", "summary"),
    }
)
_HAS_APART = ", ".join(sorted(_APART))

INLINE = frozenset(
    {
        *("a", "b", "strong", "i", "em", "u", "span", "font", "sub", "sup", "small", "big", "mark", "ins", "del", "s"),
        *("q", "cite", "abbr", "time", "label", "code", "o:p", "wbr"),
    }
)
"""What stands in a line of words."""

MANY_TAGS = 4_000
"""Most pages have fewer. Above this the nesting is looked at before the parser is asked (1 ms)."""
MOST_DEPTH = 400
LONG_TAG = 20_000
"""Letters of one tag without its quoted values: more is an attack."""
LARGE = 1_000_000
"""A page of so many letters keeps only the attributes that anything asks for: each costs the parser a kilobyte."""

_TAG = re.compile(r"<(/?)([a-zA-Z][a-zA-Z0-9]*)[^<>]*>?")
_TAG_THAT_NESTS = re.compile(r"<(/?)(?!(?:p|li|t[dhr]|d[td]|option|br|img|input|hr|meta|link|wbr|source)\b)[a-zA-Z]")
_TAG_INSIDE = re.compile(r"(<[a-zA-Z][\w:-]*)(\s[^<>]*)>")
_KEPT = re.compile(
    r"\s(?:class|id|href|src|type|style|content|property|name|itemprop|datetime|rel|align|hidden|data-src|start|value)"
    r"(?:\s*=\s*(?:\"[^\"]*\"|'[^']*'|[^\s\"'>]+))?(?=[\s/]|$)"
)
_TAG_NAME = re.compile(r"<[a-zA-Z][\w:-]*")
_QUOTED = re.compile(r"\"[^\"]*\"|'[^']*'")
_FLAT = frozenset(
    {
        *("p", "li", "td", "th", "tr", "dt", "dd", "option", "br", "img", "input", "hr", "meta", "link", "wbr"),
        *("source", "area", "base", "col", "embed", "param", "track"),
    }
)
_HARMLESS = ("<script", "<style")


def parse(text: str, utf8: bytes | None = None, tags: int | None = None) -> Element | None:
    """The root element of a page, None for an empty one. Costs no more than a few times the page's length.

    `utf8`: the same text in UTF-8 where it is at hand, for that is what the parser takes; `tags`: its "<", counted.
    The parser needs quadratic time for a tag of a hundred thousand attributes and for nesting without end: what
    goes beyond `LONG_TAG` and `MOST_DEPTH` is left out.
    """
    if not text.strip():
        return None
    fit = text
    if len(text) > LARGE:
        fit = _TAG_INSIDE.sub(lambda tag: tag[1] + "".join(_KEPT.findall(tag[2])) + ">", text)
    fit = _short_tags(fit)
    if (fit.count("<") if tags is None else tags) >= MANY_TAGS:
        fit = _shallow(fit)
    return LexborHTMLParser(utf8 if utf8 is not None and fit is text else fit).root


def _short_tags(text: str) -> str:
    """The markup without the attributes of tags that have too many; most pages are looked at in a few leaps."""
    kept: list[str] = []
    done = at = 0
    while at + LONG_TAG <= len(text):
        end = text.rfind(">", at, at + LONG_TAG)
        if end < 0:
            end = text.find(">", at + LONG_TAG) % (len(text) + 1)  # none: the end of the page
            tag = _TAG_NAME.search(text, at, end)
            if tag and not tag[0].lower().startswith(_HARMLESS) and _is_long(text[tag.end() : end]):
                kept.append(text[done : tag.end()])
                done = end
        at = end + 1
    return "".join((*kept, text[done:])) if kept else text


def _is_long(attributes: str) -> bool:
    return len(_QUOTED.sub("", attributes)) >= LONG_TAG


def _shallow(text: str) -> str:
    """The markup without the tags that are nested deeper than any page is."""
    if not _is_deep(text):
        return text
    kept: list[str] = []
    at = depth = 0
    for tag in _TAG.finditer(text):
        if tag[2].lower() in _FLAT:
            continue
        if tag[1]:
            depth = max(0, depth - 1)
        elif depth < MOST_DEPTH:
            depth += 1
        else:
            kept.append(text[at : tag.start()])
            at = tag.end()
    return "".join((*kept, text[at:]))


def _is_deep(text: str) -> bool:
    depth = 0
    for closes in _TAG_THAT_NESTS.findall(text):
        depth += -(depth > 0) if closes else 1
        if depth > MOST_DEPTH:
            return True
    return False


def is_selector(selector: str) -> bool:
    """Whether the parser understands a selector."""
    try:
        LexborHTMLParser("<p>").css(selector)
    except SelectolaxError:
        return False
    return True


def attribute(element: Element, name: str) -> str:
    """The value of an attribute; "" where there is none."""
    return element.attrs.sget(name)


def words(element: Element) -> str:
    """The visible words of an element (the `content` of a meta), spaces made single.

    Words on both sides of a block or a line break stay two words; scripts must have been taken out.
    """
    if element.tag == "meta":
        return " ".join(attribute(element, "content").split())
    if not any(part.mem_id != element.mem_id for part in element.css(_HAS_APART)):
        return " ".join(element.text().split())
    pieces: list[str] = []
    last = None
    for part in element.traverse(include_text=True):
        if part.tag == "-text":
            block = _block_of(part)
            pieces += [part.text()] if block == last else [" ", part.text()]
            last = block
        elif part.tag == "br":
            pieces.append(" ")
    return " ".join("".join(pieces).split())


def _block_of(part: Element) -> int:
    """The identity of the block that a piece of text stands in."""
    above = part.parent
    while above is not None and above.tag not in _APART and above.parent is not None:
        above = above.parent
    return above.mem_id if above is not None else 0


def is_within(element: Element, holder: Element) -> bool:
    """Whether an element is `holder` or stands in it."""
    above: Element | None = element
    while above is not None:
        if above.mem_id == holder.mem_id:
            return True
        above = above.parent
    return False


def cut(element: Element) -> None:
    """Remove one element; the words around it stay apart. What stands in it can still be read."""
    if element.parent is not None:
        element.replace_with(" ")

"""Articles whose text stands only in data: Editor.js, JSON-LD, the data of Next, Nuxt, Angular, Inertia and their like.

Public and plain; a body that its publisher scrambles is no such text. Nothing is run: JSON is read as JSON, and of
JavaScript only its string literals.
"""

from __future__ import annotations

import html
import json
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

from crawlers.extraction.clean import clean
from crawlers.extraction.metadata import Script, lenient_json
from crawlers.extraction.signs import folded
from crawlers.markup import Element

_OUTPUT = r"""\b{name}\s*=\s*(?:JSON\.parse\(\s*)?(?=['"`{{\[])"""
_FLIGHT = re.compile(r"self\.__next_f\.push\(\s*(\[.*?\])\s*\)\s*;?\s*$", re.DOTALL)
_ROW = re.compile(rb"([0-9a-f]+):(?:T([0-9a-f]{1,7}),)?")
_JAVASCRIPT = frozenset({"", "text/javascript", "application/javascript", "module"})
_ASSIGNED = re.compile(r"(?:window\.|self\.|var |let |const )?[\w.$]+\s*=\s*(?:JSON\.parse\(\s*)?(?=['\"`{\[])")
_LITERAL = re.compile(r'"((?:[^"\\\n]++|\\.)*+)"')
_ANGULAR = re.compile("&([qlgsa]);")
_FUNCTION = re.compile(r"\(function\(([\w$, ]+)\)\s*\{")
_SIGNS = {"q": '"', "l": "<", "g": ">", "s": "'", "a": "&"}
"""How Angular before version 16 writes what would end its script."""
_INNER = ("root", "content", "children", "attributes", "body", "nodes")
"""Under which keys the trees of rich text (ProseMirror, Lexical, Portable Text, Gutenberg) hold what is inside."""
_SAID = ("html", "rendered", "markup", "value", "raw", "text")
_TITLES = ("title", "headline", "name", "heading")
_DATES = (
    *("datePublished", "publishedAt", "published_at", "publishDate", "publish_date", "publishedDate", "publicDate"),
    *("published", "publishTime", "publishedTime", "publicTime", "distributionDate"),
)
_DATED = re.compile(rf"""\b(?:{"|".join(_DATES)})"?\s*:\s*("[^"]{{6,40}}"|\d{{10,13}}|[A-Za-z_$]\w{{0,3}})""")
LEAST = 200
"""So many letters of prose make a string of a script an article's text."""


@dataclass(frozen=True, slots=True)
class EmbeddedBody:
    """The paragraphs of an article in a script, and what stood beside them."""

    lines: list[str]
    published: str | None = None
    title: str | None = None


def attributes_of(root: Element) -> Iterator[Script]:
    """The JSON that stands in attributes of a page's elements, as scripts: Inertia, Vue, Astro hand it over so."""
    for element in root.css("*"):
        for value in element.attributes.values():
            if value and len(value) >= LEAST and value.lstrip()[:1] in {"{", "["}:
                yield Script("astro" if element.tag == "astro-island" else "application/json", "", value)


def from_variable(scripts: Sequence[Script], name: str) -> list[str]:
    """The body that stands as plain Editor.js JSON in a script variable."""
    start = re.compile(_OUTPUT.format(name=re.escape(name)))
    for script in scripts:
        if found := start.search(script.text):
            return clean("".join(_editor_markup(block) for block in _editor_blocks(script.text[found.end() :])))
    return []


def article_in(scripts: Sequence[Script], title: str | None) -> EmbeddedBody | None:
    """The article that the scripts of a page hold as data, None where they hold none of this title."""
    objects = [one for value in _values(scripts) for one in _walk(value)]
    best = max(
        ((_mark(one, title), text, one) for one in objects if (text := _longest(one))),
        key=lambda row: (row[0], len(row[1])),
        default=None,
    )
    if best is not None and best[0] > 0:
        lines = _lines(best[1])
        if sum(map(len, lines)) >= LEAST:
            return EmbeddedBody(lines, _first(best[2], _DATES), _first(best[2], _TITLES))
    return _from_loose(objects, scripts)


def _from_loose(objects: Sequence[dict[str, Any]], scripts: Sequence[Script]) -> EmbeddedBody | None:
    """Texts without an object of their own: rows of a stream, elements of React, string literals of JavaScript."""
    texts = [text for text in _loose_texts(scripts) if _is_text(text)]
    best = max(texts, key=len, default="")
    lines = _lines(best)
    if sum(map(len, lines)) < LEAST:
        return None
    published = next((date for one in objects if (date := _first(one, _DATES))), None)
    return EmbeddedBody(lines, published or _date_beside(best, scripts))


def _date_beside(text: str, scripts: Sequence[Script]) -> str | None:
    """The date of publication that stands nearest to a text in JavaScript, as a literal or as Nuxt's argument."""
    for script in scripts:
        literals = (one for one in _LITERAL.finditer(script.text) if len(one[1]) >= LEAST)
        place = next((one.start() for one in literals if _unquoted(one[1]) == text), None)
        if place is None:
            continue
        found = sorted(_DATED.finditer(script.text), key=partial(_distance, place))
        told = _arguments(script.text) if found else {}
        dates = (str(told.get(one[1], one[1])).strip('"') for one in found[:20])
        return next((date for date in dates if date[:1].isdigit()), None)
    return None


def _distance(place: int, found: re.Match[str]) -> int:
    return abs(found.start() - place)


def _arguments(script: str) -> dict[str, Any]:
    """What the names of Nuxt's "(function(a,b){return {…}}("x",1))" stand for."""
    named = _FUNCTION.search(script)
    values = lenient_json(f"[{script[script.rfind('}(') + 2 : script.rfind('))')].replace('void 0', 'null')}]")
    return dict(zip(named[1].replace(" ", "").split(","), _list(values), strict=False)) if named else {}


def _values(scripts: Sequence[Script]) -> Iterator[Any]:
    """The JSON values that stand in the scripts of a page."""
    for script in scripts:
        if "json" in script.kind:
            value = lenient_json(_ANGULAR.sub(lambda sign: _SIGNS[sign[1]], script.text))
            yield _hydrated(value) if script.name == "__NUXT_DATA__" and isinstance(value, list) else value
        elif script.kind == "astro":
            yield _without_kinds(lenient_json(script.text))
        elif script.kind in _JAVASCRIPT and len(script.text) > LEAST and (start := _ASSIGNED.search(script.text)):
            value = _json_at(script.text[start.end() :])
            yield _json_at(value) if isinstance(value, str) else value
    rows = _flight_rows(scripts)
    for row in rows.values():
        for one in _walk(row):  # "$7" stands for row 7
            one.update(
                {key: rows[v[1:]] for key, v in one.items() if isinstance(v, str) and v[:1] == "$" and v[1:] in rows}
            )
        yield row


def _flight_rows(scripts: Sequence[Script]) -> dict[str, Any]:
    """The rows of Next's stream by their number: "7:T9f,<p>…" is a text of 9f bytes, any other a line of JSON."""
    pushed = (found for script in scripts if (found := _FLIGHT.search(script.text)))
    parts = [part for found in pushed for part in _list(lenient_json(found[1])) if isinstance(part, str)]
    stream = "".join(parts).encode(errors="ignore")
    rows: dict[str, Any] = {}
    at = 0
    while head := _ROW.match(stream, at):
        number = head[1].decode()
        if head[2]:
            end = head.end() + int(head[2], 16)
            rows[number] = stream[head.end() : end].decode(errors="ignore")
        else:
            end = stream.find(b"\n", head.end())
            end = len(stream) if end < 0 else end
            rows[number] = _json_at(stream[head.end() : end].decode(errors="ignore").lstrip("IH"))
        at = end + (stream[end : end + 1] == b"\n")
    return rows


def _loose_texts(scripts: Sequence[Script]) -> Iterator[str]:
    for row in _flight_rows(scripts).values():
        yield row if isinstance(row, str) else _react_markup(row)
    for script in scripts:
        if script.kind in _JAVASCRIPT and not _FLIGHT.search(script.text):
            yield from (_unquoted(one) for one in _LITERAL.findall(script.text) if len(one) >= LEAST)


def _unquoted(literal: str) -> str:
    try:
        return str(json.loads(f'"{literal}"', strict=False))
    except ValueError:
        return ""


def _react_markup(value: Any, depth: int = 0) -> str:
    """The markup of React elements (["$", tag, key, {"children": …}]) in a stream."""
    if depth > 60:
        return ""
    if isinstance(value, str):
        return "" if value.startswith("$") else html.escape(value, quote=False)
    if not isinstance(value, list):
        return ""
    if len(value) == 4 and value[0] == "$" and isinstance(value[3], dict):
        inner = value[3].get("dangerouslySetInnerHTML")
        if isinstance(inner, dict) and isinstance(inner.get("__html"), str):
            return str(inner["__html"])
        tag = value[1] if isinstance(value[1], str) and value[1].isalnum() else "div"
        return f"<{tag}>{_react_markup(value[3].get('children'), depth + 1)}</{tag}>"
    return "".join(_react_markup(one, depth + 1) for one in value)


def _without_kinds(value: Any, depth: int = 0) -> Any:
    """Astro's properties: every value stands behind the number of its kind ([0, value], [1, [items]])."""
    if depth > 60:
        return None
    if isinstance(value, list) and len(value) == 2 and value[0] in {0, 1}:
        return _without_kinds(value[1], depth + 1)
    if isinstance(value, list):
        return [_without_kinds(one, depth + 1) for one in value]
    if isinstance(value, dict):
        return {key: _without_kinds(one, depth + 1) for key, one in value.items()}
    return value


def _hydrated(values: list[Any]) -> list[Any]:
    """Nuxt's flat list: an object's values are the numbers of other entries."""
    return [
        {key: values[n] if isinstance(n, int) and 0 <= n < len(values) else n for key, n in one.items()}
        if isinstance(one, dict)
        else one
        for one in values
    ]


def _walk(value: Any) -> Iterator[dict[str, Any]]:
    """All objects in a value, whatever their depth, also in strings that hold JSON."""
    waiting = [value]
    while waiting:
        one = waiting.pop()
        if isinstance(one, dict):
            yield one
            waiting += one.values()
        elif isinstance(one, list):
            waiting += one
        elif isinstance(one, str) and len(one) >= LEAST and one[:1] in {"{", "["}:
            waiting.append(_json_at(one))


def _longest(item: dict[str, Any]) -> str:
    """The longest text of an object, its Editor.js or list of blocks as markup."""
    texts = [text for value in item.values() if (text := _markup_of(value)) and _is_text(text)]
    return max(texts, key=len, default="")


def _markup_of(value: Any) -> str:
    if isinstance(value, str):
        return value
    if isinstance(value, dict) and isinstance(value.get("blocks"), list):
        return "".join(_editor_markup(block) for block in value["blocks"] if isinstance(block, dict))
    if isinstance(value, list) and value and all(isinstance(one, str) for one in value):
        return "\n".join(value)
    if isinstance(value, list) and value and all(isinstance(one, dict) for one in value):
        parts = [
            next((one[k] for k in ("content", "text", "html", "value") if isinstance(one.get(k), str)), "")
            for one in value
        ]
        return "\n".join(parts) if any(parts) else "\n".join(map(_inline, value))
    if isinstance(value, dict) and not isinstance(value.get("title"), str):  # a tree of rich text
        inside = next((value[key] for key in _INNER if isinstance(value.get(key), dict | list)), None)
        said = next((value[key] for key in _SAID if isinstance(value.get(key), str)), "")
        return _markup_of(inside) if inside is not None else said
    return ""


def _inline(node: Any, depth: int = 0) -> str:
    """The words of a node of rich text and of what stands inside it."""
    if depth > 20 or not isinstance(node, dict | list):
        return ""
    if isinstance(node, list):
        return "".join(_inline(one, depth + 1) for one in node)
    own = next((node[key] for key in ("text", "content") if isinstance(node.get(key), str)), "")
    return own + "".join(_inline(node[key], depth + 1) for key in _INNER if isinstance(node.get(key), dict | list))


def _is_text(text: str) -> bool:
    """Whether a string is prose or its markup: long, of words, no address and no code."""
    return len(text) >= LEAST and text.count(" ") > len(text) / 40 and not text.startswith(("http", "{", "function"))


def _mark(item: dict[str, Any], title: str | None) -> int:
    """How surely an object is the page's article: it bears the title, it says its kind, or it has a body."""
    own = folded(html.unescape(_first(item, _TITLES) or ""))
    wanted = folded(title or "")
    if own and wanted:
        return 3 if own == wanted or (min(len(own), len(wanted)) > 20 and (own in wanted or wanted in own)) else 0
    return 2 if "articleBody" in item else 1


def _first(item: dict[str, Any], keys: Sequence[str]) -> str | None:
    return next((str(item[key]) for key in keys if isinstance(item.get(key), str | int) and item[key]), None)


def _lines(text: str) -> list[str]:
    """The paragraphs of a text that may be markup, encoded markup, or plain."""
    if "<" not in text and "&lt;" in text:
        text = html.unescape(text)
    if re.search(r"<(?:p|div|br|h\d|ul|ol|table|section|span|b|strong)\b", text):
        return clean(text)
    return clean("".join(f"<p>{html.escape(html.unescape(line), quote=False)}</p>" for line in text.splitlines()))


def _editor_blocks(text: str) -> list[dict[str, Any]]:
    value = _json_at(text)
    if isinstance(value, str):
        value = _json_at(value)
    blocks = value.get("blocks") if isinstance(value, dict) else value
    return [block for block in _list(blocks) if isinstance(block, dict)]


def _list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []


def _json_at(text: str) -> Any:
    """The JSON value, or the JavaScript string of one, that a text begins with; None where there is none."""
    text = text.lstrip()
    if text[:1] in {"'", "`"}:
        quoted = re.match(rf"{text[0]}((?:[^{text[0]}\\]++|\\.)*+){text[0]}", text, re.DOTALL)
        if not quoted:
            return None
        return quoted.group(1).replace("\\" + text[0], text[0]).replace("\\\\", "\\")
    try:
        return json.JSONDecoder(strict=False).raw_decode(text)[0]
    except (ValueError, RecursionError):
        return None


def _editor_markup(block: dict[str, Any]) -> str:
    """An Editor.js block as markup: header, paragraph, list, quote, table. Pictures have none."""
    data = block.get("data")
    if not isinstance(data, dict):
        return ""
    kind = block.get("type")
    if kind in {"paragraph", "header", "quote"}:
        return f"<p>{data.get('text', '')}</p>"
    if kind == "list":
        tag = "ol" if data.get("style") == "ordered" else "ul"
        items = [item.get("content", "") if isinstance(item, dict) else item for item in data.get("items") or []]
        return f"<{tag}>" + "".join(f"<li>{item}</li>" for item in items) + f"</{tag}>"
    if kind == "table":
        rows = ["<tr>" + "".join(f"<td>{cell}</td>" for cell in row) + "</tr>" for row in data.get("content") or []]
        return f"<table>{''.join(rows)}</table>"
    return str(data.get("html", "")) if kind == "raw" else ""

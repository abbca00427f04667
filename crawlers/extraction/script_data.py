"""What the scripts of a page hold as data: JSON, and what Next, Nuxt, Angular, Astro, React make of it.

Nothing is run: JSON is read as JSON, and of JavaScript only its string literals.
"""

from __future__ import annotations

import html
import json
import re
from collections.abc import Iterator, Sequence
from typing import Any

from crawlers.extraction.metadata import Script, lenient_json
from crawlers.markup import Element

LEAST = 200
"""So many letters of prose make a string of a script an article's text."""
LITERAL = re.compile(r'"((?:[^"\\\n]++|\\.)*+)"')
_FLIGHT = re.compile(r"self\.__next_f\.push\(\s*(\[.*?\])\s*\)\s*;?\s*$", re.DOTALL)
_ROW = re.compile(rb"([0-9a-f]+):(?:T([0-9a-f]{1,7}),)?")
_JAVASCRIPT = frozenset({"", "text/javascript", "application/javascript", "module"})
_ASSIGNED = re.compile(r"(?:window\.|self\.|var |let |const )?[\w.$]+\s*=\s*(?:JSON\.parse\(\s*)?(?=['\"`{\[])")
_ANGULAR = re.compile("&([qlgsa]);")
_SIGNS = {"q": '"', "l": "<", "g": ">", "s": "'", "a": "&"}
"""How Angular before version 16 writes what would end its script."""
_FUNCTION = re.compile(r"\(function\(([\w$, ]+)\)\s*\{")


def attributes_of(root: Element) -> Iterator[Script]:
    """The JSON that stands in attributes of a page's elements, as scripts: Inertia, Vue, Astro hand it over so."""
    for element in root.css("*"):
        for value in element.attributes.values():
            if value and len(value) >= LEAST and value.lstrip()[:1] in {"{", "["}:
                yield Script("astro" if element.tag == "astro-island" else "application/json", "", value)


def values_in(scripts: Sequence[Script]) -> Iterator[Any]:
    """The JSON values that stand in the scripts of a page."""
    for script in scripts:
        if "json" in script.kind:
            value = lenient_json(_ANGULAR.sub(lambda sign: _SIGNS[sign[1]], script.text))
            yield _hydrated(value) if script.name == "__NUXT_DATA__" and isinstance(value, list) else value
        elif script.kind == "astro":
            yield _without_kinds(lenient_json(script.text))
        elif script.kind in _JAVASCRIPT and len(script.text) > LEAST and (start := _ASSIGNED.search(script.text)):
            value = json_at(script.text[start.end() :])
            yield json_at(value) if isinstance(value, str) else value
    rows = _flight_rows(scripts)
    for row in rows.values():
        for one in objects_in(row):  # "$7" stands for row 7
            one.update(
                {key: rows[v[1:]] for key, v in one.items() if isinstance(v, str) and v[:1] == "$" and v[1:] in rows}
            )
        yield row


def _flight_rows(scripts: Sequence[Script]) -> dict[str, Any]:
    """The rows of Next's stream by their number: "7:T9f,<p>…" is a text of 9f bytes, any other a line of JSON."""
    pushed = (found for script in scripts if (found := _FLIGHT.search(script.text)))
    parts = [part for found in pushed for part in list_of(lenient_json(found[1])) if isinstance(part, str)]
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
            rows[number] = json_at(stream[head.end() : end].decode(errors="ignore").lstrip("IH"))
        at = end + (stream[end : end + 1] == b"\n")
    return rows


def loose_texts(scripts: Sequence[Script]) -> Iterator[str]:
    """Texts without an object of their own: rows of a stream, elements of React, string literals of JavaScript."""
    for row in _flight_rows(scripts).values():
        yield row if isinstance(row, str) else _react_markup(row)
    for script in scripts:
        if script.kind in _JAVASCRIPT and not _FLIGHT.search(script.text):
            yield from (unquoted(one) for one in LITERAL.findall(script.text) if len(one) >= LEAST)


def objects_in(value: Any) -> Iterator[dict[str, Any]]:
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
            waiting.append(json_at(one))


def arguments_of(script: str) -> dict[str, Any]:
    """What the names of Nuxt's "(function(a,b){return {…}}("x",1))" stand for."""
    named = _FUNCTION.search(script)
    values = lenient_json(f"[{script[script.rfind('}(') + 2 : script.rfind('))')].replace('void 0', 'null')}]")
    return dict(zip(named[1].replace(" ", "").split(","), list_of(values), strict=False)) if named else {}


def unquoted(literal: str) -> str:
    """What a string literal of JavaScript stands for; "" where it is none."""
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


def list_of(value: Any) -> list[Any]:
    """The value if it is a list, else an empty one."""
    return value if isinstance(value, list) else []


def json_at(text: str) -> Any:
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

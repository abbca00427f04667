"""Rich text that a page holds as data, as markup: Editor.js, ProseMirror, Lexical, Portable Text, Gutenberg."""

from __future__ import annotations

from typing import Any

_INNER = ("root", "content", "children", "attributes", "body", "nodes")
"""Under which keys the trees of rich text hold what is inside."""
_SAID = ("html", "rendered", "markup", "value", "raw", "text")


def markup_of(value: Any) -> str:
    """The markup of a value, "" where it holds no text."""
    if isinstance(value, str):
        return value
    if isinstance(value, dict) and isinstance(value.get("blocks"), list):
        return "".join(editor_markup(block) for block in value["blocks"] if isinstance(block, dict))
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
        return markup_of(inside) if inside is not None else said
    return ""


def _inline(node: Any, depth: int = 0) -> str:
    """The words of a node of rich text and of what stands inside it."""
    if depth > 20 or not isinstance(node, dict | list):
        return ""
    if isinstance(node, list):
        return "".join(_inline(one, depth + 1) for one in node)
    own = next((node[key] for key in ("text", "content") if isinstance(node.get(key), str)), "")
    return own + "".join(_inline(node[key], depth + 1) for key in _INNER if isinstance(node.get(key), dict | list))


def editor_markup(block: dict[str, Any]) -> str:
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

"""Labelled texts of real papers, kept outside the repository: what `danvan eval` measures where they are present.

A folder holds `items*.jsonl` (`{"id", "text"}`, the first line of the text being its title, or `"title"`, `"lead"`,
`"body"`) and `labels*.jsonl` (`{"id", "grade", "topics", "sure"?, "note"?}`; with the text's `"sha1"` also
`"documents"`, `"new"`, `"province"`). The texts stay where they are.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from analysis.evaluation import Example
from analysis.evaluation_documents import Documents
from analysis.text import normalise
from analysis.values import Grade
from crawlers.extraction import extract_text

SPLIT = "real"


def load_real_examples(folder: Path) -> list[Example]:
    """The texts of the folder that have a sure label, cut into title, lead and body as `danvan read --text` does."""
    labels = {row["id"]: row for row in _rows(folder, "labels*.jsonl") if row.get("sure", True)}
    items = {row["id"]: row for row in _rows(folder, "items*.jsonl") if row["id"] in labels}
    return [_example(items[name], labels[name]) for name in sorted(items)]


def _example(item: dict[str, Any], label: dict[str, Any]) -> Example:
    title, lead, text = _parts(item)
    grade = Grade(label["grade"])
    topics = frozenset(label["topics"]) if grade is not Grade.NONE else frozenset[str]()
    return Example(
        item["id"], title, lead, text, grade, topics, label.get("note") or "", SPLIT, _documents(item, label)
    )


def _documents(item: dict[str, Any], label: dict[str, Any]) -> Documents | None:
    """The documents of a label, where the text is the very one that was labelled (its checksum): no excerpt."""
    if hashlib.sha1(str(item.get("text")).encode(), usedforsecurity=False).hexdigest() != label.get("sha1"):
        return None
    listed = tuple((one["kind"], one.get("number"), one.get("role")) for one in label["documents"])
    return Documents(listed, label.get("new"), label.get("province"))


def _parts(item: dict[str, Any]) -> tuple[str, str, str]:
    if "text" not in item:
        return item.get("title") or "", item.get("lead") or "", item.get("body") or ""
    found = extract_text(item["text"], source=None, url=item.get("url") or "")
    return normalise(found.title or ""), normalise(found.lead or ""), normalise(found.text)


def _rows(folder: Path, names: str) -> Iterator[dict[str, Any]]:
    for path in sorted(folder.glob(names)):
        for line in path.read_text("utf-8").splitlines():
            if line.strip():
                yield json.loads(line)

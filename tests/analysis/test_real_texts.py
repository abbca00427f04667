"""The figures on texts of real papers, which lie outside the repository (DANVAN_REAL_TEXTS); skipped where they do not."""

from __future__ import annotations

import json
import os
from hashlib import sha1
from pathlib import Path

import pytest

from analysis.evaluation import below_floors, evaluate
from analysis.evaluation_documents import Documents
from analysis.scores import Score
from danvan.real_texts import SPLIT, load_real_examples

WHOLE = "Hội thi dân vận khéo\nMười đội dự thi. Hôm nay, Tỉnh ủy vừa ban hành Kế hoạch số 7-KH/TU về hội thi."
GOLDEN = Path(__file__).parents[1] / "golden"


def test_no_figure_on_real_texts_lies_below_its_floor() -> None:
    folder = os.environ.get("DANVAN_REAL_TEXTS")
    if not folder or not (examples := load_real_examples(Path(folder))):
        pytest.skip("real texts with labels are not here: DANVAN_REAL_TEXTS names their folder")
    assert below_floors({SPLIT: evaluate(examples)}, None, GOLDEN) == []


def test_only_sure_labels_with_a_text_count(tmp_path: Path) -> None:
    labels = [
        {
            "id": "a",
            "grade": "core",
            "topics": ["dan_van_kheo"],
            "sure": True,
            "sha1": sha1(WHOLE.encode(), usedforsecurity=False).hexdigest(),
            "documents": [{"kind": "KH", "number": "7", "role": "issues"}],
            "new": True,
        },
        {"id": "b", "grade": "none", "topics": ["van_ban"]},
        {"id": "c", "grade": "core", "topics": [], "sure": False},
        {"id": "d", "grade": "none", "topics": []},
    ]
    items = [
        {"id": "a", "text": WHOLE},
        {"id": "b", "title": "Giá lúa", "lead": "", "body": "Lúa xuống giá."},
        {"id": "c", "text": "Một tin."},
    ]
    for name, rows in (("labels-x.jsonl", labels), ("items-x.jsonl", items)):
        (tmp_path / name).write_text("\n".join(json.dumps(row, ensure_ascii=False) for row in rows) + "\n", "utf-8")
    first, second = load_real_examples(tmp_path)
    assert (first.id, first.title, set(first.topics)) == ("a", "Hội thi dân vận khéo", {"dan_van_kheo"})
    assert first.documents == Documents((("KH", "7", "issues"),), new=True)
    assert second.documents is None
    assert evaluate([first]).documents == (Score("documents", 1, 0, 0), Score("roles", 1, 0, 0), Score("new", 1, 0, 0))
    assert (second.id, second.text, set(second.topics)) == ("b", "Lúa xuống giá.", set[str]())

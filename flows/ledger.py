"""What a run came to, in tables and sentences: the same for Prefect's artifacts and for the command."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from foundation.words import SOURCE_STATES, URL_STATES, decimal


def ledger_table(outcomes: Iterable[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """One row a source, Vietnamese headings; every state that occurs is a column: for Prefect's artifact."""
    rows = list(outcomes)
    present = [state for state in URL_STATES if any(row["states"].get(state) for row in rows)]
    return [
        {
            "Nguồn": row["id"],
            "Tình trạng": SOURCE_STATES.get(row["status"], row["status"]),
            "Tìm thấy": row["discovered"],
            **{URL_STATES[state].capitalize(): row["states"].get(state, 0) for state in present},
            "Giây": decimal(row["seconds"]),
            "Ghi chú": row["message"],
        }
        for row in rows
    ]


def ledger_lines(outcomes: Iterable[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """One row a source for a terminal of eighty columns: the states in words."""
    return [
        {
            "Nguồn": row["id"],
            "Tình trạng": SOURCE_STATES.get(row["status"], row["status"]),
            "Tìm thấy": row["discovered"],
            "Trong đó": states_in_words(row["states"]),
            "Giây": decimal(row["seconds"]),
        }
        for row in outcomes
    ]


def states_in_words(states: Mapping[str, int]) -> str:
    """The counts of a ledger as words: "12 bài mới, 2 bị che"; a dash where nothing was found."""
    return ", ".join(f"{states[state]} {label}" for state, label in URL_STATES.items() if states.get(state)) or "–"


def ledger_markdown(form: Mapping[str, Any]) -> str:
    """The summary of a run, from `RunResult.form()`."""
    faults = [f"- **{s['id']}**: {s['message']}" for s in form["sources"] if SOURCE_STATES.get(s["status"]) != "tốt"]
    lines = [
        f"# Lượt {form['run']}",
        (
            f"{form['articles_new']} bài mới, {form['documents_new']} văn bản mới, "
            f"{form['alerts_queued']} tin báo xếp hàng, {form['alerts_sent']} đã gửi."
        ),
        *(["", "## Cần xem", *faults, *(f"- {fault}" for fault in form["faults"])] if faults or form["faults"] else []),
    ]
    return "\n".join(lines)


_CHANGED = {
    "text": "lời văn",
    "grade": "mức",
    "topics": "chủ đề",
    "citations": "chỗ nêu văn bản",
    "documents": "văn bản",
}
"""What may have changed of an article that was read again."""


def reading_sentence(form: Mapping[str, Any]) -> str:
    """What a second reading came to, from `ReprocessReport.form()`."""
    told = ", ".join(f"{_CHANGED[name]} {count}" for name, count in form["changes"].items())
    return (
        f"Đã đọc lại {form['read']} trang; {form['articles_new']} bài mới nhận ra; {form['failed']} trang lỗi."
        f" {form['changed']} bài nay khác trước{f' ({told})' if told else ''}."
    )


def reading_markdown(form: Mapping[str, Any]) -> str:
    """The same with its examples and failures."""
    changed = [
        f"- bài {one['article']}, {one['title']}: "
        + (", ".join(words for key, words in _CHANGED.items() if key in one) or _CHANGED["text"])
        for one in form["examples"]
    ]
    failed = [f"- {url}: {reason}" for url, reason in form["failures"]]
    lines = [
        "# Đọc lại kho",
        reading_sentence(form),
        *(["", "## Bài nay khác trước, ví dụ", *changed] if changed else []),
        *(["", "## Không đọc được", *failed] if failed else []),
    ]
    return "\n".join(lines)

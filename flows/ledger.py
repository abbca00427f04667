"""The ledger of a run as a table: the same rows for Prefect's artifact and for the command."""

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

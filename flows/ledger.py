"""The ledger of a run as a table: the same rows for Prefect's artifact and for the command."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

STATE_LABELS: Mapping[str, str] = {
    "new": "bài mới",
    "changed": "đã sửa",
    "unchanged": "không đổi",
    "known": "đã có",
    "duplicate": "trùng",
    "not_article": "không phải bài",
    "protected": "bị che",
    "blocked": "bị chặn",
    "disallowed": "robots cấm",
    "gone": "đã gỡ",
    "refused": "từ chối",
    "failed": "lỗi",
    "delayed": "để sau",
}

STATUS_LABELS: Mapping[str, str] = {
    "ok": "tốt",
    "quiet": "không có tin mới",
    "broken": "hỏng",
    "blocked": "bị chặn",
    "unreachable": "không kết nối được",
    "dns": "không tìm thấy tên miền",
    "disallowed": "robots.txt cấm",
    "moved": "đã chuyển địa chỉ",
    "too_large": "trang quá lớn",
    "timed_out": "quá giờ",
    "waiting": "báo yêu cầu chờ",
    "crashed": "dừng giữa chừng",
    "off": "tắt",
}


def ledger_table(outcomes: Iterable[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """One row a source, Vietnamese headings; every state that occurs is a column: for Prefect's artifact."""
    rows = list(outcomes)
    present = [state for state in STATE_LABELS if any(row["states"].get(state) for row in rows)]
    return [
        {
            "Nguồn": row["id"],
            "Tình trạng": STATUS_LABELS.get(row["status"], row["status"]),
            "Tìm thấy": row["discovered"],
            **{STATE_LABELS[state].capitalize(): row["states"].get(state, 0) for state in present},
            "Giây": round(row["seconds"], 1),
            "Ghi chú": row["message"],
        }
        for row in rows
    ]


def ledger_lines(outcomes: Iterable[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """One row a source for a terminal of eighty columns: the states in words."""
    return [
        {
            "Nguồn": row["id"],
            "Tình trạng": STATUS_LABELS.get(row["status"], row["status"]),
            "Tìm thấy": row["discovered"],
            "Trong đó": states_in_words(row["states"]),
            "Giây": round(row["seconds"], 1),
        }
        for row in outcomes
    ]


def states_in_words(states: Mapping[str, int]) -> str:
    """The counts of a ledger as words: "12 bài mới, 2 bị che"; a dash where nothing was found."""
    return ", ".join(f"{states[state]} {label}" for state, label in STATE_LABELS.items() if states.get(state)) or "–"


def ledger_markdown(form: Mapping[str, Any]) -> str:
    """The summary of a run, from `RunResult.form()`."""
    faults = [f"- **{s['id']}**: {s['message']}" for s in form["sources"] if STATUS_LABELS.get(s["status"]) != "tốt"]
    lines = [
        f"# Lượt {form['run']}",
        (
            f"{form['articles_new']} bài mới, {form['documents_new']} văn bản mới, "
            f"{form['alerts_queued']} tin báo xếp hàng, {form['alerts_sent']} đã gửi."
        ),
        *(["", "## Cần xem", *faults, *(f"- {fault}" for fault in form["faults"])] if faults or form["faults"] else []),
    ]
    return "\n".join(lines)

"""Shows a reading in the terminal: the text with the marked places, and why."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date, datetime
from typing import Any

from rich.panel import Panel
from rich.text import Text

from analysis.relevance import topics
from danvan.cli.output import ROLE_STYLES, console, in_hanoi, marked, print_table
from foundation.words import GRADES, PAGE_STATES, ROLES, decimal

REASON_STYLE = "underline green"


def explain_reading(form: Mapping[str, Any]) -> None:
    """Print what was made of one page: head, text with marks, grade with reasons, topics, documents."""
    console.print(_head(form))
    for field, heading in (("title", "Tiêu đề"), ("lead", "Sapo"), ("text", "Nội dung")):
        if form.get(field):
            console.print(Panel(marked(form[field], _marks(form, field)), title=heading, title_align="left"))
    _explain_grade(form)
    _explain_table(form["citations"])
    if form.get("new"):
        console.print("Văn bản mới: " + ", ".join(form["new"]), style="bold green")


def explain_citations(text: str, forms: Iterable[Mapping[str, Any]]) -> None:
    """Print a text with its citations marked, and the table of them."""
    found = list(forms)
    console.print(Panel(marked(text, _citation_marks(found)), title="Văn bản", title_align="left"))
    _explain_table(found)


def _head(form: Mapping[str, Any]) -> Text:
    status = PAGE_STATES.get(form["status"], form["status"])
    lines = [
        f"Trang: {status}",
        f"Nguồn: {form['source'] or 'chưa biết'}   Chuyên mục: {form['section'] or '–'}",
        f"Tác giả: {form['author'] or '–'}",
        f"Ngày đăng: {_published(form)}",
        f"Tỉnh: {form['province_name'] or 'chưa rõ'}   Dẫn theo: {form['origin'] or '–'}",
    ]
    return Text("\n".join(lines))


def _published(form: Mapping[str, Any]) -> str:
    if not form["published_at"]:
        why = (form["date_from"] or "").removeprefix("none: ")
        return f"chưa rõ ({why})" if why else "chưa rõ"
    return f"{in_hanoi(datetime.fromisoformat(form['published_at']))} (theo {form['date_from']})"


def _marks(form: Mapping[str, Any], field: str) -> list[tuple[int, int, str]]:
    reasons = [
        (reason["start"], reason["end"], REASON_STYLE)
        for reason in form["relevance"]["reasons"]
        if reason["field"] == field
    ]
    return reasons + _citation_marks(c for c in form["citations"] if c["field"] == field)


def _citation_marks(citations: Iterable[Mapping[str, Any]]) -> list[tuple[int, int, str]]:
    return [(c["start"], c["end"], ROLE_STYLES[c["role"]]) for c in citations]


def _explain_grade(form: Mapping[str, Any]) -> None:
    relevance = form["relevance"]
    labels = {topic.key: topic.label for topic in topics()}
    names = ", ".join(f"{labels.get(t['key'], t['key'])} ({decimal(t['score'])})" for t in form["topics"]) or "không có"
    console.print(f"Mức: {GRADES[relevance['grade']]} ({decimal(relevance['score'])})   Chủ đề: {names}", style="bold")
    weights: dict[str, float] = {}
    for reason in relevance["reasons"]:
        weights[reason["phrase"]] = weights.get(reason["phrase"], 0.0) + reason["weight"]
    because = ", ".join(
        f"“{phrase}” {'+' * (weight > 0)}{decimal(weight)}"
        for phrase, weight in sorted(weights.items(), key=lambda i: -i[1])
    )
    if because:
        console.print(f"Vì: {because}")


def _explain_table(citations: list[Mapping[str, Any]] | list[dict[str, Any]]) -> None:
    rows = [
        {
            "Số": c["document"],
            "Ký hiệu": c["symbol"]
            or ("(số in sai, không đọc được)" if c["flags"] else f"{c['number'] or ''} (rút gọn)"),
            "Ngày": f"{date.fromisoformat(c['date']):%d/%m/%Y}" if c["date"] else "–",
            "Vai trò": ROLES[c["role"]],
            "Văn bản": _said(c),
        }
        for c in citations
    ]
    print_table("Văn bản được nhắc", rows, empty="Không thấy văn bản nào được nhắc.")


def _said(c: Mapping[str, Any]) -> str:
    """What a document is, in a line: kind, issuer, place, term, title, as far as the text tells."""
    by = f" của {c['issuer']}" if c["issuer"] else ""
    place = f" {c['place']}" if c["place"] and c["place"] not in by else ""
    term = f" khóa {c['term']}" if c["term"] else ""
    return f"{c['kind'] or 'văn bản'}{by}{place}{term}" + (f": {c['title']}" if c["title"] else "")

"""What the command prints: JSON for programs, tables and marked text for people."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.table import Table
from rich.text import Text

from foundation.settings import HANOI

SHORT = 10
"""A cell of this length (a date, a count) is never broken over two lines."""

console = Console(highlight=False)

JsonOption = Annotated[bool, typer.Option("--json", help="In JSON cho chương trình khác đọc.")]

ROLE_STYLES = {
    "issues": "bold white on dark_green",
    "implements": "black on light_sky_blue1",
    "amends": "black on light_goldenrod1",
    "replaces": "black on light_goldenrod1",
    "drafts": "black on grey78",
    "cites": "black on grey85",
}


def print_json(value: Any) -> None:  # noqa: ANN401 (any JSON value)
    """One JSON value on a line of its own."""
    sys.stdout.write(json.dumps(value, ensure_ascii=False, default=str) + "\n")
    sys.stdout.flush()  # a reader behind a pipe waits for it, also when the command goes on


def print_json_lines(values: Iterable[Any]) -> None:
    """JSON Lines, each written as soon as it is made."""
    for value in values:
        print_json(value)


def print_table(title: str, rows: Sequence[Mapping[str, Any]], *, empty: str = "Không có gì.") -> None:
    """Rows with the same keys as a table; `empty` is said when there are none."""
    if not rows:
        console.print(empty)
        return
    table = Table(title=title, title_justify="left", header_style="bold", show_lines=False)
    for number, heading in enumerate(rows[0]):
        longest = max(len(str(row[heading])) for row in rows)
        table.add_column(heading, overflow="fold", no_wrap=number == 0 or longest <= SHORT)
    for row in rows:
        table.add_row(*("" if value is None else str(value) for value in row.values()))
    console.print(table)


def in_hanoi(moment: datetime | None) -> str:
    """A time as staff read it."""
    return moment.astimezone(HANOI).strftime("%d/%m/%Y %H:%M") if moment else "chưa rõ"


def marked(text: str, marks: Iterable[tuple[int, int, str]]) -> Text:
    """`text` with stretches (start, end, style) shown in place."""
    shown = Text(text)
    for start, end, style in marks:
        shown.stylize(style, start, end)
    return shown

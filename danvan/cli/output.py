"""What the command prints: JSON for programs, tables and marked text for people."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from foundation.clock import HANOI
from foundation.errors import UsageError, os_fault

if TYPE_CHECKING:
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

NOTHING = "Không có gì."
UNBROKEN = 1_000
"""So wide is a table that goes into a pipe or a file: at 80 columns names of settings were cut in two."""
SHORT = 10
"""A cell of this length (a date, a count) is never broken over two lines."""


class Screen:
    """Rich's console, made when a person is there to see colours: importing rich costs twice what Python does.

    Into a pipe or a file text goes as it is, unbroken.
    """

    @cached_property
    def rich(self) -> Console:
        """The console itself, for tables and progress: "[Ảnh]" in a title is a word like any other."""
        from rich.console import Console

        return Console(highlight=False, markup=False, emoji=False)

    @property
    def is_terminal(self) -> bool:
        """Whether a person is there."""
        return sys.stdout.isatty()

    def print(self, what: object = "", *, style: str = "", soft_wrap: bool = False) -> None:
        """Print text, never read as markup, or anything that rich can draw."""
        if isinstance(what, str) and not self.is_terminal:
            sys.stdout.write(what + "\n")
            sys.stdout.flush()
        else:
            self.rich.print(what, style=style or None, soft_wrap=soft_wrap)

    def table(self, table: Table) -> None:
        """Print a table; into a pipe or a file as wide as its words ask for."""
        usual = self.rich.width
        self.rich.width = usual if self.is_terminal else UNBROKEN
        self.rich.print(table)
        self.rich.width = usual

    def pieces(self, pieces: Iterable[tuple[str, str]], *, style: str = "") -> None:
        """Print one line of pieces, each with its own style."""
        if not self.is_terminal:
            self.print("".join(text for text, _ in pieces))
            return
        from rich.text import Text

        self.rich.print(Text.assemble(*pieces, style=style))


console = Screen()

JsonOption = Annotated[bool, typer.Option("--json", help="In JSON cho chương trình khác đọc.")]

ROLE_STYLES = {
    "issues": "bold white on dark_green",
    "implements": "black on light_sky_blue1",
    "amends": "black on light_goldenrod1",
    "replaces": "black on light_goldenrod1",
    "drafts": "black on grey78",
    "cites": "black on grey85",
}


def print_json(value: Any) -> None:
    """One JSON value on a line of its own."""
    sys.stdout.write(json.dumps(value, ensure_ascii=False, default=str) + "\n")
    sys.stdout.flush()  # a reader behind a pipe waits for it, also when the command goes on


def say(form: object, words: str, *, as_json: bool) -> None:
    """What a command did: a form for programs, or words for people."""
    if as_json:
        print_json(form)
    else:
        console.print(words)


def write_file(path: Path | None, content: bytes, *, as_json: bool = False) -> None:
    """Write a file and say where it is; without one, or for "-", write to the standard output.

    Raises UsageError for a folder that is not there or may not be written.
    """
    if path is None or str(path) == "-":
        sys.stdout.buffer.write(content)
        return
    try:
        path.write_bytes(content)
    except OSError as error:
        why = os_fault(error) if path.parent.is_dir() else f"không có thư mục {path.parent}"
        raise UsageError(f"Không ghi được tệp {path}: {why}.") from error
    say({"file": str(path)}, f"Đã ghi {path}.", as_json=as_json)


def print_json_lines(values: Iterable[Any]) -> None:
    """JSON Lines, each written as soon as it is made."""
    for value in values:
        print_json(value)


def print_table(title: str, rows: Sequence[Mapping[str, Any]], *, empty: str = NOTHING, lines: bool = False) -> None:
    """Rows with the same keys as a table, with `lines` between them; `empty` is said when there are none."""
    if not rows:
        console.print(empty)
        return
    from rich.table import Table

    table = Table(title=title, title_justify="left", header_style="bold", show_lines=lines)
    for number, heading in enumerate(rows[0]):
        longest = max(len(str(row[heading])) for row in rows)
        table.add_column(heading, overflow="fold", no_wrap=number == 0 or longest <= SHORT)
    for row in rows:
        table.add_row(*("" if value is None else str(value) for value in row.values()))
    console.table(table)


def show(form: object, title: str, rows: Sequence[Mapping[str, Any]], *, as_json: bool, empty: str = "") -> None:
    """What a command looked up: a form for programs, or a table for people."""
    if as_json:
        print_json(form)
    else:
        print_table(title, rows, empty=empty or NOTHING)


def in_hanoi(moment: datetime | None) -> str:
    """A time as staff read it."""
    return moment.astimezone(HANOI).strftime("%d/%m/%Y %H:%M") if moment else "chưa rõ"


def marked(text: str, marks: Iterable[tuple[int, int, str]]) -> Text:
    """`text` with stretches (start, end, style) shown in place."""
    from rich.text import Text

    shown = Text(text)
    for start, end, style in marks:
        shown.stylize(style, start, end)
    return shown

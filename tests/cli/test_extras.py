"""A library that only some work needs is missing: a sentence names the extra, and all other commands work."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from tests.cli.test_command import danvan

WITHOUT = "import sys; sys.modules[sys.argv.pop(1)] = None; from danvan.cli import main; main(sys.argv[1:])"


def without(library: str, words: tuple[str, ...], folder: Path) -> subprocess.CompletedProcess[str]:
    """The command on an empty archive where a library is not installed."""
    danvan("invite", cwd=folder)
    environment = {"DANVAN_DATABASE_URL": f"sqlite:///{folder / 'archive.sqlite3'}", "PATH": "/usr/bin:/bin"}
    return subprocess.run(
        [sys.executable, "-c", WITHOUT, library, *words],
        cwd=folder, env=environment, capture_output=True, text=True, timeout=120, check=False,
    )  # fmt: skip


@pytest.mark.parametrize(
    ("library", "words", "extra"),
    [
        ("openpyxl", ("search", "dân vận", "-o", "ra.xlsx"), "danvan-monitor[office]"),
        ("docx", ("clipping", "-o", "ra.docx"), "danvan-monitor[office]"),
        ("sklearn", ("eval", "--refit", "ra.yaml"), "danvan-monitor[train]"),
    ],
)
def test_what_is_missing_is_named(library: str, words: tuple[str, ...], extra: str, tmp_path: Path) -> None:
    done = without(library, words, tmp_path)
    assert done.returncode == 2, done.stdout + done.stderr
    assert extra in done.stderr
    assert "Traceback" not in done.stderr
    assert not list(tmp_path.glob("ra.*"))


def test_the_pages_open_without_the_libraries_of_an_office(tmp_path: Path) -> None:
    code = "import sys\nfor name in ('docx', 'openpyxl', 'matplotlib', 'sklearn'): sys.modules[name] = None\nimport danvan.web.app"
    done = subprocess.run([sys.executable, "-c", code], cwd=tmp_path, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize(
    "words", [("clipping", "-o", "ra.html"), ("clipping", "-o", "ra.json"), ("report", "-o", "ra.html")], ids=" ".join
)
def test_only_word_files_want_the_library_for_word(words: tuple[str, ...], tmp_path: Path) -> None:
    done = without("docx", words, tmp_path)
    assert done.returncode == 0, done.stderr
    written = (tmp_path / words[-1]).read_text("utf-8")
    assert written.startswith("{" if words[-1].endswith("json") else "<!doctype html>")


def test_a_report_is_not_written_as_json(tmp_path: Path) -> None:
    done = without("docx", ("report", "-o", "ra.json"), tmp_path)
    assert done.returncode == 2
    assert ".docx hoặc .html" in done.stderr

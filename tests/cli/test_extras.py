"""A library that only some work needs is missing: a sentence names the extra, and all other commands work."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from tests.cli.test_command import danvan

WITHOUT = "import sys; sys.modules[sys.argv.pop(1)] = None; from danvan.cli import main; main(sys.argv[1:])"


@pytest.mark.parametrize(
    ("library", "words", "extra"),
    [
        ("openpyxl", ("search", "dân vận", "-o", "ra.xlsx"), "danvan-monitor[office]"),
        ("docx", ("clipping", "-o", "ra.docx"), "danvan-monitor[office]"),
        ("sklearn", ("eval", "--refit", "ra.yaml"), "danvan-monitor[train]"),
    ],
)
def test_what_is_missing_is_named(library: str, words: tuple[str, ...], extra: str, tmp_path: Path) -> None:
    danvan("invite", cwd=tmp_path)
    environment = {"DANVAN_DATABASE_URL": f"sqlite:///{tmp_path / 'archive.sqlite3'}", "PATH": "/usr/bin:/bin"}
    done = subprocess.run(
        [sys.executable, "-c", WITHOUT, library, *words],
        cwd=tmp_path, env=environment, capture_output=True, text=True, timeout=120, check=False,
    )  # fmt: skip
    assert done.returncode == 2, done.stdout + done.stderr
    assert extra in done.stderr
    assert "Traceback" not in done.stderr
    assert not list(tmp_path.glob("ra.*"))


def test_the_pages_open_without_the_libraries_of_an_office(tmp_path: Path) -> None:
    code = "import sys\nfor name in ('docx', 'openpyxl', 'matplotlib', 'sklearn'): sys.modules[name] = None\nimport danvan.web.app"
    done = subprocess.run([sys.executable, "-c", code], cwd=tmp_path, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr

"""The user's own folder: files that amend bundled ones, switches, and what a new paper's first day means."""

from __future__ import annotations

import datetime as dt
import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
import yaml

from crawlers.catalogue import load_catalogue
from crawlers.own_files import with_keys, write_changes
from foundation.clock import HANOI

Danvan = Callable[..., tuple[int, str]]


@pytest.fixture
def danvan(tmp_path: Path) -> Danvan:
    """The command in an office's own home; answers exit code and what was printed."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("DANVAN_")}
    environment = kept | {"DANVAN_HOME": str(tmp_path), "COLUMNS": "160"}
    program = [str(Path(sys.executable).parent / "danvan")]

    def run(*words: str) -> tuple[int, str]:
        done = subprocess.run(
            program + list(words),
            cwd=tmp_path,
            env=environment,
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )
        return done.returncode, done.stdout + done.stderr

    return run


@pytest.mark.parametrize(
    ("text", "changes", "wanted"),
    [
        ("id: a\n", {"enabled": False}, "id: a\nenabled: false\n"),
        ("id: a\nenabled: false\nreason: x\n", {"enabled": True, "reason": None}, "id: a\nenabled: true\n"),
        ("id: a\nfeeds:\n- /rss\n# về tỉnh\nname: b\n", {"feeds": None}, "id: a\n# về tỉnh\nname: b\n"),
        (
            "id: a # mã\nreason: >-\n  dài\n  dòng\n\nname: b\n",
            {"reason": "ngắn"},
            "id: a # mã\n\nname: b\nreason: ngắn\n",
        ),
        ("id: a\nfeeds: [x, y]\n", {"feeds": ["/z"]}, "id: a\nfeeds:\n- /z\n"),
    ],
)
def test_keys_are_set_and_the_rest_stays(text: str, changes: dict[str, object], wanted: str) -> None:
    assert with_keys(text, changes) == wanted


def test_an_amending_file_says_only_what_differs(tmp_path: Path) -> None:
    write_changes(tmp_path, "baothanhhoa", {"feeds": ["/rss/moi.xml"]})
    bundled, own = load_catalogue().get("baothanhhoa"), load_catalogue(tmp_path).get("baothanhhoa")
    assert [feed.url for feed in own.feeds] == ["/rss/moi.xml"]
    assert (own.name, own.sections, own.selectors) == (bundled.name, bundled.sections, bundled.selectors)


def test_a_file_that_amends_nothing_is_refused_with_its_line(tmp_path: Path) -> None:
    (tmp_path / "la.yaml").write_text("amends: true\nid: la\n", encoding="utf-8")
    (problem,) = load_catalogue(tmp_path).problems
    assert problem.line == 2
    assert "“la”" in str(problem)


def test_a_paper_is_switched_off_and_on(danvan: Danvan, tmp_path: Path) -> None:
    code, words = danvan("sources", "off", "baothanhhoa", "--reason", "báo đang sửa trang")
    assert (code, "báo đang sửa trang" in words) == (0, True)
    form = json.loads(danvan("sources", "show", "baothanhhoa", "--json")[1])
    assert (form["enabled"], form["reason"]) == (False, "báo đang sửa trang")
    assert danvan("sources", "off", "baothanhhoa")[1].count("đang tắt sẵn") == 1
    assert danvan("sources", "on", "baothanhhoa")[0] == 0
    form = json.loads(danvan("sources", "show", "baothanhhoa", "--json")[1])
    assert form["enabled"] is True
    assert form["watched_since"] == f"{dt.datetime.now(HANOI).date()}"
    assert form["sections"], "the rest comes from the bundled file"
    own = yaml.safe_load((tmp_path / "sources" / "baothanhhoa.yaml").read_text(encoding="utf-8"))
    assert set(own) == {"id", "amends", "enabled", "watched_since"}


def test_an_own_file_keeps_its_lines(danvan: Danvan, tmp_path: Path) -> None:
    (tmp_path / "sources").mkdir()
    file = tmp_path / "sources" / "mau-rieng.yaml"
    file.write_text("# của phòng\nid: mau\nname: Báo Mẫu\nhome: http://127.0.0.1:8123/ # thử\n", encoding="utf-8")
    danvan("sources", "off", "mau")
    assert file.read_text(encoding="utf-8").startswith(
        "# của phòng\nid: mau\nname: Báo Mẫu\nhome: http://127.0.0.1:8123/ # thử\n"
    )
    assert sorted(path.name for path in file.parent.iterdir()) == ["mau-rieng.yaml"]


def test_an_unknown_paper_is_not_switched(danvan: Danvan) -> None:
    code, words = danvan("sources", "on", "baothanhoa")
    assert code == 2
    assert "baothanhhoa" in words

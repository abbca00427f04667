"""Every command takes --json, and stdout then holds nothing but JSON."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.cli.test_command import COMMANDS, danvan

GROUPS = {"sources": "list", "subscribers": "list", "rules": "list"}


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_takes_json(command: str, tmp_path: Path) -> None:
    words = [command, GROUPS[command]] if command in GROUPS else [command]
    assert "--json" in danvan(*words, "--help", cwd=tmp_path).stdout


@pytest.mark.slow
@pytest.mark.xdist_group("road")
def test_the_demo_as_json_is_one_value_though_alerts_are_printed(tmp_path: Path) -> None:
    done = danvan("demo", "--no-serve", "--json", cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    first, second = json.loads(done.stdout)["runs"]
    assert first["alerts_sent"] > 0
    assert second["alerts_sent"] == second["articles_new"] == 0
    assert "Mã tin" in done.stderr

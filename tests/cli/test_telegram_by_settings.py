"""Token, base address and the operator's chat set: `danvan run` alone brings the alerts to Telegram."""

from __future__ import annotations

import json
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from danvan.demo.server import ReplicaSites
from foundation.clock import HANOI
from tests.botapi.server import running
from tests.botapi.state import TOKEN, BotApi
from tests.cli.test_command import danvan

PAPER = "demo-quangninh"
YESTERDAY = (datetime.now(HANOI) - timedelta(days=1)).date()


@pytest.mark.slow
@pytest.mark.xdist_group("road")
@pytest.mark.parametrize("ending", ["", "/bot"])
def test_run_alerts_the_operators_chat_once(ending: str, tmp_path: Path) -> None:
    api = BotApi(limits=False)
    with ReplicaSites(YESTERDAY, only=[PAPER]) as sites, running(api) as address:
        sites.write_sources(tmp_path / "sources")
        settings = {
            "SOURCES_DIR": str(tmp_path / "sources"),
            "ALLOW_HOSTS": "127.0.0.1",
            "CRAWL_DELAY": "0",
            "TELEGRAM_TOKEN": TOKEN,
            "TELEGRAM_BASE_URL": address + ending,
            "ADMIN_CHAT": "777001",
        }
        words = ("run", "--source", PAPER, "--json")
        first = danvan(*words, cwd=tmp_path, **settings)
        assert first.returncode == 0, first.stderr
        form = json.loads(first.stdout)
        told = [message for message in api.messages if message.chat == 777001]
        assert form["alerts_sent"] == form["alerts_queued"] > 0
        assert told
        assert TOKEN not in first.stdout + first.stderr
        assert "777001" not in first.stdout + first.stderr

        second = json.loads(danvan(*words, cwd=tmp_path, **settings).stdout)
        assert second["alerts_sent"] == 0
        assert len([message for message in api.messages if message.chat == 777001]) == len(told)

"""A kind, an issuer or a topic is added by one line of one data file: from there to an alert on a phone."""

from __future__ import annotations

import shutil
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from sqlalchemy import Engine

from analysis import data_files, relevance_rules
from foundation.settings import Settings
from notifications.outbox import announce
from notifications.rules import DIRECTIVE
from tests.botapi.state import BotApi
from tests.models.papers import NOW, Press
from tests.notifications.conftest import FastClock, Office

ISSUED = "Ngày 3/9/2026, Ban Thường vụ Tỉnh ủy Thanh Hóa đã ban hành Chỉ thị số 31-CT/TU về công tác dân vận."


def _forget() -> None:
    """What was read of the data files is forgotten, in whatever module it is kept."""
    for name, module in list(sys.modules.items()):
        if name.partition(".")[0] in {"analysis", "models", "notifications"}:
            for value in vars(module).values():
                getattr(value, "cache_clear", lambda: None)()


@pytest.fixture
def edit(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[[str, str, str], None]]:
    """Put a line into a data file, before another."""
    folder = tmp_path / "data"
    shutil.copytree(data_files.DATA, folder)

    def put(file: str, before: str, line: str) -> None:
        written = (folder / file).read_text("utf-8")
        assert written.count(before) == 1
        (folder / file).write_text(written.replace(before, f"{line}\n{before}"), "utf-8")
        for module in (data_files, relevance_rules):
            monkeypatch.setattr(module, "DATA", folder)
        _forget()

    yield put
    monkeypatch.undo()
    _forget()


@pytest.fixture
def office(engine: Engine, settings: Settings) -> Office:
    office = Office(engine, settings)
    office.clock = FastClock(start=NOW)
    return office


def _told(office: Office, bot: BotApi, text: str) -> str:
    press = Press(office.engine)
    press.land("thanh-hoa", "1", "Tin trong ngày", text)
    press.read(announce)
    office.deliver()
    return "\n".join(message.text for message in bot.of(7))


def test_a_kind(edit: Callable[..., None], office: Office, api: BotApi) -> None:
    """A rule for whatever directs work, made before the kind was known."""
    office.chat(7, kinds=[DIRECTIVE])
    edit("kinds.yaml", "- {code: NĐ,", "- {code: ĐC, name: Đề cương, words: [đề cương]}")
    told = _told(office, api, ISSUED.replace("Chỉ thị số 31-CT/TU", "Đề cương số 31-ĐC/TU"))
    assert "Đề cương số 31-ĐC/TU" in told
    assert "loại Đề cương" in told


def test_an_issuer(edit: Callable[..., None], office: Office, api: BotApi) -> None:
    edit("issuers.yaml", "- {code: CAT,", "- {code: BNVQ, name: Ban Nghề vườn quê, level: province}")
    office.chat(7, levels=["province"], issuers=["Ban Nghề vườn quê"])
    told = _told(office, api, "Ngày 3/9/2026, Ban Nghề vườn quê đã ban hành Kế hoạch số 31/KH-BNVQ về góp ý của dân.")
    assert "Kế hoạch số 31/KH-BNVQ" in told
    assert "cơ quan ban hành “Ban Nghề vườn quê”; cấp tỉnh" in told


def test_a_topic(edit: Callable[..., None], office: Office, api: BotApi) -> None:
    topic = "- key: gop_rom\n    label: Góp rơm\n    about: Thử.\n    phrases:\n      5.5: góp rơm cùng dân"
    edit("topics.yaml", "  - key: dan_van_kheo\n", f"  {topic}")
    office.chat(7, topics=["gop_rom"])
    told = _told(office, api, f"{ISSUED} Dân vận khéo: góp rơm cùng dân. Các xã góp rơm cùng dân mỗi vụ, dân vận khéo.")
    assert "chủ đề: Góp rơm" in told

"""Lines or JSON, and what a record is about."""

from __future__ import annotations

import json
import logging
from collections.abc import Iterator

import pytest

from foundation import logs
from foundation.logs import set_up_logging
from foundation.settings import Settings


@pytest.fixture(autouse=True)
def bare(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """A process that has not logged yet."""
    levels = {name: logging.getLogger(name).level for name in ("", "scrapy", *logs.OURS)}
    logging.getLogger("scrapy").setLevel(logging.DEBUG)
    yield
    for name, level in levels.items():
        logging.getLogger(name).setLevel(level)


def set_up(**about: str | int) -> None:
    logging.getLogger().handlers.clear()  # pytest's own come back with the next test
    set_up_logging(**about)


def test_json_says_when_what_and_about_which_run(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(logs, "settings", lambda: Settings(log_format="json"))
    set_up(run=7, source="nghe-an")
    try:
        int("đứt")
    except ValueError:
        logging.getLogger("flows.share").exception("hỏng %s", "rồi")
    logging.getLogger("flows.share").info("kể")
    logging.getLogger("sqlalchemy").info("ồn")
    for tell in (logging.getLogger("scrapy.core").debug, logging.getLogger("scrapy.utils").info):
        tell("cả trang, mọi phiên bản")  # Scrapy sets its loggers to DEBUG itself
    broken, told = map(json.loads, capsys.readouterr().err.splitlines())
    assert (broken["level"], broken["message"], broken["run"], broken["source"]) == ("ERROR", "hỏng rồi", 7, "nghe-an")
    assert "ValueError: invalid literal" in broken["exception"]
    assert told["message"] == "kể"
    assert told["time"].endswith("+00:00")


def test_lines_are_lines(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setattr(logs, "settings", lambda: Settings(log_level="INFO"))
    monkeypatch.setattr(logs, "misspelt", dict)
    set_up()
    logging.getLogger("models").info("kể")
    assert capsys.readouterr().err.endswith("INFO models: kể\n")

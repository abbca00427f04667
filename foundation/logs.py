"""How the program tells what it does: on the error output, as lines or as JSON, at the level of DANVAN_LOG_LEVEL.

Files and their rotation are the host's (journald, Docker). What a source's child logs in a run is kept with the run.
"""

from __future__ import annotations

import json
import logging
import sys
from datetime import UTC, datetime

from foundation.settings import misspelt, settings

LINE = "%(asctime)s %(levelname)s %(name)s: %(message)s"
ABOUT = ("run", "source")
"""What a record may be about, as `extra` or from `about`."""


class JsonLines(logging.Formatter):
    """A record as one line of JSON: time (UTC), level, logger, message, `run` and `source` where known, exception."""

    def format(self, record: logging.LogRecord) -> str:
        """The line."""
        told = {
            "time": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname,
            "logger": record.name,
            "message": record.getMessage(),
            **{name: getattr(record, name) for name in ABOUT if hasattr(record, name)},
        }
        if record.exc_info:
            told["exception"] = self.formatException(record.exc_info)
        return json.dumps(told, ensure_ascii=False, default=str)


OURS = ("analysis", "crawlers", "flows", "models", "notifications")


def set_up_logging(**about: str | int) -> None:
    """Log as the settings say, and a word about each setting that nobody reads. Raises ConfigurationError.

    For a child of a run, whose log is kept with it, `about` says of which `run` and `source` each record is; our own
    rooms then tell at least what they did, and others no more than they are asked for: Scrapy sets its loggers to
    DEBUG itself, and would tell each page whole.
    """
    config = settings()
    handler = logging.StreamHandler()
    handler.setFormatter(JsonLines() if config.log_format == "json" else logging.Formatter(LINE))
    logging.basicConfig(level=config.log_level, handlers=[handler])
    if not about:
        _warn_of_misspelt()
        return
    asked = logging.getLogger().level
    ours = min(logging.INFO, asked)

    def wanted(record: logging.LogRecord) -> bool:
        record.__dict__.update(about)
        return record.levelno >= (ours if record.name.partition(".")[0] in OURS else asked)

    handler.addFilter(wanted)
    for name in OURS:
        logging.getLogger(name).setLevel(ours)


def _warn_of_misspelt() -> None:
    for name, near in misspelt().items():
        hint = f" Có phải {near}?" if near else " Các biến có trong .env.example."
        sys.stderr.write(f"Cảnh báo: không có thiết lập {name}.{hint}\n")

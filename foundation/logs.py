"""How the program tells what it does: lines on the error output, at the level of DANVAN_LOG_LEVEL."""

from __future__ import annotations

import logging
import sys

from foundation.settings import misspelt, settings

LINE = "%(asctime)s %(levelname)s %(name)s: %(message)s"


def set_up_logging() -> None:
    """Log as the settings say, after a word about each setting that nobody reads. Raises ConfigurationError."""
    logging.basicConfig(level=settings().log_level, format=LINE)
    for name, near in misspelt().items():
        hint = f" Có phải {near}?" if near else " Các biến có trong .env.example."
        sys.stderr.write(f"Cảnh báo: không có thiết lập {name}.{hint}\n")

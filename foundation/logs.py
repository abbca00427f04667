"""How the program tells what it does: lines on the error output, at the level of DANVAN_LOG_LEVEL."""

from __future__ import annotations

import logging

from foundation.errors import ConfigurationError
from foundation.settings import settings

LINE = "%(asctime)s %(levelname)s %(name)s: %(message)s"


def set_up_logging() -> None:
    """Log as the settings say. Settings that are wrong are told by the command that needs them."""
    try:
        level = settings().log_level
    except ConfigurationError:
        level = "WARNING"
    logging.basicConfig(level=level, format=LINE)

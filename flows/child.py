"""The process of one source's share of a harvest, started by `flows.steps` as `python -m flows.child`.

What it does stands in `flows.share`; here it is loaded and left, each in the cheap way, for a harvest starts one such
process a source: together the three things below save 0.5 of 1.5 seconds of CPU.
"""

from __future__ import annotations

import gc
import os
import sys
from typing import NoReturn


def main(words: list[str] | None = None) -> int:
    """Load the program and do what the command line says; answers the exit code."""
    gc.disable()  # what modules make while they load stays: looking for garbage among it is in vain (0.1 s)
    # First of all: three deprecated names of this module each look through all modules there are and the whole stack
    # of calls (0.1 s when it is loaded last, from deep within).
    import scrapy.core.downloader.contextfactory  # noqa: F401

    from flows import share

    gc.freeze()
    gc.enable()
    return share.main(words)


def _leave(code: int) -> NoReturn:
    """End without taking the program apart object by object (0.3 s): all that was done is committed and printed."""
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(code)


if __name__ == "__main__":
    _leave(main())

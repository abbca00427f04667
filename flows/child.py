"""The process of one source's share of a harvest: `python -m flows.child`.

What it does stands in `flows.share`; here it is loaded and left, each in the cheap way (0.5 of 1.5 seconds of CPU
saved). A run does not even load it a source: its children are forked by `flows.nursery`, and this here is how one
is started by hand, or where the nursery fails.
"""

from __future__ import annotations

import gc
import os
import sys
from types import ModuleType
from typing import NoReturn


def loaded() -> ModuleType:
    """The module `flows.share`, with the collector of garbage at rest."""
    gc.disable()  # what modules make while they load stays: looking for garbage among it is in vain (0.1 s)
    # First of all, and the inner one before the outer: three deprecated names in these two each look through all
    # modules there are and the whole stack of calls (0.1 s when they are loaded last, from deep within).
    import scrapy.core.downloader.tls  # isort: skip
    import scrapy.core.downloader.contextfactory  # noqa: F401

    from flows import share

    return share


def leave(code: int) -> NoReturn:
    """End without taking the program apart object by object (0.3 s): all that was done is committed and printed."""
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(code)


def main(words: list[str] | None = None) -> int:
    """Load the program and do what the command line says; answers the exit code."""
    share = loaded()
    gc.freeze()
    gc.enable()
    return int(share.main(words))


if __name__ == "__main__":
    leave(main())

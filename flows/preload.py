"""What the fork server loads before it forks a child a source: the program, its rules, the tables' mapping."""

from __future__ import annotations

import gc

gc.disable()  # nothing that is loaded here goes away: to look for it costs a sixth of the loading

import scrapy.core.downloader.handlers.http11  # noqa: E402, F401 - first: after the rest it takes four times as long

from flows.share import prepare  # noqa: E402 - see above

prepare()
gc.enable()
gc.freeze()  # a collector that walks what was loaded would give each child a copy of it

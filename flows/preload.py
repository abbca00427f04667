"""What the fork server loads before it forks a child a source: the program, its rules, the tables' mapping."""

from __future__ import annotations

import gc

from flows.share import prepare

prepare()
gc.freeze()  # a collector that walks what was loaded would give each child a copy of it

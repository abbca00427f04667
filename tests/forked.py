"""Children forked from the process of a test: a start costs a hundredth of a second, a kill can come at any moment."""

from __future__ import annotations

import multiprocessing
import os
from collections.abc import Callable
from multiprocessing.context import ForkProcess
from typing import ParamSpec

FORK = multiprocessing.get_context("fork")
_P = ParamSpec("_P")


def child(target: Callable[_P, object], *args: _P.args, **kwargs: _P.kwargs) -> ForkProcess:
    """A child, not begun yet, that does this and ends with 0, or with 1 where it raises.

    It is a copy of the test's process, and must not run what other tests (Prefect) left there to be done at exit.
    """
    return FORK.Process(target=_do_and_go, args=(target, args, kwargs))


def _do_and_go(target: Callable[..., object], args: tuple[object, ...], kwargs: dict[str, object]) -> None:
    target(*args, **kwargs)
    os._exit(0)

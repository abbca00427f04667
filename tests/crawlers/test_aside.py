"""What a page could hold up is done aside: in bounded time and memory, and the next task is done after it."""

from __future__ import annotations

import multiprocessing
import os
import sys
import time
from collections.abc import Iterator

import pytest

from crawlers.aside import Aside, TooHeavyError


@pytest.fixture
def aside() -> Iterator[Aside]:
    made = Aside(seconds=1, megabytes=300)
    yield made
    made.close()


def test_what_is_done_aside_answers_or_raises_as_it_would_here(aside: Aside) -> None:
    assert aside.wait_for(sorted, [3, 1, 2], reverse=True) == [3, 2, 1]
    with pytest.raises(ValueError, match="invalid literal"):
        aside.wait_for(int, "không phải số")
    assert aside.wait_for(len, "abc") == 3


def test_what_takes_too_long_is_ended_and_the_next_task_is_done(aside: Aside) -> None:
    with pytest.raises(TooHeavyError, match="quá 1 giây"):
        aside.wait_for(time.sleep, 600)
    assert aside.wait_for(len, "abc") == 3


def test_what_wants_too_much_memory_is_ended_and_the_next_task_is_done(aside: Aside) -> None:
    with pytest.raises(TooHeavyError):
        aside.wait_for(bytes.__mul__, b"x" * 1_000_000, 2_000)
    assert aside.wait_for(len, "abc") == 3


def test_a_child_of_a_run_forks_it_and_starts_no_server_that_loads_the_program_again() -> None:
    child = multiprocessing.get_context("fork").Process(target=is_forked_from_here)
    child.start()
    child.join(60)
    assert child.exitcode == 0


def is_forked_from_here() -> None:
    aside = Aside(seconds=30)
    parent = aside.wait_for(os.getppid)
    aside.close()
    sys.exit(int(parent != os.getpid()))

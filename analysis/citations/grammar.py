"""What stands beside numbers, as data: the reject list (`rejects.yaml`) and the role words (`roles.yaml`)."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from typing import Any

from analysis.data_files import read_data
from analysis.text import fold_tone


@cache
def rejects() -> Mapping[str, frozenset[str]]:
    """The reject list: each list of `rejects.yaml` as a set."""
    return {
        name: frozenset(fold_tone(str(word)) for word in words) for name, words in read_data("rejects.yaml").items()
    }


def role_words() -> Mapping[str, Any]:
    """The words of `roles.yaml`."""
    return read_data("roles.yaml")

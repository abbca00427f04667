"""Pictures of the weekly digest."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any


def picture_of(part: Mapping[str, Any]) -> bytes | None:
    """The PNG of a message part that asks for one."""
    return None

"""Values for the outside, made from rows."""

from __future__ import annotations

from dataclasses import fields
from typing import Any, TypeVar

Value = TypeVar("Value")


def of_row(kind: type[Value], row: object, **more: Any) -> Value:
    """A value of a data class: `more`, and every other field from the row's column of the same name."""
    names = [field.name for field in fields(kind) if field.name not in more]  # type: ignore[arg-type]  # a data class
    return kind(**{name: getattr(row, name) for name in names}, **more)

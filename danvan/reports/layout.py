"""The layouts that rules prescribe for an office's papers (`data/layouts.yaml`), and what they measure."""

from __future__ import annotations

import datetime as dt
import unicodedata
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

import yaml

_DATA = Path(__file__).parent / "data"
_POINT = 25.4 / 72


@cache
def layouts() -> Mapping[str, Any]:
    """The content of the data file: `party`, `state` and `bold_widths`."""
    content: Mapping[str, Any] = yaml.safe_load((_DATA / "layouts.yaml").read_text(encoding="utf-8"))
    return content


@cache
def _bold_widths() -> Mapping[str, int]:
    return {letter: width for width, letters in layouts()["bold_widths"].items() for letter in letters}


def bold_length(text: str, size: float) -> float:
    """Millimetres that bold words of Times New Roman take on one line."""
    plain = unicodedata.normalize("NFD", text.translate({ord("Đ"): "D", ord("đ"): "d"}))
    widths = (_bold_widths().get(letter, 500) for letter in plain if not unicodedata.combining(letter))
    return sum(widths) / 1000 * size * _POINT


def written_date(day: dt.date) -> str:
    """A date as papers bear it: days below ten and the first two months have a nought before them, others none."""
    return f"ngày {day.day:02d} tháng {f'{day.month:02d}' if day.month < 3 else day.month} năm {day.year}"

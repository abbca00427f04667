"""Dates that move with the anchor day, in the forms newspapers print."""

from __future__ import annotations

from datetime import date

import pytest

from danvan.demo.placeholders import fill

ANCHOR = date(2026, 3, 5)  # a Thursday


@pytest.mark.parametrize(
    ("written", "printed"),
    [
        ("{ngay:0}", "05/03/2026"),
        ("{ngay:-5}", "28/02/2026"),
        ("{ngay:0|gon}", "5/3/2026"),
        ("{ngay:0|gach}", "5-3-2026"),
        ("{ngay:0|cham}", "5.3.2026"),
        ("ngày {ngay:0|chu}", "ngày 5 tháng 3 năm 2026"),
        ("{ngay:0|ngan} và {ngay:1|ngangach}", "5/3 và 6-3"),
        ("{ngay:0|thu}", "thứ năm"),
        ("{ngay:3|thu}", "chủ nhật"),
        ("{d:-64|%d/%m/%Y}", "31/12/2025"),
        ("số 41/{nam:-64}/NQ-HĐND", "số 41/2025/NQ-HĐND"),
        ("tháng {thang:30}", "tháng 4"),
        # What a site's own template left unfilled is no placeholder of ours.
        ("{title} {publish} {head}", "{title} {publish} {head}"),
    ],
)
def test_fill(written: str, printed: str) -> None:
    assert fill(written, ANCHOR) == printed


def test_an_unknown_form_is_refused() -> None:
    with pytest.raises(KeyError):
        fill("{ngay:0|xyz}", ANCHOR)

"""The 34 units and the 63 before them."""

from __future__ import annotations

import datetime as dt

import pytest

from analysis.places import find_province, province_by_code, province_of_body, provinces


def test_thirty_four_units_hold_the_sixty_three() -> None:
    units = provinces()
    former = [unit.former_code for province in units for unit in province.former]
    assert len(units) == 34
    assert len({unit.code for unit in units}) == 34
    assert len(former) == len(set(former)) == 63
    assert sum(unit.kind == "thành phố" for unit in units) == 9


@pytest.mark.parametrize(
    ("words", "code"),
    [
        ("22", "22"),
        ("quang-ninh", "22"),
        ("Quảng Ninh", "22"),
        ("QUANG NINH", "22"),
        ("tỉnh Hoà Bình", "25"),
        ("TP. Hồ Chí Minh", "79"),
        ("TP.HCM", "79"),
        ("Thừa Thiên - Huế", "46"),
        ("Bà Rịa – Vũng Tàu", "79"),
        ("Đắc Lắc", "66"),
        # A former province is found by name; code 15 was Yên Bái's and is Lào Cai's now: names decide.
        ("Yên Bái", "15"),
        ("15", "15"),
        ("Bắc Giang", "24"),
        # Not a code of today, though it was Hà Giang's.
        ("02", None),
        ("Hạ Long", None),
        ("", None),
    ],
)
def test_find_province(words: str, code: str | None) -> None:
    found = find_province(words)
    assert (found.code if found else None) == code


def test_marks_tell_names_apart() -> None:
    ha_nam = find_province("Hà Nam")
    assert ha_nam is not None
    assert ha_nam.name == "Ninh Bình"
    assert province_of_body("UBND xã Hạ Nam") is None


def test_a_city_was_a_province_before() -> None:
    unit = province_by_code("22")
    assert unit is not None
    assert unit.committee_on(dt.date(2026, 8, 31)) == "Tỉnh ủy Quảng Ninh"
    assert unit.committee_on(dt.date(2026, 9, 1)) == "Thành ủy Quảng Ninh"
    hue = province_by_code("46")
    assert hue is not None
    assert hue.name_on(dt.date(2024, 12, 31)) == "Thừa Thiên Huế"
    assert hue.name_on(dt.date(2025, 1, 1)) == "Huế"


@pytest.mark.parametrize(
    ("words", "name"),
    [
        ("Ban Thường vụ Tỉnh ủy Quảng Ninh", "Quảng Ninh"),
        ("Thành ủy Quảng Ninh", "Quảng Ninh"),
        ("HĐND tỉnh Hà Giang", "Tuyên Quang"),
        ("Uỷ ban nhân dân tỉnh Thanh Hoá", "Thanh Hóa"),
        ("Bộ Chính trị", None),
    ],
)
def test_body_names_its_province(words: str, name: str | None) -> None:
    found = province_of_body(words)
    assert (found.name if found else None) == name

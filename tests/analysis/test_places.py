"""The 34 units and the 63 before them."""

from __future__ import annotations

import datetime as dt

import pytest

from analysis.places import code_then, find_province, province_by_code, province_named, provinces, unit_named, unit_on


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
        # No code of today: it was Hà Giang's.
        ("02", "08"),
        ("17", "25"),
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
    assert province_named("UBND xã Hạ Nam") is None


def test_a_city_was_a_province_before() -> None:
    unit = province_by_code("22")
    assert unit is not None
    assert (unit.kind_on(dt.date(2026, 8, 31)), unit.kind_on(dt.date(2026, 9, 1))) == ("tỉnh", "thành phố")
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
    named = province_named(words)
    found = find_province(named) if named else None
    assert (found.name if found else None) == name


OLD, NEW = dt.date(2018, 4, 5), dt.date(2026, 3, 5)


@pytest.mark.parametrize(
    ("code", "day", "name", "today"),
    [
        ("15", OLD, "Yên Bái", "15"), ("15", NEW, "Lào Cai", "15"), ("15", None, "Lào Cai", "15"),
        ("24", OLD, "Bắc Giang", "24"), ("44", OLD, "Quảng Bình", "44"), ("52", OLD, "Bình Định", "52"),
        ("80", OLD, "Long An", "80"), ("82", OLD, "Tiền Giang", "82"), ("91", OLD, "Kiên Giang", "91"),
        ("10", OLD, "Lào Cai", "15"), ("17", OLD, "Hòa Bình", "25"), ("17", None, "Hòa Bình", "25"),
        ("17", NEW, "Phú Thọ", "25"), ("25", OLD, "Phú Thọ", "25"), ("46", OLD, "Thừa Thiên Huế", "46"),
    ],
)  # fmt: skip
def test_a_code_means_the_province_of_its_day(code: str, day: dt.date | None, name: str, today: str) -> None:
    unit = unit_on(code, day)
    assert unit is not None
    assert (unit.name, unit.today.code) == (name, today)


def test_every_code_of_the_63_is_one_province_on_its_day() -> None:
    codes = [unit.former_code for today in provinces() for unit in today.former]
    names = {unit.name for today in provinces() for unit in today.former}
    met = [unit_on(code, OLD) for code in codes]
    assert {("Huế" if unit.name == "Thừa Thiên Huế" else unit.name) for unit in met if unit} == names


def test_a_name_means_the_province_of_its_day() -> None:
    assert [(u.code, u.name) for u in (unit_named("Lào Cai", OLD), unit_named("Hòa Bình", NEW)) if u] == [
        ("10", "Lào Cai"),
        ("17", "Hòa Bình"),
    ]
    assert [code_then("15", OLD), code_then("15", NEW), code_then("38", OLD)] == ["10", "15", "38"]

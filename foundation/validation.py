"""What pydantic found wrong with a value, as staff read it: for settings, options and pages alike."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit

from pydantic import ValidationError

WORDS = {
    "int_parsing": "phải là số nguyên",
    "int_type": "phải là số nguyên",
    "int_from_float": "phải là số nguyên",
    "float_parsing": "phải là số",
    "float_type": "phải là số",
    "finite_number": "phải là số hữu hạn",
    "bool_parsing": "phải là true hoặc false",
    "greater_than": "phải lớn hơn {gt}",
    "greater_than_equal": "không được nhỏ hơn {ge}",
    "less_than": "phải nhỏ hơn {lt}",
    "less_than_equal": "không được lớn hơn {le}",
    "enum": "chỉ nhận {expected}",
    "literal_error": "chỉ nhận {expected}",
    "string_too_short": "không được để trống",
    "string_too_long": "không được dài quá {max_length} chữ",
    "too_short": "không được để trống",
    "too_long": "không được quá {max_length} mục",
    "string_type": "phải là chữ",
    "string_pattern_mismatch": "không đúng dạng",
    "path_type": "phải là đường dẫn",
    "url_parsing": "phải là địa chỉ trang, ví dụ https://bao-tinh.vn",
    "date_from_datetime_parsing": "phải là ngày, ví dụ 2026-11-01",
    "date_parsing": "phải là ngày, ví dụ 2026-11-01",
    "datetime_parsing": "phải là ngày giờ, ví dụ 2026-11-01T08:30",
    "missing": "chưa có",
    "extra_forbidden": "không có mục này",
    "json_invalid": "không phải JSON",
}
"""By pydantic's names of kinds of faults; the names in braces are its own, too."""


def in_vietnamese(error: BaseException | None) -> str:
    """The first fault of a ValidationError in words; empty for anything else."""
    return fault_in_words(error.errors()[0]) if isinstance(error, ValidationError) else ""


def fault_in_words(fault: Mapping[str, Any]) -> str:
    """One fault as pydantic lists it. What a validator of ours said is shown as it is."""
    if fault["type"] == "value_error":
        return str(fault["ctx"]["error"])
    context = {name: str(value).replace(" or ", " hoặc ") for name, value in fault.get("ctx", {}).items()}
    words = WORDS.get(fault["type"], "không đúng dạng").format(**context)
    given = fault.get("input")
    said = isinstance(given, str | int | float) and fault["type"] not in {"missing", "extra_forbidden"}
    return f"{words}, không phải “{str(given)[:60]}”" if said and str(given) else words


_MAIL_ADDRESS = re.compile(r"[\w.!#$%&'*+/=?^`{|}~-]+@[\w-]+(?:\.[\w-]+)*", re.ASCII)


def is_mail_address(address: str) -> bool:
    """Whether any mail server takes an address (RFC 5321; letters with marks need SMTPUTF8, which few have)."""
    return len(address) <= 254 and _MAIL_ADDRESS.fullmatch(address) is not None


def is_web_address(address: str, schemes: tuple[str, ...] = ("http", "https")) -> bool:
    """Whether an address of a page or service can be asked: its scheme, a host, a port that exists or none."""
    try:
        parts = urlsplit(address)
        return parts.scheme in schemes and bool(parts.hostname) and parts.port != 0 and not re.search(r"\s", address)
    except ValueError:
        return False

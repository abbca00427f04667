"""Rules typed as a command: "/luat them loai=Chỉ thị; tinh=Thanh Hóa; tu=dân vận khéo; nhan=ngay; khan". Pure."""

from __future__ import annotations

from dataclasses import replace

from analysis.kinds import kinds
from analysis.places import find_province
from analysis.relevance import topics
from analysis.text import search_key
from notifications.describing import describe
from notifications.markup import shorten
from notifications.rules import Rule, RuleRefusedError, choices

KEYS = {
    "loai": "kinds", "coquan": "issuers", "cap": "levels", "tinh": "provinces", "chude": "topics", "muc": "grades",
    "tu": "words", "nhan": "delivery", "ten": "name",
}  # fmt: skip
DELIVERY_WORDS = {"ngay": "immediate", "hang ngay": "daily", "moi ngay": "daily", "sang": "daily", "tuan": "weekly"}
EXAMPLE = "Ví dụ: /luat them loai=Chỉ thị, Nghị quyết; tinh=Thanh Hóa; tu=dân vận khéo; nhan=ngay"


def read_rule(text: str) -> Rule:
    """The rule that a command describes.

    Raises RuleRefusedError naming the part that is not understood.
    """
    rule = Rule("")
    for part in (piece.strip() for piece in text.split(";")):
        if not part:
            continue
        name, sign, value = part.partition("=")
        key = search_key(name).replace(" ", "")
        if key == "khan" and not sign:
            rule = replace(rule, urgent=True)
        elif key in KEYS and sign:
            rule = _set(rule, KEYS[key], value.strip())
        else:
            raise RuleRefusedError(f"Không hiểu “{shorten(part, 60)}”. {EXAMPLE}")
    return named(rule)


def named(rule: Rule) -> Rule:
    """The rule with a name made of its conditions, where it has none."""
    return rule if rule.name else replace(rule, name=shorten(describe(rule).split(" → ")[0], 70))


def _set(rule: Rule, field: str, value: str) -> Rule:
    if field in {"name", "words"}:
        return replace(rule, **{field: shorten(value, 300)})  # type: ignore[arg-type]  # both are strings
    if field == "delivery":
        return replace(rule, delivery=_delivery(value))
    values = tuple(dict.fromkeys(_value(field, one.strip()) for one in value.split(",") if one.strip()))
    return replace(rule, **{field: values})  # type: ignore[arg-type]  # the others are tuples


def _delivery(value: str) -> str:
    key = search_key(value)
    if key == "ngay" and value.casefold() == "ngày":
        return "daily"
    if key not in DELIVERY_WORDS:
        raise RuleRefusedError("Cách nhận: nhan=ngay, nhan=hằng ngày hoặc nhan=tuần.")
    return DELIVERY_WORDS[key]


def _value(field: str, word: str) -> str:
    key = search_key(word)
    if field == "issuers":
        return shorten(word, 100)
    if field == "kinds":
        names = {search_key(kind): kind for kind in choices("kinds")}
        codes = {search_key(kind.code): kind.name for kind in kinds() if kind.name in names.values()}
        return _one_of(word, codes | names, key)
    if field == "provinces":
        found = find_province(word)
        if found is None:
            raise RuleRefusedError(f"Không có tỉnh, thành phố nào tên “{shorten(word, 40)}”.")
        return found.code
    if field == "topics":
        return _one_of(word, {search_key(t.label): t.key for t in topics()} | {t.key: t.key for t in topics()}, key)
    known = {search_key(label): key for key, label in choices(field).items()}
    known |= {name.removeprefix("cap "): value for name, value in known.items()}
    return _one_of(word, known | {value: value for value in known.values()}, key)


def _one_of(word: str, known: dict[str, str], key: str) -> str:
    if key in known:
        return known[key]
    near = [value for name, value in known.items() if key in name]
    if len(near) == 1:
        return near[0]
    raise RuleRefusedError(
        f"Không hiểu “{shorten(word, 40)}”. Có thể chọn: {', '.join(dict.fromkeys(known.values()))}."
    )

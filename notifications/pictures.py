"""The picture of the week: articles a day, and the provinces as tiles."""

from __future__ import annotations

import io
import json
from collections.abc import Mapping
from datetime import date, timedelta
from functools import lru_cache
from typing import Any

from analysis.places import tile_places
from foundation.errors import MissingExtraError
from models.names import label

FONT = "DejaVu Sans"
"""Comes with matplotlib and has every Vietnamese letter."""
CORE, RELATED, EMPTY, INK = "#b3261e", "#e8a598", "#f1efec", "#2b2b2b"
WEEKDAYS = ("T2", "T3", "T4", "T5", "T6", "T7", "CN")


def figures_of(part: Mapping[str, Any]) -> str | None:
    """What the picture of a message part shows (`part["picture"]`, as `week_part` makes it), None without one."""
    given = part.get("picture")
    return None if given is None else json.dumps(given, sort_keys=True)


@lru_cache(maxsize=2)
def picture_of(figures: str) -> bytes:
    """The PNG of `figures_of`; takes seconds, so nothing may be locked meanwhile."""
    given = json.loads(figures)
    first = date.fromisoformat(given["first_day"])
    return week_picture(first, given["core"], given["related"], given["provinces"])


def week_picture(first: date, core: list[int], related: list[int], provinces: Mapping[str, int]) -> bytes:
    """A portrait PNG for a phone: bars for the seven days from `first`, below them the provinces by articles."""
    try:
        from matplotlib.backends.backend_agg import FigureCanvasAgg
        from matplotlib.figure import Figure
    except ImportError as error:
        raise MissingExtraError("matplotlib", "office") from error

    figure = Figure(figsize=(7.2, 10.8), dpi=150, facecolor="white")
    FigureCanvasAgg(figure)
    last = first + timedelta(days=6)
    figure.text(0.06, 0.965, "Tin dân vận trong tuần", fontsize=21, fontweight="bold", color=INK, family=FONT)
    figure.text(0.06, 0.94, f"{first:%d/%m/%Y} – {last:%d/%m/%Y}", fontsize=13, color="#666", family=FONT)
    _bars(figure.add_axes((0.06, 0.745, 0.88, 0.165)), first, core, related)
    _map(figure.add_axes((0.03, 0.015, 0.94, 0.68)), provinces)
    out = io.BytesIO()
    figure.savefig(out, format="png")
    return out.getvalue()


def _bars(axes: Any, first: date, core: list[int], related: list[int]) -> None:
    days = range(7)
    axes.bar(days, core, color=CORE, width=0.62, label="Trọng tâm")
    axes.bar(days, related, bottom=core, color=RELATED, width=0.62, label="Liên quan")
    totals = [one + other for one, other in zip(core, related, strict=True)]
    for at, total in zip(days, totals, strict=True):
        axes.annotate(
            str(total),
            (at, total),
            xytext=(0, 4),
            textcoords="offset points",
            ha="center",
            fontsize=13,
            color=INK,
            family=FONT,
        )
    names = [f"{WEEKDAYS[(first + timedelta(days=at)).weekday()]}\n{first + timedelta(days=at):%d/%m}" for at in days]
    axes.set_xticks(list(days), names, fontsize=12, family=FONT)
    axes.set_yticks([])
    axes.set_ylim(0, max([*totals, 1]) * 1.45)
    axes.tick_params(length=0, colors=INK)
    for side in ("top", "right", "left"):
        axes.spines[side].set_visible(False)
    axes.spines["bottom"].set_color("#bbb")
    axes.legend(loc="upper right", ncols=2, frameon=False, prop={"family": FONT, "size": 12}, borderaxespad=0)


def _map(axes: Any, provinces: Mapping[str, int]) -> None:
    from matplotlib.patches import FancyBboxPatch

    places = tile_places()
    most = max([*provinces.values(), 1])
    for code, (column, row) in places.items():
        number = provinces.get(code, 0)
        face, ink = _shade(number / most)
        axes.add_patch(
            FancyBboxPatch(
                (column + 0.04, -row + 0.05), 0.92, 0.9, boxstyle="round,pad=0,rounding_size=0.08", fc=face, ec="none"
            )
        )
        name = label("province", code)
        axes.text(column + 0.5, -row + 0.7, name, ha="center", va="center", fontsize=11, color=ink, family=FONT)
        axes.text(
            column + 0.5, -row + 0.27, str(number) if number else "·", ha="center", va="center",
            fontsize=12, fontweight="bold", color=ink, family=FONT,
        )  # fmt: skip
    _summary(axes, provinces, len(places))
    axes.set_xlim(0, 5)
    axes.set_ylim(-14, 1)
    axes.axis("off")


def _summary(axes: Any, provinces: Mapping[str, int], total: int) -> None:
    """Words in the empty west of the map."""
    best = sorted(provinces.items(), key=lambda item: (-item[1], item[0]))[:5]
    lines = [f"{label('province', code)}: {number}" for code, number in best]
    axes.text(0.08, -5.35, "Nhiều tin nhất", fontsize=12.5, fontweight="bold", color=INK, family=FONT, va="top")
    axes.text(
        0.08, -5.95, "\n".join(lines) or "Chưa có tin", fontsize=12.5, color=INK, family=FONT, va="top", linespacing=1.5
    )
    silent = total - sum(1 for number in provinces.values() if number)
    axes.text(0.08, -9.55, f"{silent} trong {total} tỉnh, thành\nkhông có tin", fontsize=12.5, color="#666",
              family=FONT, va="top", linespacing=1.4)  # fmt: skip


def _shade(part: float) -> tuple[str, str]:
    """Colour of a tile and of its words, from none (0) to most (1)."""
    if part <= 0:
        return EMPTY, "#8a8580"
    low, high = (248, 222, 216), (158, 28, 22)
    mixed = tuple(round(a + (b - a) * part**0.7) for a, b in zip(low, high, strict=True))
    return "#{:02x}{:02x}{:02x}".format(*mixed), "white" if part > 0.35 else INK

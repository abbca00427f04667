"""The 34 provinces as tiles in the shape of the country, shaded by what was reported of each."""

from __future__ import annotations

from markupsafe import Markup, escape

from analysis.places import tile_places
from models.views.document_map import DocumentMap, MapRow

WIDE, HIGH, GAP = 124, 62, 4
QUICK_DAYS, SLOW_DAYS = 60, 120
"""The three shades: within two months, within four, later (or without a date)."""


def shade(row: MapRow) -> str:
    """The class of a province's tile."""
    if not row.links:
        return "none"
    if row.days_after is None or row.days_after > SLOW_DAYS:
        return "late"
    return "quick" if row.days_after <= QUICK_DAYS else "middle"


def tile_map(found: DocumentMap) -> Markup:
    """The map as SVG; each tile with a document leads to it."""
    where = tile_places()
    columns, rows = (max(place[axis] for place in where.values()) + 1 for axis in (0, 1))
    parts = [_tile(row, *where[row.code]) for row in found.rows if row.code in where]
    said = f"Bản đồ ô: {found.reported} trên {len(found.rows)} tỉnh, thành phố đã có văn bản triển khai được báo đưa"
    return Markup(  # noqa: S704 (numbers and escaped names only)
        f'<svg class="plot tiles" viewBox="0 0 {columns * WIDE - GAP} {rows * HIGH - GAP}" role="group"'
        f' aria-label="{said}"><title>{said}</title>{"".join(parts)}</svg>'
    )


def _tile(row: MapRow, column: int, line: int) -> str:
    x, y = column * WIDE, line * HIGH
    first = row.first
    below = first.document.symbol if first else "chưa thấy"
    if first and row.days_after is not None:
        later = f"sau {row.days_after} ngày" if row.days_after >= 0 else f"trước {-row.days_after} ngày"
    else:
        later = "chưa rõ ngày" if first else ""
    said = f"{row.name}: {below}" + (f", {later}" if later else "")
    tile = (
        f"<title>{escape(said)}</title>"
        f'<rect x="{x}" y="{y}" width="{WIDE - GAP}" height="{HIGH - GAP}" rx="3"/>'
        f'<text class="place" x="{x + 7}" y="{y + 19}">{escape(row.name)}</text>'
        f'<text class="symbol" x="{x + 7}" y="{y + 36}">{escape(below[:18])}</text>'
        f'<text class="later" x="{x + 7}" y="{y + 51}">{escape(later)}</text>'
    )
    if first is None:
        return f'<g class="tile none">{tile}</g>'
    return f'<a class="tile {shade(row)}" href="#p{row.code}">{tile}</a>'

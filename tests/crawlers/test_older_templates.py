"""A site changes its template: what was fetched before stays readable, by the day on which it was fetched."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest

from crawlers.catalogue import load_catalogue
from crawlers.extraction import extract
from crawlers.source import Family, Source
from crawlers.values import Page

FAMILY = Family.model_validate(
    {
        "name": "thu",
        "label": "Thử",
        "selectors": {"body": ".moi", "title": ".ten-moi"},
        "older": [
            {"until": "2027-06-30", "selectors": {"body": ".giua", "title": ".ten-giua"}},
            {"until": "2026-12-31", "selectors": {"body": ".cu", "title": ".ten-cu"}},
        ],
    }
)
WORDS = "Bà con trong thôn ngồi lại bàn việc mở đường, ai cũng nói một điều và cán bộ ghi từng điều vào cuốn sổ. "


def body(name: str) -> str:
    return f"<h2 class='ten-{name}'>Tên {name}</h2><div class='{name}'><p>{WORDS * 2} Khung {name}.</p></div>"


@pytest.mark.parametrize(
    ("day", "shape"), [("2026-12-31", "cu"), ("2027-01-01", "giua"), ("2027-06-30", "giua"), ("2027-07-01", "moi")]
)
def test_a_page_is_read_by_the_template_of_its_day(day: str, shape: str) -> None:
    """Each template's page also holds boxes that another day's selectors would take for the article."""
    source = Source(id="thu", name="Thử", home="http://thu.vn/").with_family(FAMILY)
    markup = f"<html><body>{body('cu')}{body('giua')}{body('moi')}</body></html>".encode()
    moment = dt.datetime.fromisoformat(f"{day}T12:00:00+00:00")
    found = extract(
        Page("thu", "k", "http://thu.vn/a-1.html", "http://thu.vn/a-1.html", 200, {}, markup, moment), source
    )
    assert found.title == f"Tên {shape}"
    assert f"Khung {shape}." in found.text


def test_a_papers_own_history_replaces_its_familys() -> None:
    own = Source.model_validate(
        {
            "id": "a",
            "name": "a",
            "home": "http://a.vn/",
            "older": [{"until": "2026-01-01", "selectors": {"body": ".x"}}],
        }
    ).with_family(FAMILY)
    assert [old.until for old in own.older] == [dt.date(2026, 1, 1)]
    assert own.on(dt.date(2025, 1, 1)).selectors.body == (".x", ".moi")
    assert own.on(dt.date(2026, 11, 28)) is own


def test_a_users_own_file_may_keep_an_old_template_too(tmp_path: Path) -> None:
    old = "older:\n- until: 2026-01-01\n  selectors: {body: .x}\n"
    (tmp_path / "a.yaml").write_text("id: baothanhhoa\namends: true\n" + old, encoding="utf-8")
    (tmp_path / "b.yaml").write_text("id: baorieng\nname: a\nhome: http://a.vn/\n" + old, encoding="utf-8")
    found = load_catalogue(tmp_path)
    assert not found.problems
    for name in ("baothanhhoa", "baorieng"):
        source = found.sources[name]
        assert source.on(dt.date(2025, 1, 1)).selectors.body == (".x", *source.selectors.body)

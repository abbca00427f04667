"""docs/sources.md explains every key that a file of the catalogue may hold, and none that it may not."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from pydantic import BaseModel

from crawlers.source import Exclusion, Expectations, Family, Feed, Older, Section, Selectors, Source

DOCUMENT = Path(__file__).parents[2] / "docs" / "sources.md"
MODELS: list[type[BaseModel]] = [Source, Family, Feed, Section, Selectors, Expectations, Older]
KEYS = sorted({name for model in MODELS for name in model.model_fields} | {str(kind) for kind in Exclusion})


@pytest.mark.parametrize("key", KEYS)
def test_every_key_is_explained(key: str) -> None:
    assert f"`{key}`" in DOCUMENT.read_text(encoding="utf-8")


def test_every_explained_key_exists() -> None:
    rows = re.findall(r"^\| ((?:`[a-z_]+`(?:, )?)+) \|", DOCUMENT.read_text(encoding="utf-8"), re.MULTILINE)
    explained = {key for row in rows for key in re.findall(r"`([a-z_]+)`", row)}
    assert explained - set(KEYS) == {"given", "used", "verified", "linked", "listed", "guess", "dead"}

"""Rare tokens first: what is remembered of them may be forgotten at any moment, by another thread too."""

from __future__ import annotations

import pytest
from sqlalchemy import Engine

from models.search import rarity
from models.search.expression import any_token
from models.search.rarity import rarest_first


class _Forgetful(dict[str, float]):
    """As if another thread cleared the memory as soon as something was written to it."""

    def update(self, *args: object, **more: float) -> None:
        del args, more
        self.clear()


def test_a_memory_that_is_cleared_meanwhile_breaks_nothing(engine: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    parts = (any_token(("dan",)), any_token(("van", "kheo")))
    with engine.connect() as connection:
        monkeypatch.setitem(rarity._KNOWN, connection.engine, _Forgetful())
        assert set(rarest_first(connection, parts)) == set(parts)

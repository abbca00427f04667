"""Bodies come out of the archive byte for byte, also those that an older version packed."""

from __future__ import annotations

import zlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from foundation.errors import DamagedBodyError
from models.landing.bodies import packed, unpacked


@given(st.binary(max_size=2_000))
def test_a_body_comes_out_as_it_went_in(body: bytes) -> None:
    assert unpacked(packed(body)) == body
    assert unpacked(zlib.compress(body)) == body


def test_a_page_shrinks() -> None:
    page = "<p>Ban Dân vận Tỉnh ủy họp giao ban.</p>".encode() * 1_000
    assert len(packed(page)) < len(page) / 50


@pytest.mark.parametrize("cut", [b"\x00", b"", packed(b"Ban D\xc3\xa2n v\xe1\xba\xadn" * 50)[:-3]])
def test_a_body_that_is_not_whole_is_told_as_such(cut: bytes) -> None:
    with pytest.raises(DamagedBodyError, match="sao lưu"):
        unpacked(cut)

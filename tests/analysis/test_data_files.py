"""A slip of the pen in a data file stops the program, with a sentence that names the file and the line."""

from __future__ import annotations

import pytest

from analysis.data_files import DATA, checked, read_data
from analysis.data_shapes import SHAPES
from foundation.errors import ConfigurationError

SLIPS = [
    ("kinds.yaml", "- {code: NQ, name", "- {kode: NQ, name", "“kode” không có mục này, có phải “code”?"),
    ("kinds.yaml", "words: [chỉ thị]", "word: [chỉ thị]", "“word” không có mục này, có phải “words”?"),
    ("kinds.yaml", "{code: CT, name: Chỉ thị, ", "{code: CT, ", "thiếu mục name"),
    ("kinds.yaml", "words: [chỉ thị]", "words: chỉ thị", "“words” phải là danh sách"),
    ("kinds.yaml", "{code: CT,", "{code: NO,", "“code” phải là chữ"),
    ("kinds.yaml", "{code: CT,", "{code: ,", "“code” phải là chữ"),
    ("kinds.yaml", "words: [hướng dẫn], verb: true", "words: [hướng dẫn], verb: có", "“verb” phải là true hoặc false"),
    ("kinds.yaml", "words: [chỉ thị]", "words: [chỉ thị", "không đúng dạng YAML"),
    ("issuers.yaml", "level: central, also: [TƯ,", "level: planet, also: [TƯ,", "“level” chỉ nhận central, commune"),
    ("issuers.yaml", "- {code: CAT, name:", "- {code: CAT, nam:", "“nam” không có mục này, có phải “name”?"),
    ("topics.yaml", "    label: Dân vận khéo", "    labl: Dân vận khéo", "“labl” không có mục này, có phải “label”?"),
    ("topics.yaml", "      6.0: dân vận khéo |", "      nhiều: dân vận khéo |", "“nhiều” khóa phải là số"),
    ("relevance.yaml", "    axis: core", "    axis: cốt lõi", "“axis” chỉ nhận against"),
    ("provinces.yaml", "merged_on: 2025-07-01", "merged_on: giữa năm", "“merged_on” phải là ngày"),
]


@pytest.mark.parametrize(("file", "right", "wrong", "says"), SLIPS, ids=lambda one: str(one)[:25])
def test_a_slip_is_named_with_its_line(file: str, right: str, wrong: str, says: str) -> None:
    written = (DATA / file).read_text("utf-8")
    assert right in written
    line = written[: written.index(right)].count("\n") + 1
    with pytest.raises(ConfigurationError) as caught:
        checked(written.replace(right, wrong, 1), DATA / file, file)
    assert says in str(caught.value)
    assert str(caught.value).startswith(f"{DATA / file}, dòng ")
    assert caught.value.line is not None
    assert caught.value.line - line in ({0, 1} if "YAML" in says else {0})


@pytest.mark.parametrize("file", sorted(path.name for path in DATA.glob("*.yaml")))
def test_every_file_that_comes_with_the_program_has_a_shape_and_fits_it(file: str) -> None:
    assert file in SHAPES
    read_data(file)


@pytest.mark.parametrize("file", sorted(SHAPES))
def test_a_missing_or_a_strange_key_at_the_top_is_named_too(file: str) -> None:
    first = next(iter(SHAPES[file])).rstrip("?")
    written = (DATA / file).read_text("utf-8").replace(f"\n{first}:", f"\n{first}x:", 1)
    written = written.replace(f"{first}:", f"{first}x:", 1) if written.startswith(f"{first}:") else written
    with pytest.raises(ConfigurationError, match=f"“{first}x” không có mục này"):
        checked(written, DATA / file, file)

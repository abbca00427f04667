"""What the command prints of other people's words."""

from __future__ import annotations

import pytest

from danvan.cli.output import print_table


def test_brackets_and_colons_of_a_cell_are_words_like_any_other(capsys: pytest.CaptureFixture[str]) -> None:
    """A pattern of addresses ended in "[/.]" and stopped the command; "[bold]" of a title was left out in silence."""
    print_table("Các [Ảnh] và :smile:", [{"[b]Tên": "[bold]Bài :heart:", "Khuôn": r"-([0-9]+)[/.]?$"}])
    shown = capsys.readouterr().out
    for words in ("Các [Ảnh] và :smile:", "[b]Tên", "[bold]Bài :heart:", r"-([0-9]+)[/.]?$"):
        assert words in shown


def test_a_table_into_a_pipe_breaks_no_word(capsys: pytest.CaptureFixture[str]) -> None:
    advice = "Đặt DANVAN_ADMIN_CHAT hoặc DANVAN_ADMIN_EMAIL để biết khi hệ thống im lặng. " * 3
    print_table("Tình trạng", [{"Mục": "Thư viện cho điểm báo, báo cáo Word", "Cần làm": advice.strip()}])
    assert advice.strip() in capsys.readouterr().out

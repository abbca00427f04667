"""An article that names very many documents: in parts, capped, and the same archive as in one go."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import Engine, event, select

from flows.decide import faults_to_tell
from models.database import transaction
from models.runs.ledger import SourceOutcome
from models.storing import ahead, store
from models.tables import CitationRow, DocumentRow
from tests.models.papers import Press

NUMBERS = range(1, 8)
LIST = "\n".join(
    f"Quyết định số {number}/QĐ-UBND ngày 0{number}/3/2026 của Ủy ban nhân dân tỉnh Thanh Hóa về việc số {number}."
    for number in NUMBERS
)
NEWS = "Ngày 22/8/2026, Bộ Chính trị đã ban hành Nghị quyết số 25-NQ/TW về công tác tư tưởng trong tình hình mới."


def named(press: Press) -> Any:
    with transaction(press.engine) as session:
        cited = select(CitationRow.symbol, DocumentRow.issued_on, DocumentRow.first_article_id).outerjoin(
            DocumentRow, DocumentRow.id == CitationRow.document_id
        )
        return sorted(map(tuple, session.execute(cited)), key=str)


@pytest.fixture
def press(engine: Engine) -> Press:
    return Press(engine)


def test_parts_make_the_archive_that_one_go_makes(press: Press, monkeypatch: pytest.MonkeyPatch) -> None:
    press.print("thanh-hoa", "1", "Danh mục", LIST)
    whole = named(press)
    assert len(whole) == len(NUMBERS)
    monkeypatch.setattr(ahead, "PART", 2)
    press.print("nghe-an", "2", "Danh mục", f"{LIST}\n{NEWS}")
    assert press.one("SELECT count(*) FROM document") == len(NUMBERS) + 1
    assert [symbol for symbol, *_ in named(press)].count("25-NQ/TW") == 1
    assert len(press.told) == 1
    assert press.one("SELECT count(*) FROM document WHERE first_article_id IS NULL") == 0


def test_what_was_read_before_it_is_stored_before_it(press: Press, monkeypatch: pytest.MonkeyPatch) -> None:
    """Pages are stored a few at a time: the article that brought a document is its first, not the list that follows."""
    monkeypatch.setattr(ahead, "PART", 2)
    monkeypatch.setattr(store, "PART", 2)
    press.land("trung-uong", "1", "Chỉ đạo mới", NEWS)
    press.land("nghe-an", "2", "Danh mục", f"{LIST}\n{NEWS}")
    assert press.read().documents_new == 1
    first = {symbol: article for symbol, _, article in named(press)}
    brought = {article.key: article.id for article in press.articles()}
    assert first.pop("25-NQ/TW") == brought["1"]
    assert set(first.values()) == {brought["2"]}


def test_no_transaction_decides_about_more_than_a_part(press: Press, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ahead, "PART", 2)
    made: list[int] = [0]

    @event.listens_for(press.engine, "before_cursor_execute")
    def count(_c: Any, _cursor: Any, statement: str, *_: Any) -> None:
        made[-1] += statement.startswith("INSERT INTO document ")

    event.listen(press.engine, "commit", lambda _connection: made.append(0))
    press.print("thanh-hoa", "1", "Danh mục", LIST)
    assert sum(made) == len(NUMBERS)
    assert max(made) == 2


def test_what_a_killed_reading_left_of_its_parts_is_found_again(press: Press, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ahead, "PART", 2)
    press.land("thanh-hoa", "1", "Danh mục", LIST)

    class Killed(BaseException):
        pass

    def killed(*_: Any, **__: Any) -> Any:
        raise Killed

    with monkeypatch.context() as patch:
        patch.setattr("models.storing.page.store_article", killed)
        with pytest.raises(Killed):
            press.read()
    assert press.one("SELECT count(*) FROM document") == len(NUMBERS)
    press.read()
    assert press.one("SELECT count(*) FROM document") == len(NUMBERS)
    assert all(issued_on and article == 1 for _, issued_on, article in named(press))


def test_beyond_the_cap_mentions_stand_without_a_document_and_the_operator_is_told(
    press: Press, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ahead, "PART", 2)
    monkeypatch.setattr(ahead, "MOST", 4)
    (word,) = press.print("thanh-hoa", "1", "Danh mục", f"{LIST}\n{NEWS}").words
    assert word == "Bài https://thanh-hoa.example/1.html nêu 8 văn bản; kho chỉ nhận diện 4 văn bản đầu."
    assert press.one("SELECT count(*) FROM document") == 4
    assert len(named(press)) == 8
    assert len(press.told) == 1, "what is reported as issued comes before what is only named"
    outcome = SourceOutcome("thanh-hoa", "ok", "", words=(word,))
    assert faults_to_tell([outcome], {}).endswith(f"• thanh-hoa: {word}")

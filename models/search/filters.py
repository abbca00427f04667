"""Named filters as conditions of the index; wrong values are refused with a sentence that helps."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping

from sqlalchemy import select
from sqlalchemy.orm import Session

from analysis.text import search_key
from foundation.errors import UsageError
from foundation.numbers import LARGEST_ID
from foundation.words import GRADES
from models import names as labels
from models.search.expression import AnyOf, any_token
from models.search.query import Query
from models.search.words import filter_token, symbol_token
from models.tables import DocumentRow

SHOWN_GRADES = ("core", "related")
"""What is found when no grade is asked for: articles graded "none" are kept, and hidden unless asked for."""


def province_codes(names: Iterable[str]) -> tuple[str, ...]:
    """Codes of provinces given by code, slug, present or former name.

    Raises UsageError for a name that is no province.
    """
    return tuple(dict.fromkeys(_province(name) for name in names))


def _province(name: str) -> str:
    from analysis.places import find_province, provinces

    found = find_province(name.strip())
    if found is None:
        some = ", ".join(province.name for province in provinces()[:3])
        raise UsageError(
            f"Không có tỉnh, thành phố nào tên “{name}”. Ghi tên (nay hoặc trước kia) hoặc mã, ví dụ: {some}."
        )
    return found.code


def _known(what: str, given: Iterable[str], names: Mapping[str, str]) -> tuple[str, ...]:
    """Keys given by key or label, with or without marks."""
    spelled = {search_key(key): key for key in names} | {search_key(label): key for key, label in names.items()}
    found = []
    for one in given:
        key = names and (one if one in names else spelled.get(search_key(one.strip())))
        if not key:
            raise UsageError(f"Không có {what} “{one}”. Chọn trong: {', '.join(names)}.")
        found.append(key)
    return tuple(dict.fromkeys(found))


def conditions(session: Session, query: Query, *, grades: tuple[str, ...]) -> list[AnyOf]:
    """The filters of a query, with these grades. Raises UsageError for a value that does not exist."""
    wanted = {
        "province": province_codes(query.provinces),
        "source": source_ids(query.sources),
        "topic": topic_keys(query.topics) if query.topics else (),
        "kind": kind_codes(query.kinds) if query.kinds else (),
    }
    found = [any_token(filter_token(name, value) for value in values) for name, values in wanted.items() if values]
    if len(set(grades) & set(SHOWN_GRADES)) == 1:  # both: their space of order keys says it
        found.append(any_token(filter_token("grade", grade) for grade in grades))
    if query.document is not None:
        found.append(any_token(_document(session, query.document)))
    return found


def grades_of(query: Query) -> tuple[str, ...]:
    """The grades that a query asks for. Raises UsageError for one that does not exist."""
    if not query.grades:
        return SHOWN_GRADES
    if "all" in query.grades:
        return tuple(GRADES)
    return _known("mức", query.grades, GRADES)


_SOURCE_ID = re.compile(r"[a-z0-9_.-]+")


def source_ids(given: Iterable[str]) -> tuple[str, ...]:
    """Ids of papers given by id or name; an id need not be in the catalogue (any more). Raises UsageError."""
    return tuple(dict.fromkeys(_source_id(one.strip()) for one in given))


def _source_id(one: str) -> str:
    if _SOURCE_ID.fullmatch(one):
        return one
    key = search_key(one)
    found = next((known for known, (name, _) in labels.papers().items() if search_key(name) == key), None)
    if found is None:
        raise UsageError(f"Không có báo nào tên “{one[:80]}”. Chọn trong danh sách gợi ý, hoặc ghi mã báo.")
    return found


def topic_keys(given: Iterable[str]) -> tuple[str, ...]:
    """Keys of topics given by key or label. Raises UsageError for what is no topic."""
    return _known("chủ đề", given, labels.topic_labels())


def kind_codes(given: Iterable[str]) -> tuple[str, ...]:
    """Codes of kinds given by code or name. Raises UsageError for what is no kind."""
    names = labels.kind_labels()
    return tuple(dict.fromkeys(code for one in given for code in _codes_of(one, names)))


def _codes_of(one: str, names: Mapping[str, str]) -> tuple[str, ...]:
    """A code, else every kind of that name: "Quyết định" or "quyet dinh" may have several codes."""
    if one in names:
        return (one,)
    key = search_key(one.strip())
    codes = tuple(code for code, name in names.items() if key in {search_key(name), search_key(code)})
    if not codes:
        raise UsageError(f"Không có loại văn bản “{one}”. Ví dụ: NQ (Nghị quyết), CT (Chỉ thị), KH (Kế hoạch).")
    return codes


def typed_id(digits: str) -> int:
    """A number that was typed, as an id that a database takes: Python reads no number of thousands of digits."""
    return min(int(digits[:10]), LARGEST_ID)


def same_documents(session: Session, document_id: int) -> list[int]:
    """A document's id, and those of the rows that were merged into it."""
    merged = session.scalars(select(DocumentRow.id).where(DocumentRow.merged_into_id == document_id))
    return [document_id, *merged]


def _document(session: Session, document: str | int) -> list[str]:
    """Tokens of a document by id (with those merged into it), or by its symbol in any spelling."""
    if isinstance(document, int) or document.isdecimal():
        return [filter_token("document", str(one)) for one in same_documents(session, typed_id(str(document)))]
    from analysis.citations import read_symbol

    found = read_symbol(document)
    return [symbol_token(found.text if found is not None and found.text else document)]

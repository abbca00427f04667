"""`danvan rules`: what each subscriber is told of, set from the command line."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from danvan.cli.app import Command, Group, app, group
from danvan.cli.opening import reading, writing
from danvan.cli.output import JsonOption, say, show
from danvan.cli.search import Grades, Kinds, Papers, Provinces, Symbol, Topics, check_papers, filtered
from danvan.cli.subscribers import Number
from foundation.clock import utc_now
from foundation.errors import UsageError
from foundation.numbers import LARGEST_ID

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

    from models.tables import RuleRow

rules = group("Quy tắc nhận tin: liệt kê, thêm, sửa, đặt tên, bỏ; từ một câu tìm.")
app.add_typer(rules, name="rules", cls=Group)

RuleNumber = Annotated[int, typer.Argument(metavar="SỐ", max=LARGEST_ID, help="Số của quy tắc (danvan rules list).")]


def _rule(session: Session, number: int) -> RuleRow:
    from models.tables import RuleRow

    row = session.get(RuleRow, number)
    if row is None:
        raise UsageError(f"Không có quy tắc số {number}. Xem: danvan rules list")
    return row


@rules.command("list", cls=Command)
def list_rules(*, as_json: JsonOption = False) -> None:
    """Liệt kê quy tắc của mọi người nhận."""
    from sqlalchemy import select

    from models.tables import RuleRow
    from notifications.describing import describe
    from notifications.rows import rule_of

    with reading() as session:
        found = [
            {
                "id": row.id,
                "subscriber": row.subscriber_id,
                "name": row.name,
                "active": row.active,
                "words": describe(rule_of(row)),
            }
            for row in session.scalars(select(RuleRow).order_by(RuleRow.subscriber_id, RuleRow.id))
        ]
    show(found, "Quy tắc", [_line(one) for one in found], as_json=as_json, empty="Chưa có quy tắc nào.")


def _line(rule: dict[str, object]) -> dict[str, object]:
    used = "có" if rule["active"] else "không"
    return {"Số": rule["id"], "Người nhận": rule["subscriber"], "Quy tắc": rule["words"], "Dùng": used}


@rules.command("add", cls=Command)
def add_rule(
    number: Number,
    words: Annotated[
        str,
        typer.Argument(
            metavar="QUY_TẮC", help="Ví dụ: “loại=NQ,CT; tỉnh=Thanh Hóa; từ=dân vận khéo; nhận=ngay; khẩn”."
        ),
    ],
    *,
    as_json: JsonOption = False,
) -> None:
    """Thêm quy tắc; nói trước 30 ngày qua sẽ có bao nhiêu tin, từ chối quy tắc khớp với mọi thứ."""
    from notifications.bot.rule_words import read_rule
    from notifications.describing import describe
    from notifications.estimate import save_rule
    from notifications.subscribers import subscriber_of

    rule = read_rule(words)
    with writing() as session:
        row, found = save_rule(session, subscriber_of(session, number), rule, utc_now())
        form = {"rule": row.id, "words": describe(rule), "documents": found.documents, "of": found.of_documents}
    say(form, f"Đã lưu quy tắc {form['rule']}: {form['words']}. {found.words}", as_json=as_json)


@rules.command("search", cls=Command)
def search_rule(
    number: Number,
    words: Annotated[str, typer.Argument(metavar="TỪ", help="Như danvan search: “cụm từ”, -bỏ, OR, số hiệu.")] = "",
    *,
    province: Provinces = None,
    source: Papers = None,
    topic: Topics = None,
    grade: Grades = None,
    kind: Kinds = None,
    document: Symbol = None,
    delivery: Annotated[str, typer.Option(help="immediate: ngay; daily: hằng ngày; weekly: hằng tuần.")] = "immediate",
    name: Annotated[str, typer.Option(help="Tên của quy tắc.")] = "",
    as_json: JsonOption = False,
) -> None:
    """Biến một câu tìm thành quy tắc: báo khi có bài mới khớp."""
    from notifications.searches import save_search
    from notifications.subscribers import subscriber_of

    query = filtered(words, province, source, topic, grade, kind, document)
    check_papers(query.sources)
    with writing() as session:
        reader = subscriber_of(session, number)
        row, said = save_search(session, reader, query, utc_now(), name=name, delivery=delivery)
        form = {"rule": row.id, "name": row.name, "words": said}
    say(form, f"Đã lưu quy tắc {form['rule']}: {form['name']}. {said}", as_json=as_json)


@rules.command("edit", cls=Command)
def edit_rule(
    number: RuleNumber,
    words: Annotated[str, typer.Argument(metavar="QUY_TẮC", help="Điều kiện mới; bỏ trống là giữ.")] = "",
    *,
    name: Annotated[str, typer.Option(help="Tên mới.")] = "",
    as_json: JsonOption = False,
) -> None:
    """Sửa điều kiện hoặc tên của một quy tắc."""
    from dataclasses import replace

    from notifications.bot.rule_words import read_rule
    from notifications.describing import describe
    from notifications.estimate import save_rule
    from notifications.rows import rule_of
    from notifications.subscribers import subscriber_of

    with writing() as session:
        row = _rule(session, number)
        if words and row.query is not None:
            raise UsageError("Quy tắc này là một câu tìm: bỏ nó rồi tạo lại bằng danvan rules search.")
        if words:
            rule = replace(read_rule(words), id=row.id)
            save_rule(session, subscriber_of(session, row.subscriber_id), rule, utc_now())
        row.name = name or row.name
        session.flush()
        form = {"rule": row.id, "name": row.name, "words": describe(rule_of(row))}
    say(form, f"Quy tắc {number} “{form['name']}”: {form['words']}.", as_json=as_json)


@rules.command("remove", cls=Command)
def remove_rule(number: RuleNumber, *, as_json: JsonOption = False) -> None:
    """Bỏ một quy tắc."""
    with writing() as session:
        session.delete(_rule(session, number))
    say({"rule": number, "removed": True}, "Đã bỏ quy tắc.", as_json=as_json)

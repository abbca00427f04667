"""`danvan label`: a colleague's verdict on an article in the place of the program's."""

from __future__ import annotations

from typing import Annotated

import typer

from danvan.cli.app import Command, app
from danvan.cli.opening import writing
from danvan.cli.output import JsonOption, say
from foundation.clock import utc_now
from foundation.errors import UsageError
from foundation.numbers import LARGEST_ID
from foundation.words import GRADES


@app.command(cls=Command)
def label(
    article: Annotated[
        int, typer.Argument(metavar="SỐ_BÀI", max=LARGEST_ID, help="Số của bài trong kho (#… khi tìm).")
    ],
    *,
    grade: Annotated[str | None, typer.Option(help="Mức đúng: core, related, none.")] = None,
    topic: Annotated[
        list[str] | None, typer.Option(help="Chủ đề đúng (lặp lại được); --topic - là không chủ đề nào.")
    ] = None,
    note: Annotated[str, typer.Option(help="Vì sao.")] = "",
    undo: Annotated[bool, typer.Option("--undo", help="Bỏ ý kiến đã ghi: bài trở lại mức và chủ đề máy chấm.")] = False,
    as_json: JsonOption = False,
) -> None:
    """Sửa mức hoặc chủ đề của một bài: có hiệu lực ngay ở mọi nơi; danvan eval --from-archive đo theo ý kiến này."""
    from analysis.relevance import topics
    from models.storing.corrections import keep_label, take_back

    if grade is not None and grade not in GRADES:
        raise UsageError(f"Không có mức “{grade}”. Các mức: {', '.join(GRADES)}.")
    chosen = None if topic is None else [key for key in topic if key != "-"]
    known = {one.key for one in topics()}
    wrong = [key for key in chosen or () if key not in known]
    if wrong:
        raise UsageError(f"Không có chủ đề {', '.join(wrong)}. Các chủ đề: {', '.join(sorted(known))}.")
    now = utc_now()
    if undo:
        with writing() as session:
            had = take_back(session, article, by="command", now=now)
        words = "đã bỏ ý kiến, trở lại mức máy chấm." if had else "chưa có ý kiến nào."
        say({"article": article, "undone": had}, f"Bài #{article}: {words}", as_json=as_json)
        return
    with writing() as session:
        number = keep_label(session, article, by="command", now=now, grade=grade, topics=chosen, note=note)
    form = {"label": number, "article": article, "grade": grade, "topics": chosen}
    say(form, f"Đã sửa bài #{article} theo ý kiến. Bỏ ý kiến: danvan label {article} --undo", as_json=as_json)

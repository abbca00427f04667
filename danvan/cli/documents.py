"""`danvan documents` and `danvan document`: what the archive knows of documents."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import typer

from danvan.cli.app import Command, app
from danvan.cli.opening import check_symbol, day, reading
from danvan.cli.output import JsonOption, console, in_hanoi, print_json, show

if TYPE_CHECKING:
    from models.views.document_page import DocumentLine, DocumentPage


@app.command(cls=Command)
def documents(
    *,
    kind: Annotated[str | None, typer.Option(help="Loại: NQ, “Nghị quyết” …")] = None,
    issuer: Annotated[str | None, typer.Option(help="Cơ quan ban hành: mã (TW, TU, BTGDVTU) hoặc tên.")] = None,
    province: Annotated[str | None, typer.Option(help="Tỉnh: mã, tên nay hoặc tên cũ.")] = None,
    new_since: Annotated[str | None, typer.Option(help="Được báo đưa từ ngày này (NĂM-THÁNG-NGÀY).")] = None,
    limit: Annotated[int, typer.Option(min=1, max=10_000, help="Nhiều nhất bao nhiêu văn bản.")] = 100,
    as_json: JsonOption = False,
) -> None:
    """Liệt kê văn bản, mới nhất trước."""
    from analysis.places import former_name, province_code
    from danvan.json_forms import form
    from models.search.filters import kind_codes
    from models.views.document_lists import DocumentFilter, article_counts, list_documents
    from models.views.documents_page import document_lines

    if kind:
        kind_codes([kind])
    wanted = DocumentFilter(
        kind=kind,
        issuer=issuer,
        province=province_code(province) if province else None,
        former=former_name(province) if province else None,
        new_since=day(new_since, "--new-since"),
        limit=limit,
    )
    with reading() as session:
        lines = document_lines(session, list_documents(session, wanted))
        counts = article_counts(session, [line.id for line in lines])
    forms = [{**form(line), "articles": counts.get(line.id, 0)} for line in lines]
    rows = [_document_row(line, counts.get(line.id, 0)) for line in lines]
    show(forms, "Văn bản", rows, as_json=as_json, empty="Không có văn bản nào.")


def _document_row(line: DocumentLine, articles: int) -> dict[str, Any]:
    by = f" của {line.issuer}" if line.issuer else ""
    about = f": {line.title or line.about}" if line.title or line.about else ""
    return {
        "Ký hiệu": line.symbol,
        "Ngày": f"{line.issued_on:%d/%m/%Y}" if line.issued_on else "chưa rõ",
        "Nơi": line.province_name or "–",
        "Bài": articles,
        "Văn bản": line.kind + by + about,
    }


@app.command(cls=Command)
def document(
    symbol: Annotated[str, typer.Argument(metavar="KÝ_HIỆU", help="Viết kiểu nào cũng được: 25-NQ/TW, “25 nq tw”.")],
    *,
    as_json: JsonOption = False,
) -> int:
    """Một văn bản: các bài nói về nó, văn bản nó thực hiện và các văn bản thực hiện nó. Trùng số thì nêu hết."""
    from danvan.json_forms import form
    from models.views.document_lists import find_documents
    from models.views.document_page import document_page

    check_symbol(symbol)
    with reading() as session:
        found = [document_page(session, row.id) for row in find_documents(session, symbol)]
    pages = [page for page in found if page is not None]
    if as_json:
        print_json([form(page) for page in pages])
    elif not pages:
        console.print(f"Kho chưa có văn bản nào mang ký hiệu {symbol}.")
    else:
        if len(pages) > 1:
            console.print(f"Có {len(pages)} văn bản cùng ký hiệu {pages[0].document.symbol}:\n", style="bold")
        for page in pages:
            _show_document(page)
    return 0 if pages else 1


def _show_document(page: DocumentPage) -> None:
    line = page.document
    dated = f"{line.issued_on:%d/%m/%Y}" if line.issued_on else "chưa rõ"
    place = line.province_name or page.place or "Trung ương"
    console.print(
        f"{line.kind} số {line.symbol} · ngày {dated} · {line.issuer or page.issuer_code} · {place}", style="bold"
    )
    if line.title:
        console.print(f"  Về: {line.title}")
    elif line.about and not page.carries_out:
        console.print(f"  Chưa rõ trích yếu; {line.about}")
    if page.term:
        console.print(f"  Khóa {page.term}")
    for heading, links in (
        ("Thực hiện, sửa đổi, thay thế", page.carries_out),
        ("Được thực hiện bởi", page.carried_out_by),
    ):
        for link in links:
            other = link.document
            where = f" ({other.province_name})" if other.province_name else ""
            console.print(f"  {heading}: {other.kind} số {other.symbol}{where}, {link.role_label}")
    for article in page.articles:
        console.print(
            f"  {in_hanoi(article.sort_at)}  #{article.id} {article.source}: {article.title} ({article.role_label})"
        )
    if page.articles_total > len(page.articles):
        console.print(f"  … và {page.articles_total - len(page.articles)} bài nữa")
    for file in page.files:
        own = f", ghi số {file.symbol}" if file.symbol else ""
        console.print(f"  Tệp: {file.label or file.url} ({file.words}{own}) {file.url}")
    spellings = ", ".join(f"{spelling.text} ({spelling.count})" for spelling in page.spellings)
    console.print(f"  Cách viết đã gặp: {spellings}\n", style="dim")

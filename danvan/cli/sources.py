"""`danvan sources list|show|check|add|fixture|on|off`: the catalogue of papers."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from danvan.cli.app import Command, complain, sources
from danvan.cli.opening import settings
from danvan.cli.output import JsonOption, console, print_json, print_table, say
from foundation.clock import hanoi_day, utc_now
from foundation.errors import UsageError

if TYPE_CHECKING:
    from crawlers.source import Source

SourceId = Annotated[str, typer.Argument(metavar="MÃ", help="Mã nguồn.")]
Folder = Annotated[
    Path | None,
    typer.Option(
        metavar="THƯ_MỤC", help="Thư mục ghi tệp; mặc định DANVAN_SOURCES_DIR, hoặc sources trong DANVAN_HOME."
    ),
]


@sources.command("list", cls=Command)
def list_(*, as_json: JsonOption = False) -> int:
    """Liệt kê mọi nguồn: tỉnh, họ trang, bằng chứng, bật hay tắt và vì sao. Tệp hỏng được nêu kèm số dòng."""
    from danvan.one_page import catalogue

    known = catalogue()
    if as_json:
        print_json(
            {
                "sources": [_brief(source) for source in known.sources.values()],
                "problems": [str(problem) for problem in known.problems],
            }
        )
    else:
        print_table("Danh mục nguồn", [_row(source) for source in known.sources.values()])
        console.print("Bằng chứng: A đã xem trang thật, B theo bộ thu khác, C suy đoán.")
        for source in known.sources.values():
            if not source.enabled:
                console.print(f"Tắt {source.id}: {source.reason}", style="dim")
        for problem in known.problems:
            complain(f"Không dùng được: {problem}")
    return 2 if known.problems else 0


@sources.command(cls=Command)
def show(source: SourceId, *, as_json: JsonOption = False) -> None:
    """Mọi điều danh mục nói về một nguồn."""
    from danvan.one_page import catalogue

    paper = catalogue().get(source)
    form = paper.model_dump(mode="json", exclude_defaults=not as_json)
    if as_json:
        print_json(form)
        return
    rows = [{"Khóa": key, "Giá trị": _words(value)} for key, value in form.items()]
    print_table(f"{paper.name} ({paper.id})", rows)


@sources.command(cls=Command)
def check(
    source: Annotated[list[str] | None, typer.Argument(metavar="MÃ", help="Mã nguồn, một hay nhiều.")] = None,
    *,
    everything: Annotated[bool, typer.Option("--all", help="Thăm dò mọi báo trong danh mục.")] = False,
    apply: Annotated[bool, typer.Option("--apply", help="Ghi chỗ sửa và bật, tắt vào thư mục riêng.")] = False,
    again: Annotated[bool, typer.Option("--again", help="Bỏ kết quả của lần dở dang, hỏi lại từ đầu.")] = False,
    bundle: Annotated[
        Path | None, typer.Option(metavar="THƯ_MỤC", help="Nơi lưu; mặc định checks/NGÀY trong DANVAN_HOME.")
    ] = None,
    as_json: JsonOption = False,
) -> int:
    """Thăm dò thật lịch sự một nguồn, nhiều nguồn hoặc mọi nguồn (--all): robots.txt, nguồn cấp RSS, chuyên mục, bài.

    Với --all, --apply hay nhiều mã: chỗ nào danh mục đoán sai thì thử cách khác; mọi trang đã xem được lưu thành một
    gói để gửi người giữ danh mục. Dừng giữa chừng thì lần sau làm tiếp.
    """
    from danvan.cli.probing import check_all, check_one
    from danvan.one_page import catalogue

    if everything == bool(source):
        raise UsageError("Nêu mã nguồn, hoặc --all để thăm dò mọi báo.")
    papers = [catalogue().get(name) for name in source] if source else list(catalogue().sources.values())
    if len(papers) > 1 or apply or everything:
        return check_all(papers, bundle, apply=apply, again=again, as_json=as_json)
    return check_one(papers[0], as_json=as_json)


@sources.command(cls=Command)
def add(
    url: Annotated[str, typer.Argument(metavar="ĐỊA_CHỈ", help="Địa chỉ trang chủ của báo.")],
    *,
    source_id: Annotated[
        str | None, typer.Option("--id", metavar="MÃ", help="Mã nguồn; mặc định theo tên miền.")
    ] = None,
    to: Folder = None,
    as_json: JsonOption = False,
) -> None:
    """Tìm nguồn cấp RSS, họ trang và chuyên mục của một báo, rồi viết tệp nguồn và một trang mẫu để người xem lại."""
    from crawlers.draft import propose_source
    from crawlers.options import CrawlOptions
    from crawlers.own_files import own_folder
    from danvan.one_page import catalogue

    folder = to or own_folder(settings())
    proposal = propose_source(url, CrawlOptions.of(settings()), catalogue(), source_id)
    path = folder / f"{proposal.id}.yaml"
    if path.exists():
        raise UsageError(f"Đã có tệp {path}; xóa hoặc đổi tên rồi chạy lại, hoặc chọn mã khác bằng --id.")
    folder.mkdir(parents=True, exist_ok=True)
    path.write_text(proposal.yaml, encoding="utf-8")
    pair = proposal.pair.write(folder / "fixtures") if proposal.pair else None
    form = {"file": str(path), "id": proposal.id, "findings": list(proposal.findings)}
    lines = [f"Đã viết {path}:", *(f"  • {finding}" for finding in proposal.findings)]
    lines += [f"Trang mẫu để xem lại: {pair}"] if pair else []
    lines.append(f"Xem lại tệp, rồi kiểm tra: danvan sources check {proposal.id}")
    say(form | {"fixture": str(pair) if pair else None}, "\n".join(lines), as_json=as_json)


@sources.command(cls=Command)
def fixture(
    source: SourceId,
    url: Annotated[
        str | None,
        typer.Argument(metavar="ĐỊA_CHỈ", help="Địa chỉ một bài; không nêu thì dựng trang theo khuôn đã biết."),
    ] = None,
    *,
    to: Annotated[
        Path | None, typer.Option(metavar="THƯ_MỤC", help="Nơi ghi; mặc định fixtures trong thư mục nguồn báo riêng.")
    ] = None,
    as_json: JsonOption = False,
) -> None:
    """Lưu một trang của báo, đã thay lời, cùng tệp kết quả mong đợi; phép thử không qua đến khi người xem xong tệp.

    Không nêu địa chỉ: trang được dựng từ khuôn mà danh mục biết, với lời và kết quả của chúng ta.
    """
    from crawlers.fixtures import pair_of
    from crawlers.options import CrawlOptions
    from crawlers.own_files import own_folder
    from crawlers.probe import fetch_page
    from danvan.demo.known_shape import shaped_pair
    from danvan.one_page import catalogue

    paper = catalogue().get(source)
    pair = pair_of(fetch_page(url, paper, CrawlOptions.of(settings())), paper) if url else shaped_pair(paper)
    written = pair.write(to or own_folder(settings()) / "fixtures")
    then = "\nSửa phần “expect” cho đúng với trang, rồi xóa dòng “unfinished”." if url else ""
    form = {"page": str(written.with_suffix(".html")), "expected": str(written)}
    say(form, f"Đã viết {written} và trang bên cạnh.{then}", as_json=as_json)


@sources.command(cls=Command)
def on(source: SourceId, *, as_json: JsonOption = False) -> None:
    """Bật một nguồn từ hôm nay; bài báo đã đăng trước hôm nay không báo tin."""
    from crawlers.own_files import own_folder, switch
    from danvan.one_page import catalogue

    paper = catalogue().get(source)
    if paper.enabled:
        _say_switched(source, None, "đang bật sẵn", as_json=as_json)
        return
    today = hanoi_day(utc_now())
    words = f"đã bật từ ngày {today:%d/%m/%Y}" + (
        f" (trước đây tắt vì: {paper.reason.rstrip('.')})" if paper.reason else ""
    )
    path = switch(own_folder(settings()), source, on=True, today=today)
    _say_switched(source, path, words, as_json=as_json)


@sources.command(cls=Command)
def off(
    source: SourceId,
    *,
    reason: Annotated[str, typer.Option(metavar="LÝ_DO", help="Vì sao tắt, để người sau biết.")] = "",
    as_json: JsonOption = False,
) -> None:
    """Tắt một nguồn; bài đã lưu vẫn còn trong kho."""
    from crawlers.own_files import own_folder, switch
    from danvan.one_page import catalogue

    if not catalogue().get(source).enabled:
        _say_switched(source, None, "đang tắt sẵn", as_json=as_json)
        return
    today = hanoi_day(utc_now())
    why = reason or f"tắt theo ý người dùng ngày {today:%d/%m/%Y}"
    path = switch(own_folder(settings()), source, on=False, today=today, reason=why)
    _say_switched(source, path, f"đã tắt: {why}", as_json=as_json)


def _say_switched(source: str, path: Path | None, words: str, *, as_json: bool) -> None:
    where = f" Ghi ở {path}" if path else ""
    say(
        {"id": source, "file": str(path) if path else None, "message": words},
        f"{source}: {words}.{where}",
        as_json=as_json,
    )


def _brief(source: Source) -> dict[str, Any]:
    return {
        "id": source.id,
        "name": source.name,
        "domain": source.domain,
        "province": source.province,
        "level": source.level,
        "family": source.family,
        "evidence": source.evidence,
        "probed": source.probed.isoformat() if source.probed else None,
        "watched_since": source.watched_since.isoformat() if source.watched_since else None,
        "enabled": source.enabled,
        "reason": source.off_because,
        "feeds": [feed.url for feed in source.feeds],
        "sections": [section.path for section in source.sections],
    }


def _row(source: Source) -> dict[str, Any]:
    from analysis.places import find_province

    province = find_province(source.province) if source.province else None
    return {
        "Mã": source.id,
        "Tên": source.name,
        "Tỉnh": province.name if province else "–",
        "Họ": source.family,
        "BC": source.evidence or "–",
        "Thăm dò": f"{source.probed:%d/%m/%y}" if source.probed else "chưa",
        "Bật": "có" if source.enabled else "tắt",
    }


def _words(value: Any) -> str:
    if isinstance(value, list):
        return "\n".join(_words(item) for item in value)
    if isinstance(value, dict):
        return ", ".join(f"{key}: {_words(item)}" for key, item in value.items())
    return str(value)

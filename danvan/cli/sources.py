"""`danvan sources list|show|check|add|fixture|on|off`: the catalogue of papers."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from danvan.cli.app import Command, complain, sources
from danvan.cli.opening import settings
from danvan.cli.output import JsonOption, console, print_json, print_table
from foundation.clock import HANOI
from foundation.errors import UsageError

if TYPE_CHECKING:
    from crawlers.findings import ArticleSeen, Finding
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
                console.print(f"Tắt {source.id}: {source.reason}", markup=False, style="dim")
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
    from danvan.one_page import catalogue

    if everything == bool(source):
        raise UsageError("Nêu mã nguồn, hoặc --all để thăm dò mọi báo.")
    papers = [catalogue().get(name) for name in source] if source else list(catalogue().sources.values())
    if len(papers) > 1 or apply or everything:
        return _check_all(papers, bundle, apply=apply, again=again, as_json=as_json)
    return _check_one(papers[0], as_json=as_json)


def _check_one(source: Source, *, as_json: bool) -> int:
    from crawlers.options import CrawlOptions
    from crawlers.probe import check_source

    report = check_source(source, CrawlOptions.of(settings()))
    if as_json:
        print_json(report.form())
    else:
        rows = [
            {"Bước": step.name, "Kết quả": "được" if step.ok else "không được", "Nhận xét": step.sentence}
            for step in report.steps
        ]
        print_table(f"Thăm dò {source.id}", rows)
    return 0 if report.ok else 1


def _check_all(papers: list[Source], bundle: Path | None, *, apply: bool, again: bool, as_json: bool) -> int:
    from crawlers import bundle as bundles
    from crawlers.options import CrawlOptions, utc_now
    from crawlers.own_files import own_folder

    config = settings()
    folder = bundle or config.home / "checks" / f"{utc_now().astimezone(HANOI):%Y-%m-%d}"
    if again:
        bundles.forget(folder, [paper.id for paper in papers])
    findings = []
    try:
        for finding in bundles.look_at_all(papers, CrawlOptions.of(config), folder, at_once=config.sources_at_once):
            findings.append(finding)
            complain(f"[{len(findings)}/{len(papers)}] {finding.id}: {VERDICTS[finding.verdict]}")
    except KeyboardInterrupt:
        complain("Dừng giữa chừng. Chạy lại đúng lệnh ấy để làm tiếp: báo nào đã hỏi thì không hỏi lại.")
        raise
    findings.sort(key=lambda finding: ([*VERDICTS].index(finding.verdict), finding.id))
    files = bundles.apply(findings, papers, own_folder(config)) if apply else []
    packed = bundles.pack(folder)
    ours = bundles.is_our_line(findings) and any(finding.is_nameless for finding in findings)
    if as_json:
        form = {"bundle": str(packed), "applied": [str(path) for path in files]}
        print_json({"sources": [finding.form() for finding in findings], **form})
    else:
        print_table("Thăm dò báo", [_finding_row(finding) for finding in findings], lines=True)
        counts = Counter(VERDICTS[finding.verdict] for finding in findings)
        console.print(", ".join(f"{count} báo {words}" for words, count in counts.items()) + ".")
        console.print(f"Gói gửi người giữ danh mục: {packed}")
        if ours:
            console.print(
                "Nhiều báo không tìm thấy tên miền: có thể do mạng ở đây, nên chưa tắt báo nào vì lẽ ấy."
                " Xem mạng và DNS (qua máy chủ trung gian: DANVAN_CRAWL_PROXY), rồi chạy lại với --again.",
                soft_wrap=True,
            )
        corrected = sum(bool(finding.switch_off or finding.verdict == "corrected") for finding in findings)
        if apply:
            console.print(f"Đã ghi {len(files)} tệp vào {own_folder(config)}.")
        elif corrected:
            console.print(f"{corrected} báo có chỗ cần sửa: chạy lại với --apply để ghi vào thư mục riêng.")
    return 1 if ours or any(finding.verdict == "person" for finding in findings) else 0


VERDICTS = {"person": "cần người xem", "corrected": "sửa được", "off": "nên tắt", "good": "tốt"}


def _finding_row(finding: Finding) -> dict[str, Any]:
    from crawlers.findings import ANSWERS

    note = finding.doubt if finding.verdict == "person" else finding.remark
    seen = {
        "→": note,
        "Trang chủ:": finding.reached if finding.reached != ANSWERS else "",
        "Nguồn cấp:": finding.feeds.replace("–", ""),
        "Chuyên mục:": finding.sections.replace("–", ""),
    }
    lines = [f"{label} {words}" for label, words in seen.items() if words]
    lines += [f"Bài: {_article_cell(article)}" for article in finding.articles]
    changes = [key for key in finding.changes if key != "probed"]
    lines += [f"Sửa: {', '.join(changes)}"] if changes else []
    return {"Báo": finding.id, "Kết luận": VERDICTS[finding.verdict], "Đã thấy": "\n".join(lines)}


def _article_cell(article: ArticleSeen) -> str:
    from foundation.words import PAGE_FLAGS, PAGE_STATES

    if article.status not in {"article", "protected"}:
        return f"{PAGE_STATES.get(article.status, article.status)} ({_short(article.url)})"
    if not article.title:
        return f"không có tiêu đề ({_short(article.url)})"
    day = "/".join(reversed(article.day.split("-"))) if article.day else "không rõ ngày"
    flags = ", ".join(PAGE_FLAGS.get(flag, flag) for flag in article.flags)
    return f"“{article.title[:60]}”, {day}, {article.length} ký tự" + (f" [{flags}]" if flags else "")


def _short(url: str) -> str:
    return url.rpartition("/")[2][:40] or url


@sources.command(cls=Command)
def add(
    url: Annotated[str, typer.Argument(metavar="ĐỊA_CHỈ", help="Địa chỉ trang chủ của báo.")],
    *,
    source_id: Annotated[
        str | None, typer.Option("--id", metavar="MÃ", help="Mã nguồn; mặc định theo tên miền.")
    ] = None,
    to: Folder = None,
    as_json: JsonOption = False,
) -> int:
    """Tìm nguồn cấp RSS, họ trang và chuyên mục của một báo, rồi viết tệp nguồn và một trang mẫu để người xem lại."""
    from crawlers.options import CrawlOptions
    from crawlers.own_files import own_folder
    from crawlers.probe import propose_source
    from danvan.one_page import catalogue

    folder = to or own_folder(settings())
    proposal = propose_source(url, CrawlOptions.of(settings()), catalogue(), source_id)
    path = folder / f"{proposal.id}.yaml"
    if path.exists():
        raise UsageError(f"Đã có tệp {path}; xóa hoặc đổi tên rồi chạy lại, hoặc chọn mã khác bằng --id.")
    folder.mkdir(parents=True, exist_ok=True)
    path.write_text(proposal.yaml, encoding="utf-8")
    pair = proposal.pair.write(folder / "fixtures") if proposal.pair else None
    if as_json:
        form = {"file": str(path), "id": proposal.id, "findings": list(proposal.findings)}
        print_json(form | {"fixture": str(pair) if pair else None})
        return 0
    console.print(f"Đã viết {path}:", markup=False)
    for finding in proposal.findings:
        console.print(f"  • {finding}", markup=False)
    if pair:
        console.print(f"Trang mẫu để xem lại: {pair}", markup=False)
    console.print("Xem lại tệp, rồi kiểm tra: danvan sources check " + proposal.id, markup=False)
    return 0


@sources.command(cls=Command)
def fixture(
    source: SourceId,
    url: Annotated[
        str | None,
        typer.Argument(metavar="ĐỊA_CHỈ", help="Địa chỉ một bài; không nêu thì dựng trang theo khuôn đã biết."),
    ] = None,
    *,
    to: Annotated[
        Path | None,
        typer.Option(metavar="THƯ_MỤC", help="Nơi ghi; mặc định fixtures trong thư mục nguồn báo riêng."),
    ] = None,
    as_json: JsonOption = False,
) -> int:
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
    if as_json:
        print_json({"page": str(written.with_suffix(".html")), "expected": str(written)})
    else:
        console.print(f"Đã viết {written} và trang bên cạnh.")
        if url:
            console.print("Sửa phần “expect” cho đúng với trang, rồi xóa dòng “unfinished”.")
    return 0


@sources.command(cls=Command)
def on(source: SourceId, *, as_json: JsonOption = False) -> int:
    """Bật một nguồn từ hôm nay; bài báo đã đăng trước hôm nay không báo tin."""
    from crawlers.options import utc_now
    from crawlers.own_files import own_folder, switch
    from danvan.one_page import catalogue

    paper = catalogue().get(source)
    if paper.enabled:
        return _say_switched(source, None, "đang bật sẵn", as_json=as_json)
    today = utc_now().astimezone(HANOI).date()
    words = f"đã bật từ ngày {today:%d/%m/%Y}" + (
        f" (trước đây tắt vì: {paper.reason.rstrip('.')})" if paper.reason else ""
    )
    return _say_switched(source, switch(own_folder(settings()), source, on=True, today=today), words, as_json=as_json)


@sources.command(cls=Command)
def off(
    source: SourceId,
    *,
    reason: Annotated[str, typer.Option(metavar="LÝ_DO", help="Vì sao tắt, để người sau biết.")] = "",
    as_json: JsonOption = False,
) -> int:
    """Tắt một nguồn; bài đã lưu vẫn còn trong kho."""
    from crawlers.options import utc_now
    from crawlers.own_files import own_folder, switch
    from danvan.one_page import catalogue

    if not catalogue().get(source).enabled:
        return _say_switched(source, None, "đang tắt sẵn", as_json=as_json)
    today = utc_now().astimezone(HANOI).date()
    why = reason or f"tắt theo ý người dùng ngày {today:%d/%m/%Y}"
    path = switch(own_folder(settings()), source, on=False, today=today, reason=why)
    return _say_switched(source, path, f"đã tắt: {why}", as_json=as_json)


def _say_switched(source: str, path: Path | None, words: str, *, as_json: bool) -> int:
    if as_json:
        print_json({"id": source, "file": str(path) if path else None, "message": words})
    else:
        console.print(f"{source}: {words}." + (f" Ghi ở {path}" if path else ""), markup=False)
    return 0


def _brief(source: Source) -> dict[str, Any]:
    return {
        "id": source.id,
        "name": source.name,
        "domain": source.domain,
        "province": source.province,
        "level": source.level.value,
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

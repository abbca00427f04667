"""`danvan run`, `backfill`, `reprocess`, `deliver`, `health`: the work itself, by hand."""

from __future__ import annotations

import signal
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict
from functools import partial
from typing import TYPE_CHECKING, Annotated

import typer

from danvan.cli.app import Command, app, complain
from danvan.cli.opening import archive, day, existing_archive, reading, settings
from danvan.cli.output import JsonOption, console, print_json, print_table, show
from foundation.clock import HANOI, utc_now, wrong_order
from foundation.errors import UsageError

if TYPE_CHECKING:
    from crawlers.catalogue import Catalogue
    from flows.run import RunResult
    from flows.steps import Window

SourceOption = Annotated[list[str] | None, typer.Option("--source", help="Chỉ nguồn này (lặp lại được).")]


@app.command(cls=Command)
def run(
    *,
    source: SourceOption = None,
    since: Annotated[str | None, typer.Option(help="Chỉ lấy bài từ ngày này (NĂM-THÁNG-NGÀY).")] = None,
    as_json: JsonOption = False,
) -> int:
    """Thu báo, đọc, lưu và gửi tin một lượt; cuối cùng in bảng kê từng nguồn."""
    from flows.steps import Window

    return harvest(source, Window(since=day(since, "--since")), as_json=as_json)


@app.command(cls=Command)
def backfill(
    *,
    source: Annotated[str, typer.Option("--source", help="Mã nguồn báo.")],
    start: Annotated[str, typer.Option("--from", help="Từ ngày (NĂM-THÁNG-NGÀY).")],
    end: Annotated[str | None, typer.Option("--to", help="Đến ngày; bỏ trống là hôm nay.")] = None,
    as_json: JsonOption = False,
) -> int:
    """Lấy bài cũ của một nguồn vào kho; không gửi tin báo nào. Dừng rồi chạy lại sẽ làm tiếp."""
    from flows.steps import Window

    first, last = day(start, "--from"), day(end, "--to")
    if wrong := wrong_order(first, last):
        raise UsageError(wrong)
    return harvest([source], Window(since=first, until=last, backfill=True), as_json=as_json)


def harvest(names: Sequence[str] | None, window: Window, *, as_json: bool) -> int:
    """Run the harvest, show its ledger; answers the exit code."""
    import asyncio

    from danvan.one_page import catalogue
    from flows.run import deliver_aside, deliver_once, run_sources

    config = settings()
    engine = archive(config)
    chosen = chosen_sources(names, as_json=as_json)
    with _progress("Thu báo", len(chosen), as_json=as_json) as move, _stopped_as_by_hand():
        step = deliver_aside if as_json else deliver_once
        result = asyncio.run(
            run_sources(
                engine,
                config,
                chosen,
                window,
                clock=utc_now,
                deliver_step=step,
                finished=lambda outcome: move(advance=1, description=f"Thu báo: xong {outcome.id}"),
                refused=() if names else tuple(map(str, catalogue().problems)),
            )
        )
    engine.dispose()
    show_result(result, as_json=as_json)
    return 1 if result.needs_a_person else 0


@contextmanager
def _stopped_as_by_hand() -> Iterator[None]:
    """SIGTERM ends a run as Ctrl+C does: its children finish what they have begun, its leases are given back."""
    before = signal.signal(signal.SIGTERM, lambda *_: signal.raise_signal(signal.SIGINT))
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)


def chosen_sources(names: Sequence[str] | None, *, as_json: bool) -> list[str]:
    """The ids to harvest. Raises UnknownSourceError, UsageError for a source that is switched off."""
    from danvan.one_page import catalogue

    known = catalogue()
    _warn(known, as_json=as_json)
    for name in names or ():
        off = known.get(name).off_because
        if off:
            raise UsageError(f"Nguồn {name} đang tắt: {off} Muốn bật, sửa tệp của nguồn (enabled: true).")
    chosen = list(names) if names else [source.id for source in known.enabled()]
    if not chosen:
        raise UsageError("Danh mục không có nguồn nào đang bật. Xem: danvan sources list")
    return chosen


def _warn(known: Catalogue, *, as_json: bool) -> None:
    """Name the refused entries of the catalogue; the others are harvested all the same."""
    for problem in known.problems:
        if not as_json:
            complain(f"Bỏ qua một nguồn: {problem}")


@contextmanager
def _progress(words: str, total: int | None, *, as_json: bool) -> Iterator[Callable[..., None]]:
    """A bar where a person is there; what is yielded moves it, by rich's words for it."""
    if as_json or not console.is_terminal:
        yield lambda **_moved: None
        return
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    with Progress(*columns, console=console.rich) as bar:
        yield partial(bar.update, bar.add_task(words, total=total))


def show_result(result: RunResult, *, as_json: bool) -> None:
    """Print the ledger of a run."""
    from flows.ledger import ledger_lines

    form = result.form()
    if as_json:
        print_json(form)
        return
    print_table(f"Bảng kê lượt {form['run']}", ledger_lines(form["sources"]))
    told: dict[tuple[str, bool], list[str]] = {}
    for source in result.sources:
        if source.status != "ok":
            told.setdefault((source.message, source.needs_a_person), []).append(source.id)
    for (sentence, for_a_person), names in told.items():
        console.print(f"{', '.join(names)}: {sentence}", style="red" if for_a_person else "dim")
    console.print(
        f"{form['articles_new']} bài mới · {form['documents_new']} văn bản mới · "
        f"{form['alerts_queued']} tin xếp hàng · {form['alerts_sent']} tin đã gửi",
        style="bold",
    )
    for fault in form["faults"]:
        console.print(f"Cần xem: {fault}", style="red")
    if result.needs_a_person:
        console.print("Xong, nhưng có nguồn cần người xem (nêu ở trên).", style="yellow")


@app.command(cls=Command)
def reprocess(
    *,
    since: Annotated[str | None, typer.Option(help="Chỉ các trang lấy về từ ngày này.")] = None,
    everything: Annotated[bool, typer.Option("--all", help="Cả những trang đã đọc theo quy tắc hiện tại.")] = False,
    as_json: JsonOption = False,
) -> int:
    """Đọc lại các trang đã đọc theo quy tắc cũ; không gọi báo nào, không gửi tin. Dừng rồi chạy lại sẽ làm tiếp."""
    from danvan.one_page import catalogue
    from flows.ledger import reading_sentence
    from models.storing.reprocess import reprocess as reread

    engine = existing_archive()
    with _progress("Đọc lại", None, as_json=as_json) as move:
        report = reread(
            engine,
            catalogue().sources,
            since=day(since, "--since"),
            now=utc_now(),
            everything=everything,
            progress=lambda done, total: move(completed=done, total=total),
        )
    if as_json:
        print_json(report.form())
    else:
        console.print(reading_sentence(report.form()))
    return 1 if report.failed else 0


@app.command(cls=Command)
def deliver(*, as_json: JsonOption = False) -> int:
    """Gửi các tin còn trong hàng đợi."""
    from notifications.deliver import deliver as send

    report = send(existing_archive(), settings(), stream=sys.stderr if as_json else sys.stdout)
    faults = (*report.stopped, *report.errors)
    if as_json:
        print_json(asdict(report))
    else:
        console.print(f"Đã gửi {report.sent} tin; còn {report.waiting} tin trong hàng đợi.")
        for fault in faults:
            console.print(f"Cần xem: {fault}", style="red")
    return 1 if faults else 0


@app.command(cls=Command)
def health(*, as_json: JsonOption = False) -> int:
    """Tình trạng từng nguồn so với nếp của chính nó; nguồn im lặng hay hỏng đứng đầu."""
    from danvan.one_page import catalogue
    from models.runs.health import health as look

    with reading() as session:
        states = look(session, catalogue().sources, utc_now())
    ordered = sorted(states, key=lambda state: not state.needs_a_person)
    rows = [
        {
            "Nguồn": state.source_id,
            "Tình trạng": state.label,
            "Lần tốt gần nhất": f"{state.last_success_at.astimezone(HANOI):%d/%m %H:%M}"
            if state.last_success_at
            else "chưa có",
            "Nhận xét": "\n".join(state.lines),
        }
        for state in ordered
    ]
    show([state.form() for state in ordered], "Tình trạng các nguồn", rows, as_json=as_json)
    return 1 if any(state.needs_a_person for state in states) else 0

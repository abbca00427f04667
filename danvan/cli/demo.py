"""`danvan demo`: the whole road on replica papers over loopback, in a temporary archive."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from danvan.cli.app import Command, app
from danvan.cli.harvest import show_result
from danvan.cli.opening import archive
from danvan.cli.output import JsonOption, console, print_json
from danvan.cli.serving import check_port
from foundation.clock import hanoi_day, utc_now

if TYPE_CHECKING:
    from foundation.settings import Settings


@app.command(cls=Command)
def demo(
    *,
    serve: Annotated[bool, typer.Option("--serve/--no-serve", help="Mở trang kho lưu trữ ở bước cuối.")] = True,
    port: Annotated[int, typer.Option(min=1, max=65535, help="Cổng của trang kho lưu trữ.")] = 8000,
    as_json: JsonOption = False,
) -> int:
    """Trọn quy trình trên các trang báo mô phỏng ngay trong máy: thu, đọc, lưu, in tin báo, mở trang tra cứu."""
    from danvan.demo.server import ReplicaSites

    if serve:
        check_port("127.0.0.1", port)

    with tempfile.TemporaryDirectory(prefix="danvan-demo-") as folder, ReplicaSites(hanoi_day(utc_now())) as sites:
        sites.write_sources(Path(folder) / "sources")
        config = demo_settings(Path(folder))
        _say(f"Các báo mô phỏng chạy tại: {', '.join(sorted(sites.sites.values()))}", as_json=as_json)
        first = _harvest(config, sorted(sites.sites), "Lượt thứ nhất", as_json=as_json)
        asked = len(sites.requests)
        second = _harvest(config, sorted(sites.sites), "Lượt thứ hai, cùng kho", as_json=as_json)
        articles = second.form()["articles_new"]
        _say(
            f"Lượt thứ hai gọi {len(sites.requests) - asked} lần (mục lục và robots.txt), thêm {articles} bài,"
            f" gửi {second.alerts_sent} tin: không bài nào lấy lại, không tin nào báo lại.",
            as_json=as_json,
        )
        if as_json:
            print_json({"runs": [first.form(), second.form()]})
        if serve:
            _serve(config, port, as_json=as_json)
    return int(first.needs_a_person or second.needs_a_person)


def demo_settings(folder: Path) -> Settings:
    """Settings of a demonstration: a temporary archive, loopback only, no channel but the console."""
    from foundation.settings import Settings

    return Settings(
        database_url=f"sqlite:///{folder / 'danvan.sqlite3'}",
        sources_dir=folder / "sources",
        allow_hosts=("127.0.0.1",),
        crawl_delay=0,
        telegram_token=None,
        smtp_url=None,
        admin_chat=None,
        admin_email=None,
        web_password=None,
    )


def _harvest(config: Settings, names: list[str], title: str, *, as_json: bool) -> Any:
    import asyncio

    from flows.run import deliver_aside, deliver_once, run_sources
    from flows.steps import Window

    _say(f"\n{title}: thu {len(names)} báo …", as_json=as_json)
    engine = archive(config)
    step = deliver_aside if as_json else deliver_once
    work = run_sources(engine, config, names, Window(), clock=utc_now, deliver_step=step)
    result = asyncio.run(work)
    engine.dispose()
    if not as_json:
        show_result(result, as_json=False)
    return result


def _serve(config: Settings, port: int, *, as_json: bool) -> None:
    from danvan.web import serve
    from foundation.settings import settings
    from models import names

    # The pages name papers by the catalogue of the process.
    os.environ |= {"DANVAN_SOURCES_DIR": str(config.sources_dir), "DANVAN_ALLOW_HOSTS": "127.0.0.1"}
    settings.cache_clear()
    names.forget()
    _say(f"\nKho lưu trữ: http://127.0.0.1:{port}/ (Ctrl-C để dừng)", as_json=as_json)
    serve(config, host="127.0.0.1", port=port)


def _say(words: str, *, as_json: bool) -> None:
    if not as_json:
        console.print(words, soft_wrap=True)

"""`danvan backup`, `restore`, `move`, `upgrade`, `prune`: the archive kept safe, brought back, taken elsewhere."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from danvan.cli.app import Command, app, complain
from danvan.cli.opening import archive, existing_archive, settings
from danvan.cli.output import JsonOption, console, say
from foundation.clock import utc_now
from foundation.words import decimal

File = Annotated[Path, typer.Argument(metavar="TỆP", help="Tệp sao lưu (một kho SQLite).")]


class Counted:
    """Counts the rows of each table as it is copied, and says so when a person is there."""

    def __init__(self) -> None:
        self.tables: dict[str, int] = {}

    def __call__(self, table: str, rows: int) -> None:
        """A table was copied."""
        self.tables[table] = rows
        if console.is_terminal:
            complain(f"  {table}: {rows}")

    def tell(self, words: str, *, as_json: bool, **more: str) -> None:
        """The end of the work."""
        held = f"{self.tables.get('article', 0)} bài, {self.tables.get('document', 0)} văn bản"
        say({**more, "rows": self.tables}, f"{words}: {held}.", as_json=as_json)


@app.command(cls=Command)
def backup(
    file: Annotated[
        Path | None,
        typer.Argument(metavar="TỆP", help="Tệp sao lưu; không nêu thì tệp mang ngày giờ trong DANVAN_BACKUP_DIR."),
    ] = None,
    *,
    as_json: JsonOption = False,
) -> None:
    """Sao lưu cả kho ra một tệp mới, chỉ chủ tệp đọc được; việc thu báo vẫn chạy."""
    from models.moving import backup as copy
    from models.moving import backup_into

    told, config = Counted(), settings()
    if file is None:
        file = backup_into(config, utc_now(), told)
    else:
        copy(config.database_url, file, told)
    told.tell(f"Đã sao lưu vào {file}", as_json=as_json, file=str(file))


@app.command(cls=Command)
def restore(file: File, *, as_json: JsonOption = False) -> None:
    """Khôi phục kho từ một tệp sao lưu, vào nơi chưa có kho nào."""
    from models.moving import restore as copy

    told = Counted()
    copy(file, settings().database_url, told)
    told.tell(f"Đã khôi phục từ {file}", as_json=as_json, file=str(file))


@app.command(cls=Command)
def upgrade(*, as_json: JsonOption = False) -> None:
    """Tạo kho nếu chưa có, hoặc đưa kho lên dạng mới nhất; chạy lại không đổi gì."""
    from models.read_only import newest_shape

    place = archive().url.render_as_string(hide_password=True)
    words = f"Kho lưu trữ {place} ở dạng mới nhất ({newest_shape()})."
    say({"archive": place, "shape": newest_shape()}, words, as_json=as_json)


@app.command(cls=Command)
def move(
    *,
    to: Annotated[
        str, typer.Option("--to", help="Nơi mới: sqlite:////đường/dẫn hoặc postgresql://tên:mật_khẩu@máy/kho.")
    ],
    as_json: JsonOption = False,
) -> None:
    """Chép kho sang nơi khác (SQLite, PostgreSQL) và đối chiếu từng bảng; bị ngắt thì chạy lại sẽ làm tiếp."""
    from models.database import parse_address
    from models.moving import move as copy

    told = Counted()
    copy(settings().database_url, to, told)
    address = parse_address(to)
    if address.get_backend_name() == "sqlite":
        address = address.set(database=str(Path(address.database or "").absolute()))  # read from any folder later
    place = address.render_as_string(hide_password=True)
    told.tell(f"Đã chép và đối chiếu; đặt DANVAN_DATABASE_URL thành {place}", as_json=as_json, to=place)


NO_MONTHS = "Không dọn trang cũ: muốn dọn, nêu --months SỐ hoặc đặt DANVAN_PRUNE_MONTHS."


@app.command(cls=Command)
def prune(
    *,
    months: Annotated[
        int | None,
        typer.Option(min=1, max=1200, help="Trang cũ hơn chừng này tháng; mặc định theo DANVAN_PRUNE_MONTHS."),
    ] = None,
    as_json: JsonOption = False,
) -> None:
    """Dọn kho: nội dung gốc của trang cũ ra tệp nén theo tháng (vẫn đọc lại được), bỏ trang cũ không phải bài.

    Sổ của các lượt chạy cũ được dọn cả khi không nói số tháng.
    """
    from dataclasses import asdict

    from models.landing.retention import clear, forget_known, months_before
    from models.landing.shelf import shelf

    wanted = months or settings().prune_months

    def told(moved: int) -> None:
        if console.is_terminal:
            complain(f"  {moved} trang")

    archive = existing_archive()
    forgotten = forget_known(archive, utc_now())
    if not wanted:
        words = f"Sổ của các lượt cũ bớt {forgotten} địa chỉ “đã có”. {NO_MONTHS}"
        say({"ledger": forgotten}, words, as_json=as_json)
        return
    done = clear(archive, months_before(utc_now(), wanted), clock=utc_now, told=told)
    words = (
        f"Đã bỏ {done.deleted} trang không cần, chuyển {done.moved} trang ({decimal(done.before / 1e6)} MB) thành"
        f" {decimal(done.after / 1e6)} MB trong {shelf()}. Bản sao lưu không có thư mục này: hãy chép riêng.{done.left}"
        + (f" Sổ của các lượt cũ bớt {forgotten} địa chỉ “đã có”." if forgotten else "")
    )
    say({**asdict(done), "folder": str(shelf()), "ledger": forgotten}, words, as_json=as_json)

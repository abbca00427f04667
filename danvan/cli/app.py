"""The command's frame: the Typer application, help in Vietnamese, errors as one sentence and an exit code.

Exit codes: 0 done, 1 done with faults that need a person, 2 wrong use or configuration.
"""

from __future__ import annotations

import json
import logging
import sys
from collections.abc import Sequence
from typing import Any

import typer
from rich.console import Console
from typer import _click as click  # Typer carries its own Click since 0.20; its exceptions have no public name
from typer import rich_utils
from typer.core import TyperCommand, TyperGroup, TyperOption

from foundation.errors import DanvanError

rich_utils.OPTIONS_PANEL_TITLE = "Tùy chọn"
rich_utils.ARGUMENTS_PANEL_TITLE = "Đối số"
rich_utils.COMMANDS_PANEL_TITLE = "Các lệnh"
rich_utils.DEFAULT_STRING = "[mặc định: {}]"
rich_utils.REQUIRED_LONG_STRING = "[bắt buộc]"

USAGE_WORDS = {
    "Usage:": "Cách dùng:",
    "[OPTIONS]": "[TÙY CHỌN]",
    "COMMAND [ARGS]...": "LỆNH [ĐỐI SỐ]...",
    "]...": "…]",
}
INTERRUPTED = 130
"""The shell's code for a command stopped with Ctrl-C."""


class _InVietnamese(click.Command):
    """Puts Click's own words of a help page into Vietnamese."""

    def get_usage(self, ctx: Any) -> str:  # noqa: ANN401 (Click's context has no public type)
        usage = super().get_usage(ctx)
        for english, vietnamese in USAGE_WORDS.items():
            usage = usage.replace(english, vietnamese)
        return usage

    def get_help_option(self, ctx: Any) -> Any:  # noqa: ANN401
        option = super().get_help_option(ctx)
        if option is not None:
            option.help = "Xem trợ giúp này."
            option.metavar = ""
        return option

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:  # noqa: ANN401
        for parameter in self.params:
            if isinstance(parameter, TyperOption) and parameter.metavar is None:
                parameter.metavar = _kind_of_value(parameter)
        return super().parse_args(ctx, args)


def _kind_of_value(option: TyperOption) -> str | None:
    """The Vietnamese word for what an option takes; None leaves Typer's own (a list of choices)."""
    if option.is_flag:
        return ""
    return {"int": "SỐ", "float": "SỐ", "Path": "TỆP", "str": "CHỮ", "list[str]": "CHỮ"}.get(option.bare_type())


class Command(_InVietnamese, TyperCommand):
    """A command whose help is Vietnamese."""


class Group(_InVietnamese, TyperGroup):
    """A group of commands whose help is Vietnamese."""


def group(help_text: str) -> typer.Typer:
    """A Typer application in this program's manner."""
    # Typer's own tracebacks would show local values, a token among them.
    return typer.Typer(
        cls=Group,
        help=help_text,
        no_args_is_help=True,
        add_completion=False,
        rich_markup_mode="rich",
        pretty_exceptions_enable=False,
    )


app = group(
    "Dân vận Monitor: theo dõi báo đảng các tỉnh về công tác dân vận và báo ngay khi có văn bản mới.\n\n"
    "Mã kết thúc: 0 xong; 1 xong nhưng có việc cần người xem; 2 dùng sai hoặc cấu hình sai."
)
sources = group("Danh mục nguồn báo: liệt kê, xem, kiểm tra, thêm.")
app.add_typer(sources, name="sources", cls=Group)

errors = Console(stderr=True, soft_wrap=True)


def main(arguments: Sequence[str] | None = None) -> None:
    """Run the command and leave the process with its exit code."""
    from danvan.cli import commands

    commands.register()
    words = list(sys.argv[1:] if arguments is None else arguments)
    logging.basicConfig(level=_log_level(), format="%(asctime)s %(levelname)s %(name)s: %(message)s")
    sys.exit(_run(words))


def _log_level() -> str:
    from foundation.settings import settings

    try:
        return settings().log_level.upper()
    except DanvanError:
        return "WARNING"  # the command itself will meet the same error and say it


def _run(words: list[str]) -> int:
    as_json = "--json" in words
    try:
        result = app(words, standalone_mode=False, prog_name="danvan")
    except DanvanError as error:
        return _refuse(str(error), error.exit_code, as_json=as_json)
    except click.exceptions.NoArgsIsHelpError as error:
        error.show()
        return 2
    except click.exceptions.ClickException as error:
        return _refuse(_explain(error), 2, as_json=as_json)
    except (KeyboardInterrupt, typer.Abort):
        return _refuse("Đã dừng theo yêu cầu; chạy lại lệnh sẽ làm tiếp phần còn lại.", INTERRUPTED, as_json=as_json)
    except BrokenPipeError:
        sys.stderr.close()  # the reader (head, less) has left: nothing more to say
        return 0
    return result if isinstance(result, int) else 0


def _refuse(sentence: str, code: int, *, as_json: bool) -> int:
    if as_json:
        sys.stderr.write(json.dumps({"error": sentence, "exit": code}, ensure_ascii=False) + "\n")
    else:
        errors.print(f"Lỗi: {sentence}", markup=False, highlight=False)
    return code


def _explain(error: click.exceptions.ClickException) -> str:
    context = getattr(error, "ctx", None)
    help_hint = f" Xem: {context.command_path} --help" if context else ""
    if isinstance(error, click.exceptions.NoSuchOption):
        near = f" Có phải {', '.join(sorted(error.possibilities))}?" if error.possibilities else ""
        return f"Không có tùy chọn {error.option_name}.{near}{help_hint}"
    if isinstance(error, click.exceptions.MissingParameter):
        name = error.param.get_error_hint() if error.param else error.param_hint
        return f"Thiếu {name}.{help_hint}"
    if isinstance(error, click.exceptions.BadParameter):
        name = error.param.get_error_hint() if error.param else (error.param_hint or "")
        return f"Giá trị của {name} không dùng được ({error.message}).{help_hint}"
    return f"Không hiểu lệnh ({error.format_message()}).{help_hint}"

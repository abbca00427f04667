"""The command's frame: commands loaded when they are asked for, help in Vietnamese, errors as one sentence and a code.

Exit codes: 0 done, 1 done with faults that need a person, 2 wrong use or configuration.
"""

from __future__ import annotations

import gc
import importlib
import inspect
import json
import os
import sys
from collections.abc import Sequence
from difflib import get_close_matches
from typing import Annotated, Any

import typer
from typer.core import TyperCommand, TyperGroup
from typer.main import get_command

from danvan.cli.commands import HOMES
from danvan.cli.vietnamese import InVietnamese, explain
from foundation.errors import DanvanError, UsageError, os_fault

CONTEXT = {"help_option_names": ["-h", "--help"], "max_content_width": 120}
INTERRUPTED = 130
"""The shell's code for a command stopped with Ctrl-C."""


class Command(InVietnamese, TyperCommand):
    """A command whose help is Vietnamese."""


class Group(InVietnamese, TyperGroup):
    """A group of commands whose help is Vietnamese."""

    def resolve_command(self, ctx: Any, args: list[str]) -> Any:
        """The command that is named first. Raises UsageError, with the nearest names, for one that is not here."""
        if args[0] not in self.list_commands(ctx) and not args[0].startswith("-"):
            near = get_close_matches(args[0], self.list_commands(ctx))
            hint = f" Có phải {', '.join(near)}?" if near else ""
            raise UsageError(f"Không có lệnh “{args[0]}”.{hint} Xem: {ctx.command_path} --help")
        return super().resolve_command(ctx, args)


class Root(Group):
    """`danvan` itself: imports the module of a command when that command is asked for."""

    def list_commands(self, ctx: Any) -> list[str]:
        """The names of all commands, none of them loaded."""
        del ctx
        return list(HOMES)

    def get_command(self, ctx: Any, name: str) -> Any:
        """One command, its module imported."""
        del ctx
        if name not in HOMES:
            return None
        found = registered(name)
        if isinstance(found, typer.Typer):
            command = get_command(found)
        else:
            alone = typer.Typer(add_completion=False, rich_markup_mode=None, context_settings=CONTEXT)
            alone.registered_commands.append(found)
            command = get_command(alone)
        command.name = name
        return command

    def format_commands(self, ctx: Any, formatter: Any) -> None:
        """The commands by the first line of their help: building all of them takes longer than the rest together."""
        rows = []
        for name in self.list_commands(ctx):
            found = registered(name)
            text = found.info.help if isinstance(found, typer.Typer) else found.callback.__doc__
            rows.append((name, inspect.cleandoc(str(text)).partition("\n")[0]))
        with formatter.section("Commands"):
            formatter.write_dl(rows)


def registered(name: str) -> Any:
    """The record of a command, or the application of a group, after importing the module that it lives in."""
    importlib.import_module(f"danvan.cli.{HOMES[name]}")
    for group_of in app.registered_groups:
        if group_of.name == name:
            return group_of.typer_instance
    for info in app.registered_commands:
        if info.callback and name == (info.name or info.callback.__name__):
            return info
    raise LookupError(f"danvan.cli.{HOMES[name]} registers no command {name}")


def group(help_text: str) -> typer.Typer:
    """A Typer application in this program's manner."""
    # Typer's own tracebacks would show local values, a token among them; its coloured help costs more than the rest.
    return typer.Typer(
        cls=Group,
        help=help_text,
        no_args_is_help=True,
        add_completion=False,
        rich_markup_mode=None,
        pretty_exceptions_enable=False,
        context_settings=CONTEXT,
    )


app = typer.Typer()
"""Where the modules of commands register them."""

front = typer.Typer(
    cls=Root,
    help="Dân vận Monitor: theo dõi báo đảng các tỉnh về công tác dân vận và báo ngay khi có văn bản mới.\n\n"
    "Mã kết thúc: 0 xong; 1 xong nhưng có việc cần người xem; 2 dùng sai hoặc cấu hình sai.",
    no_args_is_help=True,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
    context_settings=CONTEXT,
)
sources = group("Danh mục nguồn báo: liệt kê, xem, kiểm tra, thêm, bật, tắt.")
app.add_typer(sources, name="sources", cls=Group)


def _show_version(wanted: bool) -> None:  # noqa: FBT001 (Typer calls it with the flag)
    if wanted:
        from importlib.metadata import version

        sys.stdout.write(f"danvan {version('danvan-monitor')}\n")
        raise typer.Exit


@front.callback()
def danvan(
    *,
    version: Annotated[
        bool, typer.Option("--version", callback=_show_version, is_eager=True, help="In phiên bản.")
    ] = False,
) -> None:
    """What all commands share: how the work is logged, and a word about settings that nobody reads."""
    del version
    from foundation.logs import set_up_logging

    set_up_logging()


def main(arguments: Sequence[str] | None = None) -> None:
    """Run the command and leave the process with its exit code."""
    # Starting is nothing but making objects that stay: looking for rubbish among them took a seventh of the time.
    gc.set_threshold(50_000)
    os.environ.setdefault("PYDANTIC_DISABLE_PLUGINS", "__all__")  # looking for them reads the list of all packages
    words = list(sys.argv[1:] if arguments is None else arguments)
    sys.exit(_run(words))


def _run(words: list[str]) -> int:
    as_json = "--json" in words
    try:
        result = get_command(front).main(words, standalone_mode=False, prog_name="danvan")
    except BrokenPipeError:
        sys.stderr.close()  # the reader (head, less) has left: nothing more to say
        return 0
    except (DanvanError, OSError, KeyboardInterrupt, typer.TyperException, typer.Abort) as error:
        return _refuse(*_told(error), as_json=as_json)
    return result if isinstance(result, int) else 0


def _told(error: BaseException) -> tuple[str, int]:
    """What went wrong in a sentence, and the exit code."""
    if isinstance(error, DanvanError):
        return str(error), error.exit_code
    if isinstance(error, OSError):
        place = f" ({error.filename})" if error.filename else ""
        return f"Máy không làm được{place}: {os_fault(error)}.", 1
    if isinstance(error, KeyboardInterrupt | typer.Abort):
        return "Đã dừng theo yêu cầu; chạy lại lệnh sẽ làm tiếp phần còn lại.", INTERRUPTED
    return explain(error), 2


def complain(sentence: str) -> None:
    """A sentence on the error output."""
    sys.stderr.write(sentence + "\n")


def _refuse(sentence: str, code: int, *, as_json: bool) -> int:
    if as_json:
        complain(json.dumps({"error": sentence, "exit": code}, ensure_ascii=False))
    else:
        # A group without a command is answered with its help.
        complain(sentence if sentence.startswith("Cách dùng:") else f"Lỗi: {sentence}")
    return code

"""Typer's own words in Vietnamese: its help and what it says of wrong use."""

from __future__ import annotations

import inspect
import re
from typing import Any

import typer
from typer.core import TyperOption

ENGLISH = (
    (r"^Usage:", "Cách dùng:"),
    (r"\[OPTIONS\]", "[TÙY CHỌN]"),
    (r"COMMAND \[ARGS\]\.\.\.", "LỆNH [ĐỐI SỐ]..."),
    (r"^Options:$", "Tùy chọn:"),
    (r"^Arguments:$", "Đối số:"),
    (r"^Commands:$", "Các lệnh:"),
    (r"\[default: ", "[mặc định: "),
    (r"; default: ", "; mặc định: "),
    (r"\brequired\]", "bắt buộc]"),
    (r"(\d+)<=x<=(\d+)\]", r"từ \1 đến \2]"),
    (r"x>=(\d+)\]", r"từ \1]"),
    (r" <(list\[str\]|str|int|path)>", ""),
)
"""Typer's own words on a page of help (no private message may contain them: they stand at fixed places)."""

COMPLETION = {
    "--install-completion": "Cài gợi ý bằng phím Tab cho shell đang dùng.",
    "--show-completion": "In đoạn mã gợi ý bằng phím Tab, để tự chép vào cấu hình của shell.",
}
_CHOICES = re.compile(r"(.+) is not one of (.+)\.", re.DOTALL)
"""What Typer says of a word that is none of an option's."""


class InVietnamese:
    """Puts Typer's own words into Vietnamese."""

    params: list[Any]
    help: str | None

    def get_help(self, ctx: Any) -> str:
        """The page of help."""
        page: str = super().get_help(ctx)  # type: ignore[misc]  # a mixin before Typer's classes
        for english, vietnamese in ENGLISH:
            page = re.sub(english, vietnamese, page, flags=re.MULTILINE)
        return page

    def get_short_help_str(self, limit: int = 0) -> str:
        """The whole first line: Typer's own cuts it off in the middle of a sentence."""
        del limit
        return inspect.cleandoc(str(self.help or "")).partition("\n")[0]

    def get_help_option(self, ctx: Any) -> Any:
        """The option that asks for it."""
        option = super().get_help_option(ctx)  # type: ignore[misc]
        option.help = "Xem trợ giúp này."
        return option

    def format_options(self, ctx: Any, formatter: Any) -> None:
        """The options, each with a Vietnamese word for what it takes."""
        for parameter in self.params:
            if isinstance(parameter, TyperOption):
                parameter.help = COMPLETION.get(parameter.opts[0], parameter.help)
                if parameter.metavar is None and not parameter.is_flag:
                    parameter.metavar = _kind_of_value(parameter)
        super().format_options(ctx, formatter)  # type: ignore[misc]


def _kind_of_value(option: TyperOption) -> str | None:
    """The Vietnamese word for what an option takes; None leaves Typer's own (a list of choices)."""
    return {"int": "SỐ", "float": "SỐ", "Path": "TỆP", "str": "CHỮ", "list[str]": "CHỮ"}.get(option.bare_type())


def explain(error: Any) -> str:
    """What Typer says of wrong use, in Vietnamese."""
    context = getattr(error, "ctx", None)
    hint = f" Xem: {context.command_path} --help" if context else ""
    if isinstance(error, typer.BadParameter):
        return _explain_value(error) + hint
    words = str(getattr(error, "message", "") or error)
    if hasattr(error, "possibilities"):
        near = f" Có phải {', '.join(sorted(error.possibilities))}?" if error.possibilities else ""
        words = f"Không có tùy chọn {error.option_name}.{near}"
    elif hasattr(error, "option_name"):
        words = f"Tùy chọn {error.option_name} thiếu giá trị, hoặc không nhận giá trị."
    elif "unexpected extra argument" in words:
        words = f"Thừa đối số: {words.rpartition('(')[2].rstrip(')')}."
    elif words == "Missing command.":
        words = "Thiếu tên lệnh."
    return words if words.startswith("Cách dùng:") else words + hint


def _explain_value(error: typer.BadParameter) -> str:
    name = str(error.param.get_error_hint() if error.param else error.param_hint or "").replace("'", "")
    if hasattr(error, "param_type"):
        return f"Thiếu {name}."
    from foundation.validation import in_vietnamese

    said = _CHOICES.sub(r"chỉ nhận \2, không phải \1", in_vietnamese(error.__cause__) or error.message)
    return f"Giá trị của {name} không dùng được: {said.rstrip('.')}."

"""Documents say what is: tests named for faults exist; every command, setting, flow and key of a source is told."""

from __future__ import annotations

import ast
import re
from functools import cache
from pathlib import Path
from typing import Any

import pytest
import yaml
from typer.main import get_command

from crawlers.source import Source
from danvan.cli.app import app, front
from danvan.cli.commands import HOMES
from foundation.settings import Settings

ROOT = Path(__file__).parents[1]
FAULTS = 82


def read(name: str) -> str:
    return (ROOT / name).read_text("utf-8")


# --- faults ------------------------------------------------------------------------------------------------------

ROW = re.compile(r"^\| ([\d–, ]+) \|.*\| ([^|]+) \|$", re.MULTILINE)
NAMED = sorted(set(re.findall(r"`([\w/]+\.py)::(\w+)`", read("docs/faults.md"))))


@cache
def defined_in(path: str) -> frozenset[str]:
    tree = ast.parse(read(f"tests/{path}"))
    return frozenset(node.name for node in ast.walk(tree) if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef))


@pytest.mark.parametrize(("path", "name"), NAMED, ids=str)
def test_a_test_named_for_a_fault_exists(path: str, name: str) -> None:
    assert name.startswith("test_")
    assert name in defined_in(path)


def numbers(words: str) -> list[int]:
    found: list[int] = []
    for part in words.split(","):
        first, _, last = part.strip().partition("–")
        found += range(int(first), int(last or first) + 1)
    return found


def test_every_fault_has_a_row_with_a_test() -> None:
    rows = ROW.findall(read("docs/faults.md"))
    shown = sorted(number for words, _ in rows for number in numbers(words))
    assert shown[:FAULTS] == list(range(1, FAULTS + 1))
    assert shown[FAULTS:] == sorted(set(shown[FAULTS:]) - set(range(FAULTS + 1)))
    assert [words for words, shown in rows if "::" not in shown] == []


# --- settings, commands, flows, sources --------------------------------------------------------------------------


def test_every_setting_stands_in_the_example_file_and_no_other() -> None:
    named = re.findall(r"^#?(DANVAN_[A-Z_]+)=", read(".env.example"), re.MULTILINE)
    assert sorted(named) == sorted(f"DANVAN_{name.upper()}" for name in Settings.model_fields)


def test_the_defaults_in_the_example_file_are_those_of_the_program() -> None:
    lines = dict(re.findall(r"^(DANVAN_[A-Z_]+)=(.+)$", read(".env.example"), re.MULTILINE))
    for name, words in lines.items():
        default: Any = Settings.model_fields[name.removeprefix("DANVAN_").lower()].default
        assert type(default)(words) == default, name


def command_names() -> list[str]:
    root: Any = get_command(front)
    return sorted(name for key in HOMES for name in _below(root.get_command(None, key), (key,)))


def _below(command: Any, words: tuple[str, ...]) -> list[str]:
    children = getattr(command, "commands", None)
    if not children:
        return [" ".join(words)]
    return [name for key, child in children.items() for name in _below(child, (*words, key))]


def test_the_list_of_commands_names_each_that_a_module_registers() -> None:
    """A command that is missing there could not be called."""
    command_names()
    registered = {info.name or getattr(info.callback, "__name__", "") for info in app.registered_commands}
    assert registered | {str(one.name) for one in app.registered_groups} == set(HOMES)


@pytest.mark.parametrize("name", command_names())
def test_every_command_is_named_for_readers(name: str) -> None:
    readers = read("README.md") + read("README.vi.md")
    assert re.search(rf"danvan {name}\b", readers), f"danvan {name} stands in neither README"


def test_every_deployment_is_told_with_its_hours() -> None:
    readme = read("README.md")
    for deployment in yaml.safe_load(read("prefect.yaml"))["deployments"]:
        flow = deployment["entrypoint"].rpartition(".")[2]
        assert f"`{flow}/{deployment['name']}`" in readme
        for schedule in deployment["schedules"]:
            assert schedule["timezone"] == "Asia/Ho_Chi_Minh"
            minute, hours = schedule["cron"].split()[:2]
            for hour in hours.split(","):
                assert f"{int(hour):02}:{int(minute):02}" in readme


def test_every_key_of_a_source_is_told() -> None:
    told = set(re.findall(r"`(\w+)`", read("docs/sources.md")))
    assert set(Source.model_fields) - told == set()


def test_every_document_that_is_linked_exists() -> None:
    pages = [ROOT / name for name in ("README.md", "README.vi.md", "CONTRIBUTING.md")]
    for page in [*pages, *(ROOT / "docs").rglob("*.md")]:
        for target in re.findall(r"\]\((?!https?:|#)([^)#\s]+)", page.read_text("utf-8")):
            assert (page.parent / target).exists(), f"{page.name}: {target}"


def test_every_make_target_says_what_it_does() -> None:
    targets = re.findall(r"^([a-z]+):(?!=)", read("Makefile"), re.MULTILINE)
    explained = re.findall(r"^([a-z]+):.*## \S", read("Makefile"), re.MULTILINE)
    assert set(targets) - set(explained) <= {"browser"}, "only what others call may be without words"

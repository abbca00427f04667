"""Brings the commands into the application: importing a module registers its commands."""

from __future__ import annotations

import importlib

MODULES = (
    "demo",
    "harvest",
    "reading",
    "archive",
    "papers",
    "sources",
    "serving",
    "subscribers",
    "users",
    "evaluation",
)


def register() -> None:
    """Import every module of commands, once, in the order in which the help lists them."""
    for name in MODULES:
        importlib.import_module(f"danvan.cli.{name}")

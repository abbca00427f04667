"""The `danvan` command."""

from danvan.cli.app import main

__all__ = ["main"]

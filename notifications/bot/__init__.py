"""The bot that staff talk to: thin handlers (`app`), answers made by functions on the archive (`answers`)."""

from __future__ import annotations

from sqlalchemy import Engine

from foundation.settings import Settings


def run_bot(settings: Settings, engine: Engine) -> None:
    """Run the bot until SIGINT or SIGTERM; blocks. See `notifications.bot.app.run_bot`."""
    from notifications.bot.app import run_bot as run  # the library is heavy, the answers do without it

    run(settings, engine)

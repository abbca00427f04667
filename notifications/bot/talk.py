"""A message or a pressed button of any messenger, answered on the archive; blocking, to be run in a thread.

Questions are read by the reading door, so that a harvest that holds the one writer does not hold them up; what their
buttons stand for is written behind the answer.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from sqlalchemy import Engine

from foundation.settings import Settings
from models.database import transaction
from models.read_only import open_reading, reading
from models.tables import BotViewRow
from notifications.bot.dispatch import LOOKS, BotContext, Chat, command, press, question
from notifications.bot.views import Reply, keep, unwritten
from notifications.operators import clear_alarm, raise_alarm
from notifications.rows import paper_names
from notifications.subscribers import find_chat, move_chat, switch_off

ANSWER_SECONDS = 20.0
"""A question of a chat that takes longer is answered with advice to narrow it."""


class Talk:
    """Answers chats."""

    def __init__(self, settings: Settings, engine: Engine, clock: Callable[[], datetime]) -> None:
        from crawlers.catalogue import catalogue_of

        self._settings = settings
        self._engine = engine
        self._reading = open_reading(engine.url.render_as_string(hide_password=False))
        self._clock = clock
        self._context = BotContext(paper_names(settings), catalogue_of(settings).sources, settings.alert_window_days)

    def say(self, chat: Chat, name: str, text: str) -> tuple[Reply | None, list[BotViewRow]]:
        """The answer to a command (None: say nothing), and the views to `keep` when it is sent."""
        now = self._clock()
        with reading(self._reading, ANSWER_SECONDS) as session:
            answer = question(session, self._context, chat, name, text, now)
            views = unwritten(session)
        if answer is None:
            with transaction(self._engine) as session:
                answer = command(session, self._context, chat, name, text, now)
        return answer, views

    def press(self, chat: Chat, data: str) -> tuple[Reply, list[BotViewRow]]:
        """The answer to a pressed button, and the views to `keep`."""
        now = self._clock()
        if data.partition(":")[0] in LOOKS:
            with reading(self._reading, ANSWER_SECONDS) as session:
                pressed = press(session, self._context, chat, data, now)
                return pressed, unwritten(session)
        with transaction(self._engine) as session:
            return press(session, self._context, chat, data, now), []

    def keep(self, views: list[BotViewRow]) -> None:
        """Write what the buttons of an answer stand for."""
        with transaction(self._engine) as session:
            keep(session, views, self._clock())

    def alarm(self, name: str, text: str) -> None:
        """Tell the operator, once, what keeps the messenger from being heard ("": that is over)."""
        with transaction(self._engine) as session:
            if text:
                raise_alarm(session, self._settings, name, text, self._clock())
            else:
                clear_alarm(session, name)

    def leave(self, chat: Chat, reason: str) -> None:
        """The bot was put out of a chat."""
        with transaction(self._engine) as session:
            row = find_chat(session, chat.address, chat.channel)
            if row is not None:
                switch_off(session, row, reason)

    def move(self, chat: Chat, address: str) -> None:
        """A group has a new id."""
        with transaction(self._engine) as session:
            row = find_chat(session, chat.address, chat.channel)
            if row is not None:
                move_chat(session, row, address)


def read_command(text: str, me: str, *, private: bool) -> tuple[str | None, str]:
    """The command and the words after it; plain words are "say". In a group they are not ours: None."""
    head, *more = text.split(maxsplit=1) or [""]
    if not head.startswith("/"):
        return ("say", text) if private else (None, "")
    name, _, whom = head[1:].partition("@")
    if whom and whom.casefold() != me.casefold():
        return None, ""
    return name.casefold(), "".join(more).strip()

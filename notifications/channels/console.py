"""The console as a channel: alerts printed, for trying out and for a machine without a token."""

from __future__ import annotations

from typing import TextIO

from notifications.channels.contract import Channel
from notifications.markup import plain
from notifications.values import Message, Receipt, Result

RULE = "─" * 72


class ConsoleChannel(Channel):
    """Prints messages to a stream as plain text."""

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream

    async def send(self, _address: str, message: Message) -> Receipt:
        """Print one message; never fails but for a closed stream, which is asked again later."""
        try:
            self._stream.write(f"{RULE}\n{plain(message.html)}\n{RULE}\n")
            self._stream.flush()
        except (OSError, ValueError):
            return Receipt(Result.RETRY, error="Không in được ra màn hình.")
        return Receipt(Result.SENT)

"""The console as a channel: alerts printed, for trying out and for a machine without a token."""

from __future__ import annotations

from typing import TextIO

from notifications.markup import plain
from notifications.values import Message, Outcome, Result

RULE = "─" * 72


class ConsoleChannel:
    """Prints messages to a stream as plain text."""

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream

    async def send(self, address: str, message: Message) -> Outcome:  # noqa: ARG002 (there is one console)
        """Print one message; never fails but for a closed stream, which is asked again later."""
        try:
            self._stream.write(f"{RULE}\n{plain(message.html)}\n{RULE}\n")
            self._stream.flush()
        except (OSError, ValueError):
            return Outcome(Result.RETRY, error="Không in được ra màn hình.")
        return Outcome(Result.SENT)

    async def edit(self, address: str, message_id: str, message: Message) -> Outcome:  # noqa: ARG002 (as above)
        """What is printed stays."""
        return Outcome(Result.FAILED)

    async def close(self) -> None:
        """Nothing to let go of."""

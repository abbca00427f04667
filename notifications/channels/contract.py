"""What every channel is and does: facts that the words need, and how one message is handed over."""

from __future__ import annotations

import logging
from abc import ABC, abstractmethod
from dataclasses import dataclass

from notifications.values import Message, Receipt, Result


@dataclass(frozen=True, slots=True)
class About:
    """`length`: characters of one message. `links_written`: an address counts, for it stands in the text.

    `edits`: a message that was sent can be changed; where not, later papers stand in the digest. `answers`: whoever
    reads there can ask the bot. `per_second`: the most messages to all readers together (None: no limit is known).
    """

    length: int = 100_000
    edits: bool = False
    answers: bool = False
    links_written: bool = False
    per_second: float | None = None


ABOUT = {
    "telegram": About(length=4096, edits=True, answers=True, per_second=28.0),
    "zalo": About(length=2000, answers=True, links_written=True, per_second=10.0),
    "email": About(),
    "webhook": About(),
    "apprise": About(length=4000, links_written=True),
    "console": About(),
}


PLACE = "/"
"""Between a chat and the topic within it, in an address: "-1001234/5"."""
NO_ANSWER = "Hết thời gian chờ: không rõ tin đã tới hay chưa."
SILENT = "Kết nối được nhưng không có trả lời đọc được."


def api_root(base_url: str) -> str:
    """The address of a messenger's API before the bot's token.

    "http://host:port", "http://host:port/bot" and "http://host:port/bot/" all mean "http://host:port/bot".
    """
    return base_url.rstrip("/").removesuffix("/bot") + "/bot"


def silence(*libraries: str) -> None:
    """Turn these libraries' own logs off: they print addresses, with tokens and chats in them.

    Their faults reach us as exceptions, which we report in our own words.
    """
    for name in libraries:
        logging.getLogger(name).setLevel(logging.CRITICAL + 1)


def asked(receipt: Receipt) -> Receipt:
    """What a receipt means for a service that was only asked: no answer that can be read, or none, is its absence."""
    lost = receipt.result in (Result.TIMED_OUT, Result.GARBLED)
    return Receipt(Result.UNREACHABLE, error=SILENT) if lost else receipt


class Channel(ABC):
    """A way to people. Faults come back as a receipt, never as an exception; no receipt names an address or secret."""

    def gap(self, _address: str) -> float:
        """Seconds between two messages to one reader."""
        return 0.0

    @abstractmethod
    async def send(self, address: str, message: Message) -> Receipt:
        """Hand over one message."""

    async def edit(self, _address: str, _message_id: str, _message: Message) -> Receipt:
        """Replace the words of a message that was sent; most channels cannot."""
        return Receipt(Result.FAILED)

    async def check(self) -> Receipt:
        """Whether the service answers and takes our credentials; nothing is sent to anybody.

        RETRY says nothing either way: of the channels with many services only a message tells.
        """
        return Receipt(Result.RETRY)

    async def close(self) -> None:  # noqa: B027 (most have nothing to let go of)
        """Let go of connections."""

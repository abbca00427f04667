"""Apprise as a channel: whatever it knows an address form of (Viber, Matrix, Teams …), with no promise beyond "sent".

The reader's address is an Apprise URL and may hold a secret: it is shown nowhere.
"""

from __future__ import annotations

from foundation.errors import UsageError
from notifications.channels.contract import ABOUT, Channel, silence
from notifications.markup import plain, split_lines
from notifications.values import Message, Receipt, Result


class AppriseChannel(Channel):
    """Hands messages to Apprise as plain text."""

    async def send(self, address: str, message: Message) -> Receipt:
        """Send one message; Apprise says yes or no, and nothing else."""
        from apprise import Apprise, NotifyFormat

        silence("apprise", "urllib3")
        service = Apprise()
        if not service.add(address):
            return Receipt(Result.FAILED, error="Apprise không hiểu địa chỉ của người nhận này.")
        try:
            for piece in split_lines(plain(message.html), ABOUT["apprise"].length):
                taken = await service.async_notify(body=piece, title=message.subject, body_format=NotifyFormat.TEXT)
                if not taken:
                    return Receipt(Result.RETRY, error="Dịch vụ nhận tin (Apprise) chưa nhận.")
        except Exception as error:  # noqa: BLE001 (the contract: a fault is a receipt)
            return Receipt(Result.RETRY, error=f"Dịch vụ nhận tin (Apprise) lỗi: {type(error).__name__}.")
        return Receipt(Result.SENT)


def check_address(address: str) -> str:
    """An address that Apprise understands. Raises UsageError for what is none."""
    from apprise import Apprise

    silence("apprise", "urllib3")
    if not Apprise().add(address):
        raise UsageError("Apprise không hiểu địa chỉ này. Các dạng địa chỉ: https://github.com/caronc/apprise/wiki")
    return address

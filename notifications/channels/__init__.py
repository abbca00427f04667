"""The ways to people, a small module each, behind one contract (`channels.contract`).

| channel | module | edits | length | what it is for |
|---|---|---|---|---|
| telegram | `telegram` | yes | 4,096 | chats, groups with topics, channels |
| zalo | `zalo` | no | 2,000 | people and (behind a setting) groups on Zalo |
| email | `mail` | no | – | offices without either, and the operator's second way |
| webhook | `webhook` | no | – | e-office systems: the event as signed JSON |
| apprise | `anything` | no | as the service | Viber, Matrix, Teams and a hundred more |
| console | `console` | no | – | trying out, and alarms that reach nobody else |
"""

from __future__ import annotations

from typing import TextIO

from foundation.settings import Settings
from foundation.words import CHANNELS
from notifications.channels.contract import ABOUT, About, Channel
from notifications.values import Pace

__all__ = ["ABOUT", "About", "Channel", "bots", "channel_label", "configured", "open_channels"]


def channel_label(name: str) -> str:
    """A channel within a sentence, or the one reader's service that `channel_health.health_key` names."""
    name, _, reader = name.partition(":")
    label = CHANNELS.get(name, name)
    return f"{label} của người nhận số {reader}" if reader else label


def configured(settings: Settings) -> tuple[str, ...]:
    """The channels to people that the settings allow."""
    given = {
        "telegram": settings.telegram_token is not None,
        "zalo": settings.zalo_token is not None,
        "email": settings.smtp_url is not None,
        "webhook": True,  # the address is the reader's own
        "apprise": True,
    }
    return tuple(name for name, there in given.items() if there)


def bots(settings: Settings) -> list[str]:
    """The messengers that the settings allow, on which readers can ask."""
    return [name for name in configured(settings) if ABOUT[name].answers]


def open_channels(settings: Settings, pace: Pace, stream: TextIO) -> dict[str, Channel]:
    """A channel for each that the settings allow, and the console. Nothing is connected yet.

    Raises ConfigurationError for a token, proxy or address that cannot be one.
    """
    from notifications.channels.anything import AppriseChannel
    from notifications.channels.console import ConsoleChannel
    from notifications.channels.webhook import WebhookChannel

    opened: dict[str, Channel] = {
        "console": ConsoleChannel(stream),
        "webhook": WebhookChannel(settings.webhook_secret, settings.allow_hosts, pace),
        "apprise": AppriseChannel(),
    }
    if settings.telegram_token is not None:
        from notifications.channels.telegram import TelegramChannel

        opened["telegram"] = TelegramChannel(settings, pace)
    if settings.zalo_token is not None:
        from notifications.channels.zalo import ZaloChannel

        opened["zalo"] = ZaloChannel(settings.zalo_token, settings.zalo_base_url, pace)
    if settings.smtp_url is not None:
        from notifications.channels.mail import MailChannel

        opened["email"] = MailChannel(settings.smtp_url, settings.smtp_from, settings.public_url)
    return opened

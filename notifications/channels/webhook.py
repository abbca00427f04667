"""A webhook as a channel: the event as JSON, signed, for e-office systems.

`X-Danvan-Signature: sha256=HEX` is HMAC-SHA256 of the body with DANVAN_WEBHOOK_SECRET; the body says when it was sent
(`sent_at`) and which event it is (`id`, the same when it is repeated), so that a receiver can refuse what is old and
drop what it has. Private addresses only where DANVAN_ALLOW_HOSTS names them; redirects are not followed.
"""

from __future__ import annotations

import asyncio
import hashlib
import hmac
import ipaddress
import json
import socket
from collections.abc import Collection
from urllib.parse import urlsplit, urlunsplit

import httpx
from pydantic import SecretStr

from foundation.clock import utc_now
from foundation.errors import UsageError
from foundation.validation import is_web_address
from notifications.channels.contract import Channel, silence
from notifications.markup import plain
from notifications.values import Message, Pace, Receipt, Result

SIGNATURE = "X-Danvan-Signature"
LATER = frozenset({401, 403, 404, 408, 409, 425, 500, 501, 502, 503, 504})
"""Answers after which the event is sent again: the receiver is set up wrongly, busy or away."""

LONGEST_WAIT = 3600.0
"""Seconds that a receiver can ask us to wait at once: it may ask again."""


class _PrivateError(Exception):
    """The address lies inside a private network that no setting names."""


class WebhookChannel(Channel):
    """Posts events to the reader's address."""

    def __init__(self, secret: SecretStr | None, allow_hosts: Collection[str], pace: Pace) -> None:
        silence("httpx", "httpcore")
        self._secret = secret
        self._allow_hosts = allow_hosts
        self._http = httpx.AsyncClient(timeout=pace.answer_timeout, follow_redirects=False)

    async def send(self, address: str, message: Message) -> Receipt:
        """Post one event; its `id` is the message's code."""
        event = dict(message.event or {"event": "message", "text": plain(message.html)})
        event |= {"id": message.code, "sent_at": utc_now().isoformat(timespec="seconds")}
        body = json.dumps(event, ensure_ascii=False).encode()
        headers = {"Content-Type": "application/json", "User-Agent": "danvan-monitor"}
        if self._secret is not None:
            headers[SIGNATURE] = sign(self._secret, body)
        try:
            url, host = await self._pinned(address)
            extensions = {"sni_hostname": host.partition(":")[0]}
            answer = await self._http.post(url, content=body, headers=headers | {"Host": host}, extensions=extensions)
        except ValueError:
            return Receipt(Result.FAILED, error="Địa chỉ webhook không dùng được.")
        except _PrivateError:
            words = "Webhook trỏ tới địa chỉ nội bộ: muốn dùng thì ghi địa chỉ ấy vào DANVAN_ALLOW_HOSTS."
            return Receipt(Result.RETRY, error=words)
        except (httpx.ConnectError, httpx.ConnectTimeout, OSError):
            return Receipt(Result.UNREACHABLE, error="Không kết nối được máy nhận webhook.")
        except httpx.HTTPError:
            return Receipt(Result.TIMED_OUT, error="Máy nhận webhook không trả lời: không rõ tin đã tới hay chưa.")
        return receipt_of(answer)

    async def _pinned(self, address: str) -> tuple[str, str]:
        """The address with its name looked up once and for all, so that what was checked is what is asked; the host."""
        from crawlers.middlewares.address import AllowedHosts

        parts = urlsplit(address)
        host, port = parts.hostname or "", parts.port or (443 if parts.scheme == "https" else 80)
        found = await asyncio.get_running_loop().getaddrinfo(host, port, type=socket.SOCK_STREAM)
        allowed = AllowedHosts.parse(self._allow_hosts)
        ips = [ipaddress.ip_address(str(one[4][0]).partition("%")[0]) for one in found]
        good = [ip for ip in ips if allowed.allow(ip, port)]
        if not good:
            raise _PrivateError
        literal = f"[{good[0]}]" if good[0].version == 6 else str(good[0])
        pinned = urlunsplit(parts._replace(netloc=f"{literal}:{port}"))
        return pinned, parts.netloc.rpartition("@")[2]

    async def close(self) -> None:
        """Close the connections."""
        await self._http.aclose()


def sign(secret: SecretStr, body: bytes) -> str:
    """The signature of a body, as it stands in the header."""
    return "sha256=" + hmac.new(secret.get_secret_value().encode(), body, hashlib.sha256).hexdigest()


def check_address(address: str) -> str:
    """An address that can be posted to. Raises UsageError for what is none."""
    if not is_web_address(address):
        raise UsageError("Địa chỉ webhook phải bắt đầu bằng https:// (hoặc http:// trong mạng nội bộ).")
    return address


def receipt_of(answer: httpx.Response) -> Receipt:
    """What a status means for the event and its receiver."""
    status = answer.status_code
    if 200 <= status < 300:
        return Receipt(Result.SENT)
    if status == 429:
        wait = answer.headers.get("Retry-After", "")
        seconds = min(float(wait), LONGEST_WAIT) if wait.isascii() and wait.isdigit() else 60.0
        return Receipt(Result.HOLD, seconds=seconds, error="Máy nhận webhook bảo chờ.")
    if status == 410:
        return Receipt(Result.OFF, error="Máy nhận webhook báo địa chỉ này đã bỏ (410).")
    if status in LATER or 300 <= status < 400:
        return Receipt(Result.RETRY, error=f"Máy nhận webhook chưa nhận ({status}).")
    return Receipt(Result.FAILED, error=f"Máy nhận webhook từ chối ({status}).")

"""Opening the pages on an address."""

from __future__ import annotations

import datetime as dt
import ipaddress

from foundation.errors import UsageError
from foundation.settings import Settings


def is_loopback(host: str) -> bool:
    """Whether an address is only reachable from this machine."""
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return False


def serve(settings: Settings, *, host: str = "127.0.0.1", port: int = 8000) -> None:
    """Serve the pages until stopped. The archive must exist.

    Raises UsageError for an address that others can reach while no password is set.
    """
    import uvicorn

    from danvan.web.app import create_app

    if not is_loopback(host) and settings.web_password is None:
        raise UsageError(f"Mở trang ra địa chỉ {host} thì phải có mật khẩu: đặt biến DANVAN_WEB_PASSWORD rồi chạy lại.")
    app = create_app(settings.database_url, settings, lambda: dt.datetime.now(dt.UTC))
    uvicorn.run(app, host=host, port=port, log_level="warning", server_header=False, proxy_headers=False)

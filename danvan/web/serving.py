"""Opening the pages on an address."""

from __future__ import annotations

import ipaddress

from foundation.clock import utc_now
from foundation.errors import DanvanError, UsageError
from foundation.settings import Settings


def is_loopback(host: str) -> bool:
    """Whether an address is only reachable from this machine."""
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return False


def check_address(settings: Settings, host: str) -> None:
    """Raises UsageError for an address that others can reach while nobody has to log in."""
    if is_loopback(host) or settings.web_password is not None or _anybody(settings.database_url):
        return
    raise UsageError(
        f"Mở trang ra địa chỉ {host} thì phải có người đăng nhập (danvan users add TÊN) hoặc một mật khẩu chung:"
        " đặt biến DANVAN_WEB_PASSWORD rồi chạy lại."
    )


def _anybody(database_url: str) -> bool:
    """Whether anybody was let in by name; nobody was where there is no archive yet."""
    from models.desk.people import people
    from models.read_only import open_reading, reading

    try:
        with reading(open_reading(database_url)) as session:
            return any(one.off_at is None for one in people(session))
    except DanvanError:
        return False


def serve(settings: Settings, *, host: str = "127.0.0.1", port: int = 8000) -> None:
    """Serve the pages until stopped. The archive must exist. Raises UsageError as `check_address`."""
    import uvicorn

    from danvan.web.app import create_app

    check_address(settings, host)
    app = create_app(settings.database_url, settings, utc_now)
    uvicorn.run(app, host=host, port=port, log_level="warning", server_header=False, proxy_headers=False)

"""Addresses of machines as settings name them."""

from __future__ import annotations

import ipaddress

Network = ipaddress.IPv4Network | ipaddress.IPv6Network


def networks_of(entry: str) -> list[tuple[Network, int | None]]:
    """What one entry of DANVAN_ALLOW_HOSTS means: networks, each with the only port that counts, or None for any.

    Raises ValueError, in Vietnamese, for what is no address.
    """
    host, port = entry.strip(), None
    if host.startswith("[") and "]" in host:
        host, _, rest = host[1:].partition("]")
        port = rest.removeprefix(":") or None
    elif host.count(":") == 1:
        host, _, port = host.partition(":")
    hosts = ["127.0.0.1", "::1"] if host == "localhost" else [host]
    try:
        return [(ipaddress.ip_network(h, strict=False), int(port) if port else None) for h in hosts]
    except ValueError as error:
        raise ValueError(
            f"“{entry}” không phải địa chỉ IP, dải mạng (10.0.0.0/8) hay địa chỉ kèm cổng (127.0.0.1:8123)"
        ) from error

"""Refuses private addresses at connect time: after resolution, before the first byte, at every hop.

Twisted connects to exactly the addresses that its name resolver hands over, so filtering there leaves no gap
between check and use (DNS rebinding), and sees through decimal, octal and hex spellings of an address.
"""

from __future__ import annotations

import ipaddress
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Self

from scrapy.crawler import Crawler
from scrapy.resolver import CachingHostnameResolver
from twisted.internet.interfaces import IAddress, IHostResolution, IResolutionReceiver
from zope.interface import implementer  # type: ignore[import-untyped]

from foundation.networks import Network, networks_of

type_of_ip = ipaddress.IPv4Address | ipaddress.IPv6Address

_NAT64 = ipaddress.ip_network("64:ff9b::/96")


@dataclass(frozen=True, slots=True)
class AllowedHosts:
    """Loopback and private addresses that may be fetched all the same (DANVAN_ALLOW_HOSTS).

    An entry is an address, a network ("10.0.0.0/8"), or an address with a port ("127.0.0.1:8123", "[::1]:80").
    `localhost` stands for both loopback addresses.
    """

    networks: tuple[tuple[Network, int | None], ...] = ()

    @classmethod
    def parse(cls, entries: Iterable[str]) -> Self:
        """The entries as networks. Raises ValueError, in Vietnamese, for one that is no address."""
        return cls(tuple(pair for entry in entries for pair in networks_of(entry)))

    def allow(self, address: type_of_ip, port: int) -> bool:
        """Whether this address may be asked: one of the public Internet, or one that was allowed by hand."""
        return is_public(address) or any(
            address.version == network.version and address in network and only in (None, port)
            for network, only in self.networks
        )


def is_public(address: type_of_ip) -> bool:
    """Whether an address lies in the public Internet, looking through addresses that embed another one."""
    if isinstance(address, ipaddress.IPv6Address):
        inner = address.ipv4_mapped or address.sixtofour or (address.teredo or (None, None))[1]
        if inner is None and address in _NAT64:
            inner = ipaddress.IPv4Address(int(address) & 0xFFFF_FFFF)
        if inner is not None:
            return is_public(inner)
    return address.is_global and not address.is_multicast and not address.is_reserved


REFUSED: set[str] = set()
"""Host names of this process whose every address was refused: tells a refusal from a failed look-up."""


@implementer(IResolutionReceiver)
class _PublicOnly:
    """Hands on only the addresses that may be connected to."""

    def __init__(self, receiver: Any, host: str, port: int, allowed: AllowedHosts) -> None:
        self._receiver, self._host, self._port, self._allowed = receiver, host, port, allowed
        self._passed = self._stopped = 0

    def resolutionBegan(self, resolution: IHostResolution) -> None:
        self._receiver.resolutionBegan(resolution)

    def addressResolved(self, address: IAddress) -> None:
        ip = ipaddress.ip_address(str(getattr(address, "host", "0.0.0.0")).partition("%")[0])  # noqa: S104 - refused
        if self._allowed.allow(ip, self._port):
            self._passed += 1
            self._receiver.addressResolved(address)
        else:
            self._stopped += 1

    def resolutionComplete(self) -> None:
        if self._stopped and not self._passed:
            REFUSED.add(self._host)
        else:
            REFUSED.discard(self._host)
        self._receiver.resolutionComplete()


class GuardedResolver(CachingHostnameResolver):
    """Scrapy's caching resolver, IPv4 and IPv6, with the filter before the connection."""

    def __init__(self, reactor: Any, cache_size: int, allowed: AllowedHosts) -> None:
        super().__init__(reactor, cache_size)
        self._allowed = allowed

    @classmethod
    def from_crawler(cls, crawler: Crawler, reactor: Any) -> Self:
        """The resolver of a process, from ALLOW_HOSTS and PROXY_HOSTS."""
        hosts, proxy = crawler.settings.getlist("ALLOW_HOSTS"), crawler.settings.getlist("PROXY_HOSTS")
        size = crawler.settings.getint("DNSCACHE_SIZE") if crawler.settings.getbool("DNSCACHE_ENABLED") else 0
        return cls(reactor, size, AllowedHosts.parse([*hosts, *proxy]))

    def resolveHostName(
        self,
        resolutionReceiver: IResolutionReceiver,
        hostName: str,
        portNumber: int = 0,
        addressTypes: Sequence[type[IAddress]] | None = None,
        transportSemantics: str = "TCP",
    ) -> IHostResolution:
        """Resolve a name; the receiver sees public and allowed addresses only."""
        receiver: Any = _PublicOnly(resolutionReceiver, hostName, portNumber, self._allowed)
        return super().resolveHostName(receiver, hostName, portNumber, addressTypes, transportSemantics)

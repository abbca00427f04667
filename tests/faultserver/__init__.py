"""A real server on loopback that answers as told, faults included: raw sockets, so that nothing is put right."""

from tests.faultserver.server import FaultServer, Request, response

__all__ = ["FaultServer", "Request", "response"]

"""The archive in a browser, and its JSON twin."""

from danvan.web.serving import serve

__all__ = ["serve"]

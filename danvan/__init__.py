"""Dân vận Monitor: the front door (settings, errors, the `danvan` command, web pages, demo)."""

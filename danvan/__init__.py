"""The front door: the `danvan` command, web pages, reports, demo."""

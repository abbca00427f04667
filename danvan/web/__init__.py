"""The archive in a browser, and its JSON twin."""

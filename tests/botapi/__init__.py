"""A stand-in for Telegram's Bot API: a real HTTP server that enforces what the API documents."""

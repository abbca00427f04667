"""Outbox, Telegram sender and bot, digests, e-mail."""

"""Turns text into meaning: pure functions, no I/O, no database, no clock."""

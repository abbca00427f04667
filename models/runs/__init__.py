"""Runs and their ledger, the lock, each paper's habit and health."""

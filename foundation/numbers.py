"""Bounds of numbers that come from outside."""

LARGEST_ID = 2**31 - 1
"""The largest id that every database of ours takes: a number typed beyond it names no row."""

"""Scrapy's spiders: there is one, and papers differ only in data."""

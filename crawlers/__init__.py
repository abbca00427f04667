"""Brings pages in: the catalogue of papers, the Scrapy spiders, the extraction of text."""

"""Documents named in a text: found, read, told apart. How the grammar works is in `docs/citations.md`."""

from analysis.citations.engine import find_citations
from analysis.citations.links import find_links
from analysis.citations.symbols import Symbol, number_value, unreadable_number
from analysis.citations.typed import read_symbol, symbol_key

__all__ = ["Symbol", "find_citations", "find_links", "number_value", "read_symbol", "symbol_key", "unreadable_number"]

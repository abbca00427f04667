"""The one search: command, pages, bot, feed, export and digest all ask here."""

from models.search.index import index_article, rebuild
from models.search.look_up import count, search
from models.search.query import Query, Sort
from models.search.results import DocumentHit, FacetCount, Facets, Hit, Piece, Results

__all__ = [
    "DocumentHit",
    "FacetCount",
    "Facets",
    "Hit",
    "Piece",
    "Query",
    "Results",
    "Sort",
    "count",
    "index_article",
    "rebuild",
    "search",
]

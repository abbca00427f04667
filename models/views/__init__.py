"""What a page shows: article, document, map, day, sources, runs, outbox."""

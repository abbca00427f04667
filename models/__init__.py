"""The archive: tables, migrations, the store, the search."""

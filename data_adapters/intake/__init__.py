"""Rows of any category from files and queries: read as text, checked column by column in DuckDB, each refusal kept."""

"""The catalogue: 49 categories of data, what each holds, how often it comes and which table it becomes."""

from data_adapters.catalogue.categories import (
    AUXILIARY,
    CATEGORIES,
    WIDE_TABLES,
    Category,
    catalogue_markdown,
    day_column,
    schema,
    table,
)

__all__ = [
    "AUXILIARY",
    "CATEGORIES",
    "WIDE_TABLES",
    "Category",
    "catalogue_markdown",
    "day_column",
    "schema",
    "table",
]

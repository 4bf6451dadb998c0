"""Parts of pages: data in, component out, no callbacks."""

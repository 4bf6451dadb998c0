"""One module per source, with a sidecar of the same name."""

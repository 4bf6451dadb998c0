"""The casebook: what people decided about clues, append-only, provable, replayable to any moment."""

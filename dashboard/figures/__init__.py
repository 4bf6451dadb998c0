"""Frames of charts: axes, colours and empty traces. Numbers are put in by the page's scripts."""

"""What is promised in milliseconds and bytes, measured: `python -m benchmarks`."""

"""HJ 212, the line protocol of stack monitors (2005, 2017, 2025): frames, verdicts, readings, gateway."""

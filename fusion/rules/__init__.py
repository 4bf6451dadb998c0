"""Built-in rules: one .toml and one .sql (or .py) each; what several need is made in inputs/."""

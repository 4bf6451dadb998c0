"""Where things are: coordinates and their systems, divisions and their codes."""

"""The snapshot becomes screens here."""

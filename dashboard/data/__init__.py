"""Questions to a snapshot and their answers; knows SQL, knows nothing of the screen."""

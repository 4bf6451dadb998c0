"""Who is who: local users, their sessions, tokens of devices and programs, and the log of what was read."""

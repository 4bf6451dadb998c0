"""Things to print and take along: the dossier of an enterprise, and a team's pack for the next day."""

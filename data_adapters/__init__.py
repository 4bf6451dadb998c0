"""Sources become canonical tables here, with every row accounted for."""

"""Who is who: one enterprise in many registers, and the devices that hang at its outlets."""

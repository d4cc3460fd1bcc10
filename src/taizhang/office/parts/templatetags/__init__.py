"""Tags of the desk pages."""

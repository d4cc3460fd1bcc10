"""Who may do what where: areas, the scope of every query, and the permission table."""

"""Keys, sealed values, blind indexes and masks."""

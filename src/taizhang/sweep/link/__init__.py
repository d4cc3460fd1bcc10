"""Which records are about the same person, within and across the sources."""

"""What an ID number, a name and a division code are: pure functions, no I/O beyond the shipped tables."""

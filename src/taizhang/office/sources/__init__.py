"""Where deliveries arrive: uploads, what would change, what was not taken, which column means what, and sweeps."""

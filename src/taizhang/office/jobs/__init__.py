"""Work in the background: leased, fenced, done once, on a plan that knows working days."""

"""Makes a synthetic county with known truth, and scores a sweep against it."""

"""The identity benchmark: lakes with known truth, what the engine made of them, how fast, beside whom."""

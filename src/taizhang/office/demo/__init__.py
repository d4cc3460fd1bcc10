"""The office over the sample county: an account for every role, and findings on their way through all hands."""

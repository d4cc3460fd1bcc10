"""Findings: complaints about subjects that keep their identity from sweep to sweep."""

"""Matching, coaches and allocation: pure optimisation. Empty until its issue."""

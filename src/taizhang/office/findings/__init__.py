"""Sweeps and the findings they brought into the office."""

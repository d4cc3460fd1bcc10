"""Persons and households as the county's register has them, and one file for each household."""

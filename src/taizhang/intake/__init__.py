"""Turns the files people really send into deliveries: immutable tables in which every value knows its cell."""

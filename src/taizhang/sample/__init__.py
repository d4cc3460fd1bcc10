"""Synthetic counties whose truth is known, and the score of a sweep against it."""

from taizhang.sample.county import SampleCounty, make_county

__all__ = ["SampleCounty", "make_county"]

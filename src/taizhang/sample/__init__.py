"""Synthetic counties whose truth is known, and the score of a sweep against it."""

from taizhang.sample.county import SampleCounty, make_county
from taizhang.sample.score import Score, score

__all__ = ["SampleCounty", "Score", "make_county", "score"]

"""Synthetic counties whose truth is known, and the score of a sweep against it."""

from taizhang.sample.county import SampleCounty, make_county
from taizhang.sample.expectations import GroupResult, check_scenario
from taizhang.sample.scenario import make_scenario
from taizhang.sample.score import Score, score

__all__ = ["GroupResult", "SampleCounty", "Score", "check_scenario", "make_county", "make_scenario", "score"]

"""Links, judges and diagnoses the current deliveries, runs the rule packs and writes findings."""

from taizhang.sweep.run import NothingDelivered, SweepResult, sweep

__all__ = ["NothingDelivered", "SweepResult", "sweep"]

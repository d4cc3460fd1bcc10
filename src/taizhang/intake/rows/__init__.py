"""What rows say about each other: dittos, merged cells, and which rows make one household."""

from taizhang.intake.rows.ditto import Dittos
from taizhang.intake.rows.households import HouseholdRows, Households, Verdict, find_households
from taizhang.intake.rows.merges import merged_from

__all__ = ["Dittos", "HouseholdRows", "Households", "Verdict", "find_households", "merged_from"]

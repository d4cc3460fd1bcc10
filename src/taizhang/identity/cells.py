"""What scripts hand over as a cell: missing in the many ways data frames have, or a text."""


def is_missing(cell: object) -> bool:
    """Whether a cell holds nothing: None, and whatever is not equal to itself or cannot say so (NaN, NaT, pandas.NA)."""
    if cell is None:
        return True
    if isinstance(cell, str | bytes | int):
        return False
    try:
        return bool(cell != cell)  # noqa: PLR0124
    except (TypeError, ArithmeticError):
        return True
    except ValueError:  # an array, which is no cell
        return False

"""What of the loop lies sealed: values of corrections, papers and photos, hand-back files."""

from django.conf import settings

from taizhang.office.casework.services.handing_back import folder
from taizhang.office.crypto.holdings import Holding, SealedColumn, SealedFiles


def sealed() -> list[Holding]:
    """Corrections, evidence and hand-backs."""
    return [
        SealedColumn(
            "corrections", "casework.Correction",
            {"before": lambda row: row.context("before"), "after": lambda row: row.context("after")},
        ),
        SealedFiles("evidence", settings.INSTALLATION.home / "evidence", "*.sealed", lambda name: f"evidence:{name}"),
        SealedFiles("handbacks", folder(), "*.sealed", lambda name: f"handback:{name}"),
    ]  # fmt: skip

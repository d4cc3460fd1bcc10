"""What of findings lies sealed; and the register's index made anew from the newest sweep that was imported."""

from taizhang.office.crypto.holdings import Holding, SealedColumn
from taizhang.office.findings.lake import county_code, sweep_folder
from taizhang.office.findings.models import SweepRun
from taizhang.office.findings.services.importing import detail_context
from taizhang.office.people.sealed import reindex as reindex_persons


def sealed() -> list[Holding]:
    """Values, candidates and evidence of findings."""
    return [SealedColumn("findings", "findings.Finding", {"detail": lambda row: detail_context(row.pk)})]


def reindex() -> int:
    """Make the blind indexes of the register anew; gives how many persons. Raises RegisterGone."""
    run = SweepRun.objects.order_by("-place").first()
    return reindex_persons(sweep_folder(run.name if run is not None else "none"), county_code())

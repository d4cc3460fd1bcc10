"""Who sees a finding of several places whole, and who only the half of their own area."""

from taizhang.office.access.areas import covered
from taizhang.office.access.scope import current_areas
from taizhang.office.findings.models import Finding


def sees_all_sides(finding: Finding) -> bool:
    """Whether every place in which the finding has rows lies in the open scope."""
    areas = current_areas()
    further = finding.further_places.values_list("division_code", flat=True)
    return covered(finding.division_code, areas) and all(covered(code, areas) for code in further)

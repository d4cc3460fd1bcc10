"""Where the rows of a figure stand: the list for whoever may list findings, the rows without names for everybody else."""

from urllib.parse import urlencode

from django.urls import reverse

from taizhang.office.access.actor import Actor


def rows_address(viewer: Actor, **words: str) -> str:
    """The address of the findings that a figure counts; words: of `Wanted`."""
    name = "findings" if viewer.may("finding.list") else "finding_rows"
    return f"{reverse(name)}?{urlencode(words)}"

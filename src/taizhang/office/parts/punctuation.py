"""Signs between words, as the language of the page sets them: Chinese ones are wide, English ones need their blanks."""

from collections.abc import Iterable

from django.utils.translation import gettext as _


def bracketed(words: object) -> str:
    """Words in brackets, to be set right after what they belong to."""
    return _("（%(words)s）") % {"words": words}


def listed(words: Iterable[object]) -> str:
    """Words of one kind, one after the other."""
    return _("、").join(str(one) for one in words)


def headed(head: object, words: object) -> str:
    """A head, and what there is under it."""
    return _("%(head)s：%(words)s") % {"head": head, "words": words}

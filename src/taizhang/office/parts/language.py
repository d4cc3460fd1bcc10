"""The language of the page that is being written, for the texts that the engine holds in three."""

from django.utils.translation import get_language

from taizhang.languages import Language, language_of


def page_language() -> Language:
    """The viewer's language; Simplified Chinese where the engine does not speak it."""
    return language_of(get_language() or "") or Language.ZH

"""Tags for templates: the built scripts and styles, icons, words for scripts, sorting."""

from typing import Any

from django import template
from django.conf import settings
from django.core.paginator import Page
from django.http import HttpRequest
from django.utils.html import format_html, format_html_join, json_script
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from taizhang.office.parts.assets import are_built, asset_address, style_addresses
from taizhang.office.parts.drawing import drawn_options, drawn_rows
from taizhang.office.parts.model import Column, Filter, Table
from taizhang.office.parts.punctuation import bracketed, headed, listed
from taizhang.office.parts.told import told
from taizhang.office.parts.words import WORDS

register = template.Library()

DESK = "src/desk.ts"
THEME = "src/theme.ts"
SPRITE = "icons.txt"
TABS = 4


register.filter("bracketed", bracketed)
register.filter("listed", listed)
register.filter("headed", headed)
register.filter("told", told)


@register.simple_tag
def desk_head() -> SafeString:
    """Style sheets and scripts of every desk page; the theme is set before the first paint. Nothing before `make web`."""
    if not are_built():
        return SafeString("")
    styles = format_html_join("", '<link rel="stylesheet" href="{}">', ((one,) for one in style_addresses(DESK)))
    scripts = format_html(
        '<script src="{}"></script><script type="module" src="{}"></script>', asset_address(THEME), asset_address(DESK)
    )
    return styles + scripts


@register.simple_tag
def demo_note() -> SafeString:
    """What stands above every page of a demo; nothing in an installation in earnest."""
    if not settings.DEMO:
        return SafeString("")
    return format_html(
        '<aside class="demo-note">{}</aside>', _("演示系统：人员全部虚构，登录不要求两步验证。请勿录入真实信息。")
    )


@register.simple_tag
def desk_words() -> SafeString:
    """The words that scripts show, in the language of the page."""
    return json_script({key: str(words) for key, words in WORDS.items()}, "desk-texts")


@register.simple_tag
def icon(name: str, size: str = "") -> SafeString:
    """An icon of web/icons.txt, for the eye only. size: "", "small" or "large"."""
    if not are_built():
        return SafeString("")
    classes = f"icon {size}".strip()
    return format_html(
        '<svg class="{}" aria-hidden="true" focusable="false"><use href="{}#{}"></use></svg>',
        classes,
        asset_address(SPRITE),
        name,
    )


@register.simple_tag
def chart_data(script: dict[str, Any]) -> SafeString:
    """The values of a chart or the features of a map as a data block, safe inside HTML."""
    return json_script(script)


@register.simple_tag(takes_context=True)
def sort_link(context: dict[str, Any], table: Table, column: Column) -> dict[str, str]:
    """Address that orders a table by a column (again: the other way round), its aria-sort, its icon."""
    request: HttpRequest = context["request"]
    ascending = table.sort == column.sort
    descending = table.sort == f"-{column.sort}"
    query = request.GET.copy()
    query.pop("page", None)
    query["sort"] = f"-{column.sort}" if ascending else column.sort
    return {
        "url": f"?{query.urlencode()}",
        "state": "ascending" if ascending else "descending" if descending else "",
        "icon": "sort-ascending" if ascending else "sort-descending" if descending else "arrows-sort",
    }


@register.simple_tag
def table_rows(table: Table, form: str | None = None) -> SafeString:
    """The rows of a list. form: id of the form that the boxes in front of them belong to."""
    return drawn_rows(table, form or "")


@register.simple_tag
def filter_options(choices: Filter) -> SafeString:
    """The values of a filter to choose from."""
    return drawn_options(choices)


@register.simple_tag
def page_numbers(page: Page[Any]) -> list[int | None]:
    """Numbers to show in a pager: both ends, the current page and its neighbours; None stands for a gap."""
    shown = page.paginator.get_elided_page_range(page.number, on_each_side=1, on_ends=1)
    return [one if isinstance(one, int) else None for one in shown]


@register.simple_tag
def first_entries(navigation: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """What the bar at the bottom of a phone has room for: entries that are to be at hand, then the first of the others."""
    entries = [entry for group in navigation for entry in group["items"]]
    return sorted(entries, key=lambda one: not one.get("at_hand"))[:TABS]

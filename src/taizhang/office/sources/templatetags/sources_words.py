"""Words for what deliveries are marked with."""

from django import template

from taizhang.office.sources.presenting import held_word

register = template.Library()
register.filter("held", held_word)

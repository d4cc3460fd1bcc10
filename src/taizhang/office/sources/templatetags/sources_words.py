"""Words for what deliveries and their jobs are marked with."""

from django import template

from taizhang.office.jobs.presenting import stage_name
from taizhang.office.sources.presenting import held_word

register = template.Library()
register.filter("stage", stage_name)
register.filter("held", held_word)

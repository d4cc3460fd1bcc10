"""The page opens offline, says everything in three languages, and lets no value become markup."""

import re
from datetime import date
from html.parser import HTMLParser

import pytest

from taizhang.report.figures import DELTAS, SEVERITIES, Counted, Figures, FindingRow, RuleFigure
from taizhang.report.page import PageFacts, SourceFacts, page
from taizhang.report.texts import Label

PLACE = {
    "source": "ledger",
    "file": "甲村.xlsx",
    "sheet": "一组",
    "row": 3,
    "cells": [{"field": "id_no", "cell": "C3"}],
}
TITLES = {"ledger": "村台账"}
HOSTILE = '</script><img src=x onerror="alert(1)">'


def label(text):
    return Label(text, text, text)


def finding(number="ABCDEFGHJK2", **other):
    facts = {
        "rule": "ID-CHECKSUM", "group": "A", "severity": "error", "delta": "new", "town_key": "610723103000", "town": "龙亭镇",
        "village": "甲村", "household": "1", "head": "张甲", "name": "李乙", "id_masked": "6123**************", "places": (PLACE,),
        "culprit_key": "ledger", "culprit": "村台账", "p_culprit": 0.9, "candidates": (), "evidence": (), "deadline_workdays": 5,
        "message": label("校验位不符"), "hint": label("核对原件"),
    }  # fmt: skip
    return FindingRow(number=number, **(facts | other))


def figures(*, town="龙亭镇", message="校验位不符"):
    return Figures(
        open_findings=1,
        persons=1,
        households=1,
        by_delta=dict.fromkeys(DELTAS, 0) | {"new": 1},
        by_severity=dict.fromkeys(SEVERITIES, 0) | {"error": 1},
        by_source=[Counted("ledger", label("村台账"), (1, 0, 0, 0))],
        by_town=[Counted("610723103000", label(town), (1, 0, 0, 0))],
        by_group=[Counted("A", label("证件号码"), (1, 0, 0, 0))],
        rules=[RuleFigure("ID-CHECKSUM", "A", "error", label("校验位不符"), 1, 1, label(message), label("核对原件"))],
        town_groups={("610723103000", "A"): 1},
    )


FACTS = PageFacts(
    county="洋县",
    sweep="2020-02-19-1",
    as_of=date(2020, 2, 19),
    records=100,
    clean_records=99,
    rules_run=120,
    synthetic=True,
    sources=(SourceFacts("ledger", "村台账", date(2020, 2, 19), 3, 100, 2, "incomplete", (label("甲村.xls 已加密"),)),),
)


class Reader(HTMLParser):
    def __init__(self):
        super().__init__()
        self.tags, self.outside = [], []

    def handle_starttag(self, tag, attrs):
        self.tags.append(tag)
        self.outside += [value for name, value in attrs if name in {"src", "href", "action"}]


def read(html):
    reader = Reader()
    reader.feed(html)
    return reader


def test_nothing_on_the_page_points_outside():
    html = page(FACTS, figures(), [finding()], TITLES)

    assert read(html).outside == []
    assert not re.search(r"url\(|@import|fetch\(|XMLHttpRequest", html)


HOSTILE_PARTS = {
    "places": (PLACE | {"file": HOSTILE},),
    "evidence": (HOSTILE,),
    "candidates": ({"field": "name", "value": HOSTILE, "probability": 0.5},),
}


@pytest.mark.parametrize("place", ["name", "town", "village", *HOSTILE_PARTS])
def test_no_value_of_a_finding_becomes_markup(place):
    html = page(FACTS, figures(), [finding(**{place: HOSTILE_PARTS.get(place, HOSTILE)})], TITLES)

    assert "img" not in read(html).tags
    assert html.count("</script>") == page(FACTS, figures(), [finding()], TITLES).count("</script>")


def test_no_title_or_message_becomes_markup():
    html = page(FACTS, figures(town=HOSTILE, message=HOSTILE), [finding(message=label(HOSTILE))], TITLES)

    assert "img" not in read(html).tags


def test_the_page_says_what_is_incomplete_and_why():
    html = page(FACTS, figures(), [], TITLES)

    assert "state-incomplete" in html
    assert "甲村.xls 已加密" in html


@pytest.mark.parametrize(
    ("tag", "text"), [("zh-Hans", "最多的问题"), ("zh-Hant", "最多的問題"), ("en", "The biggest problems")]
)
def test_the_page_speaks_three_languages(tag, text):
    assert f'<span lang="{tag}">{text}</span>' in page(FACTS, figures(), [], TITLES)


def test_a_sweep_without_findings_still_makes_a_page():
    empty = Figures(0, 0, 0, dict.fromkeys(DELTAS, 0), dict.fromkeys(SEVERITIES, 0), [], [], [], [], {})

    assert "洋县" in page(FACTS, empty, [], TITLES)

"""What a county that chose English gets holds no Chinese of ours: the screen, the page, the lists, the returned workbooks."""

import json
import re
import shutil
from html.parser import HTMLParser
from itertools import chain

import openpyxl
import pyarrow.parquet as pq
import pytest

from countyruns import findings, latest, run
from taizhang.intake.county import load_county
from taizhang.intake.model import code_list, code_lists
from taizhang.languages import Language, translated
from taizhang.report.lists import COUNTY_LIST
from taizhang.report.page import PageFacts
from taizhang.report.texts import label
from taizhang.sweep.rules import load_packs
from taizhang.sweep.rules.explaining import explained

CHINESE = re.compile(r"[\u3400-\u9fff]+")
QUOTED = re.compile(r"“[^“”]*”|'[^'\n]*'")
"""What stands in quotes is a value, in a sentence or in SQL."""
STANDARD_VALUES = sorted({value for name in code_lists() for value in code_list(name).labels}, key=len, reverse=True)
OWN_NAMES = {COUNTY_LIST, "report.html"}


@pytest.fixture(scope="module")
def english(swept_county, tmp_path_factory):
    """The county with English in its file, swept once more in an English terminal: what was said, and its folder."""
    folder = shutil.copytree(swept_county.folder, tmp_path_factory.mktemp("english") / "county")
    file = folder / "county.toml"
    file.write_text(file.read_text("utf-8").replace("[county]\n", '[county]\nlanguage = "en"\n', 1), "utf-8")
    ran = run("sweep", file, "--no-intake", env={"TAIZHANG_LANG": "en", "PATH": "/usr/bin:/bin"})
    assert ran.status in (0, 3), ran.said
    return ran, folder


@pytest.fixture
def in_english(monkeypatch):
    monkeypatch.setenv("TAIZHANG_LANG", "en")


@pytest.fixture(scope="module")
def data(english):
    """Every value of the ledgers, the county's own names, and the standard values of code lists; the longest first."""
    folder = english[1]
    county = load_county(folder / "county.toml")
    found = {county.name, *STANDARD_VALUES, *(source.title for source in county.sources), *OWN_NAMES}
    for path in (folder / "data" / "deliveries").glob("*/*/record.parquet"):
        for column in pq.read_table(path).columns:
            if str(column.type) in ("string", "large_string") or "dictionary" in str(column.type):
                found |= {value for value in column.unique().to_pylist() if value}
    for row in findings(latest(folder)).values():
        found |= {row[name] for name in ("town_name", "village_name", "name", "head_name")}
        for one in row["records"] or ():
            found |= {one["file"], one["sheet"], *re.split(r"[/.]", one["file"])}
        for one in chain(row["observed"] or (), row["candidates"] or ()):
            found |= {one["value"]}
    return sorted({one for one in found if one and CHINESE.search(one)}, key=len, reverse=True)


def left_over(text, data):
    """The Chinese of a text that is no value."""
    text = QUOTED.sub(" ", text)
    for value in data:
        if not CHINESE.search(text):
            return ""
        text = text.replace(value, " ")
    return " ".join(CHINESE.findall(text))


def test_the_crawl_notices_chinese(data):
    assert left_over("龙亭镇 is a town, 号码不符 is a sentence", ["龙亭镇"]) == "号码不符"
    assert len(data) > 100


def test_what_the_sweep_says_is_english(english, data):
    ran, _ = english

    assert left_over(ran.out, data) == ""
    assert left_over(ran.err, data) == ""


def test_a_finding_of_every_rule_is_shown_in_english(english, data, typed, in_english):
    folder = english[1]
    one_of_each = {row["rule"]: row["short_id"] for row in findings(latest(folder)).values()}

    said = {rule: typed("show", folder / "county.toml", number).out for rule, number in one_of_each.items()}

    assert len(said) > 25
    assert {rule: left for rule, text in said.items() if (left := left_over(text, data))} == {}


def test_every_rule_is_explained_in_english():
    ruleset = load_packs()
    said = {rule.id: explained(ruleset, rule, Language.EN) for rule in ruleset.rules.values()}

    without_sql = {rule: text.partition("\nSQL")[0] for rule, text in said.items()}
    assert {rule: left for rule, text in without_sql.items() if (left := left_over(text, STANDARD_VALUES))} == {}


class English(HTMLParser):
    """The texts of a page that are shown when English is chosen, and its attributes that people read."""

    def __init__(self):
        super().__init__()
        self.open, self.texts = [], []

    def handle_starttag(self, tag, attrs):
        attrs = dict(attrs)
        if tag not in {"meta", "i", "br", "input", "circle"}:
            self.open.append((tag, attrs.get("lang", "")))
        self.texts += [attrs[name] for name in ("title", "placeholder", "aria-label", "alt") if attrs.get(name)]

    def handle_endtag(self, tag):
        while self.open and self.open.pop()[0] != tag:
            pass

    def handle_data(self, text):
        tags = {tag for tag, _ in self.open}
        languages = {language for tag, language in self.open if tag != "html"}
        if not tags & {"script", "style", "title"} and not languages & {"zh-Hans", "zh-Hant"}:
            self.texts.append(text)


def test_the_page_is_english_when_english_is_chosen(english, data):
    html = (latest(english[1]) / "report.html").read_text("utf-8")
    reader = English()
    reader.feed(html)
    shown = [text for text in reader.texts if text not in ("简体", "繁體")]

    assert [left for text in shown if (left := left_over(text, data))] == []
    texts = dict(re.findall(r'<script type="application/json" id="(\w+)">(.*?)</script>', html, re.DOTALL))
    rows = json.loads(texts["findings"])
    languages = list(Language).index(Language.EN)
    told = [row[key][languages] if isinstance(row[key], list) else row[key] for row in rows for key in "mwaxe"]
    assert len(told) > 250
    assert {left for text in told if (left := left_over(text, data))} == set()
    words = json.loads(texts["texts"])
    english_words = [word["en"] for word in words["words"].values()]
    assert {left for word in english_words if (left := left_over(word, data))} == set()


def cells(path):
    """Every text of a workbook with its comments and sheet names."""
    book = openpyxl.load_workbook(path)
    for sheet in book:
        yield sheet.title
        yield sheet.oddFooter.left.text or ""
        for row in sheet.iter_rows():
            yield from (str(cell.value) for cell in row if cell.value is not None)


def test_the_lists_are_english(english, data):
    sweep = latest(english[1])

    texts = {text for path in (sweep / COUNTY_LIST, *(sweep / "lists").iterdir()) for text in cells(path)}

    assert {left for text in texts if (left := left_over(text, data))} == set()


def test_the_returned_workbooks_speak_english(english, data):
    returned = list((latest(english[1]) / "returned").rglob("*.xlsx"))
    said = set()
    for path in returned:
        book = openpyxl.load_workbook(path)
        said |= {cell.comment.text for sheet in book for row in sheet.iter_rows() for cell in row if cell.comment}
        problems = book[label("problem_sheet").en]
        said |= {str(cell.value) for row in problems.iter_rows() for cell in row if cell.value is not None}

    assert len(said) > 100
    assert {left for text in said if (left := left_over(text, data))} == set()


def test_why_a_rule_was_not_run_is_english(english, data):
    counts = pq.read_table(latest(english[1]) / "counts.parquet").to_pylist()
    reasons = {row["not_run"] for row in counts if row["not_run"]}

    assert len(reasons) > 5
    assert [left for one in reasons if (left := left_over(translated(one, Language.EN), data))] == []


def test_the_page_facts_carry_remarks_in_three_languages():
    assert PageFacts.__dataclass_fields__["sources"]
    assert label("file_refused").filled(file="甲.xls").en == "“甲.xls” was not taken"

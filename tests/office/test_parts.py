"""The parts of desk pages: what they show, what they escape, and that they stand without built files."""

import re
from pathlib import Path
from types import SimpleNamespace as Thing

import pytest
from django.core.paginator import Paginator
from django.http import HttpRequest, QueryDict
from django.template.loader import render_to_string

import taizhang.office
from officepeople import TOWN, person
from taizhang.office.access.navigation import GROUPS
from taizhang.office.access.roles import Role
from taizhang.office.parts import assets
from taizhang.office.parts.apps import browser_files_are_built
from taizhang.office.parts.model import Cell, Chart, Column, Filter, Filters, Option, Progress, Row, Series, Table
from taizhang.office.parts.templatetags.parts import sort_link


def asked(query=""):
    """A request with a query, as parts see it."""
    request = HttpRequest()
    request.method, request.path, request.GET = "GET", "/findings/", QueryDict(query)
    return request


def drawn(part, query="", **context):
    """One part as HTML."""
    return render_to_string(f"office/parts/{part}.html", context, request=asked(query))


ONE_ROW = (Row([Cell("问题甲"), Cell(3)], "/findings/1/", "1"),)


def table(*, selectable=False, rows=ONE_ROW):
    """A list of two columns."""
    return Table(
        [Column("问题", "rule", "head"), Column("行数", kind="number")], rows, selectable=selectable, empty="没有问题"
    )


def test_a_row_opens_its_page_from_the_first_cell_only():
    html = drawn("table", table=table())

    assert html.count('href="/findings/1/"') == 1
    assert '<td class="cell-number" data-label="行数">3</td>' in html


def test_rows_can_be_chosen_only_where_the_table_says_so():
    assert 'value="1" data-choose' in drawn("table", table=table(selectable=True))
    assert "data-choose" not in drawn("table", table=table())


def test_a_list_without_rows_says_so_in_its_own_words():
    html = drawn("table", table=table(rows=()))

    assert "没有问题" in html
    assert "<table" not in html


def test_a_row_with_a_cell_too_few_is_refused():
    with pytest.raises(ValueError, match="shorter"):
        drawn("table", table=table(rows=(Row([Cell("甲")]),)))


def test_a_cell_shows_its_tone_inside_its_own_link_and_its_note_below():
    cells = [Cell("甲", "danger", note="注", note_tone="warning", url="/a/?b=1&c=2"), Cell(2.5, "info")]

    html = drawn("table", table=table(rows=(Row(cells, "/findings/1/"),)))

    link = '<a href="/a/?b=1&amp;c=2"><span class="pill" data-tone="danger">甲</span></a>'
    assert f'{link}<span class="cell-note tone-warning">注</span>' in html
    assert "/findings/1/" not in html
    assert '<span class="pill" data-tone="info">2.5</span>' in html


def test_a_box_belongs_to_the_form_it_is_told():
    rows = (Row([Cell("甲"), Cell(1)], key='7"'),)

    assert 'value="7&quot;" data-choose aria-label="选中此行" form="bulk"' in drawn(
        "table", table=table(selectable=True, rows=rows), form="bulk"
    )
    assert "form=" not in drawn("table", table=table(selectable=True, rows=rows))


def test_a_filter_marks_what_is_chosen_and_counts_what_is_known():
    choices = [Option("a", "<甲>", 3), Option("b", "乙", 0), Option("", "丙")]

    html = drawn("filters", filters=Filters([Filter("rule", "规则", "choice", "b", choices)]))

    assert '<option value="a">&lt;甲&gt;（3）</option><option value="b" selected>乙（0）</option>' in html
    assert '<option value="">丙</option>' in html


def test_cells_and_chart_values_are_escaped():
    hostile = "</script><b>甲"
    cells = drawn("table", table=table(rows=(Row([Cell(hostile, note=hostile), Cell(hostile, url=hostile)]),)))
    chart = drawn("chart", chart=Chart("图", "bar", [hostile], [Series("数", [1])]))

    assert "<b>" not in cells
    assert "<b>" not in chart


@pytest.mark.parametrize(
    ("current", "address", "state"),
    [("", "sort=rule", ""), ("rule", "sort=-rule", "ascending"), ("-rule", "sort=rule", "descending")],
)
def test_a_head_turns_the_order_round_and_leaves_the_page_number(current, address, state):
    ordered = Table([Column("问题", "rule")], [], sort=current)

    link = sort_link({"request": asked("state=open&page=4")}, ordered, ordered.columns[0])

    assert link["url"] == f"?state=open&{address}"
    assert link["state"] == state


def test_the_pager_keeps_the_filter_and_marks_the_page():
    html = drawn("pager", query="state=open&page=2", page=Paginator(range(90), 20).page(2))

    assert "第 21–40 条，共 90 条" in html
    assert "?state=open&amp;page=3" in html
    assert '<span aria-current="page">2</span>' in html


def test_a_pager_of_one_page_has_nothing_to_turn():
    assert "rel=" not in drawn("pager", page=Paginator(range(3), 20).page(1))


def test_filters_offer_clearing_only_when_something_is_set():
    def line(value):
        return drawn(
            "filters", filters=Filters([Filter("town", "镇", value=value), Filter("due", "期限", "dates", ("", ""))])
        )

    assert "清除" in line("龙亭镇")
    assert "清除" not in line("")


def test_a_chart_has_the_same_values_in_its_table_with_their_links():
    chart = Chart("各镇", "bar", ["龙亭镇", "马畅镇"], [Series("错误", [4, None], ["/findings/?town=1", None])])

    html = drawn("chart", chart=chart)

    assert '<a href="/findings/?town=1">4</a>' in html
    assert '<td class="cell-number">–</td>' in html
    assert chart.script["series"][0]["links"] == ["/findings/?town=1", None]


def test_progress_asks_again_only_while_it_runs():
    def line(*, running):
        return drawn("progress", progress=Progress("排查", 30, 120, "/sweeps/1/progress", running=running))

    assert 'hx-get="/sweeps/1/progress"' in line(running=True)
    assert "25%" in line(running=True)
    assert "hx-get" not in line(running=False)


def test_progress_without_a_total_shows_no_share():
    assert Progress("导入", 30, None).percent is None
    assert "%" not in drawn("progress", progress=Progress("导入", 30, None))


@pytest.mark.parametrize("page", ["400", "403", "403_csrf", "404", "429", "500", "503"])
def test_pages_that_django_shows_by_itself_need_no_context(page):
    html = render_to_string(f"{page}.html", {"error_id": "7f3a"})

    assert "7f3a" in html
    assert 'data-page="error"' in html


def test_no_page_holds_a_script_or_style_of_its_own():
    html = render_to_string("500.html") + render_to_string(
        "office/base.html", {"navigation": [], "county": Thing(name="洋县")}
    )

    assert " style=" not in html
    assert "<style" not in html
    assert " onclick=" not in html


@pytest.fixture
def built(tmp_path, monkeypatch):
    """Writes a manifest as Vite would; returns how to write it."""
    manifest = tmp_path / "manifest.json"
    monkeypatch.setattr(assets, "MANIFEST", manifest)
    return lambda text: manifest.write_text(text, "utf-8")


def test_addresses_come_from_the_manifest(built):
    built('{"src/desk.ts": {"file": "desk-1a.js", "css": ["desk-2b.css"]}}')

    assert assets.asset_address("src/desk.ts") == "/static/office/dist/desk-1a.js"
    assert assets.style_addresses("src/desk.ts") == ["/static/office/dist/desk-2b.css"]
    assert browser_files_are_built() == []


def test_a_missing_entry_says_which_command_builds_it(built):
    built("{}")

    with pytest.raises(assets.AssetsMissing, match="make web"):
        assets.asset_address("src/desk.ts")


def test_without_built_files_pages_stand_bare_and_the_check_warns(built):
    html = render_to_string("404.html")

    assert "没有找到" in html
    assert "stylesheet" not in html
    assert [one.id for one in browser_files_are_built()] == ["parts.W001"]


OFFICE = Path(taizhang.office.__file__).parent
ICONS = (OFFICE.parents[2] / "web" / "icons.txt").read_text("utf-8").split("\n")
TEMPLATES = sorted(OFFICE.rglob("*.html"), key=str)


def test_every_icon_that_is_used_is_built_into_the_sprite():
    pattern = re.compile(r'\{% icon "([\w-]+)"|icon_name="([\w-]+)"')
    used = {a or b for page in TEMPLATES for a, b in pattern.findall(page.read_text("utf-8"))}
    used |= {entry.icon for _, entries in GROUPS for entry in entries}

    assert used <= set(ICONS)


@pytest.mark.parametrize("page", TEMPLATES, ids=lambda page: page.relative_to(OFFICE).as_posix())
def test_templates_hold_nothing_that_the_content_policy_refuses(page):
    found = re.findall(r'\sstyle=|<style|\son\w+="|hx-on|javascript:|data-bs-t', page.read_text("utf-8"))

    assert found == []


@pytest.mark.django_db
def test_the_header_names_who_is_logged_in_and_where_they_work(client):
    user = person(Role.TOWN_DATA_LEAD, TOWN)
    client.force_login(user)

    html = client.get("/").content.decode()

    assert "镇(办)业务骨干" in html
    assert TOWN.prefix in html
    assert "退出" in html


@pytest.mark.django_db
def test_the_login_page_names_nobody(client):
    html = client.get("/accounts/login/").content.decode()

    assert "退出" not in html
    assert 'data-user=""' in html

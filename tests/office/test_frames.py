"""Frames: begun empty, filled in by the county, measured by findings and checklists, exchanged as tables."""

import io

import openpyxl
import pytest
from django.conf import settings
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from officepeople import COUNTY, OTHER_TOWN, TOWN
from officepeople import person as account
from officesweeps import FAR_VILLAGE, finding, full_id, household, person
from taizhang.office.access.roles import Role
from taizhang.office.access.scope import scope
from taizhang.office.accounts.selectors import actor_for
from taizhang.office.casework.models import Task
from taizhang.office.casework.services.dispatching import dispatch_findings
from taizhang.office.findings.models import Finding
from taizhang.office.findings.states import State
from taizhang.office.frames.errors import CellUnfit, FrameTaken
from taizhang.office.frames.exchange import as_csv, as_workbook, cells_from
from taizhang.office.frames.models import Frame, FrameCell, Tick
from taizhang.office.frames.selectors import as_cell, measured_cells
from taizhang.office.frames.services import Typed, begin_frame, import_frame, save_frame
from taizhang.office.ledger.models import Entry
from taizhang.office.places.models import Division
from taizhang.sweep.rules.frames import read_frame
from taizhang.sweep.rules.ruleset import load_packs

pytestmark = pytest.mark.django_db
SEVEN, STAGES = "七突出七对标七到位", "一查一补两落实"
FIRST = Typed("七突出/1", "号码与姓名核实", "2020-01", "2020-06", "C、ID-CHECKSUM", "开会部署；张榜公布")


@pytest.fixture
def county(lake):
    """Two findings of the cell's rules at home, one far away, one of another rule; two towns by name."""
    found = [finding(1), finding(2, rule="ID-CHECKSUM", grp="A", subject=2), finding(3, village=FAR_VILLAGE, subject=3),
             finding(4, rule="IC-NEGATIVE", grp="P", subject=4)]  # fmt: skip
    people = [person(1, "王建军"), person(2, "李秀英"), person(3, "赵", FAR_VILLAGE), person(4, "孙立")]
    lake.imported(found, people, [household(1, "王建军"), household(3, "赵", FAR_VILLAGE)])
    for code, name in (("610723103000", "龙亭镇"), ("610723108000", "磨子桥镇")):
        Division.objects.create(code=code, name=name, level=4)
    return lake


@pytest.fixture
def operator():
    return actor_for(account(Role.CENTRE_OPERATOR))


def client_of(role, area=COUNTY):
    client = Client()
    client.force_login(account(role, area), backend="allauth.account.auth_backends.AuthenticationBackend")
    return client


def seven(operator, *typed):
    """The grid of this year with some cells filled in."""
    frame = begin_frame(actor=operator, title=SEVEN, year=2020)
    save_frame(actor=operator, frame_id=frame.pk, revision=1, typed=typed) if typed else None
    return frame


def cell(frame, tag="七突出/1"):
    return FrameCell.objects.get(frame=frame, tag=tag)


def test_nothing_of_the_official_grid_is_invented(operator):
    frame = seven(operator)

    cells = list(frame.cells.all())
    assert len(cells) == 21
    assert {(one.label, tuple(one.rules), tuple(one.checks)) for one in cells} == {("", (), ())}
    stages = begin_frame(actor=operator, title=STAGES, year=2020)
    assert [one.label for one in stages.cells.all()] == [
        "查",
        "补",
        "落实一",
        "落实二",
    ]  # the words of its name, no more


def test_the_next_year_begins_with_this_years_cells_and_each_year_once(operator):
    seven(operator, FIRST)

    later = begin_frame(actor=operator, title=SEVEN, year=2021)

    assert cell(later).label == "号码与姓名核实"
    with pytest.raises(FrameTaken):
        begin_frame(actor=operator, title=SEVEN, year=2021)


def test_a_cell_is_measured_by_its_rules_and_groups_as_the_list_counts(county, operator, time_machine):
    frame = seven(operator, FIRST)
    with scope((COUNTY,)):
        dispatch_findings(actor=operator, finding_ids=[full_id(2)])
        Task.objects.update(due_on="2020-02-01")
        Finding.objects.filter(pk=full_id(3)).update(state=State.PROVEN)
        (one,) = measured_cells([cell(frame)], timezone.localdate())
    with scope((TOWN,)):
        (of_town,) = measured_cells([cell(frame)], timezone.localdate())

    assert (one.measure.open, one.measure.late, one.measure.proven, one.measure.wanted) == (2, 1, 1, 4)
    assert (of_town.measure.open, of_town.measure.late, of_town.measure.proven, of_town.measure.wanted) == (2, 1, 0, 2)


@pytest.mark.parametrize(("label", "ids"), [("未办结", [1, 2]), ("超期", [2]), ("已印证", [3])])
def test_every_figure_of_a_cell_opens_exactly_its_rows(county, operator, label, ids):
    frame = seven(operator, FIRST)
    with scope((COUNTY,)):
        dispatch_findings(actor=operator, finding_ids=[full_id(2)])
        Task.objects.update(due_on="2020-02-01")
        Finding.objects.filter(pk=full_id(3)).update(state=State.PROVEN)
    client = client_of(Role.CENTRE_OPERATOR)
    grid = client.get(reverse("frame", args=[frame.pk])).context["grid"]
    figures = grid.rows[0][1][0][1].figures

    (figure,) = [one for one in figures if one.label == label]
    rows = client.get(figure.url).context["page"]

    assert figure.value == str(len(ids))
    assert sorted(one.pk for one in rows) == sorted(full_id(one) for one in ids)


def test_a_cells_page_shows_its_towns_each_opening_its_rows(county, operator):
    frame = seven(operator, FIRST)
    client = client_of(Role.CENTRE_OPERATOR)

    page = client.get(reverse("frame_cell", args=[frame.pk, cell(frame).pk]))

    chart = page.context["chart"]
    assert list(chart.categories) == ["龙亭镇", "磨子桥镇"]
    assert [list(one.values) for one in chart.series] == [[0, 0], [2, 1], [0, 0]]
    home, far = (client.get(link).context["page"] for link in chart.series[1].links)
    assert {one.pk for one in home} == {full_id(1), full_id(2)}
    assert {one.pk for one in far} == {full_id(3)}
    assert "开会部署" in page.content.decode()


def test_a_leader_opens_the_rows_without_anybodys_name(county, operator):
    frame = seven(operator, FIRST)
    client = client_of(Role.LEADER)
    figure = client.get(reverse("frame", args=[frame.pk])).context["grid"].rows[0][1][0][1].figures[0]

    page = client.get(figure.url).content.decode()

    assert page.count("<tr data-row") == 3
    assert "王建军" not in page
    assert client.get(reverse("frame_edit", args=[frame.pk])).status_code == 403


def test_the_page_asks_as_many_questions_for_one_cell_as_for_all(county, operator):
    frame = seven(operator, FIRST)
    client, counts = client_of(Role.CENTRE_OPERATOR), []
    for _ in range(2):
        client.get(reverse("frame", args=[frame.pk]))
        with CaptureQueriesContext(connection) as asked:
            client.get(reverse("frame", args=[frame.pk]))
        counts.append(len(asked))
        FrameCell.objects.filter(frame=frame).update(rules=["C", "P"], checks=["一", "二"])

    assert counts[0] == counts[1]
    assert counts[0] <= 16


def test_a_change_is_kept_with_who_and_what_and_shown(operator):
    frame = seven(operator, FIRST)

    entry = Entry.objects.get(verb="frame.changed")
    assert entry.data["cells"]["七突出/1"]["label"] == ["", "号码与姓名核实"]
    page = client_of(Role.LEADER).get(reverse("frame", args=[frame.pk])).content.decode()
    assert "（空） → 号码与姓名核实" in page
    assert operator.name in page


def test_saving_the_same_again_changes_and_records_nothing(operator):
    frame = seven(operator, FIRST)

    assert save_frame(actor=operator, frame_id=frame.pk, revision=2, typed=[FIRST]) == 0
    assert Entry.objects.filter(verb="frame.changed").count() == 1
    assert Frame.objects.get(pk=frame.pk).revision == 2


def posted(frame, revision, **first):
    values = {"label": "", "begins": "", "ends": "", "rules": "", "checks": ""} | first
    return {"revision": str(revision)} | {f"{name}:七突出/1": value for name, value in values.items()}


def test_whoever_was_overtaken_sees_their_own_text_again_and_overwrites_nothing(operator):
    frame = seven(operator, FIRST)

    answer = client_of(Role.CENTRE_OPERATOR).post(
        reverse("frame_save", args=[frame.pk]), posted(frame, 1, label="我的写法")
    )

    assert answer.status_code == 409
    assert "我的写法" in answer.content.decode()
    assert cell(frame).label == "号码与姓名核实"


@pytest.mark.parametrize(
    ("first", "told"),
    [
        ({"rules": "ID-CHECKSUM、NO-SUCH"}, "NO-SUCH"),
        ({"begins": "2020-13"}, "2020-02-19"),
        ({"begins": "2020-05", "ends": "2020-04"}, "结束不早于开始"),
        ({"checks": "一\n一"}, "两项相同"),
    ],
)
def test_a_cell_that_cannot_be_is_told_at_its_place_and_nothing_is_kept(operator, first, told):
    frame = seven(operator)

    answer = client_of(Role.CENTRE_OPERATOR).post(
        reverse("frame_save", args=[frame.pk]), posted(frame, 1, label="写了的", **first)
    )

    assert answer.status_code == 422
    text = answer.content.decode()
    assert told in text
    assert 'value="写了的"' in text
    assert cell(frame).label == ""


def test_the_workbook_taken_out_filled_in_and_brought_back(operator):
    frame = seven(operator, FIRST)
    client = client_of(Role.CENTRE_OPERATOR)
    book = openpyxl.load_workbook(io.BytesIO(client.get(reverse("frame_export", args=[frame.pk])).content))
    sheet = book.active
    rows = {row[0].value: row for row in sheet.iter_rows(min_row=2)}
    rows["七到位/7"][1].value = "到位"
    stream = io.BytesIO()
    book.save(stream)
    stream.seek(0)

    answer = client.post(
        reverse("frame_import", args=[frame.pk]), {"file": SimpleUploadedFile("七突出.xlsx", stream.getvalue())}
    )

    assert answer.status_code == 302
    assert (cell(frame).label, cell(frame).checks) == ("号码与姓名核实", ["开会部署", "张榜公布"])
    assert Entry.objects.get(verb="frame.imported").data["cells"] == {"七到位/7": {"label": ["", "到位"]}}


def test_a_text_that_looks_like_a_formula_comes_back_as_it_was(operator):
    frame = seven(operator, Typed("七突出/1", "=到位", "", "", "", "-一"))
    there = [as_cell(one) for one in frame.cells.all()]

    assert "'=到位" in as_csv(there).decode("utf-8-sig")
    for content, name in ((as_workbook(SEVEN, there), "a.xlsx"), (as_csv(there), "a.csv")):
        back = cells_from(content, name)
        assert [(one.tag, one.label, one.checks) for one in back] == [(one.tag, one.label, one.checks) for one in there]


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("a.xlsx", b"PK\x03\x04 broken"),
        ("a.csv", "甲,乙\n1,2\n".encode()),
        ("a.exe", b"MZ"),
        ("a.csv", "标签,内容,开始,结束,规则\n别的/1,一,,,\n".encode()),
        ("a.csv", b""),
    ],
)
def test_a_file_that_is_no_table_of_this_frame_changes_nothing(operator, name, content):
    frame = seven(operator, FIRST)

    answer = client_of(Role.CENTRE_OPERATOR).post(
        reverse("frame_import", args=[frame.pk]), {"file": SimpleUploadedFile(name, content)}
    )

    assert answer.status_code == 422
    assert Frame.objects.get(pk=frame.pk).revision == 2
    assert 'role="alert"' in answer.content.decode()


def test_a_file_with_an_unknown_rule_is_refused_whole(operator):
    frame = seven(operator)
    cells = cells_from("tag,label,from,to,rules\n七突出/1,好,,,C\n七突出/2,坏,,,NO-SUCH\n".encode(), "a.csv")

    with pytest.raises(CellUnfit) as refused:
        import_frame(actor=operator, frame_id=frame.pk, cells=cells, name="a.csv")

    assert list(refused.value.problems) == ["七突出/2"]
    assert cell(frame).label == ""


def test_the_csv_of_the_office_is_the_table_that_packs_refer_to(operator, tmp_path):
    frame = seven(operator, FIRST)
    path = tmp_path / "七突出.csv"
    path.write_bytes(
        client_of(Role.CENTRE_OPERATOR).get(reverse("frame_export", args=[frame.pk]), {"kind": "csv"}).content
    )

    ruleset = load_packs(frames=[path])
    first = ruleset.cells["七突出/1"]

    assert [one.tag for one in read_frame(path)] == [one.tag for one in frame.cells.all()]
    assert (first.label, first.begins, first.checks) == ("号码与姓名核实", "2020-01", ("开会部署", "张榜公布"))
    assert "ID-CHECKSUM" in ruleset.rules_of(first)
    assert len(ruleset.rules_of(first)) > 2
    assert all(ruleset.rule(name).group == "C" or name == "ID-CHECKSUM" for name in ruleset.rules_of(first))


def test_a_town_ticks_off_its_own_points_and_no_other_towns(county, operator):
    frame = seven(operator, FIRST)
    url = reverse("frame_tick", args=[frame.pk, cell(frame).pk])
    client = client_of(Role.TOWN_DATA_LEAD, TOWN)
    words = {"check": "开会部署", "done": "1", "note": "三月二日"}

    assert client.post(url, words | {"town": "610723108000"}).status_code == 403
    assert client.post(url, words | {"town": "610723103000"}).status_code == 302
    assert client.post(url, {"check": "没有这一项", "town": "610723103000", "done": "1"}).status_code == 404
    Division.objects.create(code="610723103201", name="一村", level=5)
    assert client.post(url, words | {"town": "610723103201"}).status_code == 404  # points are counted by town

    with scope((OTHER_TOWN,)):
        assert not Tick.objects.exists()
    with scope((COUNTY,)):
        (one,) = measured_cells([cell(frame)], timezone.localdate())
        assert (one.measure.done, one.measure.wanted) == (1, 4)
    client.post(url, words | {"town": "610723103000", "done": "0"})
    assert list(Entry.objects.filter(verb__startswith="frame.").values_list("verb", flat=True))[-2:] == [
        "frame.ticked",
        "frame.unticked",
    ]


def test_points_of_an_edited_checklist_are_not_done_because_the_old_ones_were(county, operator):
    frame = seven(operator, FIRST)
    client_of(Role.TOWN_DATA_LEAD, TOWN).post(
        reverse("frame_tick", args=[frame.pk, cell(frame).pk]),
        {"check": "开会部署", "town": "610723103000", "done": "1"},
    )
    changed = Typed(FIRST.tag, FIRST.label, FIRST.begins, FIRST.ends, FIRST.rules, "开会再部署")
    save_frame(actor=operator, frame_id=frame.pk, revision=2, typed=[changed])

    with scope((COUNTY,)):
        (one,) = measured_cells([cell(frame)], timezone.localdate())

    assert (one.measure.done, one.measure.wanted) == (0, 2)


@pytest.mark.parametrize("typed", [
    {"title": "", "year": "2020"}, {"title": "一", "year": "1999", "columns": "甲"}, {"title": "一", "year": "x", "columns": "甲"},
    {"title": "一", "year": "2020", "columns": ""}, {"title": "一", "year": "2020", "columns": "甲、甲"},
    {"title": "一", "year": "2020", "columns": "甲", "rows": "41"}, {"title": "一", "year": "2020", "columns": "甲/乙"},
])  # fmt: skip
def test_a_frame_that_cannot_be_is_refused_with_its_words(typed):
    answer = client_of(Role.CENTRE_OPERATOR).post(reverse("frame_new"), typed)

    assert answer.status_code == 422
    assert 'role="alert"' in answer.content.decode()
    assert not Frame.objects.exists()


def test_a_frame_of_the_countys_own_begins_with_its_columns(operator):
    frame = begin_frame(actor=operator, title="本县三项", year=2020, columns=["查", "改"], rows=3)

    assert [one.tag for one in frame.cells.all()] == ["查/1", "查/2", "查/3", "改/1", "改/2", "改/3"]
    assert settings.INSTALLATION.county.frames == ()


@pytest.mark.parametrize("title", ["七突出/七对标[2026]?*", "'", "镇村"])
def test_a_frame_of_any_title_is_taken_out_as_a_workbook(operator, title):
    frame = begin_frame(actor=operator, title=title, year=2026, columns=["一"], rows=1)

    answer = client_of(Role.CENTRE_OPERATOR).get(reverse("frame_export", args=[frame.pk]))

    assert answer.status_code == 200
    assert openpyxl.load_workbook(io.BytesIO(answer.content)).active["A2"].value == "一/1"

"""Wrong county files and hostile folders: each trouble is told with what, where, why and what to do; the rest goes on."""

import io
import shutil
import zipfile

import pytest
from hostilefiles import book, good, hostile, table_rows

from countyruns import findings, half_written, latest, run
from smallcounty import HEADER, SOURCES, county_file, deliver, rows
from taizhang.intake.county import load_county
from taizhang.intake.pipeline import take_in


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (None, "找不到县配置文件"),
        ("[county\ncode =", "格式有误"),
        ('[county]\ncode = "610723"\nname = "x"\ndata = "d"\nnmae = "y"\n', "county.nmae"),
        ('[county]\ncode = "61"\nname = "x"\ndata = "d"\n', "county.code"),
        ('[county]\ncode = "610723"\nname = "x"\ndata = "d"\n', "source"),
        ("\xff\xfe", "UTF-8"),
    ],
    ids=["missing", "not-toml", "unknown-key", "bad-code", "no-source", "not-utf-8"],
)
def test_a_county_file_that_cannot_be_used_is_refused_with_its_place(typed, tmp_path, text, said):
    path = tmp_path / "county.toml"
    path.write_bytes((text or "").encode("latin-1"))
    path.unlink() if text is None else None

    ran = typed("sweep", path)

    assert ran.status == 2
    assert "E-COUNTY-FILE" in ran.err
    assert said in ran.err
    assert str(path) in ran.err
    assert ran.is_clean


@pytest.fixture(scope="module")
def without_a_folder(swept_county, tmp_path_factory):
    """The swept county after the folder of the phone records was taken away, swept again."""
    county = shutil.copytree(swept_county.folder, tmp_path_factory.mktemp("missing") / "县")
    shutil.rmtree(county / "inbox" / "app")
    return county, run("sweep", county / "county.toml", "--no-returned")


def test_a_missing_folder_is_told_and_the_other_sources_go_on(without_a_folder):
    county, ran = without_a_folder

    assert ran.status == 3
    assert "E-COUNTY-FOLDER" in ran.err
    assert str(county / "inbox" / "app") in ran.err
    assert "办法" in ran.err
    assert ran.is_clean


def test_the_source_whose_folder_is_missing_is_incomplete_in_the_report(without_a_folder):
    county, ran = without_a_folder

    assert "来源“帮扶手机应用推送”不完整" in ran.out
    page = (latest(county) / "report.html").read_text("utf-8")
    assert page.count("class='state-incomplete'") == 1
    assert "文件夹不存在" in page


def test_findings_of_a_source_whose_folder_is_missing_do_not_go_away(without_a_folder, swept_county):
    county, _ = without_a_folder

    before, now = swept_county.findings(), findings(latest(county))
    assert {key for key, row in before.items() if row["culprit"] == "app"} != set()
    assert {now[key]["delta"] for key in before} == {"persisting"}


def _mixed():
    """Files by name: (content, what must be said of it, or None where it is taken)."""
    said = {case.name: case for case in hostile()}
    table = "\r\n".join([",".join(HEADER), *(",".join(row.values()) for row in rows(range(8)))])
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(
            "三组.csv", "\r\n".join([",".join(HEADER), *(",".join(row.values()) for row in rows(range(8, 12)))])
        )
    far = table_rows() + '<row r="1048576"><c r="XFD1048576"><v>1</v></c></row>'
    return {
        "一组.csv": (table.encode("gb18030"), None),
        "压缩.zip": (packed.getvalue(), None),
        "加密.xlsx": (said["locked-member.xlsx"].content, "SR-FILE-ENCRYPTED"),
        "截断.xlsx": (good()[: len(good()) // 2], "SR-FILE-CORRUPT"),
        "空.xlsx": (b"", "SR-FILE-KIND"),
        "说明.docx": (said["docx.xlsx"].content, "SR-FILE-KIND"),
        "照片.png": (said["png.xls"].content, "SR-FILE-KIND"),
        "炸弹.xlsx": (said["bomb-ratio.xlsx"].content, "SR-FILE-LIMIT"),
        "远处.xlsx": (book(far), None),
        "网页.xls": (_as_web_page(rows(range(12, 16))), None),
    }


def _as_web_page(lines):
    """A table as report tools export it: a web page with the ending of a workbook."""
    cells = [HEADER, *(row.values() for row in lines)]
    table = "".join(f"<tr><td>{'</td><td>'.join(row)}</td></tr>" for row in cells)
    return f"<html><meta charset=utf-8><table>{table}</table></html>".encode()


MIXED = _mixed()
REFUSED = {name: code for name, (_, code) in MIXED.items() if code is not None}


@pytest.fixture(scope="module")
def mixed(tmp_path_factory):
    """A county whose ledger folder holds good and hostile files and whose city folder was never made, swept."""
    folder = tmp_path_factory.mktemp("mixed")
    path = county_file(folder)
    deliver(folder, "national", "2020-01-01", rows())
    inbox = folder / "inbox" / "ledger" / "2020-01-01"
    inbox.mkdir(parents=True)
    for name, (content, _) in MIXED.items():
        (inbox / name).write_bytes(content)
    return folder, path, run("sweep", path)


def test_a_folder_of_good_and_hostile_files_is_taken_without_the_hostile_ones(mixed):
    folder, path, ran = mixed

    taken = take_in(load_county(path), jobs=1)

    assert ran.status == 3
    assert ran.is_clean
    by_source = {ref.source: ref.rows for ref in taken.deliveries}
    assert by_source["national"] == 40
    assert by_source["ledger"] >= 12
    assert half_written(folder / "data") == []


def test_only_files_that_were_refused_count_as_not_read(mixed):
    folder, _, _ = mixed

    told = [row for row in findings(latest(folder)).values() if row["rule"] == "SR-FILE-KIND"]

    refused = [name for name, code in REFUSED.items() if code == "SR-FILE-KIND"]
    assert [[value["value"] for value in row["observed"]] for row in told] == [[str(len(refused))]]


@pytest.mark.parametrize("name", REFUSED)
def test_each_refusal_says_what_where_why_and_what_to_do(mixed, name):
    _, path, _ = mixed

    told = [problem for problem in take_in(load_county(path), jobs=1).problems if name in problem.where]

    assert len(told) == 1
    assert REFUSED[name] in told[0].why
    assert all((told[0].message, told[0].where, told[0].why, told[0].hint))


@pytest.mark.parametrize("name", [name for name in MIXED if name not in REFUSED])
def test_nothing_is_refused_that_can_be_read(mixed, name):
    _, path, _ = mixed

    told = [problem for problem in take_in(load_county(path), jobs=1).problems if name in problem.where]

    assert [problem for problem in told if problem.code == "E-FILE-REFUSED"] == []


def test_refusals_and_the_missing_source_are_on_the_screen_and_in_the_report(mixed):
    folder, _, ran = mixed

    page = (latest(folder) / "report.html").read_text("utf-8")
    assert {code for code in REFUSED.values() if code not in ran.err} == set()
    assert "E-COUNTY-FOLDER" in ran.err
    assert "《加密.xlsx》未采用" in page
    assert ran.out.count("不完整") == 2


def test_the_same_folder_taken_twice_is_one_delivery(mixed):
    folder, path, _ = mixed

    again = take_in(load_county(path), jobs=1)

    assert [ref.is_new for ref in again.deliveries] == [False, False]
    assert len(list((folder / "data" / "deliveries" / "ledger").iterdir())) == 1


def test_one_changed_cell_makes_another_delivery(tmp_path):
    county = load_county(county_file(tmp_path, SOURCES[:1]))
    deliver(tmp_path, "national", "2020-01-01", rows())
    take_in(county, jobs=1)
    deliver(tmp_path, "national", "2020-01-01", rows(p7={"健康状况": "残疾"}))

    take_in(county, jobs=1)

    assert len(list((tmp_path / "data" / "deliveries" / "national").iterdir())) == 2

"""Small slips of a person at the terminal end in words, not in a fault of the program."""

import pyarrow.parquet as pq


def test_references_are_written_into_a_folder_that_is_not_there_yet(typed, tmp_path):
    ran = typed("docs", tmp_path / "new" / "docs")

    assert ran.status == 0
    assert (tmp_path / "new" / "docs" / "commands.md").is_file()


def test_the_demo_leaves_a_folder_alone_that_holds_something_else(typed, tmp_path):
    (tmp_path / "notes.txt").write_text("mine")

    ran = typed("demo", tmp_path)

    assert ran.status == 2
    assert "E-SAMPLE-FOLDER" in ran.err
    assert [path.name for path in tmp_path.iterdir()] == ["notes.txt"]


def test_a_missing_county_file_names_only_commands_that_exist(typed, tmp_path):
    ran = typed("sweep", tmp_path / "none.toml")

    assert ran.status == 2
    assert "taizhang init" not in ran.err


def test_a_finding_is_found_by_its_number_with_o_read_for_zero(typed, swept_county):
    numbers = pq.read_table(swept_county.sweep / "findings.parquet")["short_id"].to_pylist()
    number = next(one for one in numbers if "0" in one)

    ran = typed("show", swept_county.file, number.replace("0", "o").lower())

    assert ran.status == 0
    assert ran.out.startswith(number)

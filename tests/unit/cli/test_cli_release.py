"""`taizhang release`: who releases what, and what is refused."""

import json
import os
import shutil

import pytest

from countyruns import run
from taizhang.intake.delivery.releasing import Release, is_held, release_of


@pytest.fixture
def held(swept_county, tmp_path):
    """A county whose newest delivery of the city's platform is held: its file, and that delivery's folder."""
    county = shutil.copytree(swept_county.folder, tmp_path / "县")
    folder = max((county / "data" / "deliveries" / "city").iterdir())
    path = folder / "manifest.json"
    manifest = json.loads(path.read_text("utf-8"))
    path.write_text(json.dumps(manifest | {"held": manifest["held"] | {"held": True}}), "utf-8")
    return county / "county.toml", folder


def test_a_release_says_who_and_why_and_leaves_the_delivery_as_it_is(held, typed):
    county, folder = held
    before = {one.name: one.read_bytes() for one in folder.iterdir() if one.is_file()}

    ran = typed("release", county, "city", "--by", "张办事员", "--why", "已电话核对，人数属实")

    kept = release_of(folder)
    assert ran.status == 0
    assert "张办事员" in ran.out
    assert isinstance(kept, Release)
    assert (kept.source, kept.delivery, kept.by, kept.why) == ("city", folder.name, "张办事员", "已电话核对，人数属实")
    assert not is_held(folder)
    assert {one.name: one.read_bytes() for one in folder.iterdir() if one.is_file()} == before


@pytest.mark.parametrize(("by", "why"), [(" ", "核对过"), ("张办事员", "  ")])
def test_a_release_without_a_name_or_a_reason_is_refused(held, typed, by, why):
    county, folder = held

    ran = typed("release", county, "city", "--by", by, "--why", why)

    assert ran.status != 0
    assert "--by" in ran.err
    assert is_held(folder)


def test_what_is_not_held_and_what_does_not_exist_cannot_be_released(held, typed):
    county, folder = held
    typed("release", county, "city", "--by", "张", "--why", "核对过")

    again = typed("release", county, "city", "--by", "李", "--why", "核对过")
    never_held = typed("release", county, "national", "--by", "李", "--why", "核对过")
    unknown = typed("release", county, "city", "2001-01-01-abcdef", "--by", "李", "--why", "核对过")

    assert "没有被暂缓" in again.err
    assert "没有被暂缓" in never_held.err
    assert "没有找到" in unknown.err
    assert release_of(folder).by == "张"


def test_a_county_with_an_office_releases_on_the_page_of_the_delivery(held):
    county, folder = held
    alone = {name: text for name, text in os.environ.items() if not name.startswith("TAIZHANG_")}
    made = run("office", "init", county, env=alone)

    ran = run("release", county, "city", folder.name, "--by", "张办事员", "--why", "核对过", env=alone)

    assert made.status == 0
    assert ran.status == 2
    assert ran.is_clean
    for told in ("E-RELEASE-OFFICE", folder.name, "来源与报送", "解除暂缓"):
        assert told in ran.err
    assert is_held(folder)

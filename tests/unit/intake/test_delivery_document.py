"""The page on deliveries says what the program does."""

from pathlib import Path

import pytest

from taizhang.intake.county import CountyFileError, load_county
from taizhang.intake.delivery import LakeBusyError, LakeWriteError, NoDeliveryError
from taizhang.intake.delivery.messages import DeliveryHeldError, FileNotTakenError, SheetWaitsError
from taizhang.intake.inbox import SourceFolderError
from taizhang.intake.values import Change

PAGE = Path(__file__).parents[3] / "docs" / "formats" / "delivery.md"
ERRORS = [
    CountyFileError,
    SourceFolderError,
    LakeBusyError,
    LakeWriteError,
    NoDeliveryError,
    DeliveryHeldError,
    FileNotTakenError,
    SheetWaitsError,
]


@pytest.mark.parametrize("code", Change)
def test_every_cell_event_stands_in_the_document(code):
    assert code in PAGE.read_text("utf-8")


@pytest.mark.parametrize("error", ERRORS)
def test_every_error_code_stands_in_the_document(error):
    assert f"`{error.code}`" in PAGE.read_text("utf-8")


def test_the_county_file_of_the_document_can_be_read(tmp_path):
    example = PAGE.read_text("utf-8").split("```toml\n")[1].split("```")[0]
    (tmp_path / "county.toml").write_text(example, "utf-8")

    assert load_county(tmp_path / "county.toml").sources[0].id == "national"

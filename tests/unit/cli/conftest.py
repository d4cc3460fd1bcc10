"""What the tests of the commands share."""

import shutil
from importlib.resources import files
from pathlib import Path

import pytest

from countyruns import latest, run


@pytest.fixture(scope="session")
def swept_again(swept_county, tmp_path_factory):
    """The county swept once more without new deliveries and with full numbers: what was said, and the sweep."""
    county = shutil.copytree(swept_county.folder, tmp_path_factory.mktemp("again") / "县")
    ran = run("sweep", county / "county.toml", "--no-intake", "--no-returned", "--reveal", "核对原件")
    return ran, latest(county)


@pytest.fixture
def own_pack(tmp_path):
    """A county's own pack: the first rule of one that comes with the product, which needs no parameter."""
    shipped = Path(str(files("taizhang.sweep.rules"))) / "packs" / "insurance_and_phone.yaml"
    head, first, *_ = shipped.read_text("utf-8").split("\n  - id: ")
    pack = tmp_path / "own.yaml"
    head = head.partition("  parameters:")[0].replace("id: insurance_and_phone", "id: own")
    pack.write_text(f"{head}\nrules:\n  - id: OWN-{first}\n", "utf-8")
    return pack

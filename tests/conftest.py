"""One county, made and swept once through the command line, for every end-to-end test of a run."""

import os
from dataclasses import dataclass
from pathlib import Path

import pytest

from countyruns import Ran, findings, latest, run
from taizhang.cli import main
from taizhang.intake.county import load_county

pytest_plugins = ["officeplugin"]

os.environ["TAIZHANG_LANG"] = "zh-Hans"  # whatever locale the tests run under


@dataclass(frozen=True)
class SweptCounty:
    """A sample county after `taizhang sample` and `taizhang sweep`; tests read it and never write into it.

    made, swept: what the two commands said. sweep: the folder of the sweep.
    """

    folder: Path
    made: Ran
    swept: Ran
    sweep: Path

    @property
    def file(self):
        """Its county.toml."""
        return self.folder / "county.toml"

    @property
    def county(self):
        """The county as the library reads it."""
        return load_county(self.file)

    def findings(self):
        """The findings, by identity."""
        return findings(self.sweep)


@pytest.fixture(scope="session")
def swept_county(tmp_path_factory):
    """300 persons, two deliveries of four sources, enough planted mistakes that every list has lines."""
    folder = tmp_path_factory.mktemp("swept") / "县"
    made = run("sample", folder, "--persons", 300, "--seed", 11, "--deliveries", 2, "--error-rate", 0.06)
    swept = run("sweep", folder / "county.toml")
    return SweptCounty(folder, made, swept, latest(folder))


@pytest.fixture
def typed(monkeypatch, capsys):
    """Runs a command in this process, for commands that start no others; as quick as the command itself."""

    def typed(*arguments):
        monkeypatch.setattr("sys.argv", ["taizhang", *map(str, arguments)])
        capsys.readouterr()
        with pytest.raises(SystemExit) as left:
            main()
        return Ran(left.value.code, *capsys.readouterr())

    return typed


@pytest.fixture
def lake():
    """The lake of the office's tests, empty before and after."""
    from officesweeps import Lake

    lake = Lake()
    yield lake
    lake.clear()

"""Running the command line as people do, and reading what it left: shared by the end-to-end tests."""

import re
import shutil
import subprocess
import sys
import warnings
from dataclasses import dataclass
from pathlib import Path

import openpyxl
import pyarrow.parquet as pq

FULL_NUMBER = re.compile(r"(?<![0-9])[1-9]\d{5}(?:18|19|20|21)\d{9}[0-9Xx](?![0-9])")
"""An 18-character number with a century of birth; hashes and row numbers do not look so."""
LIMIT_SECONDS = 120


@dataclass(frozen=True)
class Ran:
    """A finished command: exit status and what it said."""

    status: int
    out: str
    err: str

    @property
    def said(self):
        """Both streams."""
        return self.out + self.err

    @property
    def is_clean(self):
        """No traceback and no full number on either stream."""
        return "Traceback" not in self.said and not FULL_NUMBER.search(self.said)


def command(*arguments):
    """The words of a command line."""
    return [sys.executable, "-m", "taizhang", *map(str, arguments)]


def run(*arguments, **settings):
    """Run a command to its end."""
    done = subprocess.run(
        command(*arguments), capture_output=True, text=True, timeout=LIMIT_SECONDS, check=False, **settings
    )
    return Ran(done.returncode, done.stdout, done.stderr)


def latest(county):
    """The folder of the newest sweep of a county folder."""
    return max((county / "data" / "sweeps").glob("[0-9]*/sweep.json"), key=lambda path: path.stat().st_mtime_ns).parent


def findings(sweep_folder):
    """The findings as dictionaries, by identity."""
    return {row["finding_id"]: row for row in pq.read_table(sweep_folder / "findings.parquet").to_pylist()}


def copied(county, target, *, days=None):
    """A county folder without its lake; `days`: only these deliveries (all when None)."""

    def skipped(folder, names):
        is_source = Path(folder).parent.name == "inbox"
        return {
            name for name in names if name == "data" or (is_source and days is not None and name not in days)
        }  # fmt: skip

    shutil.copytree(county, target, ignore=skipped)
    return target


def workbook_texts(path):
    """Every text and number of a workbook, as text, by sheet."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", UserWarning)  # senders' workbooks without styles, which openpyxl remarks on
        book = openpyxl.load_workbook(path)
    return {
        sheet.title: [str(cell.value) for row in sheet.iter_rows() for cell in row if cell.value is not None]
        for sheet in book
    }


def half_written(data):
    """Files and folders that stand where whole things belong and are not whole; empty after every run and every kill."""
    deliveries = [
        folder
        for folder in data.glob("deliveries/*/*")
        if not (folder / "manifest.json").is_file() or not (folder / "record.parquet").is_file()
    ]
    sweeps = [
        folder
        for folder in data.glob("sweeps/[0-9]*")
        if not all((folder / name).is_file() for name in ("sweep.json", "findings.parquet", "findings.jsonl"))
    ]
    unreadable = [path for path in data.glob("**/*.parquet") if "tmp" not in path.parts and not _opens(path)]
    pages = [page for page in data.glob("sweeps/*/report.html") if "</html>" not in page.read_text("utf-8")]
    return deliveries + sweeps + [path for path in unreadable if not _is_hidden(path, data)] + pages


def _opens(path):
    content = path.read_bytes()
    return content[:4] == content[-4:] == b"PAR1"


def _is_hidden(path, data):
    return any(part.startswith(".") for part in path.relative_to(data).parts)

"""What a fresh demo has nothing of yet, begun so that the pages about it have something to show.

`python tools/office_pictures/beginnings.py DEMO`, while its office stands still: a round of rechecks among findings that a
reviewer closed, and files in the watched folders: a delivery that waits to be accepted, a sheet whose columns nobody has
said, a file that is no table, one that belongs to no source. A second time it changes nothing.
"""

import os
import sys
from datetime import timedelta
from pathlib import Path
from shutil import copyfile
from unittest import mock

import django
from openpyxl import Workbook

from taizhang.identity.numbers.check import check_digit
from taizhang.office.installation import COUNTY

LETTERBOX = "收件"
LATER = "2020-03-05"
CLOSED = 24
"""How many proven findings are closed; a third of them is drawn."""
UNSAID = ("户编号", "户主姓名", "姓名", "与户主关系", "身份证号", "联系电话")
"""Headings of a sheet whose numbers stand under that of phones and the other way round, which only a person can settle."""
HOUSEHOLDS = 12


def lay_files(demo: Path) -> None:
    """Put files into the folders that the office watches."""
    inbox, settings = demo / "inbox", demo / "county.toml"
    text = settings.read_text("utf-8")
    if "letterbox" not in text:
        settings.write_text(text.replace('data = "data"', f'data = "data"\nletterbox = "{LETTERBOX}"', 1), "utf-8")
    (demo / LETTERBOX).mkdir(exist_ok=True)
    (demo / LETTERBOX / "龙亭镇工作总结.docx").write_bytes(b"not a table")
    days = sorted(one for one in (inbox / "city").iterdir() if one.name < LATER)
    later = inbox / "city" / LATER
    later.mkdir(exist_ok=True)
    for file in sorted(days[-1].iterdir())[1:]:  # one town has not sent anything
        copyfile(file, later / file.name)
    for source, name in (("ledger", "龙亭镇_帮扶情况.xlsx"), ("app", "推送记录.xlsx")):
        (inbox / source / LATER).mkdir(exist_ok=True)
        file = inbox / source / LATER / name
        if source == "app":
            file.write_bytes(b"%PDF-1.4 no workbook")
        elif not file.exists():
            book = Workbook()
            book.active.append(UNSAID)
            for at in range(HOUSEHOLDS):
                body = f"6107231960{at % 12 + 1:02d}07{at:03d}"
                book.active.append(
                    (f"61072390{at:02d}", "赵一平", "赵一平", "户主", f"138{at:08d}", body + check_digit(body))
                )
            book.save(file)


def draw_rechecks(demo: Path) -> None:
    """Close proven findings and draw among them. A day can be drawn only when it is over, so the draw is made as if tomorrow."""
    for name in [name for name in os.environ if name.startswith("TAIZHANG_")]:
        del os.environ[name]  # the demo's own database and keys, whatever the environment says
    os.environ[COUNTY] = str(demo / "county.toml")
    os.environ["DJANGO_SETTINGS_MODULE"] = "taizhang.office.settings"
    django.setup()
    from django.utils import timezone

    from taizhang.office.access.roles import Role
    from taizhang.office.access.scope import scope
    from taizhang.office.casework.services.reviewing import close_finding
    from taizhang.office.demo.accounts import make_accounts
    from taizhang.office.findings.models import Finding
    from taizhang.office.findings.states import State
    from taizhang.office.rechecks.models import Round
    from taizhang.office.rechecks.services import draw_round

    staff = {one.role: one for one in make_accounts(demo)}
    operator, reviewer = staff[Role.CENTRE_OPERATOR], staff[Role.CENTRE_REVIEWER]
    today = timezone.localdate()
    with scope((operator.area,)):
        if Round.objects.exists():
            return
        home = staff[Role.TOWN_DATA_LEAD].area.bounds[0]
        proven = Finding.objects.filter(state=State.PROVEN).order_by("pk")
        for finding in [*proven.filter(division_code__gte=home), *proven.filter(division_code__lt=home)][:CLOSED]:
            close_finding(actor=reviewer.actor, finding_id=finding.pk)
        with mock.patch.object(timezone, "localdate", return_value=today + timedelta(days=1)):
            draw_round(actor=operator.actor, first=today, last=today, share=34)


def main() -> None:
    """Begin everything."""
    demo = Path(sys.argv[1])
    draw_rechecks(demo)
    lay_files(demo)


if __name__ == "__main__":
    main()

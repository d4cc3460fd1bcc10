"""Django without a county, for what needs the office's classes but none of its data: the generated references."""

import atexit
import os
import shutil
import tempfile
from pathlib import Path

import django
from django.apps import apps

from taizhang.office import installation
from taizhang.office.crypto.keyring import KeyRing


def set_up_bare() -> None:
    """Set Django up over an empty county in a temporary folder, unless it is set up already."""
    if apps.ready:
        return
    home = Path(tempfile.mkdtemp(prefix="taizhang-bare-"))
    atexit.register(shutil.rmtree, home, ignore_errors=True)
    county = home / "county.toml"
    county.write_text(
        '[county]\ncode = "610723"\nname = "洋县"\ndata = "data"\n'
        '[[source]]\nid = "national"\nkind = "national"\ntitle = "全国扶贫系统"\nfolder = "inbox"\n',
        "utf-8",
    )
    keys = home / "keys" / "office.json"
    KeyRing.generate().write(keys)
    os.environ.update({installation.COUNTY: str(county), installation.KEYS: str(keys)})
    os.environ["DJANGO_SETTINGS_MODULE"] = "taizhang.office.settings"
    django.setup()

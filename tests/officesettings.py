"""Settings of the office for tests: a county in a temporary folder of this process, with keys of its own."""

import atexit
import os
import shutil
import tempfile
from pathlib import Path

from taizhang.office.crypto.keyring import KeyRing

_HOME = Path(tempfile.mkdtemp(prefix="taizhang-office-"))
atexit.register(shutil.rmtree, _HOME, ignore_errors=True)
COUNTY_FILE = _HOME / "county.toml"
COUNTY_FILE.write_text(
    '[county]\ncode = "610723"\nname = "洋县"\ndata = "data"\n'
    + "".join(
        f'[[source]]\nid = "{one}"\nkind = "{one}"\ntitle = "{title}"\nfolder = "inbox/{one}"\n'
        for one, title in (("national", "全国扶贫系统"), ("city", "市互联网+平台"), ("ledger", "村级台账"))
    ),
    "utf-8",
)
(_HOME / "data" / "office" / "static").mkdir(parents=True)
KeyRing.generate().write(_HOME / "keys" / "office.json")
os.environ["TAIZHANG_COUNTY"] = str(COUNTY_FILE)
os.environ["TAIZHANG_KEYS"] = str(_HOME / "keys" / "office.json")

from taizhang.office.settings import *  # noqa: E402, F403

PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
ALLOWED_HOSTS = ["testserver", "localhost", "127.0.0.1"]

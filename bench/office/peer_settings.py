"""The office's settings with Django's admin beside it, for the peer; never served."""

from taizhang.office.settings import *  # noqa: F403
from taizhang.office.settings import ALLOWED_HOSTS, INSTALLED_APPS

INSTALLED_APPS = ["django.contrib.admin", *INSTALLED_APPS]
ALLOWED_HOSTS = [*ALLOWED_HOSTS, "testserver"]
SILENCED_SYSTEM_CHECKS = ["admin.E408", "admin.E409", "admin.E410"]

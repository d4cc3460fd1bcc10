"""A worker process of its own: `python -m taizhang.office.jobs`, with the environment that `taizhang office` sets."""

import os

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "taizhang.office.settings")
django.setup()

from taizhang.office.jobs.worker import Worker  # noqa: E402 - models exist only after the set-up

Worker().run()

"""The worker process: ticks the plan, takes jobs, and stops between two of them when told to."""

import os
import signal
import socket
import time
from types import FrameType

from django.db import close_old_connections

from taizhang.office.jobs.running import work_once
from taizhang.office.jobs.services.planning import tick

IDLE_SECONDS = 1.0
TICK_SECONDS = 20.0


class Worker:
    """One process that works until it is asked to stop."""

    def __init__(self) -> None:
        self.name = f"{socket.gethostname()[:30]}:{os.getpid()}"
        self._stopping = False

    def run(self) -> None:
        """Work until SIGTERM or SIGINT; the job in hand is finished first, or given back by the reaper after a kill."""
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, self._stop)
        ticked = 0.0
        while not self._stopping:
            close_old_connections()
            if time.monotonic() - ticked >= TICK_SECONDS:
                tick()
                ticked = time.monotonic()
            if not work_once(self.name):
                time.sleep(IDLE_SECONDS)

    def _stop(self, number: int, frame: FrameType | None) -> None:
        self._stopping = True

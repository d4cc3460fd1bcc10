"""Pictures of every page of the office over a demo: `python tools/office_pictures DEMO FOLDER [NAME…]`.

Takes what `taizhang demo DEMO --no-serve` set up, runs the office over it, logs in as every role and photographs each
page at desk and phone width. NAME: only pictures whose name begins so. Nothing on the pages is changed but by opening them.
"""

import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from pages import PAGES, Shown, log_in
from playwright.sync_api import Browser, sync_playwright

from taizhang.office.demo.posts import passwords_of
from taizhang.office.serving import free_port

WIDTHS = {"desk": (1280, 800), "phone": (360, 740)}
STARTS_WITHIN = 60.0


@contextmanager
def running_office(demo: Path) -> Iterator[str]:
    """The office of a demo, web server and worker; gives its address."""
    port = free_port(8765)
    command = [sys.executable, "-m", "taizhang", "office", "run", str(demo / "county.toml"), "--port", str(port)]
    office = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)  # noqa: S603 - our own command
    address = f"http://127.0.0.1:{port}/"
    try:
        deadline = time.monotonic() + STARTS_WITHIN
        for line in office.stdout or ():
            if address in line or time.monotonic() > deadline:
                break
        yield address
    finally:
        office.terminate()
        office.wait()


class Photographer:
    """Takes pictures with one browser; every account logs in once."""

    def __init__(self, browser: Browser, address: str, passwords: dict[str, str]) -> None:
        self._browser, self._address, self._passwords = browser, address, passwords
        self._sessions: dict[str, Any] = {}

    def photograph(self, shown: Shown, out: Path) -> None:
        """One page at every width, whole."""
        for kind, (width, height) in WIDTHS.items():
            context = self._browser.new_context(
                viewport={"width": width, "height": height}, locale="zh-CN", reduced_motion="reduce",
                storage_state=self._session_of(shown.account),
            )  # fmt: skip
            page = context.new_page()
            page.goto(f"{self._address}{shown.path}")
            if shown.then is not None:
                shown.then(page)
            page.wait_for_load_state("networkidle")
            too_wide = page.evaluate("document.documentElement.scrollWidth") > width
            page.screenshot(path=out / f"{shown.name}-{kind}.png", full_page=True)
            print(f"{shown.name}-{kind}{'  wider than its window' if too_wide else ''}", flush=True)
            context.close()

    def _session_of(self, account: str) -> Any:
        if account and account not in self._sessions:
            context = self._browser.new_context(locale="zh-CN")
            log_in(context.new_page(), self._address, account, self._passwords[account])
            self._sessions[account] = context.storage_state()
            context.close()
        return self._sessions.get(account)


def main() -> None:
    """Photograph all pages, or those whose names begin as asked."""
    demo, out, *only = map(Path, sys.argv[1:])
    wanted = [shown for shown in PAGES if not only or any(shown.name.startswith(str(one)) for one in only)]
    chromium = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
    if chromium is None:
        sys.exit("Chromium is not installed: run `make chromium`")
    out.mkdir(parents=True, exist_ok=True)
    with running_office(demo) as address, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
        camera = Photographer(browser, address, passwords_of(demo))
        for shown in wanted:
            camera.photograph(shown, out)
        browser.close()


main()

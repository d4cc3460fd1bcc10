"""Pictures of every page of the office over a demo: `python tools/office_pictures DEMO FOLDER [NAME…]`.

With `--guides` in place of FOLDER the pictures of docs/guides are taken anew: fewer, cut to what a reader looks at, small.
Takes what `taizhang demo DEMO --no-serve` set up, begins what that lacks (beginnings.py), runs the office over it, logs in
as every role and photographs each page at desk and phone width. NAME: only pictures whose name begins so.
"""

import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from pages import GUIDE, PAGES, Shown, let_files_arrive, log_in
from playwright.sync_api import Browser, Page, sync_playwright
from playwright.sync_api import TimeoutError as NotThere
from small import small_png

from taizhang.office.demo.posts import passwords_of
from taizhang.office.serving import free_port

GUIDES = Path(__file__).parents[2] / "docs" / "guides" / "zh" / "images"
TALLEST = {"desk": 1100, "phone": 1500}
"""Pixels of a page that a guide shows."""
WIDTHS = {"desk": (1280, 800), "phone": (360, 740)}
STARTS_WITHIN = 60.0
PATIENCE = 8000
"""Milliseconds until what a page should hold is taken to be missing."""


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

    def let_files_arrive(self) -> None:
        """Have the office look at its folders until it has read what was put there."""
        context = self._browser.new_context(locale="zh-CN", storage_state=self._session_of("operator"))
        let_files_arrive(context.new_page(), self._address)
        context.close()

    def photograph(self, shown: Shown, out: Path) -> None:
        """One page at every width, whole."""
        for kind in WIDTHS:
            with self._opened(shown, kind) as page:
                too_wide = page.evaluate("document.documentElement.scrollWidth") > WIDTHS[kind][0]
                page.screenshot(path=out / f"{shown.name}-{kind}.png", full_page=True)
            print(f"{shown.name}-{kind}{'  wider than its window' if too_wide else ''}", flush=True)

    def photograph_for_guide(self, shown: Shown, kind: str, out: Path) -> None:
        """One page at one width, in few colours, no taller than a guide shows."""
        with self._opened(shown, kind) as page:
            page.set_viewport_size({"width": WIDTHS[kind][0], "height": self._height(page, kind)})
            taken = page.screenshot()
        with self._browser.new_page() as blank:
            small = small_png(blank, taken)
        name = shown.name if kind == "desk" else f"{shown.name}-{kind}"
        (out / f"{name}.png").write_bytes(small)
        print(f"{name}  {len(small) // 1024} kB", flush=True)

    def _height(self, page: Page, kind: str) -> int:
        whole = page.evaluate("document.querySelector('.frame-page, .entrance').getBoundingClientRect().bottom")
        return min(int(whole) + 8, TALLEST[kind])

    @contextmanager
    def _opened(self, shown: Shown, kind: str) -> Iterator[Page]:
        width, height = WIDTHS[kind]
        context = self._browser.new_context(
            viewport={"width": width, "height": height}, locale="zh-CN", reduced_motion="reduce",
            storage_state=self._session_of(shown.account),
        )  # fmt: skip
        page = context.new_page()
        page.set_default_timeout(PATIENCE)
        try:
            page.goto(f"{self._address}{shown.path}")
            if shown.then is not None:
                shown.then(page)
            page.wait_for_load_state("networkidle")
            yield page
        finally:
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
    demo, folder, *only = sys.argv[1:]
    for_guides = folder == "--guides"
    out = GUIDES if for_guides else Path(folder)
    wanted = [shown for shown in PAGES if not only or any(shown.name.startswith(one) for one in only)]
    chromium = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
    if chromium is None:
        sys.exit("Chromium is not installed: run `make chromium`")
    out.mkdir(parents=True, exist_ok=True)
    subprocess.run([sys.executable, Path(__file__).parent / "beginnings.py", demo], check=True)  # noqa: S603 - our own
    with running_office(Path(demo)) as address, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
        camera = Photographer(browser, address, passwords_of(Path(demo)))
        camera.let_files_arrive()
        for shown in wanted:
            try:
                if not for_guides:
                    camera.photograph(shown, out)
                elif shown.name in GUIDE:
                    camera.photograph_for_guide(shown, GUIDE[shown.name], out)
            except NotThere as error:
                print(f"{shown.name}  nothing to show: {error.message.splitlines()[-1].strip()}", flush=True)
        browser.close()


main()

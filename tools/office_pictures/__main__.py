"""Pictures of every page of the office over a demo: `python tools/office_pictures DEMO FOLDER [NAME…]`.

With `--guides` and no FOLDER the pictures of docs/guides are taken anew: fewer, cut to what a reader looks at, small.
`--language en`, `--dark` and `--paper` say how the pages are looked at.
Takes what `taizhang demo DEMO --no-serve` set up, begins what that lacks (beginnings.py), runs the office over it, logs in
as every role and photographs each page at desk and phone width. NAME: only pictures whose name begins so.
"""

import shutil
import subprocess
import sys
import time
from argparse import ArgumentParser, Namespace
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from pages import GUIDE, PAGES, Shown, let_files_arrive
from playwright.sync_api import Page, sync_playwright
from playwright.sync_api import TimeoutError as NotThere
from small import small_png
from visiting import WIDTHS, Look, Visitors

from taizhang.office.demo.posts import passwords_of
from taizhang.office.serving import free_port

GUIDES = Path(__file__).parents[2] / "docs" / "guides" / "zh" / "images"
TALLEST = {"desk": 1100, "phone": 1500}
"""Pixels of a page that a guide shows."""
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
    """Takes pictures of what visitors see."""

    def __init__(self, visitors: Visitors, address: str) -> None:
        self._visitors, self._address = visitors, address

    def let_files_arrive(self) -> None:
        """Have the office look at its folders until it has read what was put there."""
        with self._visitors.window("operator", Look()) as page:
            let_files_arrive(page, self._address)

    def photograph(self, shown: Shown, look: Look, out: Path) -> None:
        """One page, whole."""
        with self._visitors.opened(shown, look) as page:
            too_wide = page.evaluate("document.documentElement.scrollWidth") > WIDTHS[look.kind][0]
            page.screenshot(path=out / f"{shown.name}-{look.kind}.png", full_page=True)
        print(f"{shown.name}-{look.kind}{'  wider than its window' if too_wide else ''}", flush=True)

    def photograph_for_guide(self, shown: Shown, kind: str, out: Path) -> None:
        """One page at one width, in few colours, no taller than a guide shows."""
        with self._visitors.opened(shown, Look(kind)) as page:
            page.set_viewport_size({"width": WIDTHS[kind][0], "height": self._height(page, kind)})
            taken = page.screenshot()
        with self._visitors.browser.new_page() as blank:
            small = small_png(blank, taken)
        name = shown.name if kind == "desk" else f"{shown.name}-{kind}"
        (out / f"{name}.png").write_bytes(small)
        print(f"{name}  {len(small) // 1024} kB", flush=True)

    def _height(self, page: Page, kind: str) -> int:
        whole = page.evaluate("document.querySelector('.frame-page, .entrance').getBoundingClientRect().bottom")
        return min(int(whole) + 8, TALLEST[kind])


def asked() -> Namespace:
    """What the command line asks for."""
    parser = ArgumentParser(description="Pictures of every page of the office over a demo.")
    parser.add_argument("demo", type=Path)
    parser.add_argument("out", type=Path, nargs="?", metavar="FOLDER", help="where pictures go; none with --guides")
    parser.add_argument("only", nargs="*", metavar="NAME", help="only pictures whose name begins so")
    parser.add_argument("--guides", action="store_true", help="take the pictures of docs/guides anew")
    parser.add_argument("--language", choices=("zh-hans", "zh-hant", "en"), default="zh-hans")
    parser.add_argument("--dark", action="store_true", help="in dark colours")
    parser.add_argument("--paper", action="store_true", help="as printed")
    return parser.parse_args()


def main() -> None:
    """Photograph all pages, or those whose names begin as asked."""
    wish = asked()
    only = [*([str(wish.out)] if wish.guides and wish.out else []), *wish.only]
    out: Path = GUIDES if wish.guides else wish.out
    wanted = [shown for shown in PAGES if not only or any(shown.name.startswith(one) for one in only)]
    chromium = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
    if chromium is None:
        sys.exit("Chromium is not installed: run `make chromium`")
    out.mkdir(parents=True, exist_ok=True)
    begin = [sys.executable, Path(__file__).parent / "beginnings.py", wish.demo]
    subprocess.run(begin, check=True)  # noqa: S603 - our own
    looks = [Look(kind, wish.language, "dark" if wish.dark else "light", wish.paper) for kind in WIDTHS]
    with running_office(wish.demo) as address, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
        camera = Photographer(Visitors(browser, address, passwords_of(wish.demo)), address)
        camera.let_files_arrive()
        for shown in wanted:
            try:
                if wish.guides:
                    if shown.name in GUIDE:
                        camera.photograph_for_guide(shown, GUIDE[shown.name], out)
                    continue
                for look in looks:
                    camera.photograph(shown, look, out)
            except NotThere as error:
                print(f"{shown.name}  nothing to show: {error.message.splitlines()[-1].strip()}", flush=True)
        browser.close()


main()

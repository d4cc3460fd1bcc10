"""One Chromium for all browser tests. What is missing fails them: a skipped test proves nothing."""

import shutil

import pytest
from playwright.sync_api import expect, sync_playwright

from taizhang.office.parts.assets import are_built

# The library's five seconds are short for a page that a busy machine shows for the first time.
expect.set_options(timeout=30_000)

CHROMIUM = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)


@pytest.fixture(scope="session")
def browser_files():
    """What the pages load is built."""
    if not are_built():
        pytest.fail("the browser files are not built: run `make web`", pytrace=False)


@pytest.fixture(scope="session")
def chromium():
    """A headless Chromium."""
    if CHROMIUM is None:
        pytest.fail(
            "Chromium is not installed: run `make chromium`, or install chromium or Google Chrome", pytrace=False
        )
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        yield browser
        browser.close()

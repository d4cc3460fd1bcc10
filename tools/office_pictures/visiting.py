"""Opening the office's pages in a browser as the people who work there; every account logs in once."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from pages import Shown, confirm_password, log_in
from playwright.sync_api import Browser, Page

WIDTHS = {"desk": (1280, 800), "phone": (360, 740)}
PATIENCE = 8000
"""Milliseconds until what a page should hold is taken to be missing."""


@dataclass(frozen=True)
class Look:
    """How pages are looked at. kind: a key of WIDTHS; language: a code of the office's; scheme: light or dark; paper: as printed."""

    kind: str = "desk"
    language: str = "zh-hans"
    scheme: str = "light"
    paper: bool = False


class Visitors:
    """Windows of one browser. address: of the office; passwords: login name → password."""

    def __init__(self, browser: Browser, address: str, passwords: dict[str, str]) -> None:
        self.browser, self._address, self._passwords = browser, address, passwords
        self._sessions: dict[str, Any] = {}

    @contextmanager
    def window(self, account: str, look: Look) -> Iterator[Page]:
        """An empty page of somebody who is logged in; account: empty for a visitor."""
        width, height = WIDTHS[look.kind]
        context = self.browser.new_context(
            viewport={"width": width, "height": height}, locale="zh-CN", reduced_motion="reduce",
            color_scheme="dark" if look.scheme == "dark" else "light", storage_state=self._session_of(account),
        )  # fmt: skip
        page = context.new_page()
        page.set_default_timeout(PATIENCE)
        try:
            yield page
        finally:
            context.close()

    @contextmanager
    def opened(self, shown: Shown, look: Look, listen: Callable[[Page], None] | None = None) -> Iterator[Page]:
        """A page as a picture shows it. The steps that lead there are taken in Chinese, whatever language it then speaks.

        listen: told of the window before anything is opened in it.
        """
        with self.window(shown.account, look) as page:
            if listen is not None:
                listen(page)
            page.goto(f"{self._address}{shown.path}")
            if "/reauthenticate/?" in page.url:
                confirm_password(page, self._passwords[shown.account])
            if shown.then is not None:
                shown.then(page)
            page.wait_for_load_state("networkidle")
            if look.language != "zh-hans":
                _speak(page, look.language)
            if look.paper:
                page.emulate_media(media="print")
            yield page
            if look.language != "zh-hans":
                _speak(page, "zh-hans")

    def _session_of(self, account: str) -> Any:
        if account and account not in self._sessions:
            context = self.browser.new_context(locale="zh-CN")
            log_in(context.new_page(), self._address, account, self._passwords[account])
            self._sessions[account] = context.storage_state()
            context.close()
        return self._sessions.get(account)


def _speak(page: Page, language: str) -> None:
    """Have the page in another language."""
    page.emulate_media(media="screen")
    page.locator("details.menu:has(button[name=language]) > summary").click()
    page.locator(f"button[name=language][value='{language}']").click()
    page.wait_for_load_state("networkidle")

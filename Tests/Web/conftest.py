"""The page in a real browser, Debian's Chromium.

Whatever a test does, it fails where the page throws, breaks its Content-Security-Policy, or asks another host. A picture
of a page whose test failed is kept in .build-tools/web-failures.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, Playwright, expect, sync_playwright

sys.path.insert(0, str(Path(__file__).resolve().parent))

from hub_double import DIST, Hub, Server, populate  # noqa: E402

REPOSITORY = Path(__file__).resolve().parents[2]
FAILURES = REPOSITORY / ".build-tools" / "web-failures"
PASSWORD = "correct horse battery"


def pytest_sessionstart(session: pytest.Session) -> None:
    if not (DIST / "index.html").is_file():
        raise pytest.UsageError("there is no built page; run scripts/build-web before")


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item, call: pytest.CallInfo):
    report = yield
    if report.when == "call" and report.failed:
        for tab in getattr(item, "tabs", []):
            FAILURES.mkdir(parents=True, exist_ok=True)
            name = re.sub(r"[^A-Za-z0-9_.-]+", "-", item.name)
            try:
                tab.page.screenshot(path=FAILURES / f"{name}.png")
            except Exception:
                # The browser is gone: the failure itself is what counts.
                pass
    return report


@pytest.fixture(scope="session")
def driver() -> Iterator[Playwright]:
    with sync_playwright() as playwright:
        yield playwright


@pytest.fixture(scope="session")
def browser(driver: Playwright) -> Iterator[Browser]:
    browser = driver.chromium.launch(executable_path="/usr/bin/chromium", args=["--no-sandbox"])
    yield browser
    browser.close()


class Tab:
    """A page, with what was wrong with it."""

    def __init__(self, context: BrowserContext, url: str):
        self.context = context
        self.url = url
        self.page: Page = context.new_page()
        self.faults: list[str] = []
        self.foreign: list[str] = []
        self.page.on("pageerror", lambda error: self.faults.append(f"error: {error}"))
        self.page.on("console", self._console)
        self.page.on("request", self._request)

    def _console(self, message) -> None:
        # Chromium notes every answer of 400 and above; which of them are right is for the tests to say.
        if message.type == "error" and "Failed to load resource" not in message.text:
            self.faults.append(f"console: {message.text}")

    def _request(self, request) -> None:
        if not request.url.startswith((self.url, "blob:", "data:")):
            self.foreign.append(request.url)

    def go(self, path: str = "/") -> Page:
        self.page.goto(self.url + path)
        return self.page

    def log_in(self, path: str = "/", name: str = "ada", password: str = PASSWORD) -> Page:
        self.go(path)
        self.page.locator("input[name=username]").fill(name)
        self.page.locator("input[name=password]").fill(password)
        self.page.locator("button[type=submit]").click()
        expect(self.page.locator(".shell")).to_be_visible()
        return self.page

    def check(self) -> None:
        assert not self.faults, self.faults
        assert not self.foreign, f"asked other hosts: {self.foreign}"


@pytest.fixture
def open_tab(browser: Browser, request: pytest.FixtureRequest):
    """Opens tabs, each in a context of its own, and checks them at the end."""
    tabs: list[Tab] = []
    request.node.tabs = tabs

    def open_tab(url: str, width: int = 1280, height: int = 860, theme: str = "light", locale: str = "en-GB", **options) -> Tab:
        context = browser.new_context(viewport={"width": width, "height": height}, color_scheme=theme, locale=locale, **options)
        context.set_default_timeout(15_000)
        tab = Tab(context, url)
        tabs.append(tab)
        return tab

    yield open_tab
    try:
        for tab in tabs:
            tab.check()
    finally:
        for tab in tabs:
            tab.context.close()


@pytest.fixture
def server() -> Iterator[Server]:
    server = Server(populate(Hub()))
    yield server
    server.stop()


@pytest.fixture
def hub(server: Server) -> Hub:
    return server.hub


@pytest.fixture
def tab(server: Server, open_tab) -> Tab:
    return open_tab(server.url)


@pytest.fixture
def office(hub: Hub) -> dict:
    """The network that has most peers."""
    return next(network for network in hub.networks.values() if network["name"] == "office")

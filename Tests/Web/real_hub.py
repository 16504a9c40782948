"""A hub of real programs for the page: daemon, gateway and WireGuard.

Chromium runs in the hub's network namespace, where the gateway is on loopback. The driver talks to it by pipes, which no
namespace divides.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Playwright, expect

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "Host"))

from conftest import Tab  # noqa: E402
from gateway import PORT, Gateway  # noqa: E402
from hub_double import DIST  # noqa: E402

URL = f"http://127.0.0.1:{PORT}"
CONFIG = 'gateway_user: "64006"\nhistory_interval: 1\n'
SECRET = "a rather long password"


@pytest.fixture
def hub(lab) -> Iterator[object]:
    lab.start_daemon(config=CONFIG)
    lab.gateway = Gateway(lab, web_root=str(DIST)).start()
    yield lab


@pytest.fixture
def browser_inside(hub, driver: Playwright, tmp_path) -> Iterator[Browser]:
    wrapper = tmp_path / "chromium"
    wrapper.write_text(f'#!/bin/sh\nexec ip netns exec {hub.hub.name} /usr/bin/chromium "$@"\n')
    wrapper.chmod(0o755)
    browser = driver.chromium.launch(executable_path=str(wrapper), args=["--no-sandbox"])
    yield browser
    browser.close()


@pytest.fixture
def open_real_tab(browser_inside: Browser, request: pytest.FixtureRequest):
    """Opens tabs of the real page, each in a context of its own, and checks them at the end."""
    tabs: list[Tab] = []
    request.node.tabs = tabs

    def open_real_tab() -> Tab:
        context = browser_inside.new_context(viewport={"width": 1280, "height": 860}, locale="en-GB")
        context.set_default_timeout(20_000)
        tab = Tab(context, URL)
        tabs.append(tab)
        return tab

    yield open_real_tab
    for tab in tabs:
        tab.check()
        tab.context.close()


@pytest.fixture
def real_tab(open_real_tab) -> Tab:
    return open_real_tab()


def setup(lab, tab: Tab):
    """From nothing to the first steps."""
    code = lab.ctl("user", "setup-code", "--output", "json").json["code"]
    page = tab.go()
    page.get_by_label("Set-up code").fill(code)
    page.get_by_label("User name").fill("ada")
    page.get_by_label("Password", exact=True).fill(SECRET)
    page.get_by_label("Password once more").fill(SECRET)
    page.get_by_role("button", name="Create admin").click()
    expect(page.get_by_role("heading", name="Set up your hub")).to_be_visible(timeout=15_000)
    return page

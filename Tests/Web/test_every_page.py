"""What holds on every page: accessible in both themes, whole on a phone, in German, and within its policy."""

from __future__ import annotations

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import expect

from places import places, settle


def violations(page) -> list[str]:
    # The one rule of WCAG 2.2 that axe does not look at unless asked.
    found = Axe().run(page, options={"rules": {"target-size": {"enabled": True}}}).response["violations"]
    return [f"{one['id']}: {node['target']} {node.get('failureSummary', '')}" for one in found for node in one["nodes"]]


WIDE, PHONE = {"width": 1280, "height": 860}, {"width": 360, "height": 740}


@pytest.mark.parametrize("size", [WIDE, PHONE], ids=["wide", "phone"])
@pytest.mark.parametrize("theme", ["light", "dark"])
def test_axe_finds_no_fault_on_any_page(server, hub, open_tab, theme, size):
    tab = open_tab(server.url, theme=theme, reduced_motion="reduce", **size)
    tab.go()
    expect(tab.page.get_by_role("heading", name="Log in")).to_be_visible()
    faults = {"login": violations(tab.page)}
    tab.log_in()
    for name, path in places(hub).items():
        tab.go(path)
        settle(tab.page)
        faults[name] = violations(tab.page)
    assert not any(faults.values()), faults


@pytest.mark.parametrize("size", [WIDE, PHONE], ids=["wide", "phone"])
@pytest.mark.parametrize("theme", ["light", "dark"])
def test_axe_finds_no_fault_in_dialogs_and_menus(server, hub, office, open_tab, theme, size):
    page = open_tab(server.url, theme=theme, reduced_motion="reduce", **size).log_in(f"/networks/{office['id']}")
    faults = {}
    page.get_by_role("button", name="Add peer").click()
    page.get_by_text("Advanced").click()
    faults["form"] = violations(page)
    page.get_by_role("button", name="Create peer").click()
    expect(page.get_by_text("is needed")).to_be_visible()
    faults["faults"] = violations(page)
    page.keyboard.press("Escape")
    page.get_by_role("button", name="Configuration of anna-laptop").click()
    expect(page.locator(".qr")).to_be_visible()
    faults["configuration"] = violations(page)
    page.keyboard.press("Escape")
    page.get_by_role("button", name="More actions for anna-laptop").click()
    faults["menu"] = violations(page)
    page.keyboard.press("Escape")
    page.get_by_role("checkbox", name="Select anna-laptop").check()
    faults["bulk"] = violations(page)
    page.get_by_role("tab", name="Settings").click()
    faults["settings"] = violations(page)
    page.get_by_role("button", name="Edit").first.click()
    faults["network"] = violations(page)
    assert not any(faults.values()), faults


@pytest.mark.parametrize("size", [WIDE, PHONE], ids=["wide", "phone"])
@pytest.mark.parametrize("theme", ["light", "dark"])
def test_axe_finds_no_fault_at_the_first_steps(server, hub, open_tab, theme, size):
    hub.networks.clear()
    hub.peers.clear()
    hub.setup_needed = True
    tab = open_tab(server.url, theme=theme, reduced_motion="reduce", **size)
    page = tab.go()
    expect(page.get_by_role("heading", name="Welcome")).to_be_visible()
    faults = {"setup": violations(page)}
    hub.setup_needed = False
    tab.log_in()
    expect(page.get_by_role("heading", name="Set up your hub")).to_be_visible()
    faults["endpoint"] = violations(page)
    page.get_by_role("button", name="Next").click()
    faults["network"] = violations(page)
    page.get_by_role("button", name="Create network").click()
    expect(page.get_by_role("button", name="Create peer")).to_be_visible()
    faults["peer"] = violations(page)
    assert not any(faults.values()), faults


def test_no_page_is_wider_than_a_phone(server, hub, office, open_tab):
    hub.add_peer(office["id"], "a-name-that-is-very-long-and-has-no-space-in-it-at-all", email="an.address.that.is.as.long.as.they.get@subdomain.example.org", tags=["contractors", "long-tag-name"])
    page = open_tab(server.url, width=360, height=740, is_mobile=True, has_touch=True).log_in()
    wide = {}
    for name, path in places(hub).items():
        page.goto(server.url + path)
        settle(page)
        wide[name] = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
    page.goto(f"{server.url}/networks/{office['id']}")
    page.get_by_role("button", name="Add peer").click()
    page.get_by_text("Advanced").click()
    wide["form"] = page.evaluate("(() => { const body = document.querySelector('.dialog__body'); return body.scrollWidth - body.clientWidth; })()")
    page.keyboard.press("Escape")
    page.locator(".peer-link").first.wait_for()
    # The name is what a row is for.
    assert page.locator(".peer-link").first.evaluate("link => link.getBoundingClientRect().width") > 60
    assert not any(wide.values()), wide


def test_the_menu_of_a_phone_opens_goes_and_closes(server, open_tab):
    page = open_tab(server.url, width=360, height=740, is_mobile=True, has_touch=True).log_in()
    expect(page.get_by_role("link", name="Networks", exact=True)).not_to_be_in_viewport()
    page.get_by_role("button", name="Menu").tap()
    page.get_by_role("navigation", name="Main").get_by_role("link", name="Networks").tap()
    expect(page.get_by_role("heading", name="Networks")).to_be_visible()
    expect(page.get_by_role("navigation", name="Main")).not_to_be_in_viewport()


def test_a_german_browser_gets_every_page_in_german(server, hub, open_tab):
    tab = open_tab(server.url, locale="de-DE")
    page = tab.go()
    expect(page.get_by_role("heading", name="Anmelden")).to_be_visible()
    tab.log_in()
    assert page.locator("html").get_attribute("lang") == "de"
    english = ["Add ", "Delete", "Latest handshake", "Access rules", "Received", "Settings", "Loading", "Search", "Changed"]
    for name, path in places(hub).items():
        tab.go(path)
        settle(page)
        text = page.locator("body").inner_text()
        assert not [word for word in english if word in text], name
    tab.go("/settings")
    page.get_by_label("Sprache").select_option("en")
    expect(page.get_by_role("heading", name="Settings")).to_be_visible()
    page.reload()
    expect(page.get_by_role("heading", name="Settings")).to_be_visible()


def test_numbers_and_dates_go_by_the_language(server, hub, office, open_tab):
    peer = next(iter(hub.peers[office["id"]].values()))
    peer.update(transfer_rx=1_610_612_736, last_handshake=hub.now() - 125, name="anna-laptop")
    page = open_tab(server.url, locale="de-DE").log_in(f"/networks/{office['id']}")
    row = page.get_by_role("row").filter(has=page.get_by_role("link", name="anna-laptop"))
    expect(row).to_contain_text("1,5 GiB")
    expect(row).to_contain_text("vor 2 Min")


def test_the_theme_is_the_systems_until_somebody_chooses(server, open_tab):
    tab = open_tab(server.url, theme="dark")
    page = tab.log_in("/settings")
    background = "getComputedStyle(document.documentElement).backgroundColor"
    dark = page.evaluate(background)
    page.get_by_label("Appearance").select_option("light")
    assert page.evaluate(background) != dark
    page.reload()
    expect(page.get_by_label("Appearance")).to_have_value("light")
    assert page.evaluate(background) != dark
    page.get_by_label("Appearance").select_option("system")
    assert page.evaluate(background) == dark


def test_who_wants_less_motion_gets_none(server, open_tab):
    page = open_tab(server.url, reduced_motion="reduce").log_in()
    moving = page.evaluate("""[...document.querySelectorAll('*')].filter(e => {
        const s = getComputedStyle(e); return parseFloat(s.transitionDuration) > 0.001 || parseFloat(s.animationDuration) > 0.001; }).length""")
    assert moving == 0

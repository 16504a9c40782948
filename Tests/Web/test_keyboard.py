"""The main job with the keyboard alone, and where the focus is."""

from __future__ import annotations

import re

from playwright.sync_api import expect

from places import settle


def tab_to(page, name: str, limit: int = 60) -> None:
    """Presses Tab until the focus is on what has this name."""
    for _ in range(limit):
        page.keyboard.press("Tab")
        focused = page.locator(":focus")
        if focused.count() == 1 and focused.evaluate(
            "(e, name) => (e.getAttribute('aria-label') ?? (e.labels?.[0]?.textContent || e.textContent)).trim() === name", name
        ):
            return
    raise AssertionError(f"the keyboard does not get to {name}")


def test_the_main_job_with_the_keyboard_alone(tab, hub, office):
    page = tab.go()
    expect(page.get_by_label("User name")).to_be_focused()
    page.keyboard.type("ada")
    page.keyboard.press("Tab")
    page.keyboard.type("correct horse battery")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="Dashboard")).to_be_visible()
    settle(page)
    tab_to(page, "Networks")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="Networks", level=1)).to_be_focused()
    tab_to(page, "office")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="office", level=1)).to_be_focused()
    tab_to(page, "Add peer")
    page.keyboard.press("Enter")
    expect(page.get_by_label("Name", exact=True)).to_be_focused()
    page.keyboard.type("by-keyboard")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="by-keyboard is ready")).to_be_visible()
    with page.expect_download() as download:
        tab_to(page, "Download .conf")
        page.keyboard.press("Enter")
    assert "by-keyboard" in download.value.path().read_text()
    page.keyboard.press("Escape")
    expect(page.get_by_role("dialog")).to_have_count(0)
    assert "by-keyboard" in [peer["name"] for peer in hub.peers[office["id"]].values()]


def test_a_dialog_keeps_the_focus_and_gives_it_back(tab, office):
    page = tab.log_in(f"/networks/{office['id']}")
    opener = page.get_by_role("button", name="Add peer")
    opener.focus()
    page.keyboard.press("Enter")
    expect(page.get_by_label("Name", exact=True)).to_be_focused()
    for _ in range(40):
        page.keyboard.press("Tab")
        # The browser's own bar comes by between the last and the first.
        assert page.evaluate("document.activeElement === document.body || document.activeElement.closest('dialog') !== null")
    page.keyboard.press("Escape")
    expect(opener).to_be_focused()


def test_arrows_go_through_a_menu_and_escape_leaves_it(tab, office):
    page = tab.log_in(f"/networks/{office['id']}")
    button = page.get_by_role("button", name="More actions for anna-laptop")
    button.focus()
    page.keyboard.press("Enter")
    expect(page.get_by_role("menuitem").first).to_be_focused()
    page.keyboard.press("ArrowUp")
    expect(page.get_by_role("menuitem").last).to_be_focused()
    page.keyboard.press("Escape")
    expect(page.get_by_role("menu")).to_have_count(0)
    expect(button).to_be_focused()


def test_arrows_go_through_rows_that_are_not_drawn_yet(tab, hub, office):
    for index in range(300):
        hub.add_peer(office["id"], f"zz-{index:03}")
    page = tab.log_in(f"/networks/{office['id']}")
    settle(page)
    page.get_by_role("link", name="anna-laptop").focus()
    page.keyboard.press("Control+End")
    expect(page.get_by_role("link", name="zz-299")).to_be_focused()
    page.keyboard.press("ArrowUp")
    expect(page.get_by_role("link", name="zz-298")).to_be_focused()
    page.keyboard.press("Control+Home")
    expect(page.get_by_role("link", name="anna-laptop")).to_be_focused()


def test_tabs_go_by_arrows_and_the_content_can_be_reached_at_once(tab, office):
    page = tab.log_in(f"/networks/{office['id']}")
    page.get_by_role("tab", name="Peers").focus()
    page.keyboard.press("ArrowRight")
    expect(page.get_by_role("tab", name="Settings")).to_be_focused()
    expect(page.get_by_role("tabpanel")).to_contain_text("Public key")
    page.goto(f"{tab.url}/networks")
    settle(page)
    page.keyboard.press("Tab")
    expect(page.get_by_role("link", name=re.compile("Skip"))).to_be_focused()

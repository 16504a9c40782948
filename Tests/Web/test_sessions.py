"""Coming in, staying in, and what is shown while the hub is away."""

from __future__ import annotations

import re

from playwright.sync_api import expect

from hub_double import Refusal
from places import settle


def test_a_wrong_password_is_told_and_the_right_one_lets_in(tab):
    page = tab.go()
    page.get_by_label("User name").fill("ada")
    page.get_by_label("Password").fill("wrong")
    page.keyboard.press("Enter")
    expect(page.get_by_role("alert")).to_contain_text("Name or password is wrong.")
    page.get_by_label("Password").fill("correct horse battery")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="Dashboard")).to_be_visible()


def test_the_second_factor_is_asked_for_and_may_be_mistyped(tab, hub):
    hub.totp = True
    page = tab.go()
    page.get_by_label("User name").fill("ada")
    page.get_by_label("Password").fill("correct horse battery")
    page.keyboard.press("Enter")
    code = page.get_by_label("Code")
    expect(code).to_be_focused()
    code.fill("000000")
    page.keyboard.press("Enter")
    expect(page.get_by_text("4 attempts left")).to_be_visible()
    code.fill("123456")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="Dashboard")).to_be_visible()


def test_who_tries_too_often_sees_how_long_to_wait(tab, hub):
    page = tab.go()
    page.get_by_label("User name").fill("ada")
    page.get_by_label("Password").fill("x")
    hub.refuse_next = Refusal(429, "throttled", "Too many attempts.", headers={"retry-after": "2"})
    page.keyboard.press("Enter")
    expect(page.get_by_role("button", name=re.compile("Wait"))).to_be_disabled()
    expect(page.get_by_role("button", name="Log in")).to_be_enabled(timeout=5000)


def test_a_session_that_ends_leads_to_the_login_and_back(tab, hub, office):
    path = f"/networks/{office['id']}"
    page = tab.log_in(path)
    settle(page)
    hub.sessions.clear()
    hub.cut()
    expect(page.get_by_text("Your session is over.")).to_be_visible(timeout=15_000)
    assert "anna-laptop" not in page.content()
    page.get_by_label("User name").fill("ada")
    page.get_by_label("Password").fill("correct horse battery")
    page.keyboard.press("Enter")
    expect(page.get_by_role("link", name="anna-laptop")).to_be_visible()


def test_logging_out_forgets_everything(tab, hub, office):
    page = tab.log_in(f"/networks/{office['id']}")
    settle(page)
    page.get_by_role("button", name="Account of ada").click()
    page.get_by_role("menuitem", name="Log out").click()
    expect(page.get_by_role("heading", name="Log in")).to_be_visible()
    assert not hub.sessions
    page.go_back()
    assert "anna-laptop" not in page.content()


def test_a_lost_connection_is_shown_and_recovers_with_what_was_missed(tab, hub, office):
    peer = next(iter(hub.peers[office["id"]].values()))
    hub.set_status(office["id"], peer["id"], online=False)
    page = tab.log_in(f"/networks/{office['id']}")
    settle(page)
    hub.streams_open = False
    hub.cut()
    expect(page.get_by_text("Connection lost")).to_be_visible()
    # What was known is still there to be read.
    expect(page.get_by_role("link", name=peer["name"], exact=True)).to_be_visible()
    hub.set_status(office["id"], peer["id"], online=True)
    hub.add_peer(office["id"], "aa-made-meanwhile")
    hub.streams_open = True
    expect(page.get_by_text("Live", exact=True)).to_be_visible(timeout=20_000)
    expect(page.get_by_role("link", name="aa-made-meanwhile")).to_be_visible()
    row = page.get_by_role("row").filter(has=page.get_by_role("link", name=peer["name"], exact=True))
    expect(row.get_by_text("Online", exact=True)).to_be_attached()


def test_a_peer_that_was_removed_meanwhile_is_not_there_after_a_reconnection(tab, hub, office):
    page = tab.log_in(f"/networks/{office['id']}")
    settle(page)
    first = next(iter(hub.peers[office["id"]]))
    name = hub.peers[office["id"]].pop(first)["name"]
    hub.cut()
    expect(page.get_by_role("link", name=name, exact=True)).to_have_count(0, timeout=15_000)


def test_what_others_do_appears_by_itself(server, hub, office, open_tab):
    one = open_tab(server.url).log_in(f"/networks/{office['id']}")
    two = open_tab(server.url).log_in(f"/networks/{office['id']}")
    two.get_by_role("button", name="Add peer").click()
    two.get_by_label("Name", exact=True).fill("from-the-other")
    two.get_by_role("button", name="Create peer").click()
    expect(one.get_by_role("link", name="from-the-other")).to_be_visible()


def test_a_change_that_waits_can_be_kept_or_undone(tab, hub, office):
    page = tab.log_in(f"/networks/{office['id']}")
    page.get_by_role("tab", name="Settings").click()
    page.get_by_role("button", name="Edit").first.click()
    page.get_by_label("DNS servers").fill("10.9.0.53")
    page.get_by_role("button", name="Preview changes").click()
    expect(page.get_by_text("change dns_servers of office")).to_be_visible()
    assert office["dns_servers"] == ["10.9.0.1"]
    page.get_by_role("button", name="Apply").click()
    expect(page.get_by_role("alert").filter(has_text="edit office")).to_be_visible()
    page.get_by_role("button", name="Keep it").click()
    expect(page.get_by_text("The change is kept")).to_be_visible()
    assert office["dns_servers"] == ["10.9.0.53"] and not hub.pending


def test_a_one_time_link_is_fetched_on_a_click_and_leaves_no_trace(tab, hub):
    page = tab.go("/link#wgl_good")
    expect(page.get_by_role("heading", name="Your WireGuard configuration")).to_be_visible()
    assert "wgl_good" not in page.evaluate("location.href")
    assert not [path for _, path, _ in hub.requests if "redeem" in path]
    page.get_by_role("button", name="Fetch the configuration").click()
    expect(page.locator(".qr")).to_be_visible()
    with page.expect_download() as download:
        page.get_by_role("button", name="Download .conf").click()
    assert download.value.suggested_filename == "wgpilot-anna.conf"
    assert not [path for _, path, _ in hub.requests if "wgl_" in path]


def test_from_the_setup_code_to_the_first_scan(server, hub, open_tab):
    hub.networks.clear()
    hub.peers.clear()
    hub.users.clear()
    hub.setup_needed = True
    page = open_tab(server.url).go()
    page.get_by_label("Set-up code").fill("abcd")
    page.get_by_label("User name").fill("root")
    page.get_by_label("Password", exact=True).fill("a long enough password")
    page.get_by_label("Password once more").fill("a long enough pass")
    expect(page.get_by_text("The two are not the same.")).to_be_visible()
    page.get_by_label("Password once more").fill("a long enough password")
    page.get_by_role("button", name="Create admin").click()
    expect(page.get_by_role("alert")).to_contain_text("The code is not good.")
    page.get_by_label("Set-up code").fill("ABCD-EFGH")
    page.get_by_role("button", name="Create admin").click()
    page.get_by_label("Server address").fill("vpn.example.net")
    page.get_by_role("button", name="Next").click()
    page.get_by_role("button", name="Create network").click()
    page.get_by_role("button", name="Create peer").click()
    expect(page.locator(".qr")).to_be_visible()
    network = next(iter(hub.networks.values()))
    assert network["endpoint_host"] == "vpn.example.net"
    page.get_by_role("button", name="Close").click()
    expect(page.get_by_role("heading", name="phone")).to_be_visible()

"""Every form of the page with the real programs: what the hub refuses stands at its field, what it takes is there afterwards."""

from __future__ import annotations

import base64
import hashlib
import hmac
import re
import struct
import sys
import time
from pathlib import Path

from playwright.sync_api import expect

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "Host"))

from fixtures import lab  # noqa: E402, F401
from gateway import open_socket  # noqa: E402
from lab import HUB_ADDRESS, wait_until  # noqa: E402
from real_hub import CONFIG, SECRET, URL, browser_inside, hub, open_real_tab, real_tab, setup  # noqa: E402, F401


def networks(hub, *names):  # noqa: F811
    """Networks to work with, without the page."""
    for number, name in enumerate(names):
        hub.ctl("network", "create", name, "--subnet", f"10.{8 + number}.0.0/24", "--endpoint-host", HUB_ADDRESS)


def refused(field):
    expect(field).to_have_attribute("aria-invalid", "true")


def gone(page):
    expect(page.get_by_role("dialog")).to_have_count(0)


def one_time_code(secret):
    """The six digits of now (RFC 6238 with SHA-1 and steps of thirty seconds)."""
    key = base64.b32decode(secret + "=" * (-len(secret) % 8))
    digest = hmac.new(key, struct.pack(">Q", int(time.time()) // 30), hashlib.sha1).digest()
    offset = digest[-1] & 15
    return f"{(struct.unpack('>I', digest[offset:offset + 4])[0] & 0x7fffffff) % 1_000_000:06}"


def test_a_network_is_made_and_changed_by_its_plan_and_taken_back(hub, real_tab):  # noqa: F811
    page = setup(hub, real_tab)
    networks(hub, "home")
    page.goto(f"{URL}/networks")
    page.get_by_role("button", name="New network").first.click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_label("Name", exact=True).fill("home")
    dialog.get_by_label("IPv4 subnet").fill("10.8.0.128/25")
    dialog.get_by_role("button", name="Create network").click()
    refused(dialog.get_by_label("Name", exact=True))
    dialog.get_by_label("Name", exact=True).fill("office")
    dialog.get_by_role("button", name="Create network").click()
    refused(dialog.get_by_label("IPv4 subnet"))
    dialog.get_by_label("IPv4 subnet").fill("10.20.0.0/24")
    dialog.get_by_role("button", name="Create network").click()
    expect(page.get_by_role("heading", name="office")).to_be_visible()
    assert hub.ctl("network", "show", "office", "--output", "json").json["subnet"] == "10.20.0.0/24"

    page.get_by_role("tab", name="Settings").click()
    page.get_by_role("button", name="Edit").first.click()
    dialog.get_by_text("Advanced").click()
    dialog.get_by_label("MTU").fill("100")
    dialog.locator("button.button--primary").click()
    refused(dialog.get_by_label("MTU"))
    dialog.get_by_label("MTU").fill("1380")
    dialog.locator("button.button--primary").click()
    # The plan, before anything is done.
    expect(dialog.get_by_text(re.compile("1380")).first).to_be_visible()
    assert hub.ctl("network", "show", "office", "--output", "json").json.get("mtu") is None
    dialog.locator("button.button--primary").click()
    gone(page)
    expect(page.get_by_role("button", name="Undo now")).to_be_visible()
    assert hub.ctl("network", "show", "office", "--output", "json").json["mtu"] == 1380
    page.get_by_role("button", name="Undo now").click()
    expect(page.get_by_text("The change is undone")).to_be_visible()
    assert hub.ctl("network", "show", "office", "--output", "json").json.get("mtu") is None


def test_an_exported_network_is_imported_with_its_keys(hub, real_tab):  # noqa: F811
    page = setup(hub, real_tab)
    networks(hub, "home")
    hub.ctl("peer", "add", "home", "laptop")
    before = hub.ctl("peer", "show", "home/laptop", "--output", "json").json
    file = hub.ctl("network", "export", "home").stdout
    hub.ctl("network", "delete", "home", "--yes")
    page.goto(f"{URL}/networks")
    dialog = page.get_by_role("dialog")
    page.get_by_role("button", name="Import").click()
    dialog.get_by_label("Name", exact=True).fill("branch")
    dialog.get_by_label("wg-quick file").fill("[Interface]\nPrivateKey = nonsense\n")
    dialog.get_by_role("button", name="Preview").click()
    refused(dialog.get_by_label("wg-quick file"))
    dialog.get_by_label("wg-quick file").fill(file)
    dialog.get_by_role("button", name="Preview").click()
    expect(dialog.get_by_text("1 peer is taken over")).to_be_visible()
    assert hub.ctl("network", "list", "--output", "json").json == []
    dialog.get_by_role("button", name="Import").click()
    expect(page.get_by_role("heading", name="branch")).to_be_visible()
    peer = hub.ctl("peer", "list", "branch", "--output", "json").json[0]
    assert (peer["public_key"], peer["addresses"]) == (before["public_key"], before["addresses"])


def test_bridges_rules_and_limits_are_refused_and_saved(hub, real_tab):  # noqa: F811
    page = setup(hub, real_tab)
    networks(hub, "home", "office")
    hub.ctl("peer", "add", "home", "laptop")
    page.goto(f"{URL}/bridges")
    dialog = page.get_by_role("dialog")
    page.get_by_role("button", name="New bridge").first.click()
    dialog.get_by_label("Reachable blocks").fill("10.99.0.0/33")
    dialog.get_by_role("button", name="Save").click()
    refused(dialog.get_by_label("Reachable blocks"))
    dialog.get_by_label("Reachable blocks").fill("10.9.0.0/28")
    dialog.get_by_role("button", name="Save").click()
    gone(page)
    expect(page.get_by_text("10.9.0.0/28")).to_be_visible()
    assert len(hub.ctl("bridge", "list", "--output", "json").json) == 1

    page.goto(f"{URL}/rules")
    page.get_by_role("button", name="New rule").first.click()
    dialog.get_by_label("Destination").fill("10.0.0.0/99")
    dialog.get_by_label("Protocol").select_option("tcp")
    dialog.get_by_label("Ports").fill("443")
    dialog.get_by_role("button", name="Save").click()
    refused(dialog.get_by_label("Destination"))
    dialog.get_by_label("Destination").fill("192.168.0.0/16")
    dialog.get_by_role("button", name="Save").click()
    gone(page)
    expect(page.get_by_text("192.168.0.0/16").first).to_be_visible()
    assert hub.ctl("rule", "list", "--output", "json").json[0]["ports"] == ["443"]

    network = hub.ctl("network", "show", "home", "--output", "json").json["id"]
    peer = hub.ctl("peer", "show", "home/laptop", "--output", "json").json["id"]
    page.goto(f"{URL}/networks/{network}/peers/{peer}")
    page.get_by_label("Limit to the peer").fill("1")
    page.get_by_role("button", name="Save").click()
    refused(page.get_by_label("Limit to the peer"))
    page.get_by_label("Limit to the peer").fill("20000")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_text("Limits saved")).to_be_visible()
    assert hub.ctl("peer", "show", "home/laptop", "--output", "json").json["bandwidth_down_kbps"] == 20000


def test_keys_are_rotated_and_a_link_is_followed_once(hub, real_tab, open_real_tab):  # noqa: F811
    page = setup(hub, real_tab)
    networks(hub, "home")
    hub.ctl("peer", "add", "home", "laptop")
    before = hub.ctl("peer", "show", "home/laptop", "--output", "json").json
    page.goto(f"{URL}/networks/{before['network_id']}/peers/{before['id']}")
    dialog = page.get_by_role("dialog")
    page.get_by_role("button", name="More actions for laptop").click()
    page.get_by_role("menuitem", name=re.compile("[Kk]eys")).click()
    dialog.get_by_role("button", name="Make new keys").click()
    expect(dialog.locator(".qr")).to_be_visible()
    page.keyboard.press("Escape")
    gone(page)
    assert hub.ctl("peer", "show", "home/laptop", "--output", "json").json["public_key"] != before["public_key"]

    page.get_by_role("button", name="More actions for laptop").click()
    page.get_by_role("menuitem", name=re.compile("link")).click()
    dialog.get_by_role("button", name="Make link").click()
    link = dialog.locator("pre").inner_text()
    page.keyboard.press("Escape")
    for is_first in (True, False):
        guest = open_real_tab().page
        guest.goto(link)
        guest.get_by_role("button").first.click()
        if is_first:
            expect(guest.locator(".qr")).to_be_visible()
        else:
            expect(guest.get_by_role("alert")).to_be_visible()
        assert "#" not in guest.url


def test_users_tokens_and_the_own_account_are_refused_and_saved(hub, real_tab, open_real_tab):  # noqa: F811
    page = setup(hub, real_tab)
    dialog = page.get_by_role("dialog")
    page.goto(f"{URL}/users")
    page.get_by_role("button", name="New user").click()
    dialog.get_by_label("Name", exact=True).fill("ada")
    dialog.get_by_label("Password").fill("short")
    dialog.get_by_role("button", name="Save").click()
    refused(dialog.get_by_label("Password"))
    dialog.get_by_label("Password").fill(SECRET)
    dialog.get_by_role("button", name="Save").click()
    refused(dialog.get_by_label("Name", exact=True))
    dialog.get_by_label("Name", exact=True).fill("grace")
    dialog.get_by_role("button", name="Save").click()
    gone(page)
    page.get_by_role("button", name="More actions for grace").click()
    page.get_by_role("menuitem", name="Edit").click()
    dialog.get_by_label("E-mail").fill("grace")
    dialog.get_by_role("button", name="Save").click()
    refused(dialog.get_by_label("E-mail"))
    dialog.get_by_label("E-mail").fill("grace@example.org")
    dialog.get_by_label("Role").select_option("viewer")
    dialog.get_by_role("button", name="Save").click()
    gone(page)
    expect(page.get_by_text("grace@example.org")).to_be_visible()
    page.get_by_role("button", name="More actions for grace").click()
    page.get_by_role("menuitem", name="Set password").click()
    dialog.get_by_label("New password").fill("short")
    dialog.get_by_role("button", name="Save").click()
    refused(dialog.get_by_label("New password"))
    dialog.get_by_label("New password").fill("another long password")
    dialog.get_by_role("button", name="Save").click()
    gone(page)

    page.goto(f"{URL}/tokens")
    page.get_by_role("button", name="New token").click()
    dialog.get_by_role("button", name="Create token").click()
    refused(dialog.get_by_label("Name", exact=True))
    dialog.get_by_label("Name", exact=True).fill("monitoring")
    dialog.get_by_role("button", name="Create token").click()
    expect(dialog.get_by_text(re.compile("^wgp_"))).to_be_visible()
    dialog.get_by_role("button", name="Done").click()
    page.get_by_role("button", name="Revoke: monitoring").click()
    dialog.get_by_role("button", name="Revoke").click()
    expect(page.get_by_text("No API tokens")).to_be_visible()

    page.goto(f"{URL}/account")
    page.get_by_label("Present password").fill("not the password")
    page.get_by_label("New password").fill("yet another password")
    page.get_by_role("button", name="Change password").click()
    expect(page.get_by_role("alert")).to_be_visible()
    page.get_by_label("Present password").fill(SECRET)
    page.get_by_role("button", name="Change password").click()
    expect(page.get_by_text("The password is changed")).to_be_visible()
    page.get_by_role("textbox", name="Password", exact=True).fill("yet another password")
    page.get_by_role("button", name="Set up").click()
    secret = page.locator(".field__hint code").inner_text()
    page.get_by_label("Code").fill("000000")
    page.get_by_role("button", name="Switch on").click()
    expect(page.get_by_role("alert").or_(page.locator("[aria-invalid=true]")).first).to_be_visible()
    page.get_by_label("Code").fill(one_time_code(secret))
    page.get_by_role("button", name="Switch on").click()
    expect(dialog.get_by_role("heading", name="Recovery codes")).to_be_visible()
    recovery = dialog.locator("pre").inner_text().split()[0]
    dialog.get_by_role("button", name="Done").click()
    # A recovery code stands in for the app, once.
    other = open_real_tab().go()
    other.get_by_label("User name").fill("ada")
    other.get_by_label("Password").fill("yet another password")
    other.get_by_role("button", name="Log in").click()
    other.get_by_label("Code").fill(recovery)
    other.get_by_role("button", name="Log in").click()
    expect(other.locator(".shell")).to_be_visible()


def test_switches_and_the_end_of_a_session_reach_the_hub(hub, real_tab):  # noqa: F811
    page = setup(hub, real_tab)
    networks(hub, "home")
    hub.ctl("peer", "add", "home", "laptop")
    peer = hub.ctl("peer", "show", "home/laptop", "--output", "json").json
    page.goto(f"{URL}/networks/{peer['network_id']}/peers/{peer['id']}")
    for verb, enabled in (("Disable", False), ("Enable", True)):
        page.get_by_role("button", name="More actions for laptop").click()
        page.get_by_role("menuitem", name=verb).click()
        wait_until(lambda: hub.ctl("peer", "show", "home/laptop", "--output", "json").json["enabled"] is enabled, 10, lambda: f"the hub knows of {verb}")  # noqa: B023
    page.goto(f"{URL}/networks/{peer['network_id']}")
    for verb, enabled in (("Disable", False), ("Enable", True)):
        page.get_by_role("button", name="More actions", exact=True).click()
        page.get_by_role("menuitem", name=verb).click()
        wait_until(lambda: hub.ctl("network", "show", "home", "--output", "json").json["enabled"] is enabled, 10, lambda: f"the hub knows of {verb}")  # noqa: B023
    page.get_by_role("button", name="Account of ada").click()
    page.get_by_role("menuitem", name="Log out").click()
    expect(page.get_by_role("heading", name="Log in")).to_be_visible()
    page.goto(f"{URL}/users")
    expect(page.get_by_role("heading", name="Log in")).to_be_visible()


def test_two_browsers_edit_one_peer_and_neither_overwrites_the_other(hub, real_tab, open_real_tab):  # noqa: F811
    page = setup(hub, real_tab)
    networks(hub, "home")
    hub.ctl("peer", "add", "home", "laptop")
    peer = hub.ctl("peer", "show", "home/laptop", "--output", "json").json
    other = open_real_tab().log_in(password=SECRET)
    for one in (page, other):
        one.goto(f"{URL}/networks/{peer['network_id']}/peers/{peer['id']}")
        one.get_by_role("button", name="Edit").click()
        expect(one.get_by_label("Name", exact=True)).to_have_value("laptop")
    page.get_by_label("E-mail").fill("first@example.org")
    page.get_by_role("button", name="Save").click()
    gone(page)
    other.get_by_label("E-mail").fill("second@example.org")
    other.get_by_role("button", name="Save").click()
    expect(other.get_by_text("Somebody else changed this meanwhile.")).to_be_visible()
    assert hub.ctl("peer", "show", "home/laptop", "--output", "json").json["email"] == "first@example.org"
    other.get_by_role("button", name="Show the present values").click()
    other.get_by_role("button", name="Save").click()
    gone(other)
    # The first sees by itself what the second did.
    expect(page.get_by_text("second@example.org")).to_be_visible()


def test_the_page_survives_a_restart_of_the_daemon(hub, real_tab):  # noqa: F811
    page = setup(hub, real_tab)
    networks(hub, "home")
    hub.ctl("peer", "add", "home", "laptop")
    page.goto(f"{URL}/networks")
    page.get_by_role("link", name="home").click()
    expect(page.get_by_role("link", name="laptop")).to_be_visible()
    hub.kill9()
    expect(page.locator(".live--live")).to_have_count(0)
    # What was known stays to be looked at.
    expect(page.get_by_role("link", name="laptop")).to_be_visible()
    hub.start_daemon(config=CONFIG)
    open_socket(hub)
    hub.ctl("peer", "add", "home", "tablet")
    expect(page.locator(".live--live")).to_be_visible(timeout=30_000)
    expect(page.get_by_role("link", name="tablet")).to_be_visible()


def test_operators_and_viewers_see_what_they_may_do(hub, real_tab, open_real_tab):  # noqa: F811
    admin = setup(hub, real_tab)
    networks(hub, "home")
    hub.ctl("peer", "add", "home", "laptop")
    peer = hub.ctl("peer", "show", "home/laptop", "--output", "json").json
    admin.goto(f"{URL}/users")
    for name, role in (("olga", "operator"), ("victor", "viewer")):
        admin.get_by_role("button", name="New user").click()
        dialog = admin.get_by_role("dialog")
        dialog.get_by_label("Name", exact=True).fill(name)
        dialog.get_by_label("Role").select_option(role)
        dialog.get_by_label("Password").fill(SECRET)
        dialog.get_by_role("button", name="Save").click()
        gone(admin)
    for name, may_write in (("olga", True), ("victor", False)):
        page = open_real_tab().log_in(f"/networks/{peer['network_id']}", name=name, password=SECRET)
        expect(page.get_by_role("link", name="laptop")).to_be_visible()
        expect(page.get_by_role("button", name="Add peer")).to_have_count(1 if may_write else 0)
        for link in ("Users", "API tokens", "Audit log"):
            expect(page.get_by_role("navigation", name="Main").get_by_role("link", name=link)).to_have_count(0)
        page.get_by_role("link", name="laptop").click()
        expect(page.get_by_role("heading", name="laptop")).to_be_visible()
        expect(page.get_by_role("button", name="Configuration")).to_have_count(1 if may_write else 0)
        # Nothing on the way was refused.
        expect(page.get_by_role("alert")).to_have_count(0)
        page.goto(f"{URL}/users")
        expect(page.get_by_role("button", name="New user")).to_have_count(0)

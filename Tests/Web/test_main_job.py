"""The page with the real programs: from the set-up code to a client that connects."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

from playwright.sync_api import expect

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "Host"))

from fixtures import lab  # noqa: E402, F401
from lab import CLIENT_ADDRESS, HUB_ADDRESS, RealClient, wait_until  # noqa: E402
from real_hub import URL, browser_inside, hub, open_real_tab, real_tab, setup  # noqa: E402, F401


def read_code(page, tmp_path) -> str:
    """What an independent reader makes of the QR code as it is on the screen."""
    picture = tmp_path / "code.png"
    page.locator(".qr").screenshot(path=picture)
    # --raw adds a line break.
    return subprocess.run(["zbarimg", "--quiet", "--raw", str(picture)], capture_output=True, text=True, check=True).stdout.removesuffix("\n")


def test_from_the_setup_code_to_a_client_that_is_online(hub, real_tab, tmp_path):  # noqa: F811
    page = setup(hub, real_tab)
    page.get_by_label("Server address").fill(HUB_ADDRESS)
    page.get_by_role("button", name="Next").click()
    page.get_by_label("Name", exact=True).fill("home")
    page.get_by_role("button", name="Create network").click()
    page.get_by_role("button", name="Create peer").click()
    expect(page.get_by_role("heading", name="phone is ready")).to_be_visible()
    with page.expect_download() as download:
        page.get_by_role("button", name="Download .conf").click()
    assert download.value.suggested_filename == "wgpilot-phone.conf"
    file = download.value.path().read_text()
    served = hub.ctl("peer", "config", "home/phone").stdout
    assert file.strip() == served.strip()
    scanned = read_code(page, tmp_path)
    assert scanned.strip() == "\n".join(line for line in served.splitlines() if not line.startswith("#") or line in scanned).strip()
    page.get_by_role("button", name="Close").click()
    expect(page.get_by_role("heading", name="phone")).to_be_visible()
    expect(page.get_by_text("Never connected")).to_be_visible()

    # The page hears of the handshake by itself.
    configuration = tmp_path / "phone.conf"
    configuration.write_text(scanned + "\n")
    client = RealClient(hub, configuration).up()
    assert client.ping("10.8.0.1", timeout=5)
    expect(page.locator(".page-head").get_by_text("Online", exact=True)).to_be_visible(timeout=5000)

    # What flowed is drawn, and told to those who read a table; so is when the peer was there.
    wait_until(lambda: hub.ctl("peer", "history", "home/phone", "--output", "json").json["received"] > 0, 20, lambda: "the history has what flowed")
    page.reload()
    expect(page.get_by_text(re.compile(r"^Received .+ sent "))).to_be_visible()
    page.get_by_text("Show as a table").click()
    expect(page.get_by_role("region", name="Show as a table").get_by_role("rowheader").first).to_be_visible()
    expect(page.get_by_role("table", name="Times online").get_by_text(CLIENT_ADDRESS)).to_be_visible()
    page.goto(URL)
    expect(page.get_by_text("1 of 1 online")).to_be_visible()


def test_keys_made_in_the_browser_connect_and_the_hub_never_has_them(hub, real_tab, tmp_path):  # noqa: F811
    page = setup(hub, real_tab)
    hub.ctl("network", "create", "home", "--subnet", "10.8.0.0/24", "--endpoint-host", HUB_ADDRESS)
    page.goto(f"{URL}/networks")
    page.get_by_role("link", name="home").click()
    page.get_by_role("button", name="Add peer").first.click()
    page.get_by_label("Name", exact=True).fill("laptop")
    page.get_by_label("Who has the private key").select_option("client")
    page.get_by_role("button", name="Create peer").click()
    expect(page.locator(".qr")).to_be_visible()
    text = read_code(page, tmp_path)
    private = re.search(r"^PrivateKey = (\S+)$", text, re.M).group(1)
    configuration = tmp_path / "laptop.conf"
    configuration.write_text(text + "\n")
    client = RealClient(hub, configuration).up()
    assert client.ping("10.8.0.1", timeout=5)
    page.once("dialog", lambda dialog: dialog.accept())
    page.keyboard.press("Escape")
    row = page.get_by_role("row").filter(has=page.get_by_role("link", name="laptop"))
    expect(row.get_by_text("Online", exact=True)).to_be_attached(timeout=5000)
    for path in [hub.log, hub.gateway.log, *hub.folder.rglob("wgpilot.db*")]:
        assert private.encode() not in path.read_bytes(), path


def test_what_the_hub_refuses_and_what_others_change(hub, real_tab):  # noqa: F811
    page = setup(hub, real_tab)
    hub.ctl("network", "create", "home", "--subnet", "10.8.0.0/24", "--endpoint-host", HUB_ADDRESS)
    hub.ctl("peer", "add", "home", "laptop")
    page.goto(f"{URL}/networks")
    page.get_by_role("link", name="home").click()
    # A fault stands at its field.
    page.get_by_role("button", name="Add peer").first.click()
    page.get_by_label("Name", exact=True).fill("laptop")
    page.get_by_label("E-mail").fill("nobody")
    page.get_by_role("button", name="Create peer").click()
    expect(page.get_by_label("E-mail")).to_have_attribute("aria-invalid", "true")
    page.get_by_label("E-mail").fill("")
    page.get_by_role("button", name="Create peer").click()
    expect(page.get_by_label("Name", exact=True)).to_have_attribute("aria-invalid", "true")
    page.keyboard.press("Escape")
    # Somebody else is faster.
    page.get_by_role("link", name="laptop").click()
    page.get_by_role("button", name="Edit").click()
    expect(page.get_by_label("Name", exact=True)).to_have_value("laptop")
    page.get_by_label("E-mail").fill("mine@example.org")
    # The time of change is told to the second.
    page.wait_for_timeout(1100)
    hub.ctl("peer", "edit", "home/laptop", "--notes", "theirs")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_text("Somebody else changed this meanwhile.")).to_be_visible()
    page.get_by_role("button", name="Show the present values").click()
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_role("dialog")).to_have_count(0)
    peer = hub.ctl("peer", "show", "home/laptop", "--output", "json").json
    assert (peer["email"], peer["notes"]) == ("mine@example.org", "theirs")
    # What the command line does appears by itself, and the daemon may go and come back.
    hub.ctl("peer", "add", "home", "tablet")
    page.goto(f"{URL}/networks")
    page.get_by_role("link", name="home").click()
    expect(page.get_by_role("link", name="tablet")).to_be_visible()
    hub.ctl("peer", "remove", "home/tablet", "--yes")
    expect(page.get_by_role("link", name="tablet")).to_have_count(0)


def test_every_page_works_with_the_real_hub(hub, real_tab):  # noqa: F811
    page = setup(hub, real_tab)
    hub.ctl("network", "create", "home", "--subnet", "10.8.0.0/24", "--endpoint-host", HUB_ADDRESS)
    hub.ctl("network", "create", "lab", "--subnet", "10.9.0.0/24", "--mode", "hub-routed")
    hub.ctl("peer", "add", "home", "laptop")
    hub.ctl("rule", "add", "--network", "home", "deny", "192.168.0.0/16", check=False)
    network = hub.ctl("network", "show", "home", "--output", "json").json["id"]
    peer = hub.ctl("peer", "show", "home/laptop", "--output", "json").json["id"]
    for path in ["/", "/networks", f"/networks/{network}", f"/networks/{network}/peers/{peer}", "/rules", "/bridges", "/users", "/tokens", "/audit", "/doctor", "/settings", "/account"]:
        page.goto(URL + path)
        page.locator(".live--live").wait_for()
        page.locator(".skeleton").first.wait_for(state="detached")
        expect(page.get_by_role("heading", level=1)).to_be_visible()
        expect(page.get_by_role("alert")).to_have_count(0)
    page.goto(f"{URL}/rules")
    page.get_by_role("combobox", name="Who", exact=True).fill("home/laptop")
    page.get_by_role("combobox", name="Reaches").fill("192.168.1.1")
    page.get_by_role("button", name="Check").click()
    expect(page.locator(".reach li").first).to_be_visible()
    page.goto(f"{URL}/audit")
    page.get_by_role("button", name="Verify").click()
    expect(page.get_by_text(re.compile("entries are as they were written"))).to_be_visible()

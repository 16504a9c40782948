"""Networks as a whole: what is taken over from elsewhere."""

from __future__ import annotations

from playwright.sync_api import expect


def test_a_wg_quick_file_is_shown_before_it_is_imported_and_left_nowhere(tab, hub, tmp_path):
    page = tab.log_in("/networks")
    page.get_by_role("button", name="Import").click()
    file = tmp_path / "branch.conf"
    file.write_text("PrivateKey = x\n")
    with page.expect_file_chooser() as chooser:
        page.get_by_role("button", name="Choose a file").click()
    chooser.value.set_files(file)
    expect(page.get_by_label("Name", exact=True)).to_have_value("branch")
    page.get_by_role("button", name="Preview").click()
    expect(page.get_by_text("line 1: is before any section")).to_be_visible()
    secret = "cHJpdmF0ZSBrZXkgb2YgYSBmaWxlIHRoYXQgc3RheXM="
    page.get_by_label("wg-quick file").fill(f"[Interface]\nPrivateKey = {secret}\nPostUp = iptables -F\n[Peer]\n# anna\n[Peer]\n# ben\n")
    page.get_by_role("button", name="Preview").click()
    expect(page.get_by_text("2 peers are taken over")).to_be_visible()
    expect(page.get_by_text("PostUp is not run")).to_be_visible()
    assert not any(network["name"] == "branch" for network in hub.networks.values())
    page.get_by_role("dialog").get_by_role("button", name="Import").click()
    expect(page.get_by_role("heading", name="branch")).to_be_visible()
    expect(page.get_by_role("link", name="anna")).to_be_visible()
    assert secret not in page.content()
    assert secret not in page.evaluate("JSON.stringify([{...localStorage}, {...sessionStorage}, location.href])")

"""Every page there is, for the tests that look at all of them."""

from __future__ import annotations

from hub_double import Hub


def places(hub: Hub) -> dict[str, str]:
    network = next(iter(hub.networks))
    peer = next(iter(hub.peers[network]))
    return {
        "dashboard": "/", "networks": "/networks", "network": f"/networks/{network}", "peer": f"/networks/{network}/peers/{peer}", "rules": "/rules", "bridges": "/bridges",
        "users": "/users", "tokens": "/tokens", "audit": "/audit", "doctor": "/doctor", "settings": "/settings", "account": "/account", "nowhere": "/nowhere",
    }


def settle(page) -> None:
    """Until what the page asked for is there."""
    page.locator(".live--live").wait_for()
    page.locator(".skeleton").first.wait_for(state="detached")

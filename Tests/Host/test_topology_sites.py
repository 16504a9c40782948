"""Mode `site-to-site`: what is behind the gateways of sites reaches what is behind the others, and the plain peers."""

import pytest

from topology import world

# berlin-lan and wien-lan are machines behind the two gateways; a and b are plain clients.
TALKATIVE = """
             hub   berlin-lan   wien-lan   a     b     internet
berlin-lan   yes   -            yes        yes   yes   no
wien-lan     yes   yes          -          yes   yes   no
a            yes   yes          yes        -     yes   no
b            yes   yes          yes        yes   -     no
internet     -     no           no         no    no    -
"""
# Clients keep apart, sites do not.
APART = """
             hub   berlin-lan   wien-lan   a     b     internet
berlin-lan   yes   -            yes        yes   yes   no
wien-lan     yes   yes          -          yes   yes   no
a            yes   yes          yes        -     no    no
b            yes   yes          yes        no    -     no
internet     -     no           no         no    no    -
"""
MASQUERADED = """
             hub   berlin-lan   wien-lan   a     b     internet
berlin-lan   yes   -            yes        yes   yes   hidden
wien-lan     yes   yes          -          yes   yes   hidden
a            yes   yes          yes        -     yes   hidden
b            yes   yes          yes        yes   -     hidden
internet     -     no           no         no    no    -
"""
SITES_AS_DELIVERED = """
             berlin-lan   wien-lan
berlin-lan   -            yes
wien-lan     yes          -
"""


@pytest.fixture(scope="module")
def lab():
    with world() as made:
        made.add_internet()
        made.add_site("berlin", "192.168.7", "fd00:7")
        made.add_site("wien", "192.168.8", "fd00:88")
        made.add_client("a")
        made.add_client("b")
        made.ctl("network", "create", "net", "--mode", "site-to-site", "--subnet", "10.8.0.0/24", "--subnet6",
                 "fd00:8::/64")
        made.ctl("peer", "add", "net", "berlin", "--role", "site-gateway", "--site-networks",
                 "192.168.7.0/24,fd00:7::/64")
        made.ctl("peer", "add", "net", "wien", "--role", "site-gateway", "--site-networks",
                 "192.168.8.0/24,fd00:88::/64")
        made.ctl("peer", "add", "net", "a")
        made.ctl("peer", "add", "net", "b")
        made.place_hub("hub", "10.8.0.1", "fd00:8::1")
        made.join("net", "berlin", "wien", widen=False)
        made.join("net", "a", "b")
        made.serve()
        yield made


@pytest.fixture
def greedy(lab):
    """The same, and the gateways too send everything into their tunnels, and take everything from them."""
    for label in ("berlin", "wien"):
        client = lab.tunnels[label]
        if "default" not in client.namespace.run("ip", "route", "show", "default").stdout:
            lab.widen(client)
    return lab


@pytest.mark.kernel
def test_sites_reach_each_other_with_the_files_as_they_are(lab):
    lab.ctl("network", "edit", "net", "--no-nat", "--peers-may-talk")
    lab.check(SITES_AS_DELIVERED)


@pytest.mark.kernel
def test_sites_and_peers_reach_each_other_and_nothing_beyond(greedy):
    greedy.ctl("network", "edit", "net", "--no-nat", "--peers-may-talk")
    greedy.check(TALKATIVE, reach=True)


@pytest.mark.kernel
def test_clients_that_may_not_talk_still_reach_the_sites(greedy):
    greedy.ctl("network", "edit", "net", "--no-nat", "--no-peers-may-talk")
    greedy.check(APART)


@pytest.mark.kernel
def test_nat_leads_the_sites_outside_as_the_hub(greedy):
    greedy.ctl("network", "edit", "net", "--nat", "--peers-may-talk")
    greedy.check(MASQUERADED)


@pytest.mark.kernel
def test_a_gateway_cannot_send_from_another_site_s_addresses(greedy):
    """WireGuard's own rule, which holds only if the hub gave each peer no more than what is its own."""
    greedy.ctl("network", "edit", "net", "--no-nat", "--peers-may-talk")
    lan = greedy.namespaces["berlin-lan"]
    lan.run("ip", "address", "add", "192.168.8.99/32", "dev", "lo")
    try:
        sent = lan.run("ping", "-n", "-c", "2", "-i", "0.2", "-W", "1", "-I", "192.168.8.99", "10.8.0.1", check=False)
        assert sent.code == 1 and "100% packet loss" in sent.stdout, sent
    finally:
        lan.run("ip", "address", "delete", "192.168.8.99/32", "dev", "lo")
    assert lan.ping("10.8.0.1")


def test_the_networks_of_a_site_that_is_switched_off_are_closed_at_once(greedy):
    greedy.ctl("network", "edit", "net", "--no-nat", "--peers-may-talk")
    greedy.ctl("peer", "edit", "net/wien", "--site-networks", "fd00:88::/64")
    try:
        greedy.check_cells({("a", "wien-lan", "udp", 7001): "yes"}, families=(6,))
        found = dict((probe["cell"][4], outcome) for probe, outcome in greedy.probe(
            [("a", "wien-lan", "udp", 7001, 4, False), ("a", "hub", "udp", 7001, 4, True)]))
        assert greedy.arrived("wien-lan", f"token-{greedy.tokens - 1}") == 0, found
    finally:
        greedy.ctl("peer", "edit", "net/wien", "--site-networks", "192.168.8.0/24,fd00:88::/64")
    greedy.check_cells({("a", "wien-lan", "udp", 7001): "yes"})

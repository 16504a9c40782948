"""Mode `gateway`: peers reach the outside through the hub, each other only where the network says so, and nobody
outside begins anything with them."""

import pytest

from lab import wait_until
from topology import INTERNET, PORTS, batch, world

# `hidden`: what arrives bears the hub's address. `hub` and `hub2` are the hub's own addresses in the two networks.
# c is in another network.
MASQUERADED = """
           hub   hub2   a     b     c     internet
a          yes   no     -     no    no    hidden
b          yes   no     no    -     no    hidden
c          no    yes    no    no    -     hidden
internet   -     -      no    no    no    -
"""
TALKATIVE = """
           hub   hub2   a     b     c     internet
a          yes   no     -     yes   no    hidden
b          yes   no     yes   -     no    hidden
c          no    yes    no    no    -     hidden
internet   -     -      no    no    no    -
"""
ROUTED = """
           hub   hub2   a     b     c     internet
a          yes   no     -     no    no    yes
b          yes   no     no    -     no    yes
c          no    yes    no    no    -     hidden
internet   -     -      no    no    no    -
"""
# a's tunnel is a narrow one that leads to the internet's block of IPv4 as well.
SPLIT = """
           hub   hub2   a     b     internet
a          yes   -      -     yes   hidden
b          yes   no     yes   -     hidden
internet   -     -      no    no    -
"""
SPLIT6 = """
           hub   hub2   a     b     internet
a          yes   -      -     yes   -
b          yes   no     yes   -     hidden
internet   -     -      no    no    -
"""


@pytest.fixture(scope="module")
def lab():
    with world() as made:
        made.add_internet()
        for label in ("a", "b", "c"):
            made.add_client(label)
        made.ctl("network", "create", "net", "--mode", "gateway", "--subnet", "10.8.0.0/24", "--subnet6", "fd00:8::/64",
                 "--mtu", "1380")
        made.ctl("network", "create", "net2", "--mode", "gateway", "--subnet", "10.20.0.0/24", "--ipv6")
        made.ctl("peer", "add", "net", "a")
        made.ctl("peer", "add", "net", "b")
        made.ctl("peer", "add", "net2", "c")
        second = made.ctl("network", "show", "net2", "--output", "json").json
        made.place_hub("hub", "10.8.0.1", "fd00:8::1")
        made.place_hub("hub2", "10.20.0.1", second["addresses"][1].partition("/")[0])
        # The files as they are: a full tunnel.
        made.join("net", "a", "b", widen=False)
        made.join("net2", "c", widen=False)
        made.serve()
        yield made


@pytest.mark.kernel
def test_peers_reach_the_outside_as_the_hub_and_nobody_else(lab):
    lab.ctl("network", "edit", "net", "--nat", "--no-peers-may-talk")
    lab.check(MASQUERADED, reach=True)


@pytest.mark.kernel
def test_peers_may_talk_opens_the_way_between_them_and_no_other(lab):
    lab.ctl("network", "edit", "net", "--nat", "--peers-may-talk")
    lab.check(TALKATIVE)


@pytest.mark.kernel
def test_without_nat_the_outside_sees_the_peers_own_addresses(lab):
    lab.ctl("network", "edit", "net", "--no-nat", "--no-peers-may-talk")
    lab.check(ROUTED)


def test_a_split_tunnel_leads_to_its_network_and_to_the_blocks_that_are_named(lab):
    lab.ctl("network", "edit", "net", "--nat", "--peers-may-talk", "--tunnel", "split", "--custom-cidrs",
            f"{INTERNET[4]}/32")
    lab.tunnels["a"].down()
    try:
        (client,) = lab.join("net", "a", widen=False)
        lab.check(SPLIT, families=(4,))
        lab.check(SPLIT6, families=(6,))
        # Nowhere else does it lead: the machine has no other way, so the kernel knows none.
        for address in (INTERNET[6], "203.0.113.77", "10.20.0.1"):
            assert client.namespace.run("ip", "route", "get", address, check=False).code != 0, address
    finally:
        lab.ctl("network", "edit", "net", "--tunnel", "full", "--custom-cidrs", "")
        lab.tunnels["a"].down()
        lab.join("net", "a", widen=False)


def test_a_new_network_masquerades_and_keeps_its_peers_apart(lab):
    made = lab.ctl("network", "show", "net2", "--output", "json").json
    assert made["nat"] is True and made["peers_may_talk"] is False


@pytest.mark.kernel
def test_segments_are_made_to_fit_the_tunnel(lab):
    """A client that announces what its own wire bears: 1460 and 1440 octets (RFC 9293, 3.7.1: MTU less 40 and 60)."""
    lab.ctl("network", "edit", "net", "--nat", "--no-peers-may-talk")
    client, internet = lab.tunnels["a"], lab.namespaces["internet"]
    for namespace in (client.namespace, internet):
        # The twelve octets of the time stamps would be taken off what is read.
        namespace.run("sh", "-c", "echo 0 >/proc/sys/net/ipv4/tcp_timestamps")
    batch(client.namespace, f"link set dev {client.interface} mtu 1500")
    try:
        found = lab.probe([("a", "internet", "tcp", PORTS[0], family, True) for family in (4, 6)])
        for probe, outcome in found:
            family = probe["cell"][4]
            fitting = 1380 - (40 if family == 4 else 60)
            assert isinstance(outcome, dict), (probe, outcome)
            assert outcome["mss"] == fitting, f"what the internet was told over IPv{family}: {outcome}"
            assert outcome["own_mss"] == fitting, f"what the client was told over IPv{family}: {outcome}"
    finally:
        batch(client.namespace, f"link set dev {client.interface} mtu 1380")


@pytest.mark.kernel
def test_a_conversation_that_nat_hides_is_answered_and_ends_with_its_peer(lab):
    lab.ctl("network", "edit", "net", "--nat", "--no-peers-may-talk")
    with lab.stream("a", "internet", "nat", kind="tcp", interval=0.02) as outcome:
        wait_until(lambda: lab.arrived("internet", "nat") > 5, 10, "the conversation runs")
        lab.ctl("peer", "disable", "net/a")
        seen = lab.arrived("internet", "nat")
        with lab.stream("b", "internet", "other", interval=0.02):
            wait_until(lambda: lab.arrived("internet", "other") > 20, 10, "another peer's runs")
        # One may have been past the hub when the peer was switched off.
        assert lab.arrived("internet", "nat") <= seen + 1
    assert 5 < outcome["answered"] < outcome["sent"]
    lab.ctl("peer", "enable", "net/a")
    client = lab.tunnels["a"]
    # The client finds out by its own timers that the hub forgot their session; a new one by hand is faster.
    client.down()
    client.up()
    wait_until(lambda: client.ping(INTERNET[4]), 15, "the peer is back")

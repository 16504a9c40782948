"""Mode `hub-routed`: peers reach each other through the hub, and nothing else."""

import pytest

from topology import world

INVALID = 5

TALKATIVE = """
           hub   hub2   a     b     c     internet
a          yes   no     -     yes   no    no
b          yes   no     yes   -     no    no
c          no    yes    no    no    -     no
internet   -     -      no    no    no    -
"""
APART = """
           hub   hub2   a     b     c     internet
a          yes   no     -     no    no    no
b          yes   no     no    -     no    no
c          no    yes    no    no    -     no
internet   -     -      no    no    no    -
"""
AS_DELIVERED = """
           hub   a     b
a          yes   -     yes
b          yes   yes   -
"""


@pytest.fixture(scope="module")
def lab():
    with world() as made:
        made.add_internet()
        for label in ("a", "b", "c"):
            made.add_client(label)
        for name, block in (("net", "8"), ("net2", "20")):
            made.ctl("network", "create", name, "--mode", "hub-routed", "--subnet", f"10.{block}.0.0/24", "--subnet6",
                     f"fd00:{block}::/64")
        made.ctl("peer", "add", "net", "a")
        made.ctl("peer", "add", "net", "b")
        made.ctl("peer", "add", "net2", "c")
        made.place_hub("hub", "10.8.0.1", "fd00:8::1")
        made.place_hub("hub2", "10.20.0.1", "fd00:20::1")
        made.join("net", "a", "b", widen=False)
        made.join("net2", "c", widen=False)
        made.serve()
        yield made


@pytest.fixture
def greedy(lab):
    """The same, and every client sends everything into its tunnel."""
    for client in lab.tunnels.values():
        if "default" not in client.namespace.run("ip", "route", "show", "default").stdout:
            lab.widen(client)
    return lab


@pytest.mark.kernel
def test_peers_reach_each_other_with_the_files_as_they_are(lab):
    lab.ctl("network", "edit", "net", "--peers-may-talk")
    lab.check(AS_DELIVERED)


@pytest.mark.kernel
def test_a_client_that_sends_everything_gets_no_further_than_its_network(greedy):
    greedy.ctl("network", "edit", "net", "--peers-may-talk")
    greedy.check(TALKATIVE, reach=True)


@pytest.mark.kernel
def test_peers_that_may_not_talk_reach_the_hub_alone(greedy):
    greedy.ctl("network", "edit", "net", "--no-peers-may-talk")
    greedy.check(APART)


def test_nat_is_refused_where_nobody_is_led_outside(greedy):
    greedy.ctl("network", "edit", "net", "--peers-may-talk")
    refused = greedy.ctl("network", "edit", "net", "--nat", check=False)
    assert refused.code == INVALID and "nat" in refused.stderr, refused
    greedy.check(TALKATIVE, kinds=("udp",))


def test_a_disabled_network_is_closed_and_the_other_stays_as_it_is(greedy):
    """After the others in this file the network is as it was."""
    greedy.ctl("network", "edit", "net", "--peers-may-talk")
    with greedy.stream("a", "b", "lasting", interval=0.02) as outcome:
        greedy.ctl("network", "disable", "net2")
        table = greedy.hub.run("nft", "list", "table", "inet", "wgpilot").stdout
        assert "10.20.0.1" not in table
        greedy.ctl("network", "enable", "net2")
    assert outcome["sent"] == outcome["answered"] > 0

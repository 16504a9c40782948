"""Changes while packets flow: what is allowed loses none, what is forbidden never gets one through."""

import itertools

import pytest

from lab import PATIENCE, wait_until
from topology import world

CHANGES = 100
# An emulated machine cannot take in as many packets.
INTERVAL = 0.005 if PATIENCE == 1 else 0.05


@pytest.fixture
def lab():
    with world() as made:
        for label in ("a", "b", "c"):
            made.add_client(label)
        made.ctl("network", "create", "net", "--mode", "hub-routed", "--subnet", "10.8.0.0/24", "--subnet6",
                 "fd00:8::/64")
        made.ctl("network", "create", "net2", "--mode", "hub-routed", "--subnet", "10.20.0.0/24")
        for label in ("a", "b", "c"):
            made.ctl("peer", "add", "net", label)
        made.ctl("peer", "add", "net2", "other", "--tags", "busy")
        made.ctl("rule", "add", "--peer", "net/c", "deny", "--to", "peer:net/b")
        made.place_hub("hub", "10.8.0.1", "fd00:8::1")
        made.join("net", "a", "b", "c", widen=False)
        made.serve()
        yield made


def changes(lab):
    """One change after the other, none of which is about the two flows."""

    def identifier(*words):
        return lab.ctl(*words, "--output", "json").json["id"]

    for number in itertools.count():
        name = f"p{number}"
        yield lab.ctl("peer", "add", "net", name, "--tags", "busy")
        rule = identifier("rule", "add", "--tag", "busy", "deny", "--to", f"peer:net/{name}")
        yield rule
        bridge = identifier("bridge", "add", "net", "net2", "--direction", "b_to_a", "--allowed-cidrs", "10.8.0.128/25")
        yield bridge
        yield lab.ctl("rule", "add", "--network", "net", "deny", "--to", "203.0.113.0/24", "--protocol", "tcp",
                      "--ports", f"{number + 1}", "--position", "1")
        yield lab.ctl("peer", "edit", f"net/{name}", "--address", f"10.8.0.{100 + number}")
        yield lab.ctl("bridge", "disable", bridge)
        yield lab.ctl("peer", "disable", f"net/{name}")
        yield lab.ctl("rule", "remove", rule, "--yes")
        yield lab.ctl("bridge", "remove", bridge, "--yes")
        yield lab.ctl("peer", "remove", f"net/{name}", "--yes")


@pytest.mark.kernel
def test_a_hundred_changes_lose_no_packet_and_let_none_through(lab):
    before = lab.hub.dump(lab.interface("net"))
    with (
        lab.stream("a", "b", "allowed", interval=INTERVAL) as allowed,
        lab.stream("c", "b", "forbidden", interval=INTERVAL) as forbidden,
    ):
        wait_until(lambda: lab.arrived("b", "allowed") > 20, 10, "the allowed packets flow")
        for _ in itertools.islice(changes(lab), CHANGES):
            pass
    assert allowed["errors"] == 0 and allowed["sent"] > 100
    assert lab.arrived("b", "allowed") == allowed["sent"], "packets were lost on the way there"
    assert allowed["answered"] == allowed["sent"], "answers were lost"
    assert forbidden["sent"] > 100
    assert lab.arrived("b", "forbidden") == 0, "forbidden packets got through"
    after = lab.hub.dump(lab.interface("net"))
    for key, peer in before.items():
        # A session lasts two minutes, so that an emulated machine may come to the next.
        assert after[key]["handshake"] == peer["handshake"] or PATIENCE > 1, "a session was made anew"
        assert after[key]["received"] >= peer["received"] and after[key]["sent"] >= peer["sent"]


@pytest.mark.kernel
def test_a_restarted_daemon_and_a_repair_lose_no_packet_and_let_none_through(lab):
    with (
        lab.stream("a", "b", "allowed", interval=INTERVAL) as allowed,
        lab.stream("c", "b", "forbidden", interval=INTERVAL),
    ):
        wait_until(lambda: lab.arrived("b", "allowed") > 20, 10, "the allowed packets flow")
        lab.kill9()
        lab.start_daemon()
        lab.ctl("reconcile")
        lab.stop_daemon()
        lab.start_daemon()
        lab.ctl("reconcile")
    assert allowed["answered"] == allowed["sent"] == lab.arrived("b", "allowed") > 20
    assert lab.arrived("b", "forbidden") == 0

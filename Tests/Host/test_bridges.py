"""Bridges: networks are apart, unless a bridge lets the one begin conversations with the other."""

import pytest

from lab import wait_until
from topology import world

NOT_FOUND, EXISTS, INVALID, PRECONDITION = 3, 4, 5, 7

# a is in `office`, which leads outside by NAT; b and c are in `lab`, which does not.
APART = """
     hub1   hub2   a     b     c
a    yes    no     -     no    no
b    no     yes    no    -     yes
c    no     yes    no    yes   -
"""
FORWARD = """
     hub1   hub2   a     b     c
a    yes    yes    -     yes   yes
b    no     yes    no    -     yes
c    no     yes    no    yes   -
"""
BACKWARD = """
     hub1   hub2   a     b     c
a    yes    no     -     no    no
b    yes    yes    yes   -     yes
c    yes    yes    yes   yes   -
"""
BOTH = """
     hub1   hub2   a     b     c
a    yes    yes    -     yes   yes
b    yes    yes    yes   -     yes
c    yes    yes    yes   yes   -
"""
ONLY_B = """
     hub1   hub2   a     b     c
a    yes    no     -     yes   no
b    no     yes    no    -     yes
c    no     yes    no    yes   -
"""
ONLY_HALF_OF_B = """
     hub1   hub2   b     c
a    yes    no     no    no
"""


@pytest.fixture(scope="module")
def office():
    with world() as made:
        for label in ("a", "b", "c"):
            made.add_client(label)
        made.ctl("network", "create", "office", "--mode", "gateway", "--subnet", "10.8.0.0/24", "--subnet6",
                 "fd00:8::/64")
        made.ctl("network", "create", "lab", "--mode", "hub-routed", "--subnet", "10.20.0.0/24", "--subnet6",
                 "fd00:20::/64")
        for path in ("office a", "lab b", "lab c"):
            made.ctl("peer", "add", *path.split())
        made.place_hub("hub1", "10.8.0.1", "fd00:8::1")
        made.place_hub("hub2", "10.20.0.1", "fd00:20::1")
        made.join("office", "a")
        made.join("lab", "b", "c")
        made.serve()
        yield made


@pytest.fixture
def lab(office):
    """The two networks without a bridge."""
    yield office
    for each in bridges(office):
        office.ctl("bridge", "remove", each["id"], "--yes")


def bridges(lab):
    return lab.ctl("bridge", "list", "--output", "json").json


def add(lab, *options):
    return lab.ctl("bridge", "add", "office", "lab", *options, "--output", "json").json


@pytest.mark.kernel
def test_without_a_bridge_nothing_passes(lab):
    assert bridges(lab) == []
    lab.check(APART, reach=True)


@pytest.mark.kernel
@pytest.mark.parametrize("direction, table", [("a_to_b", FORWARD), ("b_to_a", BACKWARD), ("bidirectional", BOTH)])
def test_a_bridge_lets_begin_those_of_its_direction_alone_and_hides_nobody(lab, direction, table):
    made = add(lab, "--direction", direction)
    assert (made["network_a"], made["network_b"], made["direction"], made["enabled"]) == (
        "office", "lab", direction, True)
    lab.check(table, reach=direction == "a_to_b")


@pytest.mark.kernel
def test_a_bridge_passes_exactly_the_blocks_that_it_names(lab):
    made = add(lab, "--direction", "a_to_b", "--allowed-cidrs", "10.20.0.2/32,fd00:20::2/128")
    assert made["allowed_cidrs"] == ["10.20.0.2/32", "fd00:20::2/128"]
    lab.check(ONLY_B, reach=True)
    # A family of which no block is named stays closed.
    lab.ctl("bridge", "edit", made["id"], "--allowed-cidrs", "10.20.0.2/32")
    lab.check(ONLY_B, families=(4,), kinds=("tcp",))
    lab.check(ONLY_HALF_OF_B, families=(6,), kinds=("tcp",))


def test_a_disabled_or_removed_bridge_ends_even_what_runs(lab):
    made = add(lab)
    with lab.stream("a", "b", "first", interval=0.02) as first:
        wait_until(lambda: lab.arrived("b", "first") > 5, 10, "the conversation runs")
        lab.ctl("bridge", "disable", made["id"])
        seen = lab.ended("b", "first")
        lab.check(APART, kinds=("udp",))
        assert lab.arrived("b", "first") == seen
    assert first["answered"] < first["sent"]
    lab.ctl("bridge", "enable", made["id"])
    lab.check(BOTH, kinds=("udp",))
    lab.ctl("bridge", "remove", made["id"], "--yes")
    assert bridges(lab) == []
    lab.check(APART, kinds=("udp", "icmp"))


def test_access_rules_hold_across_a_bridge(lab):
    add(lab)
    rules = [
        lab.ctl("rule", "add", *words, "--output", "json").json["id"] for words in (
            ("--peer", "office/a", "deny", "--to", "peer:lab/c"),
            ("--network", "lab", "deny", "--to", "10.8.0.0/24"), ("--network", "lab", "deny", "--to", "fd00:8::/64"))]
    try:
        lab.check("""
             hub1   hub2   a     b     c
        a    yes    yes    -     yes   no
        b    no     yes    no    -     yes
        """, reach=True)
    finally:
        for rule in rules:
            lab.ctl("rule", "remove", rule, "--yes")


def test_a_bridge_goes_with_either_of_its_networks(lab):
    lab.ctl("network", "create", "brief", "--mode", "hub-routed", "--subnet", "10.30.0.0/24")
    lab.ctl("bridge", "add", "office", "brief")
    lab.ctl("network", "disable", "brief")
    assert len(bridges(lab)) == 1
    lab.ctl("network", "delete", "brief", "--yes")
    assert bridges(lab) == []
    lab.check(APART, kinds=("udp",))


def test_bridges_that_cannot_be_are_refused_and_change_nothing(lab):
    made = add(lab, "--direction", "a_to_b")
    calls = {
        ("office", "office"): (INVALID, "two different networks"),
        ("office", "nowhere"): (NOT_FOUND, "nowhere"),
        ("lab", "office"): (EXISTS, "bridge"),
        ("office", "lab", "--allowed-cidrs", "everything"): (INVALID, "allowed_cidrs"),
        ("office", "lab", "--direction", "sideways"): (INVALID, "direction"),
    }
    for words, (code, text) in calls.items():
        result = lab.ctl("bridge", "add", *words, check=False)
        assert result.code == code and text in result.stderr, result
    for verb in ("enable", "disable", "show"):
        result = lab.ctl("bridge", verb, 999, check=False)
        assert result.code == NOT_FOUND and "999" in result.stderr, result
    assert [each["id"] for each in bridges(lab)] == [made["id"]]


def test_files_fetched_after_the_bridge_lead_across_it(lab):
    """b's file as it is: in mode `hub-routed` its tunnel is narrow."""
    add(lab)
    client = lab.tunnels["b"]
    text = lab.ctl("peer", "config", "lab/b").stdout
    (allowed,) = [line for line in text.splitlines() if line.startswith("AllowedIPs")]
    assert "10.8.0.0/24" in allowed and "fd00:8::/64" in allowed and "0.0.0.0/0" not in allowed, text
    client.down()
    try:
        lab.join("lab", "b", widen=False)
        lab.check("""
             a     b
        a    -     yes
        b    yes   -
        """)
    finally:
        lab.widen(lab.tunnels["b"])

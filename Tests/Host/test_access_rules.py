"""Access rules: the first that fits decides, they open nothing that the mode closes, and `reach` knows what they do."""

import pytest

from lab import wait_until
from topology import REACHED, REFUSED, parse_table, world

NOT_FOUND, INVALID = 3, 5
SERVICES = {"icmp": ("icmp", 0), "tcp1": ("tcp", 7001), "tcp2": ("tcp", 7002), "udp1": ("udp", 7001)}


@pytest.fixture(scope="module")
def sites():
    """A site-to-site network in which everything reaches everything: a and b are tagged `phone`, c is not."""
    with world() as made:
        made.add_site("berlin", "192.168.7", "fd00:7")
        for label in ("a", "b", "c"):
            made.add_client(label)
        made.ctl("network", "create", "net", "--mode", "site-to-site", "--subnet", "10.8.0.0/24", "--subnet6",
                 "fd00:8::/64", "--peers-may-talk")
        made.ctl("peer", "add", "net", "berlin", "--role", "site-gateway", "--site-networks",
                 "192.168.7.0/24,fd00:7::/64")
        made.ctl("peer", "add", "net", "a", "--tags", "phone,red")
        made.ctl("peer", "add", "net", "b", "--tags", "phone")
        made.ctl("peer", "add", "net", "c")
        made.place_hub("hub", "10.8.0.1", "fd00:8::1")
        made.join("net", "berlin", "a", "b", "c")
        made.serve()
        yield made


@pytest.fixture
def lab(sites):
    """The network without a rule."""
    yield sites
    for each in rules(sites):
        sites.ctl("rule", "remove", each["id"], "--yes")


def rules(lab):
    return lab.ctl("rule", "list", "--output", "json").json


def add(lab, owner, action, *options):
    kind, _, name = owner.partition(" ")
    return lab.ctl("rule", "add", f"--{kind}", name, action, *options, "--output", "json").json


def check(lab, **tables):
    """Compares packets and `reach` with a table for each service."""
    cells = {}
    for service, table in tables.items():
        kind, port = SERVICES[service]
        for (source, destination), word in parse_table(table).items():
            cells[source, destination, kind, port] = word
    lab.check_cells(cells, reach=True)


OPEN = """
             hub   berlin-lan   a     b     c
berlin-lan   yes   -            yes   yes   yes
a            yes   yes          -     yes   yes
b            yes   yes          yes   -     yes
c            yes   yes          yes   yes   -
"""


def test_without_rules_all_that_the_mode_opens_is_open(lab):
    check(lab, icmp=OPEN, tcp1=OPEN, udp1=OPEN)


def test_a_peer_s_rule_binds_that_peer_alone_and_towards_the_hub_too(lab):
    add(lab, "peer net/a", "deny")
    table = """
                 hub   berlin-lan   a     b     c
    berlin-lan   yes   -            yes   yes   yes
    a            no    no           -     no    no
    b            yes   yes          yes   -     yes
    """
    check(lab, icmp=table, tcp1=table, udp1=table)


def test_a_tag_s_rules_bind_all_who_have_it(lab):
    add(lab, "tag phone", "deny", "--to", "peer:net/c")
    table = """
                 hub   berlin-lan   a     b     c
    berlin-lan   yes   -            yes   yes   yes
    a            yes   yes          -     yes   no
    b            yes   yes          yes   -     no
    c            yes   yes          yes   yes   -
    """
    check(lab, icmp=table, udp1=table)
    # Who loses the tag is free, who gains it is bound, at once.
    lab.ctl("peer", "edit", "net/b", "--tags", "")
    try:
        check(lab, udp1="""
             c
        a    no
        b    yes
        """)
    finally:
        lab.ctl("peer", "edit", "net/b", "--tags", "phone")
    check(lab, udp1="""
         c
    b    no
    """)


def test_a_tag_is_a_destination_with_all_who_have_it(lab):
    add(lab, "network net", "deny", "--to", "tag:phone")
    table = """
                 hub   berlin-lan   a     b     c
    berlin-lan   yes   -            no    no    yes
    a            yes   yes          -     no    yes
    c            yes   yes          no    no    -
    """
    check(lab, icmp=table, tcp1=table)


@pytest.mark.kernel
def test_the_networks_behind_a_peer_are_bound_by_its_rules_and_meant_by_its_name(lab):
    add(lab, "peer net/berlin", "deny", "--to", "peer:net/a")
    add(lab, "peer net/b", "deny", "--to", "site:net/berlin")
    add(lab, "peer net/c", "deny", "--to", "192.168.7.0/24")
    table = """
                 hub   berlin-lan   a     b     c
    berlin-lan   yes   -            no    yes   yes
    a            yes   yes          -     yes   yes
    b            yes   no           yes   -     yes
    """
    check(lab, icmp=table, udp1=table)
    # c's rule names a block of IPv4 alone.
    lab.check_cells({("c", "berlin-lan", "udp", 7001): REFUSED}, families=(4,), reach=True)
    lab.check_cells({("c", "berlin-lan", "udp", 7001): REACHED}, families=(6,), reach=True)


def test_ports_and_protocols_single_out_what_they_say(lab):
    add(lab, "peer net/a", "allow", "--protocol", "tcp", "--ports", "80,7000-7001")
    add(lab, "peer net/a", "allow", "--protocol", "icmp", "--to", "peer:net/b")
    add(lab, "peer net/a", "deny")
    check(
        lab,
        tcp1="""
             hub   b     c
        a    yes   yes   yes
        """,
        tcp2="""
             hub   b     c
        a    no    no    no
        """,
        udp1="""
             hub   b     c
        a    no    no    no
        """,
        icmp="""
             hub   b     c
        a    no    yes   no
        """)


def test_the_first_that_fits_decides_and_its_place_can_be_chosen(lab):
    first = add(lab, "peer net/a", "deny", "--to", "peer:net/b")
    assert first["position"] == 1
    add(lab, "peer net/a", "allow")
    check(lab, udp1="""
         b     c
    a    no    yes
    """)
    before = add(lab, "peer net/a", "allow", "--to", "peer:net/b", "--position", "1")
    assert before["position"] == 1
    assert [each["id"] for each in rules(lab)][0] == before["id"]
    check(lab, udp1="""
         b     c
    a    yes   yes
    """)
    lab.ctl("rule", "remove", before["id"], "--yes")
    check(lab, udp1="""
         b     c
    a    no    yes
    """)


@pytest.mark.kernel
def test_a_peer_s_list_comes_before_its_tags_and_these_before_the_network_s(lab):
    add(lab, "network net", "deny")
    add(lab, "tag phone", "allow", "--protocol", "udp")
    add(lab, "peer net/a", "deny", "--to", "peer:net/c")
    table = """
                 hub   berlin-lan   a     b     c
    berlin-lan   no    -            no    no    no
    a            yes   yes          -     yes   no
    b            yes   yes          yes   -     yes
    c            no    no           no    no    -
    """
    closed = """
                 hub   berlin-lan   a     b     c
    berlin-lan   no    -            no    no    no
    a            no    no           -     no    no
    b            no    no           no    -     no
    c            no    no           no    no    -
    """
    check(lab, udp1=table, tcp1=closed)


def test_rules_open_nothing_that_the_topology_closes(lab):
    lab.ctl("network", "edit", "net", "--no-peers-may-talk")
    try:
        add(lab, "network net", "allow")
        add(lab, "peer net/a", "allow", "--to", "peer:net/b")
        check(lab, udp1="""
                     hub   berlin-lan   a     b
        berlin-lan   yes   -            yes   yes
        a            yes   yes          -     no
        """)
    finally:
        lab.ctl("network", "edit", "net", "--peers-may-talk")


@pytest.mark.kernel
def test_a_denial_ends_a_conversation_that_runs_and_its_removal_lets_it_go_on(lab):
    with lab.stream("a", "b", "running", kind="tcp", interval=0.02) as outcome:
        wait_until(lambda: lab.arrived("b", "running") > 5, 10, "the conversation runs")
        made = add(lab, "peer net/a", "deny", "--to", "peer:net/b")
        seen = lab.arrived("b", "running")
        # Time for a hundred of them.
        check(lab, tcp1="""
             b     c
        a    no    yes
        """)
        # One may have been past the hub when the rule came.
        assert lab.arrived("b", "running") <= seen + 1
        lab.ctl("rule", "disable", made["id"])
        # TCP sends again what was lost.
        wait_until(lambda: lab.arrived("b", "running") > seen + 20, 20, "the conversation goes on")
    assert outcome["answered"] >= seen + 20


def test_answers_pass_where_the_other_direction_is_denied(lab):
    add(lab, "peer net/b", "deny", "--to", "peer:net/a")
    check(lab, icmp="""
         a     b
    a    -     yes
    b    no    -
    """, tcp1="""
         a     b
    a    -     yes
    b    no    -
    """)


def test_a_rule_follows_a_peer_to_its_new_address(lab):
    add(lab, "peer net/a", "deny", "--to", "peer:net/b")
    former, client = lab.places["b"], lab.tunnels["b"]
    lab.ctl("peer", "edit", "net/b", "--address", "10.8.0.200")
    lab.places["b"] = {4: "10.8.0.200", 6: "fd00:8::c8"}
    for address in lab.places["b"].values():
        client.namespace.run("ip", "address", "add", address, "dev", client.interface)
    try:
        check(lab, tcp1="""
             b     c
        a    no    yes
        c    yes   -
        """)
    finally:
        for address in lab.places["b"].values():
            client.namespace.run("ip", "address", "delete", address, "dev", client.interface)
        lab.ctl("peer", "edit", "net/b", "--address", former[4])
        lab.places["b"] = former
    check(lab, udp1="""
         b
    a    no
    c    yes
    """)


def test_a_new_peer_is_bound_by_its_network_s_rules_from_the_start(lab):
    add(lab, "network net", "deny", "--to", "peer:net/b")
    lab.ctl("peer", "add", "net", "late")
    try:
        found = lab.ctl("reach", "net/late", "net/b", check=False)
        assert found.code == 1, found
        assert lab.ctl("reach", "net/late", "net/a").code == 0
    finally:
        lab.ctl("peer", "remove", "net/late", "--yes")


def test_rules_that_cannot_be_are_refused_and_change_nothing(lab):
    add(lab, "tag phone", "deny")
    before = rules(lab)
    calls = {
        ("--network", "nowhere", "deny"): (NOT_FOUND, "nowhere"),
        ("--peer", "net/nobody", "deny"): (NOT_FOUND, "nobody"),
        ("--network", "net", "perhaps"): (INVALID, "action"),
        ("--network", "net", "deny", "--to", "the moon"): (INVALID, "destination"),
        ("--network", "net", "deny", "--to", "peer:net/nobody"): ((NOT_FOUND, INVALID), "nobody"),
        ("--network", "net", "deny", "--ports", "80"): (INVALID, "ports"),
        ("--network", "net", "deny", "--protocol", "icmp", "--ports", "80"): (INVALID, "ports"),
        ("--network", "net", "deny", "--protocol", "tcp", "--ports", "0"): (INVALID, "ports"),
        ("--network", "net", "deny", "--protocol", "tcp", "--ports", "90-80"): (INVALID, "ports"),
        ("--network", "net", "deny", "--protocol", "tcp", "--ports", "65536"): (INVALID, "ports"),
        ("--network", "net", "deny", "--protocol", "sctp"): (INVALID, "protocol"),
    }
    for words, (codes, text) in calls.items():
        result = lab.ctl("rule", "add", *words, check=False)
        assert result.code in (codes if isinstance(codes, tuple) else (codes,)) and text in result.stderr, result
    result = lab.ctl("rule", "remove", 999, "--yes", check=False)
    assert result.code == NOT_FOUND and "999" in result.stderr, result
    assert rules(lab) == before


def test_rules_go_with_the_peer_or_network_that_they_were_for(lab):
    lab.ctl("peer", "add", "net", "late")
    add(lab, "peer net/late", "deny")
    add(lab, "peer net/a", "deny", "--to", "peer:net/c")
    lab.ctl("peer", "remove", "net/late", "--yes")
    assert [each["peer"] for each in rules(lab)] == ["net/a"]

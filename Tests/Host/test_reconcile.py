"""What somebody else does to interfaces, rules, routes and settings: put right, told, or left, as it was chosen."""

import json
import time

import pytest

from lab import CLIENT_ADDRESS, PATIENCE, RealClient, wait_until
from machine import difference, public_key, ruleset, some_key, state
from topology import end

NOT_FOUND, PRECONDITION, PENDING = 3, 7, 12
# Within this the hub has noticed and put right what it gets news of.
SOON = 1.0


@pytest.fixture
def office(lab):
    """The network `office` with the peers laptop and phone."""
    lab.start_daemon()
    lab.ctl("network", "create", "office", "--mode", "gateway", "--subnet", "10.8.0.0/24", "--subnet6", "fd00:8::/64",
            "--listen-port", "51820")
    lab.ctl("peer", "add", "office", "laptop")
    lab.ctl("peer", "add", "office", "phone")
    return lab


def wait_for(lab, wanted, **options):
    """Waits until the hub is in a state."""
    wait_until(
        lambda: state(lab, **options) == wanted, 5 * SOON,
        lambda: f"it is as it was:\n{difference(wanted, state(lab, **options))}")


def timed(is_right):
    """Waits until the kernel is as it was, seen by one program that takes some hundredths of a second; the seconds it took."""
    start = time.monotonic()
    wait_until(is_right, 5 * SOON, "it is as it was")
    return time.monotonic() - start


def addresses(lab, interface):
    """What one program tells of an interface: whether it is up, its MTU and its addresses but for those of the link that
    the kernel makes up; none where it is gone."""
    links = lab.hub.run("ip", "-json", "address", "show", "dev", interface, check=False)
    return [
        ("UP" in link["flags"], link["mtu"], sorted(
            f"{each['local']}/{each['prefixlen']}" for each in link["addr_info"] if each["scope"] != "link"))
        for link in (links.json if links.code == 0 else [])]


def check_same(lab, before, what=""):
    now = state(lab)
    assert now == before, f"{what}\n{difference(before, now)}"


def doctor(lab):
    return lab.ctl("doctor", "--output", "json", check=False).json


def findings(lab):
    return {each["item"]: each for each in lab.ctl("drift", "list", "--output", "json").json}


def reconcile(lab):
    return lab.ctl("reconcile", "--output", "json").json


# What news tell.


@pytest.mark.parametrize("damage", [
    pytest.param(("ip", "link", "delete", "{}"), id="deleted", marks=pytest.mark.kernel),
    pytest.param(("ip", "link", "set", "{}", "down"), id="down", marks=pytest.mark.kernel),
    pytest.param(("ip", "address", "flush", "dev", "{}"), id="no address", marks=pytest.mark.kernel),
    pytest.param(("ip", "address", "add", "10.77.0.1/24", "dev", "{}"), id="another address"),
    pytest.param(("ip", "link", "set", "{}", "mtu", "1300"), id="mtu"),
])
def test_an_interface_changed_by_hand_is_right_again_within_a_second(office, damage):
    interface = office.interface("office")
    before, whole = state(office, indices=False), addresses(office, interface)
    office.hub.run(*(word.format(interface) for word in damage))
    assert timed(lambda: addresses(office, interface) == whole) < SOON * PATIENCE
    wait_for(office, before, indices=False)
    assert any(each["place"] == interface for each in doctor(office)["repairs"])
    assert reconcile(office) == {"steps": [], "pending": []}


def test_peers_reach_the_hub_again_after_their_interface_was_deleted(office):
    file = office.folder / "laptop.conf"
    office.ctl("peer", "config", "office/laptop", "--file", file)
    client = RealClient(office, file).up()
    wait_until(lambda: client.ping("10.8.0.1"), 15, "the laptop reaches the hub")
    office.hub.run("ip", "link", "delete", office.interface("office"))
    wait_until(lambda: len(office.hub.dump(office.interface("office"))) == 2, 5, "the peers are back")
    # The client finds out by its own timers that the session is gone; a new one by hand is faster.
    client.down()
    client.up()
    wait_until(lambda: client.ping("10.8.0.1"), 15, "the laptop reaches the hub again")


FOREIGN = """
table ip theirs {
    chain forward { type filter hook forward priority 10; policy accept; ip daddr 198.18.0.1 drop; }
}
table inet mine {
    set s { type ipv4_addr; elements = { 198.18.0.2 }; }
}
"""


@pytest.mark.parametrize("damage", [
    pytest.param(("delete", "table", "inet", "wgpilot"), id="deleted", marks=pytest.mark.kernel),
    pytest.param(("flush", "table", "inet", "wgpilot"), id="flushed"),
    pytest.param(("flush", "chain", "inet", "wgpilot", "forward"), id="one chain flushed"),
    pytest.param(("add", "rule", "inet", "wgpilot", "forward", "counter", "accept"), id="one rule more"),
])
def test_rules_changed_by_hand_are_right_again_within_a_second_and_foreign_tables_are_left(office, damage):
    office.hub.run("nft", "-f", "-", input=FOREIGN)
    ours, theirs = ruleset(office.hub, "table", "inet", "wgpilot"), ruleset(office.hub, "table", "ip", "theirs")
    others = ruleset(office.hub, "table", "inet", "mine")
    office.hub.run("nft", *damage)
    assert timed(lambda: ruleset(office.hub, "table", "inet", "wgpilot") == ours) < SOON * PATIENCE
    assert ruleset(office.hub, "table", "ip", "theirs") == theirs
    assert ruleset(office.hub, "table", "inet", "mine") == others
    assert any(each["place"] == "firewall" for each in doctor(office)["repairs"])


def test_after_a_flush_of_everything_our_rules_alone_come_back(office):
    office.hub.run("nft", "-f", "-", input=FOREIGN)
    ours = ruleset(office.hub, "table", "inet", "wgpilot")
    office.hub.run("nft", "flush", "ruleset")
    wait_until(lambda: ruleset(office.hub, "table", "inet", "wgpilot") == ours, 5 * SOON, "the rules are as they were")
    assert office.hub.run("nft", "list", "tables").stdout == "table inet wgpilot\n"


def test_a_route_of_ours_that_was_deleted_comes_back_and_a_foreign_one_stays(lab):
    lab.start_daemon()
    lab.ctl("network", "create", "sites", "--mode", "site-to-site", "--subnet", "10.9.0.0/24")
    lab.ctl("peer", "add", "sites", "berlin", "--role", "site-gateway", "--site-networks", "192.168.7.0/24")
    interface = lab.interface("sites")

    def routes(*what):
        return lab.hub.run("ip", "route", "show", *what).stdout

    lab.hub.run("ip", "route", "add", "198.18.0.0/24", "dev", interface)
    lab.hub.run("ip", "route", "delete", "192.168.7.0/24", "dev", interface)
    wait_until(lambda: "192.168.7.0/24" in routes("dev", interface), 5 * SOON, "the route is back")
    assert "198.18.0.0/24" in routes("dev", interface)
    # Nor is it taken away by changes and comparisons of ours.
    lab.ctl("peer", "edit", "sites/berlin", "--site-networks", "192.168.8.0/24")
    lab.ctl("reconcile")
    assert "198.18.0.0/24" in routes("dev", interface) and "192.168.7.0/24" not in routes("dev", interface)


def test_a_foreign_route_in_the_way_is_never_taken(lab):
    lab.start_daemon()
    lab.ctl("network", "create", "sites", "--mode", "site-to-site", "--subnet", "10.9.0.0/24")
    interface = lab.interface("sites")
    lab.hub.run("ip", "route", "add", "192.168.7.0/24", "via", CLIENT_ADDRESS)
    refused = lab.ctl(
        "peer", "add", "sites", "berlin", "--role", "site-gateway", "--site-networks", "192.168.7.0/24", check=False)
    assert refused.code == PRECONDITION and "site_networks" in refused.stderr and "eth0" in refused.stderr, refused
    assert lab.ctl("peer", "list", "sites", "--output", "json").json == []
    lab.hub.run("ip", "route", "delete", "192.168.7.0/24")

    # Somebody sets it while the gateway is switched off.
    lab.ctl(
        "peer", "add", "sites", "berlin", "--role", "site-gateway", "--site-networks", "192.168.7.0/24", "--disabled")
    lab.hub.run("ip", "route", "add", "192.168.7.0/24", "via", CLIENT_ADDRESS)
    theirs = lab.hub.run("ip", "route", "show", "192.168.7.0/24").stdout
    enabled = lab.ctl("peer", "enable", "sites/berlin", check=False)
    assert enabled.code in (PENDING, PRECONDITION) and "192.168.7.0/24" in enabled.stderr, enabled
    lab.ctl("reconcile", check=False)
    assert lab.hub.run("ip", "route", "show", "192.168.7.0/24").stdout == theirs
    # The rest of the network is served all the same.
    lab.ctl("peer", "add", "sites", "laptop", check=False)
    assert any("10.9.0.3/32" in peer["allowed_ips"] for peer in lab.hub.dump(interface).values())
    lab.ctl("peer", "disable", "sites/berlin")
    assert lab.hub.run("ip", "route", "show", "192.168.7.0/24").stdout == theirs


# What no news tell: WireGuard has none.


def drifts(lab):
    """What can be done with `wg set`, by name: the words, and the item that it is found as."""
    phone = lab.ctl("peer", "show", "office/phone", "--output", "json").json["public_key"]
    (lab.folder / "key").write_text(some_key())
    stranger = public_key(some_key())
    return {
        "private key": (("private-key", lab.folder / "key"), "private-key"),
        "port": (("listen-port", "51999"), "listen-port"),
        "allowed ips": (("peer", phone, "allowed-ips", "10.8.0.3/32,203.0.113.0/24"), f"peer {phone}"),
        "no allowed ips": (("peer", phone, "allowed-ips", ""), f"peer {phone}"),
        "keepalive": (("peer", phone, "persistent-keepalive", "9"), f"peer {phone}"),
        "preshared key": (("peer", phone, "preshared-key", lab.folder / "key"), f"peer {phone}"),
        "no preshared key": (("peer", phone, "preshared-key", "/dev/null"), f"peer {phone}"),
        "missing peer": (("peer", phone, "remove"), f"peer {phone}"),
        "foreign peer": (("peer", stranger, "allowed-ips", "10.8.0.77/32"), f"peer {stranger}"),
        "stolen address": (("peer", stranger, "allowed-ips", "10.8.0.3/32"), f"peer {stranger}"),
    }


def test_what_wg_set_changed_is_put_right_by_the_timer(lab):
    lab.start_daemon("--reconcile-interval", "10")
    lab.ctl("network", "create", "office", "--mode", "gateway", "--subnet", "10.8.0.0/24")
    lab.ctl("peer", "add", "office", "phone")
    interface = lab.interface("office")
    before = state(lab)
    (phone,) = lab.hub.dump(interface)
    lab.hub.run("wg", "set", interface, "peer", phone, "remove")
    wait_until(lambda: state(lab) == before, 30, "the peer is back")


def test_what_wg_set_changed_is_put_right_by_a_comparison(office):
    interface = office.interface("office")
    before = state(office)
    secret = office.hub.run("wg", "show", interface, "preshared-keys").stdout
    for name, (words, _) in drifts(office).items():
        office.hub.run("wg", "set", interface, *words)
        assert state(office) != before, f"{name}: nothing was changed to begin with"
        done = reconcile(office)
        assert done["steps"] and not done["pending"], (name, done)
        check_same(office, before, name)
        assert reconcile(office)["steps"] == [], name
    # Secrets are in no step.
    told = json.dumps(doctor(office)) + office.daemon_log()
    for key in [line.split()[1] for line in secret.splitlines()] + [(office.folder / "key").read_text()]:
        assert key not in told


def test_where_nothing_differs_nothing_is_written(office):
    """What `ip monitor` and `nft monitor` hear between two marks."""
    logs = {name: office.folder / f"{name}.events" for name in ("ip", "nft")}
    monitors = [
        office.hub.start(["ip", "monitor", "link", "address", "route", "rule"], logs["ip"]),
        office.hub.start(["nft", "monitor"], logs["nft"]),
    ]

    def mark(name):
        """Makes something that both hear; returns once they did."""

        def is_heard():
            office.hub.run("ip", "route", "replace", "blackhole", "198.18.0.1/32")
            office.hub.run("ip", "route", "delete", "blackhole", "198.18.0.1/32")
            office.hub.run("nft", f"add table ip {name}; delete table ip {name}")
            marks = (("ip", "198.18.0.1"), ("nft", name))
            return all(mark in logs[tool].read_text()[start[tool]:] for tool, mark in marks)

        start = {each: len(log.read_text()) for each, log in logs.items()}
        wait_until(is_heard, 10, "the monitors hear")

    # What the kernel itself does about a link that came up a moment ago: link-local addresses and their routes.
    # And what ip(8) says of a veth whose other end is in a namespace that another program just took away.
    own = ("fe80::", "valid_lft", "proto kernel", "multicast", "ff00::", "Peer netns reference is invalid")

    def heard():
        return [
            line for log in logs.values() for line in log.read_text().splitlines()
            if line.strip() and "198.18.0.1" not in line and "mark" not in line and "new generation" not in line
            and not any(word in line for word in own)]

    try:
        mark("mark1")
        before = state(office)
        for _ in range(3):
            assert reconcile(office) == {"steps": [], "pending": []}
        assert office.ctl("reconcile").stdout == "kernel and database agree\n"
        office.kill9()
        office.start_daemon()
        # The first comparison comes by itself, this one after it.
        assert reconcile(office) == {"steps": [], "pending": []}
        office.ctl("peer", "edit", "office/phone", "--notes", "blue")
        office.ctl("network", "edit", "office", "--dns-servers", "10.8.0.1")
        mark("mark2")
        assert heard() == []
        check_same(office, before)
    finally:
        for monitor in monitors:
            end(monitor)


# Told and not repaired.


@pytest.fixture
def reporting(office):
    office.ctl("network", "edit", "office", "--drift-policy", "report")
    assert office.ctl("network", "show", "office", "--output", "json").json["drift_policy"] == "report"
    return office


def test_the_policy_report_tells_and_leaves(reporting):
    interface = reporting.interface("office")
    for name, (words, item) in drifts(reporting).items():
        before = state(reporting)
        reporting.hub.run("wg", "set", interface, *words)
        drifted = state(reporting)
        assert reconcile(reporting)["steps"] == [], name
        check_same(reporting, drifted, f"{name}: it was not left alone")
        found = findings(reporting)
        assert item in found, (name, found)
        assert found[item]["network"] == "office" and found[item]["ignored"] is False
        assert found[item]["found_at"] <= time.time()
        assert {each["item"] for each in doctor(reporting)["findings"]} == set(found)
        for each in list(found):
            reporting.ctl("drift", "restore", "office", each, check=False)
        assert findings(reporting) == {}, name
        check_same(reporting, before, name)


def test_a_link_that_differs_is_told_and_left_too(reporting):
    interface = reporting.interface("office")
    reporting.hub.run("ip", "link", "set", interface, "mtu", "1300")
    wait_until(lambda: "mtu" in findings(reporting), 5, "it is found without being asked for")
    assert reporting.hub.run("ip", "-json", "link", "show", interface).json[0]["mtu"] == 1300
    # Changes of ours go through all the same, and leave it.
    reporting.ctl("peer", "add", "office", "tablet")
    assert len(reporting.hub.dump(interface)) == 3
    assert reporting.hub.run("ip", "-json", "link", "show", interface).json[0]["mtu"] == 1300
    reporting.ctl("drift", "restore", "office", "mtu")
    assert reporting.hub.run("ip", "-json", "link", "show", interface).json[0]["mtu"] == 1420
    assert findings(reporting) == {}


def test_what_is_adopted_is_in_the_database_from_then_on(reporting):
    interface = reporting.interface("office")
    words = drifts(reporting)
    stranger = words["foreign peer"][0][1]
    phone = words["keepalive"][0][1]
    laptop = reporting.ctl("peer", "show", "office/laptop", "--output", "json").json["public_key"]
    reporting.hub.run("ip", "link", "set", interface, "mtu", "1300")
    reporting.hub.run("wg", "set", interface, "listen-port", "51999")
    reporting.hub.run("wg", "set", interface, "peer", stranger, "allowed-ips", "10.8.0.77/32,fd00:8::4d/128")
    reporting.hub.run("wg", "set", interface, "peer", phone, "persistent-keepalive", "9", "preshared-key", "/dev/null")
    reporting.hub.run("wg", "set", interface, "peer", laptop, "remove")
    drifted = state(reporting)
    reconcile(reporting)
    found = findings(reporting)
    assert set(found) == {"mtu", "listen-port", f"peer {stranger}", f"peer {phone}", f"peer {laptop}"}
    for item, finding in found.items():
        assert finding["can_adopt"] is True, finding
        reporting.ctl("drift", "adopt", "office", item)
    assert findings(reporting) == {}
    check_same(reporting, drifted, "it was touched")
    network = reporting.ctl("network", "show", "office", "--output", "json").json
    assert (network["mtu"], network["listen_port"]) == (1300, 51999)
    peers = {each["public_key"]: each for each in reporting.ctl("peer", "list", "office", "--output", "json").json}
    assert peers[stranger]["allowed_ips"] == "10.8.0.77/32,fd00:8::4d/128" and peers[stranger]["enabled"]
    assert peers[phone]["hub_keepalive"] == 9 and peers[phone]["has_preshared_key"] is False
    assert peers[laptop]["enabled"] is False
    # A start anew finds nothing to do.
    reporting.kill9()
    reporting.start_daemon()
    assert reconcile(reporting) == {"steps": [], "pending": []}
    check_same(reporting, drifted)


def test_what_is_ignored_stays_so_until_it_is_heeded(office):
    interface = office.interface("office")
    phone = office.ctl("peer", "show", "office/phone", "--output", "json").json["public_key"]
    office.ctl("network", "edit", "office", "--drift-policy", "report")
    office.hub.run("wg", "set", interface, "peer", phone, "persistent-keepalive", "9")
    reconcile(office)
    office.ctl("drift", "ignore", "office", f"peer {phone}")
    assert findings(office)[f"peer {phone}"]["ignored"] is True
    # Whatever the policy, and after a start anew.
    office.ctl("network", "edit", "office", "--drift-policy", "repair")
    office.kill9()
    office.start_daemon()
    assert reconcile(office)["steps"] == []
    assert office.hub.dump(interface)[phone]["keepalive"] == "9"
    # It is that difference which is ignored, and no other of the same peer.
    office.hub.run("wg", "set", interface, "peer", phone, "persistent-keepalive", "11")
    assert reconcile(office)["steps"] != []
    assert office.hub.dump(interface)[phone]["keepalive"] == "off"
    office.hub.run("wg", "set", interface, "peer", phone, "persistent-keepalive", "9")
    reconcile(office)
    assert office.hub.dump(interface)[phone]["keepalive"] == "9"
    office.ctl("drift", "heed", "office", f"peer {phone}")
    reconcile(office)
    assert office.hub.dump(interface)[phone]["keepalive"] == "off"


def test_what_cannot_be_adopted_is_refused_with_the_reason(reporting):
    interface = reporting.interface("office")
    (reporting.folder / "key").write_text(some_key())
    stranger = public_key(some_key())
    reporting.hub.run("wg", "set", interface, "private-key", reporting.folder / "key")
    # An address that is not of the subnet.
    reporting.hub.run("wg", "set", interface, "peer", stranger, "allowed-ips", "10.99.0.1/32")
    reconcile(reporting)
    before = state(reporting)
    for item in ("private-key", f"peer {stranger}"):
        result = reporting.ctl("drift", "adopt", "office", item, check=False)
        assert result.code == PRECONDITION and "cannot be taken over" in result.stderr, result
    unknown = reporting.ctl("drift", "adopt", "office", "banana", check=False)
    assert unknown.code == NOT_FOUND and "banana" in unknown.stderr, unknown
    check_same(reporting, before)
    assert set(findings(reporting)) == {"private-key", f"peer {stranger}"}


# The machine around.


def test_forwarding_is_on_while_it_is_needed_and_as_it_was_afterwards(lab):
    def forwarding():
        return lab.hub.run(
            "cat", "/proc/sys/net/ipv4/ip_forward", "/proc/sys/net/ipv6/conf/all/forwarding").stdout.split()

    # A new namespace starts with what the machine has.
    lab.hub.run("sh", "-c", "echo 0 >/proc/sys/net/ipv4/ip_forward; echo 0 >/proc/sys/net/ipv6/conf/all/forwarding")
    lab.start_daemon()
    assert forwarding() == ["0", "0"]
    lab.ctl("network", "create", "first", "--subnet", "10.8.0.0/24")
    assert forwarding() == ["1", "0"]
    lab.ctl("network", "create", "second", "--subnet", "10.9.0.0/24", "--ipv6")
    assert forwarding() == ["1", "1"]
    assert len(doctor(lab)["settings_changed"]) == 2
    lab.kill9()
    lab.start_daemon()
    lab.ctl("network", "delete", "second", "--yes")
    assert forwarding() == ["1", "0"]
    lab.ctl("network", "disable", "first")
    assert forwarding() == ["0", "0"]
    lab.ctl("network", "enable", "first")
    assert forwarding() == ["1", "0"]
    lab.ctl("network", "delete", "first", "--yes")
    assert forwarding() == ["0", "0"]
    assert ruleset(lab.hub, "table", "inet", "wgpilot") is None
    assert doctor(lab)["settings_changed"] == []


def test_forwarding_that_somebody_else_switched_on_stays_on(lab):
    lab.hub.run("sh", "-c", "echo 1 >/proc/sys/net/ipv4/ip_forward")
    lab.start_daemon()
    lab.ctl("network", "create", "first", "--subnet", "10.8.0.0/24")
    lab.ctl("network", "delete", "first", "--yes")
    assert lab.hub.run("cat", "/proc/sys/net/ipv4/ip_forward").stdout == "1\n"


def test_a_foreign_wireguard_interface_is_told_and_left_alone(office):
    file = office.folder / "wg9.conf"
    file.write_text(
        f"[Interface]\nPrivateKey = {some_key()}\nAddress = 10.66.0.1/24\nListenPort = 51999\n"
        f"[Peer]\nPublicKey = {public_key(some_key())}\nAllowedIPs = 10.66.0.2/32\n")
    foreign = RealClient(office, file, office.hub).up()
    before = office.hub.run("wg", "showconf", "wg9").stdout
    assert doctor(office)["foreign_interfaces"] == ["wg9"]
    assert "wg9" in office.ctl("status").stdout
    reconcile(office)
    office.kill9()
    office.start_daemon()
    office.ctl("network", "create", "more", "--subnet", "10.9.0.0/24")
    office.ctl("network", "delete", "office", "--yes")
    assert office.hub.run("wg", "showconf", "wg9").stdout == before
    foreign.down()
    assert doctor(office)["foreign_interfaces"] == []


STRICT = """
table ip strict {
    chain f { type filter hook forward priority 0; policy drop; }
}
"""


def test_doctor_finds_a_forward_policy_that_drops(office):
    assert all(each["result"] != "fault" for each in doctor(office)["checks"]), doctor(office)
    office.hub.run("nft", "-f", "-", input=STRICT)
    (check,) = [each for each in doctor(office)["checks"] if each["name"] == "foreign-rules"]
    assert check["result"] == "warning" and "strict" in check["message"], check


def test_doctor_s_exit_code_tells_of_a_fault(office):
    assert office.ctl("doctor").code == 0
    interface = office.interface("office")
    with office.daemon_asleep():
        office.hub.run("ip", "link", "delete", interface)
        office.hub.run("ip", "link", "add", interface, "type", "veth", "peer", "name", "other")
    wait_until(lambda: office.ctl("doctor", check=False).code == 1, 10, "doctor tells of a name that is taken")
    assert interface in office.ctl("doctor", check=False).stdout
    office.hub.run("ip", "link", "delete", interface)
    wait_until(lambda: office.ctl("doctor", check=False).code == 0, 10, "all is well again")


@pytest.mark.parametrize("setting", ["ip_forward", "conf/{}/forwarding"])
def test_forwarding_that_is_switched_off_by_hand_comes_back_at_once(office, setting):
    path = "/proc/sys/net/ipv4/" + setting.format(office.interface("office"))
    office.hub.run("sh", "-c", f"echo 0 >{path}")
    wait_until(lambda: office.hub.run("cat", path).stdout == "1\n", 5, f"{path} is 1 again")


def test_what_waits_for_a_decision_waits_over_a_restart(reporting):
    interface = reporting.interface("office")
    stranger = public_key(some_key())
    reporting.hub.run("wg", "set", interface, "peer", stranger, "allowed-ips", "10.8.0.77/32")
    reconcile(reporting)
    assert set(findings(reporting)) == {f"peer {stranger}"}
    reporting.stop_daemon()
    reporting.start_daemon()
    assert set(findings(reporting)) == {f"peer {stranger}"}
    assert stranger in reporting.hub.dump(interface)


def test_an_interface_that_was_deleted_is_not_made_again_by_a_change(reporting):
    interface = reporting.interface("office")
    reporting.hub.run("ip", "link", "delete", interface)
    for name in ("one", "two"):
        added = reporting.ctl("peer", "add", "office", name, check=False)
        assert added.code == 12 and "drift restore" in added.stderr, added
        assert reporting.hub.dump(interface) == {}
    wait_until(lambda: "interface" in findings(reporting), 5, "it is found")
    reporting.ctl("drift", "restore", "office", "interface")
    assert len(reporting.hub.dump(interface)) == 4

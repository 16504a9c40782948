"""Connections through the hub as the kernel tracks them: listed right, and gone with the peer that had them.

conntrack(8) is the independent eye: it reads the same table by another program.
"""

import re
import sys

import pytest

from lab import wait_until
from topology import HUB_OUTSIDE, INTERNET, end, world

ACCOUNTING = "/proc/sys/net/netfilter/nf_conntrack_acct"


@pytest.fixture(scope="module")
def gateway():
    """A gateway network with a and b, who reach the internet and each other."""
    with world() as made:
        made.add_internet()
        for label in ("a", "b"):
            made.add_client(label)
        made.ctl("network", "create", "net", "--mode", "gateway", "--subnet", "10.8.0.0/24", "--subnet6", "fd00:8::/64",
                 "--peers-may-talk")
        for label in ("a", "b"):
            made.ctl("peer", "add", "net", label)
        made.join("net", "a", "b")
        made.serve()
        yield made


@pytest.fixture
def lab(gateway):
    """The network without a tracked connection, and with both peers."""
    gateway.hub.run("conntrack", "-F")
    yield gateway
    for label in ("a", "b"):
        if not listed(gateway, "peer", "show", f"net/{label}")["enabled"]:
            come_back(gateway, label)


def come_back(lab, label):
    """Admits a peer again, and has it make a new handshake now instead of when it has waited long enough."""
    lab.ctl("peer", "enable", f"net/{label}")
    lab.tunnels[label].down()
    lab.tunnels[label].up()
    wait_until(lambda: lab.tunnels[label].ping("10.8.0.1"), 20, f"{label} is there again")


def tracked(lab, family, *filters):
    """The tracked connections as conntrack(8) lists them: dictionaries with lists of what stands in both directions."""
    listing = lab.hub.run("conntrack", "-L", "-f", f"ipv{family}", *filters).stdout
    entries = []
    for line in listing.splitlines():
        entry = {"line": line, "protocol": line.split()[0]}
        for name, value in re.findall(r"(\w+)=(\S+)", line):
            entry.setdefault(name, []).append(value)
        entries.append(entry)
    return entries


def listed(lab, *command):
    return lab.ctl(*command, "--output", "json").json


def probe(lab, source, destination, kinds=("tcp", "udp"), families=(4, 6)):
    outcomes = lab.probe([(source, destination, kind, 7001, family, True) for kind in kinds for family in families])
    assert all(outcome for _, outcome in outcomes), outcomes


def ends(lab, label):
    return set(lab.places[label].values())


@pytest.mark.kernel
def test_a_peer_s_connections_are_listed_as_conntrack_has_them(lab):
    lab.hub.run("sh", "-c", f"echo 1 >{ACCOUNTING}")
    probe(lab, "a", "internet")
    probe(lab, "b", "internet")

    def entries():
        found = {}
        for family in (4, 6):
            for entry in tracked(lab, family, "-s", lab.places["a"][family], "-o", "id"):
                found[int(entry["id"][0])] = entry
        return found

    def stable(found):
        return {number: (entry["line"].split()[3], entry["bytes"]) for number, entry in found.items()}

    def both():
        """Ours between two of conntrack's that are the same: what is still being closed changes by itself."""
        theirs = entries()
        answer = listed(lab, "peer", "connections", "net/a")
        return (theirs, answer) if stable(entries()) == stable(theirs) else None

    theirs, answer = wait_until(both, 20, "the connections stay as they are for a moment")
    seen = {each["id"]: each for each in answer["connections"]}
    assert {each["original"]["source"] for each in seen.values()} == ends(lab, "a"), "b's are not a's"
    assert {each["protocol"] for each in seen.values()} >= {"tcp", "udp"}
    assert theirs.keys() == seen.keys() and len(theirs) >= 4
    for number, entry in theirs.items():
        ours = seen[number]
        assert ours["protocol"] == entry["protocol"]
        for index, way in enumerate((ours["original"], ours["reply"])):
            assert (way["source"], way["destination"]) == (entry["src"][index], entry["dst"][index])
            assert (way["bytes"], way["packets"]) == (int(entry["bytes"][index]), int(entry["packets"][index]))
            if entry["protocol"] in ("tcp", "udp"):
                assert (way["source_port"], way["destination_port"]) == (
                    int(entry["sport"][index]), int(entry["dport"][index]))
        assert ours["assured"] == ("[ASSURED]" in entry["line"])
        assert ours["replied"] == ("[UNREPLIED]" not in entry["line"])
        if entry["protocol"] == "tcp":
            assert ours["state"].upper().replace("-", "_") == entry["line"].split()[3]
    web = [each for each in seen.values() if each["protocol"] == "tcp" and each["original"]["destination"] == INTERNET[4]]
    assert web and all(each["reply"]["destination"] == HUB_OUTSIDE[4] for each in web), "masquerading is shown"
    assert all(each["original"]["bytes"] > 0 and each["reply"]["bytes"] > 0 for each in web), "bytes both ways"
    assert all(each["initiator_peer"] == "a" for each in web)
    summary = answer["summary"]
    assert summary["accounting"] and summary["connections"] == len(seen)
    assert {each["address"] for each in summary["destinations"]} >= set(INTERNET.values())


def test_a_network_s_connections_are_those_of_all_its_peers_each_with_its_name(lab):
    probe(lab, "a", "b", families=(4,))
    probe(lab, "b", "internet", families=(4,))
    connections = listed(lab, "network", "connections", "net")["connections"]
    pairs = {(each.get("initiator_peer"), each.get("responder_peer")) for each in connections}
    assert {("a", "b"), ("b", None)} <= pairs
    only = listed(lab, "network", "connections", "net", "--limit", "1")
    assert len(only["connections"]) == 1 and only["summary"]["connections"] >= len(connections) - 1
    text = lab.ctl("peer", "connections", "net/a").stdout
    assert text.splitlines()[0].split()[:4] == ["PROTO", "STATE", "FROM", "TO"]
    assert "udp" in lab.ctl("peer", "connections", "net/a", "--summary").stdout


@pytest.mark.kernel
def test_disabling_a_peer_ends_its_connections_and_no_one_else_s(lab):
    # Both directions, both families, and between the two: whoever began it.
    probe(lab, "a", "internet")
    probe(lab, "b", "internet")
    probe(lab, "b", "a", families=(4,))

    def with_end(label):
        entries = tracked(lab, 4) + tracked(lab, 6)
        return [each["line"] for each in entries if ends(lab, label) & {each["src"][0], each["src"][1]}]

    others = [line for line in with_end("b") if not any(address in line for address in ends(lab, "a"))]
    assert with_end("a") and others
    lab.ctl("peer", "disable", "net/a")
    assert with_end("a") == [], "nothing of it is established any more"
    # Timers run on, so it is the ends that are compared.
    key = lambda line: re.findall(r"(?:src|dst|sport|dport)=\S+", line)  # noqa: E731
    assert sorted(map(key, others)) == sorted(key(line) for line in with_end("b") if key(line) in map(key, others))
    assert "connections ended" in lab.daemon_log()


OUTSIDE = """
import pathlib, socket, sys, time
first, late = map(pathlib.Path, sys.argv[2:])
with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as outside:
    outside.bind((sys.argv[1], 7100))
    _, peer = outside.recvfrom(100)
    outside.sendto(b"first", peer)
    while not late.exists():
        time.sleep(0.02)
    outside.sendto(b"late", peer)
"""
INSIDE = """
import pathlib, socket, sys, time
first, late = map(pathlib.Path, sys.argv[2:])
with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as inside:
    inside.settimeout(30)
    inside.sendto(b"hello", (sys.argv[1], 7100))
    assert inside.recv(100) == b"first"
    first.touch()
    inside.settimeout(0.05)
    end = None
    while end is None or time.monotonic() < end:
        try:
            print(inside.recv(100).decode())
            break
        except TimeoutError:
            if end is None and late.exists():
                end = time.monotonic() + 3
    else:
        print("nothing")
"""


@pytest.mark.parametrize("leaves", [False, True])
def test_what_comes_late_from_the_internet_reaches_nobody_once_the_peer_had_left(lab, leaves):
    # Answers pass by what is known of their conversation; so they would reach whoever has the address next.
    first, late = (lab.folder / f"{name}-{leaves}" for name in ("first", "late"))
    arguments = (INTERNET[4], first, late)
    log = lab.folder / f"inside-{leaves}"
    outside = lab.namespaces["internet"].start([sys.executable, "-c", OUTSIDE, *arguments], lab.folder / "outside")
    lab.undo.append(lambda: end(outside))
    wait_until(lambda: ":7100" in lab.namespaces["internet"].run("ss", "-nul").stdout, 10, "somebody outside listens")
    inside = lab.namespaces["a"].start([sys.executable, "-c", INSIDE, *arguments], log)
    lab.undo.append(lambda: end(inside))
    wait_until(first.exists, 10, "there is an answer")
    if leaves:
        lab.ctl("peer", "disable", "net/a")
        come_back(lab, "a")
    late.touch()
    assert inside.wait(20) == 0
    assert log.read_text().split() == (["nothing"] if leaves else ["late"])


def test_a_peer_that_moves_leaves_its_connections_behind(lab):
    probe(lab, "b", "internet", families=(4,))
    old = lab.places["b"][4]
    assert tracked(lab, 4, "-s", old)
    lab.ctl("peer", "edit", "net/b", "--address", "10.8.0.77")
    try:
        assert not tracked(lab, 4, "-s", old)
    finally:
        lab.ctl("peer", "edit", "net/b", "--address", old)


def test_a_flush_ends_what_it_says_and_a_dry_run_nothing(lab):
    probe(lab, "a", "internet", families=(4,))
    probe(lab, "b", "internet", families=(4,))
    there = len(tracked(lab, 4, "-s", lab.places["a"][4]))
    assert there and listed(lab, "peer", "flush", "net/a", "--dry-run")["count"] == there
    assert len(tracked(lab, 4, "-s", lab.places["a"][4])) == there
    assert listed(lab, "peer", "flush", "net/a")["count"] == there
    assert not tracked(lab, 4, "-s", lab.places["a"][4])
    assert tracked(lab, 4, "-s", lab.places["b"][4]), "b's are left"
    assert lab.ctl("peer", "flush", "net/nobody", check=False).code == 3


def test_counting_is_switched_on_when_connections_are_first_looked_at_and_put_back_in_the_end(lab):
    lab.hub.run("sh", "-c", f"echo 0 >{ACCOUNTING}")
    asked = lab.ctl("peer", "connections", "net/a")
    assert "nf_conntrack_acct" in asked.stderr
    assert lab.hub.run("cat", ACCOUNTING).stdout.strip() == "1"
    assert lab.ctl("peer", "connections", "net/a").stderr == ""
    doctor = listed(lab, "doctor")
    assert any(check["name"] == "connection-accounting" for check in doctor["checks"])
    assert any("nf_conntrack_acct" in line for line in doctor["settings_changed"])

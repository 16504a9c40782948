"""Very many peers of several allowed IPs each: the hub tells what was asked for, and other programs read the same."""

import contextlib
import ipaddress
import os
import pathlib
import random
import sys
import time

import pytest

from lab import Failed
from machine import some_key

# `scripts/test kernel` asks for fewer: so many do not come to an end within ten minutes under emulation.
PEERS = int(os.environ.get("WGPILOT_LIVE_PEERS", "20000"))
# One peer has as many networks behind it as a peer may have: more than one message of netlink holds.
MOST_NETWORKS = 512
READER = pathlib.Path(__file__).with_name("wireguard_reader.py")
HUB4, HUB6 = ipaddress.ip_address("10.0.0.1"), ipaddress.ip_address("fd66::1")
BEHIND4, BEHIND6 = ipaddress.ip_address("172.16.0.0"), ipaddress.ip_address("fd77::")
MORE6 = ipaddress.ip_address("fd88::")


def wanted_peers(chance):
    """By public key: allowed IPs, whether there is a preshared key, and the keepalive."""
    peers = {}
    for number in range(PEERS):
        blocks = {f"{HUB4 + 1 + number}/32", f"{HUB6 + 1 + number}/128"}
        blocks |= {
            f"{BEHIND4 + 16 * number + 8 * index}/29" if chance.random() < 0.5
            else f"{BEHIND6 + ((2 * number + index) << 64)}/64" for index in range(1 + (chance.random() < 0.3))}
        peers[some_key()] = {
            # Few have such a key, for the file may have 3 MiB.
            "allowed_ips": blocks, "preshared": chance.random() < 0.1,
            "keepalive": chance.randint(1, 65535) if chance.random() < 0.01 else 0}
    blocks = peers[chance.choice(list(peers))]["allowed_ips"]
    number = 0
    while len(blocks) < 2 + MOST_NETWORKS:
        blocks.add(f"{MORE6 + (number << 64)}/64")
        number += 1
    return peers


def write(file, peers, chance):
    lines = ["[Interface]", f"PrivateKey = {some_key()}", f"Address = {HUB4}/16, {HUB6}/64", "ListenPort = 51777"]
    for key, peer in peers.items():
        blocks = sorted(peer["allowed_ips"])
        chance.shuffle(blocks)
        lines += ["[Peer]", f"PublicKey = {key}", f"AllowedIPs = {', '.join(blocks)}"]
        if peer["preshared"]:
            lines.append(f"PresharedKey = {some_key()}")
        if peer["keepalive"]:
            lines.append(f"PersistentKeepalive = {peer['keepalive']}")
    file.write_text("\n".join(lines) + "\n")
    file.chmod(0o600)


@contextlib.contextmanager
def timed(what):
    """Prints how long something took."""
    start = time.monotonic()
    yield
    print(f"{what}: {time.monotonic() - start:.1f} s")


def compare(what, found, wanted):
    """Fails with the first few differences: all of them could not be read."""
    different = [key for key in wanted if found.get(key) != wanted[key]]
    unknown = found.keys() - wanted.keys()
    if different or unknown or len(found) != len(wanted):
        shown = [f"{key}: {found.get(key)} instead of {wanted[key]}" for key in different[:3]]
        raise Failed("\n".join([
            f"{what}: {len(found)} peers, {len(different)} of them wrong or missing, {len(unknown)} unknown", *shown]))


def once(blocks):
    """The blocks as a set; a block that is told twice is a fault of its own."""
    blocks = list(blocks)
    assert len(set(blocks)) == len(blocks)
    return set(blocks)


@pytest.mark.kernel
def test_very_many_peers_are_read_back_exactly_and_by_other_programs_too(lab):
    seed = os.environ.get("WGPILOT_SEED") or str(random.SystemRandom().randrange(2**32))
    print(f"WGPILOT_SEED={seed}")
    chance = random.Random(seed)
    wanted = wanted_peers(chance)
    file = lab.folder / "many.conf"
    write(file, wanted, chance)
    lab.start_daemon()
    if os.environ.get("WGPILOT_GUEST"):
        # The kernel takes minutes to take so many peers away, and keeps everybody else waiting; the guest just ends.
        lab.undo.remove(lab.hub.close)
    with timed("import"):
        lab.ctl("network", "import", "many", "--file", file, "--mode", "site-to-site", "--timeout", 600, timeout=600)
    interface = lab.interface("many")

    with timed("list"):
        told = lab.ctl("peer", "list", "many", "--output", "json", "--timeout", 600, timeout=600).json
    assert len(told) == PEERS
    compare("wgpilotctl peer list", {
        peer["public_key"]: {
            "allowed_ips": once(peer["allowed_ips"].split(",")), "preshared": peer["has_preshared_key"],
            "keepalive": peer["hub_keepalive"]}
        for peer in told}, wanted)
    # The daemon's own look at what it set.
    with timed("reconcile"):
        agreed = lab.ctl("reconcile", "--output", "json", "--timeout", 600, timeout=600).json
    assert agreed == {"steps": [], "pending": []}

    with timed("wg"):
        seen = lab.hub.dump(interface)
    compare("wg show dump", {
        key: {
            "allowed_ips": peer["allowed_ips"], "preshared": peer["preshared"],
            "keepalive": 0 if peer["keepalive"] == "off" else int(peer["keepalive"])}
        for key, peer in seen.items()}, wanted)
    # wireguard-go does not speak netlink.
    if lab.hub.link_kind(interface) == "wireguard":
        with timed("pyroute2"):
            read = lab.hub.run(sys.executable, READER, interface, timeout=120).json
        assert max(peer.pop("messages") for peer in read.values()) > 1, "nothing was split, so that was not tried"
        compare("pyroute2", {
            key: {**peer, "allowed_ips": once(peer["allowed_ips"])} for key, peer in read.items()}, wanted)

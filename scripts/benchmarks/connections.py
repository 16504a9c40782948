"""What it costs to list a peer's connections among very many, against conntrack(8)."""

import ipaddress
import pathlib
import shutil
import socket
import struct
import subprocess

from benchmarks.measuring import die, run, say, spread, turns

TRACKED = 100_000
RATIO = 2.0
# linux/netlink.h, linux/netfilter/nfnetlink.h and nfnetlink_conntrack.h.
NETLINK_NETFILTER, NEW, REQUEST_CREATE, NESTED = 12, 0x0100, 0x0401, 0x8000
ORIGINAL, REPLY, TIMEOUT, IP, PROTOCOL = 1, 2, 7, 1, 2


def attribute(kind, payload):
    text = struct.pack("=HH", 4 + len(payload), kind) + payload
    return text + bytes(-len(text) % 4)


def way(kind, source, destination, ports):
    addresses = attribute(1, source) + attribute(2, destination)
    protocol = attribute(1, b"\x11") + attribute(2, struct.pack(">H", ports[0])) + attribute(3, struct.pack(">H", ports[1]))
    return attribute(kind | NESTED, attribute(IP | NESTED, addresses) + attribute(PROTOCOL | NESTED, protocol))


def track(count, addresses):
    """Has the kernel track connections of UDP from the addresses, turn by turn, to a few hundred places."""
    with socket.socket(socket.AF_NETLINK, socket.SOCK_RAW, NETLINK_NETFILTER) as kernel:
        kernel.bind((0, 0))
        batch = b""
        for number in range(count):
            source = ipaddress.IPv4Address(addresses[number % len(addresses)]).packed
            there = bytes([198, 51, 100, number % 250 + 1])
            ports = (1024 + number // max(len(addresses), 250), 53)
            body = struct.pack("=BBH", socket.AF_INET, 0, 0) + way(ORIGINAL, source, there, ports)
            body += way(REPLY, there, source, ports[::-1]) + attribute(TIMEOUT, struct.pack(">I", 3600))
            batch += struct.pack("=IHHII", 16 + len(body), NEW, REQUEST_CREATE, 1, 0) + body
            if len(batch) > 60_000 or number == count - 1:
                kernel.send(batch)
                batch = b""
    there = int(pathlib.Path("/proc/sys/net/netfilter/nf_conntrack_count").read_text())
    if there < count:
        die(f"the kernel tracks {there} connections instead of {count}")


def measure(daemon, network, options, report):
    if not shutil.which("conntrack"):
        report.notes.append("without conntrack(8) (scripts/install-dependencies --test) no connections were listed.")
        return
    peers = daemon.json("peer", "list", network)
    say(f"tracking {TRACKED} connections")
    track(TRACKED, [peer["addresses"][0] for peer in peers])
    one = peers[len(peers) // 2]
    address = one["addresses"][0]
    commands = {
        "peer": daemon.command("peer", "connections", f"{network}/{one['name']}"),
        "conntrack peer": ["conntrack", "-L", "-s", address],
        "network": daemon.command("network", "connections", network, "--summary"),
        "all": daemon.command("network", "connections", network, "--limit", str(TRACKED)),
        "conntrack all": ["conntrack", "-L"],
    }
    lines = {
        name: len(subprocess.run(command, text=True, capture_output=True, check=True).stdout.splitlines())
        for name, command in commands.items()
    }
    # Ours have a header.
    if lines["peer"] != lines["conntrack peer"] + 1 or lines["all"] != TRACKED + 1:
        die(f"the lists of connections differ: {lines}")
    times = turns(options.pairs, {name: lambda _, command=command: run(command) for name, command in commands.items()})
    what = f"`wgpilotctl peer connections` among {TRACKED:,} tracked"
    report.ratio(what, times["peer"], f"`conntrack -L -s {address}`", times["conntrack peer"], RATIO)
    what = f"`wgpilotctl network connections --summary` of {TRACKED:,}"
    report.ratio(what, times["network"], "`conntrack -L`", times["conntrack all"], RATIO)
    report.fact(f"… all {TRACKED:,} of them listed", spread(times["all"]))
    measure_one(daemon, network, peers[0], options, report)


def measure_one(daemon, network, peer, options, report):
    """A peer that has very many by itself."""
    address = peer["addresses"][0]
    track(TRACKED, [address])
    times = turns(options.pairs, {
        "peer": lambda _, command=daemon.command(
            "peer", "connections", f"{network}/{peer['name']}", "--limit", str(TRACKED)): run(command),
        "conntrack": lambda _: run(["conntrack", "-L", "-s", address])})
    report.ratio(
        f"`wgpilotctl peer connections` of one with {TRACKED:,}", times["peer"], f"`conntrack -L -s {address}`",
        times["conntrack"], RATIO)

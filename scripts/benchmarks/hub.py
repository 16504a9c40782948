"""What one peer more and a list cost on a hub of many peers, and how much memory the daemon takes."""

import os
import pathlib
import subprocess
import tempfile
import time

from benchmarks import connections
from benchmarks.daemon import Daemon, connect, data_folder, fill, machine
from benchmarks.measuring import Report, die, run, say, spread, timed, turns

# A network of this many addresses holds 10,000 peers and then some.
FULL, EMPTY = ("full", "10.60.0.0/16"), ("empty", "10.61.0.0/16")

ADD_RATIO, LIST_RATIO, IDLE_MB, FULL_MB = 3.0, 4.0, 40.0, 90.0


def is_live(reply):
    """Whether a change is durable and live: field 2 is the sync, its field 1 says that it is pending."""
    return not reply.get(2, {}).get(1, False)


def measure_adding(daemon, client, options, report):
    networks = (FULL[0], EMPTY[0])

    def command(network):
        return lambda turn: run(daemon.command("peer", "add", network, f"turn-{turn}"))

    # Taken away again, off the clock, so that the one network stays full and the other stays empty. An exit code other
    # than 0 ends the benchmark, so each addition that counts was durable and live.
    def take_away(network, turn):
        daemon.ctl("peer", "remove", f"{network}/turn-{turn}", "--yes")

    times = turns(options.pairs, {network: command(network) for network in networks}, take_away)
    what = f"`wgpilotctl peer add` to {options.peers:,} peers, durable and live"
    report.ratio(what, times[FULL[0]], "the same to an empty network", times[EMPTY[0]], ADD_RATIO)

    if not client:
        report.notes.append("without cbor2 (scripts/install-dependencies --test) no call was measured without a command.")
        return

    def call(network):
        def body(turn):
            if not is_live(client.call("wgpilot.v1.Peers/Create", {1: network, 2: f"call-{turn}"})):
                die("a peer that was added is not live")
        return body

    def delete(network, turn):
        client.call("wgpilot.v1.Peers/Delete", {1: network, 2: f"call-{turn}"})

    times = turns(options.pairs * 3, {network: call(network) for network in networks}, delete)
    what = f"`Peers/Create` on an open connection, {options.peers:,} peers"
    report.ratio(what, times[FULL[0]], "the same to an empty network", times[EMPTY[0]], ADD_RATIO)


def measure_listing(daemon, interface, options, report):
    dump = ["wg", "show", interface, "dump"]
    table = daemon.command("peer", "list", FULL[0])
    lines = {
        "wg": len(subprocess.run(dump, text=True, capture_output=True, check=True).stdout.splitlines()),
        "table": len(daemon.ctl("peer", "list", FULL[0]).stdout.splitlines()),
    }
    if set(lines.values()) != {options.peers + 1}:
        die(f"the lists are not of {options.peers} peers: {lines}")
    times = turns(options.pairs, {
        "table": lambda _: run(table),
        "wg": lambda _: run(dump),
        "json": lambda _: run([*table, "--output", "json"]),
        "nothing": lambda _: run([daemon.command()[0], "--version"]),
    })
    what = f"`wgpilotctl peer list` of {options.peers:,} peers with live status"
    against = f"`wg show {interface} dump`"
    report.ratio(what, times["table"], against, times["wg"], LIST_RATIO)
    report.ratio(f"{what}, `--output json`", times["json"], against, times["wg"], LIST_RATIO)
    report.fact("`wgpilotctl --version`: what starting the command costs", spread(times["nothing"]))


def measure(options):
    report = Report()
    # The control sockets of wireguard-go are the machine's, whatever the network namespace: hide the real ones.
    os.makedirs("/run/wireguard", exist_ok=True)
    subprocess.run(["mount", "-t", "tmpfs", "-o", "mode=0700", "tmpfs", "/run/wireguard"], check=True)
    subprocess.run(["ip", "link", "set", "lo", "up"], check=True)
    with tempfile.TemporaryDirectory(prefix="wgpilot-bench-") as folder, data_folder() as data:
        daemon = Daemon(options.bin, options.backend, data, pathlib.Path(folder))
        interfaces = []
        try:
            daemon.wait()
            # What starting up needed for a moment is given back, or is not, by now.
            time.sleep(2)
            idle = daemon.memory()
            text = machine(daemon)
            for name, subnet in (FULL, EMPTY):
                daemon.ctl("network", "create", name, "--subnet", subnet)
            interfaces = [network["interface"] for network in daemon.json("network", "list")]
            client = connect(daemon)
            say(f"making {options.peers} peers")
            took = timed(lambda: fill(daemon, client, FULL[0], options.peers)) / 1000
            say("adding peers")
            measure_adding(daemon, client, options, report)
            say("listing peers")
            measure_listing(daemon, interfaces[0], options, report)
            time.sleep(2)
            report.size("Resident memory of the daemon, no peers", *idle, IDLE_MB)
            report.size(f"… with {options.peers:,} peers, after the lists", *daemon.memory(), FULL_MB)
            say("listing connections")
            connections.measure(daemon, FULL[0], options, report)
            report.size("… and after those of connections", *daemon.memory(), FULL_MB)
            how = "pipelined on one connection" if client else "by eight commands at a time"
            report.fact(f"Making {options.peers:,} peers, each durable and live, {how}", f"{took:.1f} s")
            if client:
                client.close()
        finally:
            daemon.stop()
            for name in interfaces:
                # A wireguard-go whose interface goes ends too.
                subprocess.run(["ip", "link", "delete", "dev", name], stderr=subprocess.DEVNULL)
    print(f"{text}; {options.pairs} measurements of each command.\n")
    report.print()

"""What the kernel costs: taking a hub over, filling a device, changing one peer, each against wg(8).

Runs in a virtual machine whose network namespaces are left as they are: a kernel needs minutes to give up a device of
ten thousand peers, and would do so beside the next measurement.
"""

import contextlib
import ctypes
import json
import os
import pathlib
import shutil
import statistics
import subprocess
import tempfile

from benchmarks.daemon import Daemon, connect, fill, machine
from benchmarks.measuring import Report, die, run, say, spread, timed, turns

NETWORK, SUBNET = "full", "10.60.0.0/16"
# Does to a device what the daemon does, without its database and its socket; built beside the peers of `scripts/bench rpc`.
PROGRAM = "DeviceBenchmark"
RESTART_RATIO, FILL_RATIO, CHANGE_RATIO = 1.5, 1.1, 0.01

# What the kernel calls when somebody changes WireGuard, a link, an address, a route or the packet filter.
SETTERS = [
    "wg_set_device", "rtnl_newlink", "rtnl_setlink", "inet_rtm_newaddr", "inet6_rtm_newaddr", "inet_rtm_newroute",
    "inet6_rtm_newroute", "nf_tables_newtable",
]
TRACING = pathlib.Path("/sys/kernel/tracing")


def prepare(options):
    """Makes the data directory that every measurement starts from: a disabled network with all its peers."""
    with tempfile.TemporaryDirectory(prefix="wgpilot-bench-") as folder:
        daemon = Daemon(options.bin, "auto", options.data / "template", pathlib.Path(folder))
        try:
            daemon.wait()
            daemon.ctl("network", "create", NETWORK, "--subnet", SUBNET, "--disabled")
            fill(daemon, connect(daemon), NETWORK, options.peers)
        finally:
            daemon.stop()


class Rounds:
    """Hubs of the same peers, each in a network namespace that has seen no other."""

    def __init__(self, options):
        self.options = options
        self.count = 0
        self.libc = ctypes.CDLL(None, use_errno=True)

    def enter(self, template=True):
        """Goes into a new network namespace and makes a new copy of the data, or none; both stay."""
        self.count += 1
        name = f"round-{self.count}"
        run(["ip", "netns", "add", name])
        folder = pathlib.Path(tempfile.mkdtemp(prefix="wgpilot-bench-"))
        self.go((name, folder))
        run(["ip", "link", "set", "lo", "up"])
        if template:
            # In memory: SQLite cannot share its index over the file system that the guest has from its host.
            shutil.copytree(self.options.data / "template", folder / "data")

    def go(self, place):
        """Goes to a namespace and a folder."""
        self.place = place
        with open(f"/run/netns/{place[0]}") as namespace:
            if self.libc.setns(namespace.fileno(), 0) != 0:
                die(f"setns: {os.strerror(ctypes.get_errno())}")

    def start(self):
        folder = self.place[1]
        return Daemon(self.options.bin, "kernel", folder / "data", folder)

    @contextlib.contextmanager
    def daemon(self):
        daemon = self.start()
        try:
            daemon.wait("in step")
            yield daemon
        finally:
            daemon.stop()


def peers_of(device):
    return len(subprocess.run(["wg", "show", device, "peers"], text=True, capture_output=True).stdout.splitlines())


def measure_filling(rounds, file, report):
    """An empty device against an empty device; what setconf reads is what the daemon made in its first round."""
    options = rounds.options
    times = {"wgpilot": [], "setconf": [], "device": []}
    for number in range(-1, options.pairs):
        rounds.enter()
        with rounds.daemon() as daemon:
            text = machine(daemon)
            took = timed(lambda: run(daemon.command("network", "enable", NETWORK, "--timeout", "300")))
            device = daemon.json("network", "show", NETWORK)["interface"]
        if not file.exists():
            shown = subprocess.run(["wg", "showconf", device], text=True, capture_output=True, check=True)
            file.write_text(shown.stdout)
        # A namespace of its own, so that neither shares its work queues with the other's device.
        rounds.enter()
        run(["ip", "link", "add", device, "type", "wireguard"])
        other = timed(lambda: run(["wg", "setconf", device, str(file)]))
        rounds.enter()
        run(["ip", "link", "add", device, "type", "wireguard"])
        alone = on_device(options, file, device, 0)["fill"]
        if number >= 0:
            times["wgpilot"].append(took)
            times["setconf"].append(other)
            times["device"].append(alone)
        say(f"filled a device of {options.peers} peers in {took / 1000:.1f} s, its device alone in {alone / 1000:.1f} s,"
            f" setconf in {other / 1000:.1f} s")
    report.ratio(
        f"`wgpilotctl network enable`: {options.peers:,} peers into an empty device", times["wgpilot"],
        "`wg setconf` of the same", times["setconf"], FILL_RATIO)
    report.ratio(
        "… the device alone, compared and set", times["device"], "`wg setconf` of the same",
        times["setconf"], FILL_RATIO)
    return text, device


def on_device(options, file, device, count):
    """What it takes to bring a device to what a file says, and then to change one peer, in milliseconds."""
    shown = subprocess.run(
        [options.peers_bin / PROGRAM, file, device, str(count)], text=True, capture_output=True, check=True)
    return json.loads(shown.stdout)


def measure_restart(rounds, device, report):
    say("restarting")
    options = rounds.options
    full = rounds.place
    # What any start of the program costs, so that what the peers cost can be told from it.
    rounds.enter(template=False)
    empty = rounds.place
    rounds.go(full)
    daemon = None

    def restart(place):
        def body(_):
            nonlocal daemon
            daemon = rounds.start()
            daemon.wait("in step")
        return lambda turn: (rounds.go(place), body(turn))

    def after(name, _):
        if name != "dump":
            daemon.stop()
        rounds.go(full)

    dump = ["wg", "show", device, "dump"]
    times = turns(options.pairs * 3, {
        "full": restart(full), "empty": restart(empty), "dump": lambda _: run(dump)}, after)
    against = f"`wg show {device} dump`"
    report.ratio(
        f"`wgpilotd` from its start to having compared a hub of {options.peers:,} peers that is in step",
        times["full"], against, times["dump"], RESTART_RATIO)
    nothing = statistics.median(times["empty"])
    report.fact("… of an empty hub", spread(times["empty"]))
    report.ratio(
        f"… what the {options.peers:,} peers add to that", [max(each - nothing, 0) for each in times["full"]], against,
        times["dump"], RESTART_RATIO)
    calls = setters_called(rounds)
    report.add(
        "Changes asked of the kernel during such a start", str(sum(calls.values())), "", "", "", "0", not any(calls.values()))


def setters_called(rounds):
    """How often the kernel was asked to change something during a restart, by its own probes."""
    if not (TRACING / "kprobe_events").exists():
        run(["mount", "-t", "tracefs", "none", str(TRACING)])
    names = (TRACING / "available_filter_functions").read_text().split()
    present = [name for name in SETTERS if name in names]
    if "wg_set_device" not in present:
        die("the kernel has no wg_set_device to probe")
    (TRACING / "kprobe_events").write_text("".join(f"p:bench/{name} {name}\n" for name in present))
    events = TRACING / "events/bench/enable"
    trace = TRACING / "trace"

    def calls(body):
        trace.write_text("")
        events.write_text("1")
        body()
        events.write_text("0")
        lines = [line for line in trace.read_text().splitlines() if not line.startswith("#")]
        return {name: sum(f" {name}: " in line for line in lines) for name in present}

    # Probes that see nothing prove nothing, so they are shown a change first.
    if calls(lambda: run(["ip", "link", "add", "probed", "type", "wireguard"]))["rtnl_newlink"] == 0:
        die("the probes do not see a change")
    run(["ip", "link", "delete", "probed"])

    def restart():
        with rounds.daemon():
            pass

    return calls(restart)


def measure_changing(rounds, device, file, report):
    say("changing one peer")
    other = file.with_name("changed.conf")
    lines = file.read_text().splitlines()
    last = max(index for index, line in enumerate(lines) if line == "[Peer]")

    def write(turn):
        changed = [*lines[:last + 1], f"PersistentKeepalive = {20 + turn % 2}", *lines[last + 1:]]
        other.write_text("\n".join(changed) + "\n")

    name = "peer-00007"
    with rounds.daemon() as daemon:
        client = connect(daemon) or die("cbor2 is missing; run scripts/install-dependencies --test")

        def call(turn):
            client.call("wgpilot.v1.Peers/Update", {1: NETWORK, 2: name, 11: 20 + turn % 2})

        # Both change the same device, whose other peers stay as they are; the comparison of the daemon comes later.
        write(0)
        times = turns(rounds.options.pairs, {
            "call": call,
            "command": lambda turn: run(
                daemon.command("peer", "edit", f"{NETWORK}/{name}", "--hub-keepalive", str(30 + turn % 2))),
            "syncconf": lambda _: run(["wg", "syncconf", device, str(other)]),
        }, lambda which, turn: write(turn + 1) if which == "syncconf" else None)
        alone = on_device(rounds.options, other, device, rounds.options.pairs * 3)["changes"]
    peers = rounds.options.peers
    against = "`wg syncconf` of the whole file"
    report.ratio(
        f"The change of one of {peers:,} peers to the device alone", alone, against, times["syncconf"], CHANGE_RATIO)
    report.ratio(
        f"`Peers/Update` of one of {peers:,} peers, on an open connection", times["call"], against, times["syncconf"],
        CHANGE_RATIO)
    report.ratio(
        f"`wgpilotctl peer edit` of one of {peers:,} peers, the whole command", times["command"], against,
        times["syncconf"], CHANGE_RATIO)


def measure(options):
    report = Report()
    os.makedirs("/run/wireguard", exist_ok=True)
    # In memory, as a machine that has run them before has them: read through the guest's view of its host's files, the
    # start of a program costs several times as much.
    folder = pathlib.Path(tempfile.mkdtemp(prefix="wgpilot-bench-"))
    for program in ["wgpilotd", "wgpilotctl", options.peers_bin / PROGRAM, shutil.which("wg")]:
        shutil.copy(options.bin / program, folder)
    options.bin = options.peers_bin = folder
    os.environ["PATH"] = f"{folder}:{os.environ['PATH']}"
    rounds = Rounds(options)
    file = options.data / "device.conf"
    text, device = measure_filling(rounds, file, report)
    rounds.enter()
    with rounds.daemon() as daemon:
        run(daemon.command("network", "enable", NETWORK, "--timeout", "300"))
    if peers_of(device) != options.peers:
        die(f"{device} has {peers_of(device)} peers")
    measure_restart(rounds, device, report)
    measure_changing(rounds, device, file, report)
    report.notes.append("the guest keeps the database in memory; on a disk a change waits for one write besides.")
    print(f"{text}; {options.pairs} measurements of each kind, {options.pairs * 3} of restarts.\n")
    report.print()

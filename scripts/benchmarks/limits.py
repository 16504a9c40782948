"""What a limit of bandwidth costs among very many: the kernel's part of it, the whole call, and those without one."""

import contextlib
import json
import os
import pathlib
import shutil
import socket
import statistics
import struct
import subprocess
import tempfile
import time

from benchmarks.daemon import Daemon, connect, data_folder, machine
from benchmarks.measuring import Report, die, say, spread, timed, turns

LIMITED = 5000
CALL_RATIO, STEP_RATIO, FREE_RATIO = 1.5, 2, 0.97
CREATE, BATCH, UPDATE, DELETE = (f"wgpilot.v1.Peers/{name}" for name in ("Create", "CreateBatch", "Update", "Delete"))
# docs/protocol.md: the fields of a new or changed peer.
UP, DOWN, NOTES = 40, 41, 16
# linux/rtnetlink.h, linux/pkt_sched.h, linux/pkt_cls.h.
NEW_CLASS, DEL_CLASS, NEW_QUEUE, NEW_FILTER, DEL_FILTER = 40, 41, 36, 44, 45
REQUEST_ACK, CREATE_EXCL, CREATE_REPLACE = 0x5, 0x600, 0x500
ROOT, NUMBER, PRIORITY = 0x5747 << 16, 0xFF00, 0x5747
HUB, CLIENT = "192.0.2.1", "192.0.2.2"
# The hub in the networks in which a peer without a limit is measured.
FREE = {"many": "10.80.0.1", "bare": "10.82.0.1"}


def attribute(kind, payload):
    text = struct.pack("=HH", 4 + len(payload), kind) + payload
    return text + bytes(-len(text) % 4)


class Kernel:
    """The messages that the daemon sends for one limited peer, and nothing else."""

    def __init__(self):
        self.socket = socket.socket(socket.AF_NETLINK, socket.SOCK_RAW, 0)
        self.socket.bind((0, 0))

    def send(self, kind, flags, device, handle, parent, info=0, attributes=b""):
        body = struct.pack("=IiIII", 0, device, handle, parent, info) + attributes
        self.socket.send(struct.pack("=IHHII", 16 + len(body), kind, REQUEST_ACK | flags, 1, 0) + body)
        answer = self.socket.recv(65536)
        (code,) = struct.unpack_from("=i", answer, 16)
        if code:
            die(f"the kernel answers {os.strerror(-code)} to message {kind}")

    def add(self, device):
        rate = struct.pack("=BBHhHI", 3, 1, 0, -1, 0, 1_250_000)
        parameters = rate + rate + struct.pack("=5I", 500_000, 500_000, 1600, 0, 0)
        number = ROOT | NUMBER
        self.send(NEW_CLASS, CREATE_REPLACE, device, number, ROOT, 0,
                  attribute(1, b"htb\0") + attribute(2, attribute(1, parameters)))
        self.send(NEW_QUEUE, CREATE_REPLACE, device, NUMBER << 16, number, 0,
                  attribute(1, b"pfifo\0") + attribute(2, struct.pack("=I", 625)))
        selector = struct.pack("=BBBxHHhHI", 1, 0, 1, 0, 0, 0, 0, 0)
        key = b"\xff\xff\xff\xff" + socket.inet_aton("203.0.113.1") + struct.pack("=ii", 16, 0)
        self.send(NEW_FILTER, CREATE_EXCL, device, 0xF00, ROOT, PRIORITY << 16 | socket.htons(0x0800),
                  attribute(1, b"u32\0") + attribute(2, attribute(1, struct.pack("=I", number)) + attribute(5, selector + key)))

    def remove(self, device, keeps_class=False):
        self.send(DEL_FILTER, 0, device, 0x800 << 20 | 0xF00, ROOT, PRIORITY << 16 | socket.htons(0x0800),
                  attribute(1, b"u32\0"))
        if not keeps_class:
            self.send(DEL_CLASS, 0, device, ROOT | NUMBER, ROOT)


def measure_calls(client, options, report):
    pairs = options.pairs * 3

    def create(network):
        return lambda turn: client.call(CREATE, {1: network, 2: f"call-{turn}", UP: 2000, DOWN: 10_000})

    deletions = {"many": [], "few": []}

    def delete(network, turn):
        deletions[network].append(timed(lambda: client.call(DELETE, {1: network, 2: f"call-{turn}"})))

    times = turns(pairs, {network: create(network) for network in ("many", "few")}, delete)
    report.ratio(f"`Peers/Create` with both limits beside {LIMITED:,} limited peers", times["many"],
                 "the same beside one", times["few"], CALL_RATIO)
    report.ratio(f"`Peers/Delete` of that beside {LIMITED:,}", deletions["many"], "beside one", deletions["few"], CALL_RATIO)

    def change(network, field, values):
        return lambda turn: client.call(UPDATE, {1: network, 2: "stays", field: values(turn)})

    bodies = {}
    for network in ("many", "few"):
        bodies[f"limit {network}"] = change(network, DOWN, lambda turn: 1000 + turn)
        bodies[f"notes {network}"] = change(network, NOTES, lambda turn: f"note {turn}")
    times = turns(pairs, bodies)
    report.ratio(f"`Peers/Update` of one limit beside {LIMITED:,}", times["limit many"], "beside one", times["limit few"],
                 CALL_RATIO)
    report.ratio("`Peers/Update` of one limit", times["limit few"], "of notes, which the kernel does not see",
                 times["notes few"], CALL_RATIO)


def measure_steps(daemon, options, report):
    kernel = Kernel()
    devices = {name: socket.if_nametoindex(daemon.json("network", "show", name)["interface"]) for name in ("many", "few")}
    bodies = {name: lambda _, device=device: kernel.add(device) for name, device in devices.items()}
    # Beside many the daemon has made a class already when a peer comes; the first round, which does not count, does it here.
    times = turns(options.pairs * 5, bodies, lambda name, _: kernel.remove(devices[name], keeps_class=name == "many"))
    report.ratio(f"Class, queue and filter of one more peer in the kernel, beside {LIMITED:,}, where a class waits for it",
                 times["many"], "beside one", times["few"], STEP_RATIO)
    kernel.add(devices["many"])
    kernel.remove(devices["many"])
    times = turns(options.pairs, {"many": bodies["many"]}, lambda name, _: kernel.remove(devices[name]))
    report.fact(f"The same with a new class beside {LIMITED:,}, which the daemon makes when nobody waits", spread(times["many"]))


def run(*words, **options):
    result = subprocess.run([str(word) for word in words], text=True, capture_output=True, **options)
    if result.returncode != 0:
        die(f"{' '.join(map(str, words))} ended with {result.returncode}: {(result.stderr or result.stdout).strip()}")
    return result.stdout


@contextlib.contextmanager
def tunnel(daemon, folder):
    """A client in a namespace of its own, with a tunnel to either network; gives the command that enters it."""
    name = f"bench-limits-{os.getpid()}"
    os.makedirs("/run/netns", exist_ok=True)
    run("ip", "netns", "add", name)
    inside = ("ip", "netns", "exec", name)
    try:
        run("ip", "link", "add", "up0", "type", "veth", "peer", "name", "up0", "netns", name)
        for prefix, address in ((), HUB), (inside, CLIENT):
            run(*prefix, "ip", "address", "add", f"{address}/24", "dev", "up0")
            run(*prefix, "ip", "link", "set", "up0", "up")
        run(*inside, "ip", "link", "set", "lo", "up")
        for network, address in FREE.items():
            file, plain, device = folder / f"{network}.conf", folder / f"{network}-plain.conf", f"client-{network}"
            daemon.ctl("peer", "config", f"{network}/free", "--file", str(file))
            lines = file.read_text().splitlines()
            own = next(line.split("=")[1].strip() for line in lines if line.startswith("Address")).split(",")[0]
            plain.write_text("\n".join(line for line in lines if not line.startswith(("Address", "DNS", "MTU"))) + "\n")
            run(*inside, "wireguard-go", device)
            run(*inside, "wg", "setconf", device, plain)
            run(*inside, "ip", "address", "add", own, "dev", device)
            run(*inside, "ip", "link", "set", "mtu", "1420", "up", "dev", device)
            run(*inside, "ip", "route", "add", f"{address}/32", "dev", device)
        yield inside
    finally:
        for network in FREE:
            subprocess.run([*inside, "ip", "link", "delete", f"client-{network}"], capture_output=True, check=False)
        subprocess.run(["ip", "netns", "delete", name], capture_output=True, check=False)


def throughput(inside, address, reverse):
    """Mbit/s of a second of TCP through the tunnel, as the receiver counts them."""
    server = subprocess.Popen(["iperf3", "-s", "-1", "-B", address], stdout=subprocess.DEVNULL)
    try:
        for _ in range(100):
            result = subprocess.run(
                [*inside, "iperf3", "-c", address, "-t", "1", "-J", *(["-R"] if reverse else [])], text=True,
                capture_output=True, check=False)
            # With -J it ends with 0 also where it could not connect, and says so in the text.
            found = json.loads(result.stdout)
            if "error" not in found:
                return found["end"]["sum_received"]["bits_per_second"] / 1e6
            time.sleep(0.05)
        die(f"iperf3: {found['error']}")
    finally:
        server.kill()
        server.wait()


def measure_free(daemon, options, report, folder):
    """A peer without a limit beside many who have one, and one beside as many who have none."""
    if not shutil.which("iperf3"):
        report.notes.append("without iperf3(1) (scripts/install-dependencies --test) throughput was not measured.")
        return
    with tunnel(daemon, folder) as inside:
        rates = {}
        for turn in range(-1, options.pairs):
            for network in list(FREE) if turn % 2 == 0 else reversed(FREE):
                for reverse in (True, False):
                    rate = throughput(inside, FREE[network], reverse)
                    # The first round makes the handshakes.
                    if turn >= 0:
                        rates.setdefault((network, reverse), []).append(rate)
        for reverse, what in ((True, "to"), (False, "from")):
            limited, bare = rates["many", reverse], rates["bare", reverse]
            # Of neighbours in time, for the machine's mood changes more than what is looked for.
            value = statistics.median(one / other for one, other in zip(limited, bare))
            report.add(f"TCP {what} a peer without a limit, {LIMITED:,} others limited", spread(limited, "Mbit/s"),
                       f"{LIMITED:,} others, nobody limited", spread(bare, "Mbit/s"), f"{value:.2f} ×",
                       f"≥ {FREE_RATIO} ×", value >= FREE_RATIO)


def measure(options):
    report = Report()
    os.makedirs("/run/wireguard", exist_ok=True)
    subprocess.run(["mount", "-t", "tmpfs", "-o", "mode=0700", "tmpfs", "/run/wireguard"], check=True)
    subprocess.run(["mount", "-t", "tmpfs", "tmpfs", "/run/netns"], check=False)
    subprocess.run(["ip", "link", "set", "lo", "up"], check=True)
    with tempfile.TemporaryDirectory(prefix="wgpilot-bench-") as name, data_folder() as data:
        folder = pathlib.Path(name)
        daemon = Daemon(options.bin, options.backend, data, folder)
        try:
            daemon.wait()
            client = connect(daemon)
            if not client:
                die("cbor2 is missing; run scripts/install-dependencies --test")
            text = machine(daemon)
            for network, subnet in (("many", "10.80.0.0/16"), ("few", "10.81.0.0/16"), ("bare", "10.82.0.0/16")):
                daemon.ctl("network", "create", network, "--mode", "hub-routed", "--subnet", subnet)
                if network != "few":
                    client.call(CREATE, {1: network, 2: "free", UP: 0, DOWN: 0})
                if network != "bare":
                    client.call(CREATE, {1: network, 2: "stays", UP: 2000, DOWN: 10_000})
            client.call(BATCH, {1: "bare", 2: [{1: "", 2: f"peer-{number}"} for number in range(LIMITED)]})
            say(f"making {LIMITED} limited peers")
            start = time.perf_counter()
            client.call(BATCH, {1: "many", 2: [
                {1: "", 2: f"peer-{number}", UP: 2000, DOWN: 10_000} for number in range(LIMITED - 1)]})
            report.fact(f"Making {LIMITED - 1:,} peers with both limits in one call", f"{time.perf_counter() - start:.1f} s")
            times = []
            for _ in range(5):
                start = time.perf_counter()
                daemon.ctl("reconcile")
                times.append((time.perf_counter() - start) * 1000)
            report.fact("Comparing all of it, and finding nothing to do (`reconcile`)", spread(times))
            say("calls")
            measure_calls(client, options, report)
            say("the kernel's part")
            measure_steps(daemon, options, report)
            say("throughput without a limit")
            measure_free(daemon, options, report, folder)
            client.close()
        finally:
            daemon.stop()
            for path in pathlib.Path("/run/wireguard").glob("*.sock"):
                # A wireguard-go whose interface goes ends too.
                subprocess.run(["ip", "link", "delete", "dev", path.stem], stderr=subprocess.DEVNULL)
    print(f"{text}; {options.pairs} measurements of each command.\n")
    report.print()

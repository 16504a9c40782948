"""What a call costs, against gRPC and against plain C over the same kind of socket; and the codec against JSON."""

import contextlib
import json
import os
import pathlib
import select
import socket
import struct
import subprocess
import tempfile
import time

from benchmarks.daemon import REPO, Daemon, data_folder, machine
from benchmarks.measuring import Report, die, say, turns

PACKAGE = [
    "--package-path", str(REPO / "Benchmarks/RPC"), "--scratch-path", str(REPO / ".build-bench-rpc"), "--jobs", "2"]
PROGRAMS = ["EchoC", "EchoGRPC", "EchoWGPilot", "CodecBenchmark"]

LATENCY_GRPC, LATENCY_C, SMALL_GRPC, LARGE_GRPC = 0.25, 3.0, 8.0, 5.0
CODEC_TIMES, CODEC_BYTES = 5.0, 60.0
IDLE_CONNECTIONS, IDLE_SECONDS, IDLE_SWITCHES = 1000, 10, 20
GROWTH_MB = 4.0

# mallopt(3) for each of them as the daemon has it.
MALLOC = {"MALLOC_ARENA_MAX": "2", "MALLOC_TOP_PAD_": str(4 << 20), "MALLOC_MMAP_THRESHOLD_": str(1 << 20)}

# What there is of each peer: the program, and what its server and its client are told besides the path. wgpilotctl
# and wgpilot-gateway make their calls on the event loop of their connection.
PEERS = {
    "C": ("EchoC", [], []),
    "gRPC": ("EchoGRPC", [], []),
    "gRPC, coalescing": ("EchoGRPC", ["coalescing"], ["coalescing"]),
    "WGPilot": ("EchoWGPilot", [], ["executor"]),
    "WGPilot, a client on Swift's threads": ("EchoWGPilot", [], []),
}
# What a client loses that leaves out `client.executor`.
ELSEWHERE = "WGPilot, a client on Swift's threads"
GRPC = ["gRPC", "gRPC, coalescing"]


class Stalled(Exception):
    """A workload whose calls no longer end."""


class Program:
    """A process that answers a line with a line."""

    def __init__(self, command):
        self.command = [str(word) for word in command]
        self.process = subprocess.Popen(
            self.command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, env={**os.environ, **MALLOC})
        if self.read(20) != "ready":
            self.fail("did not get ready")

    def fail(self, why):
        self.process.kill()
        die(f"{' '.join(self.command)} {why}")

    def read(self, seconds):
        """The next line; empty where none came in time."""
        # One line at a time is answered, so none hides in a buffer.
        ready, _, _ = select.select([self.process.stdout], [], [], seconds)
        return self.process.stdout.readline().decode().strip() if ready else ""

    def ask(self, line, seconds):
        self.process.stdin.write(f"{line}\n".encode())
        self.process.stdin.flush()
        answer = self.read(seconds + 20)
        if not answer:
            self.fail(f"did not answer '{line}'")
        return answer

    def run(self, size, in_flight, seconds, calls=10**9):
        """One workload: calls, seconds, p50 and p99 in microseconds."""
        outcome = json.loads(self.ask(f"run {size} {in_flight} {int(seconds * 1000)} {calls}", seconds))
        if outcome.get("stalled"):
            raise Stalled(outcome["calls"])
        if "failed" in outcome or not outcome["calls"]:
            self.fail(f"failed at {size} bytes × {in_flight}: {outcome}")
        return outcome

    def memory(self):
        """The resident memory, in MB of 10^6 bytes."""
        text = pathlib.Path(f"/proc/{self.process.pid}/status").read_text()
        return int(text.split("VmRSS:")[1].split()[0]) * 1024 / 1e6

    def stop(self):
        # Its end of the pipe is closed already where it ended by itself.
        with contextlib.suppress(BrokenPipeError):
            self.process.stdin.close()
        try:
            self.process.wait(5)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()


class Pair:
    """A server and a client of it, in processes of their own; made anew after a stall."""

    def __init__(self, binaries, name, folder):
        self.name = name
        self.binaries = binaries
        self.folder = folder
        self.count = 0
        self.stalls = 0
        self.start()

    def start(self):
        program, serving, calling = PEERS[self.name]
        self.count += 1
        path = self.folder / f"{list(PEERS).index(self.name)}-{self.count}"
        self.server = Program([self.binaries / program, "serve", path, *serving])
        self.client = Program([self.binaries / program, "call", path, *calling])

    def run(self, *workload):
        """The outcome, or None for a stall, after which the pair is a new one."""
        try:
            return self.client.run(*workload)
        except Stalled as stalled:
            say(f"{self.name} stood still after {stalled} calls of {workload[0]} bytes × {workload[1]}")
            self.stalls += 1
            self.stop()
            self.start()
            return None

    def stop(self):
        self.client.stop()
        self.server.stop()


@contextlib.contextmanager
def pairs_of(binaries, names):
    with tempfile.TemporaryDirectory(prefix="wgpilot-bench-") as folder, contextlib.ExitStack() as stack:
        pairs = {}
        for name in names:
            pairs[name] = Pair(binaries, name, pathlib.Path(folder))
            stack.callback(pairs[name].stop)
        yield pairs


def measure_workload(options, pairs, report, size, in_flight):
    """The outcomes of every peer, turn and turn about; those that stood still are left out, and said."""
    say(f"{size} bytes, {in_flight} in flight")
    outcomes = {name: [] for name in pairs}
    stalls = {name: pair.stalls for name, pair in pairs.items()}

    def body(name):
        return lambda turn: outcomes[name].append((turn, pairs[name].run(size, in_flight, options.seconds)))

    turns(options.pairs, {name: body(name) for name in pairs})
    for name, pair in pairs.items():
        if pair.stalls > stalls[name]:
            report.notes.append(
                f"{name} stood still in {pair.stalls - stalls[name]} of {options.pairs + 1} turns of {size} bytes × "
                f"{in_flight}; the others count.")
    # Turn 0 warms up.
    return {name: [outcome for turn, outcome in got if turn > 0 and outcome] for name, got in outcomes.items()}


def measure_latency(options, pairs, report):
    outcomes = measure_workload(options, pairs, report, 128, 1)

    def values(name, key):
        return [outcome[key] for outcome in outcomes[name]]

    best = min((name for name in GRPC if outcomes[name]), key=lambda name: sum(values(name, "p50")) / len(outcomes[name]))
    p50 = values("WGPilot", "p50")
    report.compare("WGPilot: 128 B echo, one in flight, p50", p50, "µs", best, values(best, "p50"), most=LATENCY_GRPC)
    report.compare("… the same", p50, "µs", "blocking C", values("C", "p50"), most=LATENCY_C)
    report.compare("… p99", values("WGPilot", "p99"), "µs", best, values(best, "p99"), most=1)
    without_target(report, f"{ELSEWHERE}: p50", values(ELSEWHERE, "p50"), "µs", best, values(best, "p50"))


def without_target(report, what, ours, unit, peer, theirs):
    report.compare(what, ours, unit, peer, theirs, least=0)
    report.rows[-1][-2:] = ["", ""]


def measure_rate(options, pairs, report, size, text, least):
    outcomes = measure_workload(options, pairs, report, size, 32)
    rates = {
        name: [outcome["calls"] / outcome["seconds"] for outcome in got] for name, got in outcomes.items() if got}
    best = max((name for name in GRPC if name in rates), key=lambda name: sum(rates[name]) / len(rates[name]))
    ours = rates["WGPilot"]
    report.compare(f"WGPilot: {text} × 32 in flight", ours, "calls/s", best, rates[best], least=least)
    without_target(report, "… the same", ours, "calls/s", "C, one thread to write and one to read", rates["C"])
    without_target(report, f"{ELSEWHERE}: {text} × 32", rates[ELSEWHERE], "calls/s", best, rates[best])


def measure_endurance(options, report):
    """Large messages through buffers that hold a fraction of one: each side has to read while it has more to write."""
    say(f"1 MiB × 32 through small buffers for {options.endurance:g} s")
    with pairs_of(options.peers_bin, ["WGPilot"]) as pairs:
        pair = pairs["WGPilot"]
        for program in (pair.server, pair.client):
            program.ask("buffers 4608", 5)
        warm = min(5, options.endurance / 4)
        if not pair.run(1 << 20, 32, warm):
            report.add("WGPilot: 1 MiB × 32 through small buffers", "stood still", "", "", "", "never stalls", False)
            return
        before = pair.server.memory(), pair.client.memory()
        outcome = pair.run(1 << 20, 32, options.endurance)
        after = pair.server.memory(), pair.client.memory()
        rate = f"{outcome['calls'] / outcome['seconds']:.0f} calls/s" if outcome else "stood still"
        report.add(
            f"WGPilot: 1 MiB × 32 for {options.endurance:g} s, send buffers of 4.5 KiB", rate, "", "", "",
            "never stalls", outcome is not None)
        report.fact(
            "… resident memory at its start and its end: server, client",
            f"{before[0]:.0f} → {after[0]:.0f} MB, {before[1]:.0f} → {after[1]:.0f} MB")


def measure_growth(options, report):
    """What is left of a call in memory: the same process after a tenth of the calls, and after all of them."""
    few, many = 100_000, 1_000_000
    say(f"memory after {few:,} and {many:,} calls")
    with pairs_of(options.peers_bin, ["WGPilot"]) as pairs:
        pair = pairs["WGPilot"]
        memories = []
        for calls in (few, many - few):
            if not pair.run(128, 32, 300, calls):
                report.add("WGPilot: memory after many calls", "stood still", "", "", "", "", False)
                return
            memories.append((pair.server.memory(), pair.client.memory()))
        for side, (before, after) in zip(("server", "client"), zip(*memories)):
            report.add(
                f"WGPilot: resident memory of the {side} after {many:,} calls", f"{after:.1f} MB",
                f"after {few:,}", f"{before:.1f} MB", f"{after - before:+.1f} MB", f"< +{GROWTH_MB:g} MB",
                after - before < GROWTH_MB)


def switches(process):
    """The times that each thread went to sleep of itself."""
    counts = {}
    for task in pathlib.Path(f"/proc/{process.pid}/task").iterdir():
        with contextlib.suppress(OSError):
            counts[task.name] = int((task / "status").read_text().split("voluntary_ctxt_switches:")[1].split()[0])
    return counts


def switches_during(process, seconds):
    before = switches(process)
    time.sleep(seconds)
    return sum(count - before.get(thread, 0) for thread, count in switches(process).items())


# The hello of docs/protocol.md: magic, version, the largest frame, who calls.
HELLO = bytes.fromhex("a401") + b"\x67wgpilot" + bytes.fromhex("0201031a0040000004") + b"\x65bench"


def greeted(path):
    """A connection that said hello and was answered; nothing more."""
    connection = socket.socket(socket.AF_UNIX)
    connection.settimeout(20)
    connection.connect(path)
    connection.sendall(struct.pack(">IBBI", 6 + len(HELLO), 1, 0, 0) + HELLO)
    header = connection.recv(10, socket.MSG_WAITALL)
    length, kind, _, _ = struct.unpack(">IBBI", header)
    payload = connection.recv(length - 6, socket.MSG_WAITALL)
    if kind != 1:
        connection.close()
        raise ConnectionRefusedError(payload)
    return connection


def measure_idle(options, report):
    say(f"{IDLE_CONNECTIONS:,} idle connections")
    with tempfile.TemporaryDirectory(prefix="wgpilot-bench-") as folder, data_folder() as data:
        daemon = Daemon(options.bin, "userspace", data, pathlib.Path(folder), MORE_CONNECTIONS)
        connections = []
        try:
            daemon.wait()
            text = machine(daemon)
            time.sleep(2)
            alone = switches_during(daemon.process, IDLE_SECONDS)
            memory = daemon.memory()[0]
            try:
                for _ in range(IDLE_CONNECTIONS):
                    connections.append(greeted(daemon.socket))
            except ConnectionRefusedError:
                report.notes.append(f"the daemon took {len(connections)} connections and no more.")
            time.sleep(2)
            # Once they are there nothing of theirs is left to do but to stay.
            crowded = switches_during(daemon.process, IDLE_SECONDS)
            report.add(
                f"wgpilotd with {len(connections):,} idle connections, {IDLE_SECONDS} s", f"{crowded} wake-ups",
                "the same with none", f"{alone} wake-ups", f"{crowded - alone:+}", f"≤ +{IDLE_SWITCHES}",
                crowded - alone <= IDLE_SWITCHES)
            report.fact(
                "… resident memory for each of them",
                f"{(daemon.memory()[0] - memory) * 1e3 / max(len(connections), 1):.1f} kB")
            return text
        finally:
            for connection in connections:
                connection.close()
            daemon.stop()


MORE_CONNECTIONS = {"WGPILOT_MAX_CONNECTIONS": str(IDLE_CONNECTIONS + 100)}


def measure_codec(options, report):
    say("the codec")
    count = 10_000
    command = [options.peers_bin / "CodecBenchmark", str(count), str(options.pairs)]
    got = json.loads(subprocess.run(command, text=True, stdout=subprocess.PIPE, check=True).stdout)
    for way, text in (("Encode", "written"), ("Decode", "read")):
        cbor, other = got[f"cbor{way}"], got[f"json{way}"]
        report.compare(
            f"{count:,} full peers {text} as CBOR", cbor, "ms", f"Foundation's JSON{way}r", other, most=1 / CODEC_TIMES)
    share = 100 * got["cborBytes"] / got["jsonBytes"]
    report.add(
        "… bytes", f"{got['cborBytes'] / 1e6:.2f} MB", "JSON", f"{got['jsonBytes'] / 1e6:.2f} MB", f"{share:.0f} %",
        f"≤ {CODEC_BYTES:g} %", share <= CODEC_BYTES)


def measure(options):
    report = Report()
    subprocess.run(["ip", "link", "set", "lo", "up"], check=True)
    pathlib.Path("/run/wireguard").mkdir(exist_ok=True)
    subprocess.run(["mount", "-t", "tmpfs", "-o", "mode=0700", "tmpfs", "/run/wireguard"], check=True)
    measure_codec(options, report)
    with pairs_of(options.peers_bin, PEERS) as pairs:
        measure_latency(options, pairs, report)
        measure_rate(options, pairs, report, 128, "128 B", SMALL_GRPC)
        measure_rate(options, pairs, report, 64 << 10, "64 KiB", LARGE_GRPC)
    measure_endurance(options, report)
    measure_growth(options, report)
    text = measure_idle(options, report)
    print(f"{text}; {options.pairs} turns of {options.seconds:g} s of each kind.\n")
    report.print()

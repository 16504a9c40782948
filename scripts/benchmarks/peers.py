"""What many peers cost: made at once and one by one, among very many, listed page by page; and a QR code."""

import json
import os
import pathlib
import shutil
import subprocess
import tempfile
import time

from benchmarks.daemon import Daemon, connect, data_folder, machine
from benchmarks.measuring import Report, die, run, say, turns

PROGRAM = "QRBenchmark"
BULK, MANY = 1000, 60_000
BULK_RATIO, ALLOCATION_RATIO, LIST_RATIO, QR_RATIO = 1 / 20, 2.0, 5.0, 1 / 20
CREATE, BATCH, DELETE, LIST = (f"wgpilot.v1.Peers/{name}" for name in ("Create", "CreateBatch", "Delete", "List"))


def batch(client, network, names):
    return client.call(BATCH, {1: network, 2: [{1: "", 2: name} for name in names]})


def measure_bulk(client, daemon, options, report):
    """A thousand peers in one call against a thousand calls, durable and live both, in networks of their own."""
    def fresh(kind, turn):
        name = f"{kind}-{turn}"
        daemon.ctl("network", "delete", name, "--yes", check=False)
        daemon.ctl("network", "create", name, "--subnet", "10.70.0.0/16" if kind == "bulk" else "10.71.0.0/16")

    def bulk(turn):
        batch(client, f"bulk-{turn}", [f"p{number}" for number in range(BULK)])

    def single(turn):
        for number in range(BULK):
            client.call(CREATE, {1: f"single-{turn}", 2: f"p{number}"})

    def after(kind, turn):
        daemon.ctl("network", "delete", f"{kind}-{turn}", "--yes")
        if turn < pairs:
            fresh(kind, turn + 1)

    pairs = max(3, options.pairs // 5)
    for kind in ("bulk", "single"):
        fresh(kind, 0)
    times = turns(pairs, {"bulk": bulk, "single": single}, after)
    for kind in ("bulk", "single"):
        daemon.ctl("network", "delete", f"{kind}-{pairs}", "--yes", check=False)
    report.ratio(f"{BULK:,} peers by `Peers/CreateBatch`, durable and live", times["bulk"],
                 f"{BULK:,} calls of `Peers/Create`", times["single"], BULK_RATIO)


def measure_allocation(client, options, report):
    def call(network):
        return lambda turn: client.call(CREATE, {1: network, 2: f"call-{turn}"})

    def delete(network, turn):
        client.call(DELETE, {1: network, 2: f"call-{turn}"})

    times = turns(options.pairs * 3, {network: call(network) for network in ("many", "none")}, delete)
    report.ratio(f"`Peers/Create` in a /16 with {MANY:,} peers, disabled", times["many"], "the same in an empty one",
                 times["none"], ALLOCATION_RATIO)


def measure_lists(client, daemon, options, report):
    """The first hundred of very many against an empty network's list: as a command, and on an open connection."""
    kinds = {
        "by name": ({10: "name"}, ["--sort", "name"]),
        "by creation, the last first, of one tag": (
            {10: "created_at", 11: True, 13: "even"}, ["--sort", "created-at", "--descending", "--tag", "even"]),
        "by e-mail, with a text in the name": (
            {10: "email", 4: "peer-07x"}, ["--sort", "email", "--filter", "peer-07x"]),
    }
    for what, (fields, words) in kinds.items():
        def command(network):
            whole = daemon.command("peer", "list", network, "--limit", "100", *words)
            return lambda _: run(whole)

        def call(network):
            return lambda _: client.call_bytes(LIST, {1: network, 3: 100, **fields})

        found = len(client.call(LIST, {1: "many", 3: 100, **fields}).get(1, []))
        if found != 100:
            die(f"the list {what} has {found} peers instead of 100")
        bodies = {f"{how} {network}": body(network)
                  for how, body in (("command", command), ("call", call)) for network in ("many", "none")}
        times = turns(options.pairs, bodies)
        report.ratio(f"`peer list --limit 100` of {MANY:,} peers {what}", times["command many"],
                     "the same of an empty network", times["command none"], LIST_RATIO)
        report.ratio("… the call alone", times["call many"], "… alone", times["call none"], LIST_RATIO)


def measure_code(daemon, options, report, folder):
    tool = shutil.which("qrencode")
    program = options.peers_bin / PROGRAM
    if not tool:
        report.notes.append("without qrencode(1) (scripts/install-dependencies --test) no QR code was made.")
        return
    file = folder / "client.conf"
    daemon.ctl("peer", "config", "one/laptop", "--file", str(file))
    picture = str(folder / "code.png")
    times = turns(options.pairs, {
        "qrencode": lambda _: run([tool, "-t", "PNG", "-l", "M", "-r", str(file), "-o", picture])})
    ours = json.loads(subprocess.run(
        [program, file, str(options.pairs), "50"], text=True, capture_output=True, check=True).stdout)
    report.ratio(f"a PNG of a configuration of {file.stat().st_size} bytes, in the process", ours,
                 "`qrencode -t PNG`, the whole process", times["qrencode"], QR_RATIO)


def measure(options):
    report = Report()
    os.makedirs("/run/wireguard", exist_ok=True)
    subprocess.run(["mount", "-t", "tmpfs", "-o", "mode=0700", "tmpfs", "/run/wireguard"], check=True)
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
            # Disabled: what the kernel takes for very many peers is not what is measured here.
            for network, subnet in (("many", "10.60.0.0/16"), ("none", "10.61.0.0/16"), ("one", "10.62.0.0/24")):
                daemon.ctl("network", "create", network, "--subnet", subnet)
            daemon.ctl("peer", "add", "one", "laptop")
            for network in ("many", "none", "one"):
                daemon.ctl("network", "disable", network)
            say(f"making {MANY} peers")
            start = time.perf_counter()
            for first in range(0, MANY, 5000):
                client.call(BATCH, {1: "many", 2: [
                    {1: "", 2: f"peer-{number % 100:02}x{number}", 3: f"user{number * 7919 % MANY}@example.org",
                     17: ["even" if number % 2 == 0 else "odd"]} for number in range(first, first + 5000)]})
            report.fact(f"Making {MANY:,} peers, 5,000 a call", f"{time.perf_counter() - start:.1f} s")
            say("lists")
            measure_lists(client, daemon, options, report)
            say("allocation")
            measure_allocation(client, options, report)
            say("QR codes")
            measure_code(daemon, options, report, folder)
            say(f"{BULK} peers at once and one by one")
            measure_bulk(client, daemon, options, report)
            client.close()
        finally:
            daemon.stop()
            for path in pathlib.Path("/run/wireguard").glob("*.sock"):
                # A wireguard-go whose interface goes ends too.
                subprocess.run(["ip", "link", "delete", "dev", path.stem], stderr=subprocess.DEVNULL)
    print(f"{text}; {options.pairs} measurements of each command.\n")
    report.print()

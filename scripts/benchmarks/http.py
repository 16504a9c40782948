"""What a request costs through the gateway, against Hummingbird by itself answering the same bytes."""

import contextlib
import http.client
import json
import re
import shutil
import subprocess
import threading
import time

from benchmarks.daemon import machine
from benchmarks.gateway import PORT, await_port, hub
from benchmarks.measuring import Report, die, say, spread, turns

PROGRAM = "BareHTTP"
BARE = 8081
# A thousand peers in a list, ten thousand in a scrape, fifty thousand in a download.
LIST, SCRAPE, MANY = 1000, 10_000, 50_000
PEER_SHARE, LIST_RATIO, SCRAPE_RATIO, CODES, CODE_CORES, CALM, IDLE_MB = 1 / 3, 5.0, 2.0, 500, 0.25, 2.0, 40.0
CONNECTIONS = 16


@contextlib.contextmanager
def bare(program, folder, bodies):
    """Hummingbird by itself, with those bodies."""
    words = []
    for name, body in bodies.items():
        (folder / name).write_bytes(body)
        words.append(f"{name}={folder / name}")
    process = subprocess.Popen([program, str(BARE), *words], stdin=subprocess.DEVNULL)
    try:
        await_port(BARE, process)
        yield
    finally:
        process.terminate()
        process.wait(20)


class Caller:
    """One connection to the gateway, kept open."""

    def __init__(self, token):
        self.connection = http.client.HTTPConnection("127.0.0.1", PORT, timeout=120)
        self.fields = {"Authorization": f"Bearer {token}"}

    def get(self, path):
        self.connection.request("GET", path, headers=self.fields)
        answer = self.connection.getresponse()
        body = answer.read()
        if answer.status != 200:
            die(f"GET {path} was answered {answer.status}: {body[:500]!r}")
        return body


def wrk(port, path, token, seconds, connections=CONNECTIONS, script=None):
    """Requests a second, and the latency that 99 of 100 stay below, in milliseconds."""
    result = subprocess.run(
        ["wrk", "-t", "1", "-c", str(connections), "-d", f"{seconds:g}s", "--latency", "-H",
         f"Authorization: Bearer {token}", *(["-s", script] if script else []), f"http://127.0.0.1:{port}{path}"],
        text=True, capture_output=True)
    if result.returncode != 0 or "Non-2xx" in result.stdout or "Socket errors" in result.stdout:
        die(f"wrk {path} failed:\n{result.stdout}{result.stderr}")
    rate = float(re.search(r"Requests/sec:\s+([\d.]+)", result.stdout)[1])
    number, unit = re.search(r"99%\s+([\d.]+)(us|ms|s)", result.stdout).groups()
    return rate, float(number) * {"us": 0.001, "ms": 1, "s": 1000}[unit]


def measure_rates(options, token, paths, report):
    """The same bytes through the gateway and from Hummingbird, turn and turn about."""
    for what, name, least in (
            ("one peer", "peer.json", PEER_SHARE), (f"a list of {LIST:,} peers", "list.json", 1 / LIST_RATIO)):
        rates = {"gateway": [], "bare": []}
        for turn in range(-1, options.pairs):
            for side in ("gateway", "bare") if turn % 2 else ("bare", "gateway"):
                port, path = (PORT, paths[name]) if side == "gateway" else (BARE, f"/{name}")
                rate, _ = wrk(port, path, token, options.seconds)
                # The first round warms both.
                if turn >= 0:
                    rates[side].append(rate)
        report.compare(
            f"`GET` of {what}, requests a second", rates["gateway"], "/s", "Hummingbird with the same bytes",
            rates["bare"], least=least)


def measure_turns(options, token, folder, paths, report):
    """Another peer each time: nothing that was made for one request serves the next."""
    script = folder / "turns.lua"
    script.write_text(
        "local paths = {%s}\nlocal number = 0\n"
        "request = function() number = number %% #paths + 1; return wrk.format(nil, paths[number]) end\n"
        % ", ".join(f'"{path}"' for path in paths))
    rates = [wrk(PORT, "/", token, options.seconds, script=script)[0] for _ in range(options.pairs)]
    report.fact("… of a thousand peers in turn", spread(rates, "/s"))


def measure_codes(options, gateway, token, path, report):
    rates, cores = [], []
    for _ in range(options.pairs):
        before, start = gateway.cpu(), time.perf_counter()
        rate, _ = wrk(PORT, path, token, options.seconds)
        took = time.perf_counter() - start
        rates.append(rate)
        # Of the gateway alone, for a thousand a second.
        cores.append((gateway.cpu() - before) / took / rate * 1000)
    rate = sorted(rates)[len(rates) // 2]
    core = sorted(cores)[len(cores) // 2]
    report.add(
        "QR codes as PNG a second, and what a thousand take of a processor", f"{spread(rates, '/s')}, {core:.2f} s", "",
        "", "", f"≥ {CODES} or ≤ {CODE_CORES:g} s", rate >= CODES or core <= CODE_CORES)


def measure_calm(options, token, peer, many, report):
    """One peer asked for again and again, by itself and while somebody downloads everything."""
    stop = threading.Event()
    downloads = []

    def download():
        caller = Caller(token)
        while not stop.is_set():
            start, count, cursor = time.perf_counter(), 0, ""
            while not stop.is_set():
                page = json.loads(caller.get(f"{many}?limit=10000{cursor}"))
                count += len(page["peers"])
                if "next_cursor" not in page:
                    break
                cursor = f"&cursor={page['next_cursor']}"
            if count == MANY:
                downloads.append(time.perf_counter() - start)

    alone, beside = [], []
    for turn in range(-1, options.pairs):
        _, quiet = wrk(PORT, peer, token, options.seconds, connections=2)
        stop.clear()
        thread = threading.Thread(target=download)
        thread.start()
        _, busy = wrk(PORT, peer, token, options.seconds, connections=2)
        stop.set()
        thread.join()
        if turn >= 0:
            alone.append(quiet)
            beside.append(busy)
    report.compare(
        f"`GET` of one peer beside a download of {MANY:,}: what 99 of 100 stay below", beside, "ms", "alone", alone,
        most=CALM)
    if downloads:
        report.fact(f"… a download of {MANY:,} peers beside it", spread([each * 1000 for each in downloads]))


def measure_scrape(options, client, token, report):
    caller = Caller(token)

    def rpc(_):
        cursor, count = None, 0
        while True:
            message = {1: "scrape", 3: SCRAPE} | ({2: cursor} if cursor else {})
            page = client.call("wgpilot.v1.Peers/List", message)
            count += len(page[1])
            cursor = page.get(2)
            if not cursor:
                break
        if count != SCRAPE:
            die(f"the list has {count} peers instead of {SCRAPE}")

    def scrape(_):
        body = caller.get("/metrics")
        if body.count(b"wireguard_sent_bytes_total{") != SCRAPE:
            die("a scrape without all peers")

    times = turns(options.pairs, {"scrape": scrape, "rpc": rpc})
    report.ratio(
        f"a scrape of {SCRAPE:,} peers ({len(caller.get('/metrics')) / 1e6:.0f} MB)", times["scrape"],
        "listing them by RPC", times["rpc"], SCRAPE_RATIO)


def measure(options):
    if not shutil.which("wrk"):
        die("wrk is missing; run scripts/install-dependencies --test")
    report = Report()
    # What one user may ask for in a second is not what is measured here.
    with hub(options, {"WGPILOT_MAX_CALLS_PER_SECOND": "1000000"}) as made:
        daemon, gateway = made.daemon, made.gateway
        text = machine(daemon)
        token = daemon.json("token", "create", "bench", "--role", "operator")["secret"]
        caller = Caller(token)
        caller.get("/metrics")
        report.size("resident memory of the gateway, idle", *gateway.memory(), IDLE_MB)
        for network, subnet, count in (
                ("list", "10.60.0.0/20", LIST), ("scrape", "10.61.0.0/16", SCRAPE), ("many", "10.62.0.0/16", MANY)):
            # What the kernel takes for very many peers is not what is measured here.
            made.make_peers(network, subnet, count, enabled=False)
        for network in ("list", "scrape"):
            daemon.ctl("network", "enable", network)
        peers = json.loads(caller.get(f"/api/networks/list/peers?limit={LIST}"))["peers"]
        paths = {
            "peer.json": f"/api/networks/list/peers/{peers[LIST // 2]['id']}",
            "list.json": f"/api/networks/list/peers?limit={LIST}"}
        bodies = {name: caller.get(path) for name, path in paths.items()}
        with bare(options.peers_bin / PROGRAM, made.folder, bodies):
            say("requests a second")
            measure_rates(options, token, paths, report)
        measure_turns(
            options, token, made.folder, [f"/api/networks/list/peers/{peer['id']}" for peer in peers], report)
        say("QR codes")
        measure_codes(options, gateway, token, f"{paths['peer.json']}/qr", report)
        say("beside a download")
        measure_calm(options, token, paths["peer.json"], "/api/networks/many/peers", report)
        say("scrapes")
        # A scrape has the peers of all networks.
        for network in ("list", "many"):
            daemon.ctl("network", "delete", network, "--yes")
        measure_scrape(options, made.client, token, report)
        report.fact("resident memory of the gateway afterwards", "%.0f MB (peak %.0f)" % gateway.memory())
    print(f"{text}; {options.pairs} turns of {options.seconds:g} s of each kind, {CONNECTIONS} connections.\n")
    report.print()

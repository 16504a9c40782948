"""A hub with clients, sites and an internet around it, each a network namespace, and tables of who reaches whom.

                       internet  203.0.113.2, 2001:db8:f::2
                          |
    a, b, c … ---------- hub ---------- berlin (a site's gateway) ---- berlin-lan
    uplinks of 198.51.100.0/24          (its LAN)

Whoever is judged here sends everything into its tunnel (`widen`), so that what does not arrive was refused by the hub,
and not merely never sent.
"""

import contextlib
import json
import pathlib
import signal
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor

from lab import HUB_ADDRESS, PATIENCE, Failed, Lab, Namespace, RealClient, clean_environment, wait_until

# Without the site's packages, which it has no use for: it is started very often.
PROBER = (sys.executable, "-I", "-S", pathlib.Path(__file__).with_name("prober.py"))
# The ports that every place answers on.
PORTS = (7001, 7002)
INTERNET = {4: "203.0.113.2", 6: "2001:db8:f::2"}
# The hub's own address towards the internet: what the internet sees of those who are masqueraded.
HUB_OUTSIDE = {4: "203.0.113.1", 6: "2001:db8:f::1"}
KINDS = ("icmp", "tcp", "udp")
# What a cell of a table may say: nothing arrives, the packets of the source arrive, or they arrive as the hub's own.
REFUSED, REACHED, HIDDEN, UNASKED = "no", "yes", "hidden", "-"


def batch(namespace, *lines, family=None):
    """Runs many `ip` commands as one."""
    flags = [] if family is None else [f"-{family}"]
    namespace.run("ip", *flags, "-batch", "-", input="\n".join(lines) + "\n")


def parse_table(text):
    """The cells of a table: a header with the destinations, then a line for each source."""
    header, *lines = [line.split() for line in text.strip().splitlines() if line.strip()]
    cells = {}
    for source, *words in lines:
        assert len(words) == len(header), f"the line of {source} has {len(words)} cells, the header {len(header)}"
        for destination, word in zip(header, words):
            assert word in (REFUSED, REACHED, HIDDEN, UNASKED), word
            cells[source, destination] = word
    return cells


class World(Lab):
    """A hub whose daemon runs, and what a test puts around it. Places are known by name."""

    def __init__(self):
        super().__init__()
        try:
            self.namespaces = {"hub": self.hub}
            # The addresses of each place, by family.
            self.places = {}
            # How `reach` knows a peer.
            self.peer_paths = {}
            self.tunnels = {}
            self.uplinks = 0
            self.tokens = 0
            self.start_daemon()
        except BaseException:
            self.close()
            raise

    def _connect(self):
        # Clients reach it by wires of their own.
        self.hub.run("ip", "address", "add", f"{HUB_ADDRESS}/32", "dev", "lo")

    # Places.

    def add_internet(self):
        """A machine beyond the hub, which knows the way back to every tunnel and site."""
        node = self._add("internet", INTERNET)
        batch(
            self.hub, f"link add wan type veth peer name eth0 netns {node.name}",
            f"address add {HUB_OUTSIDE[4]}/24 dev wan", f"address add {HUB_OUTSIDE[6]}/64 dev wan nodad",
            "link set wan up")
        batch(
            node, f"address add {INTERNET[4]}/24 dev eth0", f"address add {INTERNET[6]}/64 dev eth0 nodad",
            "link set eth0 up", f"route add 10.0.0.0/8 via {HUB_OUTSIDE[4]}",
            f"route add 192.168.0.0/16 via {HUB_OUTSIDE[4]}", f"route add fd00::/8 via {HUB_OUTSIDE[6]}")
        return node

    def add_client(self, label):
        """A machine with a wire to the hub, and nothing else."""
        node = self._add(label)
        uplink = f"up{self.uplinks}"
        first = 4 * self.uplinks
        self.uplinks += 1
        batch(
            self.hub, f"link add {uplink} type veth peer name eth0 netns {node.name}",
            f"address add 198.51.100.{first + 1}/30 dev {uplink}", f"link set {uplink} up")
        batch(
            node, f"address add 198.51.100.{first + 2}/30 dev eth0", "link set eth0 up",
            f"route add {HUB_ADDRESS}/32 via 198.51.100.{first + 1}")
        return node

    def add_site(self, label, v4, v6):
        """A gateway named `label` and behind it `label-lan`; v4 and v6 are the first three and four groups."""
        gateway = self.add_client(label)
        lan = self._add(f"{label}-lan", {4: f"{v4}.10", 6: f"{v6}::10"})
        batch(
            gateway, f"link add lan type veth peer name eth0 netns {lan.name}", f"address add {v4}.1/24 dev lan",
            f"address add {v6}::1/64 dev lan nodad", "link set lan up")
        batch(
            lan, f"address add {v4}.10/24 dev eth0", f"address add {v6}::10/64 dev eth0 nodad", "link set eth0 up",
            f"route add default via {v4}.1", f"route add default via {v6}::1")
        gateway.run("sh", "-c", "echo 1 >/proc/sys/net/ipv4/ip_forward; echo 1 >/proc/sys/net/ipv6/conf/all/forwarding")
        return gateway

    def _add(self, label, addresses=None):
        node = self._namespace(f"{self.hub.name.removesuffix('-hub')}-{label}")
        self.namespaces[label] = node
        if addresses:
            self.places[label] = addresses
        return node

    def place_hub(self, label, v4, v6):
        """Names the hub's own addresses in a network."""
        self.places[label] = {4: v4, 6: v6}
        self.namespaces[label] = self.hub

    # Tunnels.

    def join(self, network, *labels, widen=True):
        """Brings clients into a network, with the files as wgpilotctl writes them and with wg-quick, all at once."""

        def bring(label):
            # An interface named like one of the words of ip(8) would be taken for the word.
            file = self.folder / f"tun-{label}.conf"
            self.ctl("peer", "config", f"{network}/{label}", "--file", file)
            client = RealClient(self, file, self.namespaces[label]).up()
            if widen:
                self.widen(client)
            return client

        clients = list(each(bring, labels))
        for label, client in zip(labels, clients):
            self.tunnels[label] = client
            self.peer_paths[label] = f"{network}/{label}"
            self.places[label] = {6 if ":" in address else 4: address for address in client.addresses()}
        hub = self.ctl("network", "show", network, "--output", "json").json["addresses"][0].partition("/")[0]
        for label, client in zip(labels, clients):
            # A full tunnel and a narrow one both lead to the hub, once widened; else the handshake has to do.
            wait_until(
                lambda client=client: client.latest_handshake() > 0 and (not widen or client.ping(hub)), 20,
                f"{label} reaches the hub")
        return clients

    def widen(self, client):
        """Makes a client send everything to the hub, and take everything from it, whatever its file says."""
        (key,) = client.namespace.dump(client.interface)
        client.namespace.run("wg", "set", client.interface, "peer", key, "allowed-ips", "0.0.0.0/0,::/0")
        if "AllowedIPs = 0.0.0.0/0, ::/0" not in client.configuration.read_text():
            client.namespace.run("ip", "route", "add", "default", "dev", client.interface)
            client.namespace.run("ip", "-6", "route", "add", "default", "dev", client.interface)

    # Packets.

    def serve(self):
        """Has every place answer, and note what it was asked."""
        started = []
        for label, namespace in self.namespaces.items():
            log = self.folder / f"{namespace.name}.served"
            if not log.exists():
                arguments = [*PROBER, "serve", log, *map(str, PORTS)]
                process = namespace.start(arguments, self.folder / f"{label}.prober")
                self.undo.append(lambda process=process: end(process))
                started.append(log)
        for log in started:
            wait_until(lambda log=log: log.exists() and log.read_text().startswith("ready"), 20, f"{log} is ready")

    def served(self, label):
        """What a place was asked so far, line by line: kind, port, token, source."""
        return (self.folder / f"{self.namespaces[label].name}.served").read_text().splitlines()

    def probe(self, wanted):
        """Tries everything at once. `wanted` has (source, destination, kind, port, family, whether it must arrive)."""
        by_source = {}
        for source, destination, kind, port, family, expected in wanted:
            self.tokens += 1
            by_source.setdefault(source, []).append({
                "id": str(self.tokens), "kind": kind, "port": port, "to": self.places[destination][family],
                "token": f"token-{self.tokens}-", "expected": expected,
                "cell": (source, destination, kind, port, family)})

        def run(item):
            source, probes = item
            job = {"probes": probes, "timeout": 8 * PATIENCE, "grace": 0.4}
            found = self.namespaces[source].run(
                *PROBER, "probe", input=json.dumps(job), timeout=30).json
            return [(probe, found[probe["id"]]) for probe in probes]

        return [pair for pairs in each(run, by_source.items()) for pair in pairs]

    def check(self, table, kinds=KINDS, ports=PORTS[:1], families=(4, 6), reach=False, hidden=HUB_OUTSIDE):
        """Compares every cell of a table with the packets; with `reach`, also with what `wgpilotctl reach` says."""
        cells = parse_table(table) if isinstance(table, str) else table
        self.check_cells({
            (source, destination, kind, port): word
            for (source, destination), word in cells.items()
            for kind in kinds
            for port in (ports if kind != "icmp" else (0,))
        }, families, reach, hidden)

    def check_cells(self, cells, families=(4, 6), reach=False, hidden=HUB_OUTSIDE):
        """The same for cells with a kind and a port each: (source, destination, kind, port)."""
        wanted = [
            (source, destination, kind, port, family, word != REFUSED)
            for (source, destination, kind, port), word in cells.items() if word != UNASKED
            for family in families if family in self.places[source] and family in self.places[destination]
        ]
        faults = []
        for probe, outcome in self.probe(wanted):
            source, destination, kind, port, family = probe["cell"]
            word = cells[source, destination, kind, port]
            fault = None
            if word == REFUSED:
                if outcome is not None:
                    fault = f"expected silence, got {outcome}"
                elif kind == "udp" and any(probe["token"] in line for line in self.served(destination)):
                    fault = "expected silence, and the packet arrived, though the answer did not"
            elif not isinstance(outcome, dict):
                fault = f"expected an answer, got {outcome or 'silence'}"
            elif "source" in outcome:
                right = self.places[source][family] if word == REACHED else hidden[family]
                if outcome["source"] != right:
                    fault = f"arrived from {outcome['source']} instead of {right}"
            elif outcome["from"] != self.places[destination][family]:
                fault = f"{outcome['from']} answered instead"
            if fault:
                faults.append(f"{source} → {destination}, {kind} {port or ''} IPv{family}: {fault}")
        if reach:
            faults += self.compare_reach(cells, families)
        if faults:
            rules = self.hub.run("nft", "list", "table", "inet", "wgpilot", check=False).stdout
            raise Failed("\n".join([*faults, "", rules]))

    def compare_reach(self, cells, families):
        """Where `wgpilotctl reach` tells something else than the table."""

        def names(label, family):
            path = self.peer_paths.get(label)
            return [path] if path else [self.places[label][each] for each in families if each in self.places[label]]

        questions = []
        pairs = {}
        for (source, destination, kind, port), word in cells.items():
            if word == UNASKED:
                continue
            pairs.setdefault((source, destination), []).append((kind, port, word))
        if PATIENCE > 1:
            # The answer does not hang on the machine, and asking takes a slow one long: one service for each pair.
            pairs = {pair: [services[number % len(services)]] for number, (pair, services) in enumerate(pairs.items())}
        for (source, destination), (kind, port, word) in (
            (pair, service) for pair, services in pairs.items() for service in services
        ):
            service = ["--protocol", kind, *(["--port", port] if kind != "icmp" else [])]
            for first in names(source, families):
                for second in names(destination, families):
                    # Addresses of two families do not meet.
                    if "/" in first or "/" in second or (":" in first) == (":" in second):
                        questions.append((first, second, service, word != REFUSED))

        def ask(question):
            first, second, service, expected = question
            result = self.ctl("reach", first, second, *service, "--output", "json", check=False)
            if result.code not in (0, 1):
                return [str(result)]
            answers = [path["allowed"] for path in result.json["paths"]]
            if result.code != (0 if expected else 1) or not answers or any(each != expected for each in answers):
                return [f"reach says otherwise than the packets: {result}"]
            return []

        return [fault for faults in each(ask, questions, 4) for fault in faults]

    @contextlib.contextmanager
    def stream(self, source, destination, prefix, kind="udp", port=PORTS[0], interval=0.005, family=4):
        """Sends numbered requests from one place to another as long as the context lasts.

        Yields a dictionary which afterwards has `sent`, `answered` and `errors`.
        """
        report = self.folder / f"{prefix}.report"
        process = self.namespaces[source].start(
            [*PROBER, "stream", kind, self.places[destination][family], str(port), prefix,
             str(interval), report], self.folder / f"{prefix}.stream")
        outcome = {}
        try:
            yield outcome
        finally:
            end(process)
        outcome.update(json.loads(report.read_text()))

    def arrived(self, destination, prefix):
        """How many of a stream's requests a place has seen."""
        return sum(f" {prefix}-" in line for line in self.served(destination))

    def ended(self, destination, prefix):
        """Waits until no more of a stream's requests arrive, and returns how many did.

        Where the machine is fast, one of them may be past the hub when the way is closed. A slow one has a queue of
        them by then: before the cipher, and before whoever notes them.
        """
        first = self.arrived(destination, prefix)
        counts = [first]

        def is_still():
            # A stream that still runs has some twenty-five in this time, and a few even under emulation.
            time.sleep(0.5 * PATIENCE)
            counts.append(self.arrived(destination, prefix))
            return counts[-1] == counts[-2]

        wait_until(is_still, 5, lambda: f"{prefix} has ended; arrived at {destination}: {counts}")
        if PATIENCE == 1 and counts[-1] > first + 1:
            raise Failed(f"{prefix} ended late; arrived at {destination}: {counts}")
        return counts[-1]


def each(action, items, workers=6):
    """Does something with all items at once, and returns what came of each; raises what any of them raised."""
    with ThreadPoolExecutor(workers) as pool:
        return list(pool.map(action, items))


def end(process):
    """Ends a process that a test started, and waits for it."""
    process.send_signal(signal.SIGTERM)
    try:
        process.wait(10 * PATIENCE)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


@contextlib.contextmanager
def world():
    """A world that is gone afterwards."""
    made = World()
    try:
        yield made
    finally:
        made.close()

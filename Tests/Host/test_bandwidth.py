"""Limits of bandwidth: what gets through by iperf3, and what the kernel has by tc(8)."""

import itertools
import json
import re
import threading

import pytest

from lab import PATIENCE, wait_until
from topology import each, end, world

# The end of a limit that must be reached, and the one that must not be passed.
LEAST, MOST = 0.95, 1.02
SECONDS = 10
# Our queue, our priorities of filters, our group of devices: "WG" in ASCII.
MARK = "5747"
PRIORITIES = {0x5747, 0x5748}
# An emulated machine carries a few Mbit/s, of which everybody is offered more than they may have.
FAST, SLOW, OFFERED = (8000, 3000, 3) if PATIENCE == 1 else (1000, 500, 1.5)
# A machine that stands still for a moment lets through less, and never more.
ATTEMPTS = 3
PENDING = 12

ports = itertools.count(5300)


def make(lab, *labels):
    """A network of both families that nobody is limited in, with clients in it."""
    for label in labels:
        lab.add_client(label)
    lab.ctl("network", "create", "net", "--mode", "hub-routed", "--subnet", "10.8.0.0/24", "--subnet6", "fd00:8::/64")
    for label in labels:
        lab.ctl("peer", "add", "net", label)
    lab.place_hub("hub", "10.8.0.1", "fd00:8::1")
    lab.join("net", *labels, widen=False)


@pytest.fixture
def lab():
    with world() as made:
        yield made


def iperf(lab, client, server, family=4, protocol="udp", up=False, seconds=SECONDS, most=None):
    """How much got through between two places, in kbit/s of IP packets: from the client with `up`, else to it."""
    port = str(next(ports))
    address = lab.places[server][family]
    log = lab.folder / f"iperf-{port}"
    process = lab.namespaces[server].start(["iperf3", "-s", "-1", "-B", address, "-p", port, "--forceflush"], log)
    try:
        wait_until(lambda: "listening" in log.read_text(), 20, f"iperf3 listens: {log.read_text()}")
        words = ["-c", address, "-p", port, "-t", seconds, "-J"]
        if not up:
            words.append("-R")
        header = 40 if family == 6 else 20
        if protocol == "udp":
            # Far more than may pass, so that the queue is never empty; without a bound, one that no tunnel reaches.
            words += ["-u", "-l", "1200", "-b", f"{OFFERED * most if most else 1_000_000:.0f}K"]
            share = (1200 + 8 + header) / 1200
        else:
            # Segments fill the tunnel's MTU of 1420 but for the headers and a time stamp.
            share = 1420 / (1420 - header - 32)
        result = lab.namespaces[client].run("iperf3", *words, timeout=seconds + 60).json
    finally:
        end(process)
    received = result["end"]["sum_received"] if "sum_received" in result["end"] else result["end"]["sum"]
    return received["bits_per_second"] * share / 1000


def check(lab, limits, **options):
    """Measures all at once: (client, direction, limit in kbit/s), each alone against its limit."""

    def one(item):
        client, up, limit = item
        return item, iperf(lab, client, "hub", up=up, most=limit, **options)

    for attempt in range(ATTEMPTS):
        found = list(each(one, limits))
        for (client, up, limit), rate in found:
            print(f"{client} {'up' if up else 'down'}: {rate:.0f} of {limit} kbit/s, {rate / limit:.4f}; {options}")
        much = [f"{item}: {rate:.0f} kbit/s" for item, rate in found if rate / item[2] > MOST]
        assert not much, much
        little = [f"{item}: {rate:.0f} kbit/s" for item, rate in found if rate / item[2] < LEAST]
        if not little:
            return
    assert not little, little


class Eyes:
    """What tc(8) and ip(8) see in the hub."""

    def __init__(self, lab):
        self.lab = lab
        self.interface = lab.interface("net")
        self.mirror = f"ifb-{self.interface}"

    def run(self, *words):
        text = self.lab.hub.run(*words).stdout
        return json.loads(text) if text.strip() else []

    def root(self, device):
        """The kind and number of what queues on a device."""
        queues = self.run("tc", "-j", "qdisc", "show", "dev", device)
        (root,) = [queue for queue in queues if queue.get("root")]
        return root["kind"], root["handle"]

    def kinds(self, device):
        return {queue["kind"] for queue in self.run("tc", "-j", "qdisc", "show", "dev", device)}

    def classes(self, device):
        """The limits in kbit/s by class, with the bytes that each has sent."""
        if not self.has(device):
            return {}
        # This tc(8) has no JSON of classes and filters.
        text = self.lab.hub.run("tc", "-s", "class", "show", "dev", device).stdout
        units = {"": 0.001, "K": 1, "M": 1000, "G": 1_000_000}
        return {
            name: (round(float(rate) * units[unit]), int(sent))
            for name, rate, unit, sent in re.findall(
                r"^class htb (\S+) .*?rate ([0-9.]+)([KMG]?)bit .*\n\s*Sent (\d+) bytes", text, re.MULTILINE)
        }

    def filters(self, device, *place):
        """What our filters match, and the class that they lead to."""
        found = {}
        number = None
        for line in self.lab.hub.run("tc", "filter", "show", "dev", device, *place).stdout.splitlines():
            head = re.match(r"filter .*pref (\d+) u32 .*fh (\S+) .*key ht", line)
            if line.startswith("filter"):
                # What leads from table to table matches anything, and no packet ends there.
                number = head[2] if head and int(head[1]) in PRIORITIES and " link " not in line else None
                if number:
                    flow = re.search(r"\*flowid (\S+)", line)
                    found[number] = [flow and flow[1]]
            elif number and ("match" in line or "mirred" in line):
                found[number].append(line.strip())
        return found

    def has(self, device):
        return any(link["ifname"] == device for link in self.run("ip", "-j", "link", "show"))

    def links(self):
        return {link["ifname"]: link["ifindex"] for link in self.run("ip", "-j", "link", "show")}

    def limits(self, device):
        return sorted(rate for rate, _ in self.classes(device).values())

    def all(self):
        """Everything that is ours, numbers and all."""
        return (
            {name: rate for name, (rate, _) in self.classes(self.interface).items()},
            {name: rate for name, (rate, _) in self.classes(self.mirror).items()},
            self.filters(self.interface, "parent", f"{MARK}:"),
            self.filters(self.mirror, "parent", f"{MARK}:") if self.has(self.mirror) else {},
            self.filters(self.interface, "ingress"),
            self.links(),
        )


@pytest.mark.kernel
def test_peers_get_what_they_may_and_no_more_both_ways_at_once(lab):
    make(lab, "a", "b", "free")
    lab.ctl("peer", "edit", "net/a", "--bandwidth-down", FAST, "--bandwidth-up", SLOW)
    lab.ctl("peer", "edit", "net/b", "--bandwidth-down", f"{SLOW}k", "--bandwidth-up", f"{FAST / 1000:g}M")
    # Two peers, two directions, at the same time: none takes from another.
    check(lab, [("a", False, FAST), ("b", True, FAST), ("a", True, SLOW), ("b", False, SLOW)])
    # The other family is another address, and shares the limit.
    # One way after the other: where the way back is full, its queue holds up what TCP is told.
    check(lab, [("a", False, FAST)], family=6, protocol="tcp")
    check(lab, [("a", True, SLOW)], family=6, protocol="tcp")
    free = iperf(lab, "free", "hub", protocol="tcp", seconds=3)
    assert free > 1.5 * FAST, f"whoever has no limit is not limited: {free:.0f} kbit/s"
    eyes = Eyes(lab)
    assert eyes.root(eyes.interface) == ("htb", f"{MARK}:") and eyes.root(eyes.mirror) == ("htb", f"{MARK}:")
    assert eyes.limits(eyes.interface) == [SLOW, FAST] and eyes.limits(eyes.mirror) == [SLOW, FAST]


@pytest.mark.kernel
def test_limits_change_live_survive_restarts_and_leave_nothing_behind(lab):
    make(lab, "a", "b")
    eyes = Eyes(lab)
    bare = eyes.all()
    lab.ctl("network", "edit", "net", "--bandwidth-down", "5M")
    lab.ctl("peer", "edit", "net/b", "--bandwidth-up", "2M", "--bandwidth-down", "3M")
    assert eyes.limits(eyes.interface) == [3000, 5000] and eyes.limits(eyes.mirror) == [2000]
    assert len(eyes.filters(eyes.interface, "parent", f"{MARK}:")) == 4, "two families each"
    assert len(eyes.filters(eyes.interface, "ingress")) == 2

    # Somebody else's change, and a death, write nothing: the counters of b's class go on, and all numbers stay.
    assert lab.tunnels["b"].ping("10.8.0.1")
    (name, sent), = [(name, sent) for name, (rate, sent) in eyes.classes(eyes.interface).items() if rate == 3000]
    assert sent > 0
    lab.ctl("peer", "edit", "net/a", "--bandwidth-down", "9M")
    lab.ctl("peer", "add", "net", "c", "--bandwidth-up", "64")
    lab.ctl("peer", "remove", "net/c", "--yes")
    before = eyes.all()
    lab.kill9()
    lab.start_daemon()
    assert lab.ctl("reconcile", "--output", "json").json["steps"] == []
    assert eyes.all() == before
    assert eyes.classes(eyes.interface)[name][1] >= sent
    assert eyes.limits(eyes.interface) == [3000, 9000]

    lab.ctl("peer", "edit", "net/b", "--clear", "bandwidth_down_kbps", "--bandwidth-up", "none")
    assert eyes.limits(eyes.interface) == [5000, 9000]
    assert not eyes.has(eyes.mirror) and "ingress" not in eyes.kinds(eyes.interface)
    lab.ctl("peer", "edit", "net/a", "--clear", "bandwidth_down_kbps")
    lab.ctl("network", "edit", "net", "--bandwidth-down", "none")
    assert eyes.all() == bare and "htb" not in eyes.kinds(eyes.interface)
    lab.ctl("peer", "edit", "net/b", "--bandwidth-up", "2M")
    assert eyes.has(eyes.mirror)
    lab.ctl("network", "delete", "net", "--yes")
    assert not eyes.has(eyes.mirror)


def test_what_lies_behind_a_site_gateway_is_limited_with_it(lab):
    lab.add_site("berlin", "192.168.7", "fd00:7")
    lab.add_client("a")
    lab.ctl("network", "create", "net", "--mode", "site-to-site", "--subnet", "10.8.0.0/24", "--subnet6", "fd00:8::/64")
    lab.ctl(
        "peer", "add", "net", "berlin", "--role", "site-gateway", "--site-networks", "192.168.7.0/24,fd00:7::/64",
        "--bandwidth-down", FAST, "--bandwidth-up", SLOW)
    lab.ctl("peer", "add", "net", "a")
    lab.place_hub("hub", "10.8.0.1", "fd00:8::1")
    lab.join("net", "berlin", widen=False)
    lab.join("net", "a")
    for family, up, limit in [(4, True, FAST), (6, True, FAST), (4, False, SLOW), (6, False, SLOW)]:
        # What a sends up is what berlin is sent.
        for _ in range(ATTEMPTS):
            rate = iperf(lab, "a", "berlin-lan", family=family, up=up, most=limit, seconds=5)
            assert rate / limit <= MOST, f"{family} {up}: {rate:.0f} of {limit}"
            if rate / limit >= LEAST:
                break
        assert rate / limit >= LEAST, f"{family} {up}: {rate:.0f} of {limit}"
    # The limit is the site's, not each address's: its gateway and its network share it.
    with_gateway = []
    thread = threading.Thread(
        target=lambda: with_gateway.append(iperf(lab, "berlin", "hub", most=FAST, seconds=5)))
    thread.start()
    network = iperf(lab, "a", "berlin-lan", up=True, most=FAST, seconds=5)
    thread.join()
    assert network + with_gateway[0] <= 1.15 * FAST, (network, with_gateway)


def test_what_others_did_to_the_queues_is_repaired_and_theirs_is_left_alone(lab):
    make(lab, "a")
    lab.ctl("peer", "edit", "net/a", "--bandwidth-down", "5M", "--bandwidth-up", "2M")
    eyes = Eyes(lab)
    there = eyes.all()
    # A filter of somebody else's, beside ours; it does not go with ours.
    lab.hub.run(
        "tc", "filter", "add", "dev", eyes.interface, "ingress", "prio", "5", "protocol", "ip", "u32", "match", "ip", "src",
        "10.99.0.0/16", "action", "mirred", "egress", "redirect", "dev", "lo")
    for damage in (
        ["tc", "qdisc", "del", "dev", eyes.interface, "root"],
        ["tc", "filter", "del", "dev", eyes.interface, "ingress", "prio", str(0x5747), "protocol", "ip"],
        ["tc", "class", "change", "dev", eyes.interface, "parent", f"{MARK}:", "classid", f"{MARK}:1", "htb", "rate", "1gbit"],
        ["tc", "qdisc", "del", "dev", eyes.mirror, "root"],
    ):
        repairs = lab.daemon_log().count("kernel changed")
        lab.hub.run(*damage)
        # That it is gone is news, and nobody has to ask.
        wait_until(lambda: lab.daemon_log().count("kernel changed") > repairs and eyes.all() == there, 10, f"repaired: {damage}")
        assert lab.ctl("reconcile", "--output", "json").json["steps"] == []
    repairs = lab.ctl("doctor", "--output", "json", check=False).json["repairs"]
    assert any("down: limit 10.8.0.2/32" in step and "to 5 Mbit/s" in step for repair in repairs for step in repair["steps"]), repairs
    lab.hub.run("ip", "link", "delete", eyes.mirror)
    wait_until(lambda: eyes.limits(eyes.mirror) == [2000], 20, "the device is there again")

    lab.ctl("peer", "edit", "net/a", "--bandwidth-down", "none", "--bandwidth-up", "none")
    assert "ingress" in eyes.kinds(eyes.interface), "somebody else's filter needs it"
    lab.hub.run("tc", "qdisc", "del", "dev", eyes.interface, "ingress")

    # Somebody else's queue in the place of ours.
    lab.hub.run("tc", "qdisc", "replace", "dev", eyes.interface, "root", "handle", "1:", "tbf", "rate", "1gbit", "burst",
                "64k", "latency", "50ms")
    result = lab.ctl("peer", "edit", "net/a", "--bandwidth-down", "5M", check=False)
    assert result.code == PENDING and "tbf 1:" in result.stderr and f"tc qdisc del dev {eyes.interface} root" in result.stderr
    assert eyes.root(eyes.interface) == ("tbf", "1:")
    doctor = lab.ctl("doctor", check=False)
    assert doctor.code != 0 and "tbf 1:" in doctor.stdout
    # And somebody else's device.
    lab.hub.run("ip", "link", "add", eyes.mirror, "type", "bridge")
    result = lab.ctl("peer", "edit", "net/a", "--bandwidth-down", "none", "--bandwidth-up", "5M", check=False)
    assert result.code == PENDING and f"{eyes.mirror} is a device that WGPilot did not make (bridge)" in result.stderr
    assert lab.tunnels["a"].ping("10.8.0.1"), "the peer is there all the same"
    lab.hub.run("ip", "link", "delete", eyes.mirror)
    lab.hub.run("tc", "qdisc", "del", "dev", eyes.interface, "root")
    assert lab.ctl("reconcile").code == 0
    assert eyes.limits(eyes.mirror) == [5000] and eyes.root(eyes.interface)[0] != "htb"


def test_a_limit_is_told_in_every_way_and_comes_back_from_a_file(lab):
    lab.ctl("network", "create", "net", "--subnet", "10.8.0.0/24", "--bandwidth-down", "20M", "--bandwidth-up", "1500")
    shown = lab.ctl("network", "show", "net", "--output", "json").json
    assert (shown["bandwidth_down_kbps"], shown["bandwidth_up_kbps"]) == (20_000, 1500)
    assert "20 Mbit/s" in lab.ctl("network", "show", "net").stdout
    plan = lab.ctl("peer", "add", "net", "a", "--bandwidth-down", "10M", "--dry-run").stdout
    assert "down: limit 10.8.0.2/32 to 10 Mbit/s" in plan and "up: limit 10.8.0.2/32 to 1500 kbit/s" in plan
    lab.ctl("peer", "add", "net", "a", "--bandwidth-down", "10M", "--bandwidth-up", "none")
    lab.ctl("peer", "add", "net", "b")
    shown = lab.ctl("peer", "show", "net/a", "--output", "json").json
    assert (shown["bandwidth_down_kbps"], shown["bandwidth_up_kbps"]) == (10_000, 0)
    assert "10M/none" in lab.ctl("peer", "list", "net").stdout
    assert "bandwidth_down_kbps" not in lab.ctl("peer", "show", "net/b", "--output", "json").json
    file = lab.folder / "peers.json"
    file.write_text(lab.ctl("peer", "list", "net", "--output", "json").stdout)
    eyes = Eyes(lab)
    assert eyes.limits(eyes.interface) == [10_000, 20_000] and eyes.limits(eyes.mirror) == [1500]
    for name in ("a", "b"):
        lab.ctl("peer", "remove", f"net/{name}", "--yes")
    lab.ctl("peer", "import", "net", file)
    assert eyes.limits(eyes.interface) == [10_000, 20_000] and eyes.limits(eyes.mirror) == [1500]
    for name in ("a", "b"):
        lab.ctl("peer", "remove", f"net/{name}", "--yes")
    table = lab.folder / "peers.csv"
    table.write_text("name,bandwidth_down_kbps,bandwidth_up_kbps\nc,2M,800\nd,,none\n")
    lab.ctl("peer", "import", "net", table)
    assert eyes.limits(eyes.interface) == [2000, 20_000] and eyes.limits(eyes.mirror) == [800]
    table.write_text("name,bandwidth_down_kbps,bandwidth_up_kbps\ne,7,800T\nf,100000001,-1\n")
    result = lab.ctl("peer", "import", "net", table, check=False)
    assert result.code != 0 and "line 2, bandwidth_up_kbps" in result.stderr
    table.write_text("name,bandwidth_down_kbps,bandwidth_up_kbps\ne,7,800\nf,100000001,-1\n")
    result = lab.ctl("peer", "import", "net", table, check=False)
    assert result.code != 0
    for place in ("line 2, bandwidth_down_kbps", "line 3, bandwidth_down_kbps", "line 3, bandwidth_up_kbps"):
        assert place in result.stderr, result.stderr

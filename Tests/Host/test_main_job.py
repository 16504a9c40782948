"""What WGPilot is for, from outside: a network, a peer, its file and its QR code, and a tunnel that carries packets."""

import pathlib
import re
import signal
import stat
import sys

import pytest

from lab import BACKEND, CLIENT_ADDRESS, RealClient, run, wait_until

pytestmark = pytest.mark.kernel

TERMINAL_QR = pathlib.Path(__file__).with_name("terminal_qr.py")


def listed(lab, network="office"):
    return lab.ctl("peer", "list", network, "--output", "json").json


def make_office(lab, *options):
    """The network `office` with the peer `laptop`; returns the hub's interface and the peer."""
    lab.start_daemon()
    lab.ctl(
        "network", "create", "office", "--mode", "gateway", "--subnet", "10.8.0.0/24", "--listen-port", "51820",
        *options)
    lab.ctl("peer", "add", "office", "laptop")
    interface = lab.interface("office")
    kind = lab.hub.link_kind(interface)
    assert kind == "wireguard" or (kind == "tun" and BACKEND != "kernel"), f"{interface} is of kind {kind}"
    (peer,) = listed(lab)
    return interface, peer


def connect(lab):
    """A real client on the file as wgpilotctl wrote it."""
    file = lab.folder / "laptop.conf"
    lab.ctl("peer", "config", "office/laptop", "--file", file)
    client = RealClient(lab, file).up()
    wait_until(lambda: client.ping("10.8.0.1"), 15, "the client reaches the hub through the tunnel")
    return client


def zbar(picture):
    # --raw ends what it read with a line break of its own.
    # QR codes alone: among the modules of a symbol it now and then believes to see a bar code as well.
    text = run(["zbarimg", "--raw", "-q", "-S*.enable=0", "-Sqrcode.enable=1", picture]).stdout
    assert text.endswith("\n")
    return text[:-1]


def handshake(lab, interface, peer):
    return lab.hub.dump(interface)[peer["public_key"]]["handshake"]


def test_a_peer_s_file_makes_a_tunnel_that_carries_packets_both_ways(lab):
    interface, peer = make_office(lab)
    client = connect(lab)
    address = client.addresses()[0]
    assert peer["allowed_ips"].split(",")[0] == f"{address}/32"
    assert client.latest_handshake() > 0
    wait_until(lambda: lab.hub.ping(address), 5, "the hub reaches the client")

    device = lab.hub.dump(interface)[peer["public_key"]]
    (now,) = listed(lab)
    assert now["online"] is True
    assert now["last_handshake"] == device["handshake"] > 0
    assert now["endpoint"].startswith(f"{CLIENT_ADDRESS}:")
    # Counters only grow, and each echo adds to both.
    assert 0 < device["received"] <= now["transfer_rx"]
    assert 0 < device["sent"] <= now["transfer_tx"]
    lab.ctl("status")


def test_a_split_tunnel_and_dual_stack_carry_packets_too(lab):
    make_office(lab, "--tunnel", "split", "--subnet6", "fd00:8::/64", "--dns-servers", "10.8.0.1", "--mtu", "1380")
    client = connect(lab)
    wait_until(lambda: client.ping("fd00:8::1"), 5, "the client reaches the hub over IPv6")
    v4, v6 = client.addresses()
    assert lab.hub.ping(v4) and lab.hub.ping(v6)
    assert "10.8.0.1" in client.resolver_log.read_text()
    link = lab.client.run("ip", "-json", "link", "show", "dev", client.interface).json[0]
    assert link["mtu"] == 1380


def test_the_file_and_both_qr_codes_hold_the_same_text(lab):
    make_office(lab)
    file, picture, screen = (lab.folder / name for name in ("laptop.conf", "laptop.png", "screen.png"))
    lab.ctl("peer", "config", "office/laptop", "--file", file)
    lab.ctl("peer", "qr", "office/laptop", "--png", picture)
    drawn = lab.ctl("peer", "qr", "office/laptop").stdout
    run([sys.executable, TERMINAL_QR, screen], input=drawn)

    text = file.read_text()
    assert re.search(r"^PrivateKey = [A-Za-z0-9+/]{43}=$", text, re.MULTILINE)
    assert "laptop" in text.splitlines()[0]
    assert lab.ctl("peer", "config", "office/laptop").stdout == text
    assert zbar(picture) == text
    assert zbar(screen) == text
    for secret in (file, picture):
        assert stat.S_IMODE(secret.stat().st_mode) == 0o600, f"{secret.name} is open to others"


def test_disable_cuts_the_tunnel_and_enable_brings_it_back(lab):
    interface, peer = make_office(lab)
    client = connect(lab)
    lab.ctl("peer", "disable", "office/laptop")
    assert peer["public_key"] not in lab.hub.dump(interface)
    wait_until(lambda: not client.ping("10.8.0.1", 0.3), 5, "the disabled peer gets no answer any more")
    assert [each["enabled"] for each in listed(lab)] == [False]
    lab.ctl("peer", "enable", "office/laptop")
    # The client notices only by its own timers that the hub forgot their session: 15 s (REKEY_TIMEOUT and
    # KEEPALIVE_TIMEOUT, section 6 of the WireGuard paper) and a retry.
    wait_until(lambda: client.ping("10.8.0.1"), 40, "the enabled peer gets answers again")
    assert [each["enabled"] for each in listed(lab)] == [True]


def test_a_killed_and_restarted_daemon_leaves_the_tunnel_as_it_is(lab):
    interface, peer = make_office(lab)
    client = connect(lab)
    before = handshake(lab, interface, peer)
    assert before > 0
    log = lab.folder / "ping.log"
    stream = client.namespace.start(["ping", "-n", "-i", "0.2", "10.8.0.1"], log)
    wait_until(lambda: log.read_text().count("bytes from") >= 3, 10, "the stream of echoes runs")

    lab.kill9()
    count = log.read_text().count("bytes from")
    wait_until(lambda: log.read_text().count("bytes from") >= count + 3, 10, "echoes flow without a daemon")
    lab.start_daemon()
    count = log.read_text().count("bytes from")
    wait_until(lambda: log.read_text().count("bytes from") >= count + 3, 10, "echoes flow under the new daemon")

    stream.send_signal(signal.SIGINT)
    stream.wait(10)
    sent, received = map(int, re.search(r"(\d+) packets transmitted, (\d+) received", log.read_text()).groups())
    # The last one may still be on its way.
    assert received >= sent - 1, log.read_text()
    device = lab.hub.dump(interface)[peer["public_key"]]
    assert device["handshake"] == before == client.latest_handshake(), "a new handshake took place"
    (now,) = listed(lab)
    same = ("id", "name", "public_key", "allowed_ips", "created_at", "updated_at", "enabled", "persistent_keepalive")
    assert {name: now[name] for name in same} == {name: peer[name] for name in same}
    assert now["last_handshake"] == before
    assert now["transfer_rx"] >= device["received"] > 0
    assert now["transfer_tx"] >= device["sent"] > 0


def test_renaming_a_peer_and_changing_another_leave_its_tunnel_alone(lab):
    interface, peer = make_office(lab)
    client = connect(lab)
    before = lab.hub.dump(interface)[peer["public_key"]]
    lab.ctl("peer", "edit", "office/laptop", "--name", "notebook")
    lab.ctl("peer", "add", "office", "phone")
    lab.ctl("peer", "edit", "office/phone", "--persistent-keepalive", "15")
    lab.ctl("peer", "remove", "office/phone", "--yes")
    after = lab.hub.dump(interface)[peer["public_key"]]
    assert after["handshake"] == before["handshake"]
    assert after["received"] >= before["received"] > 0
    assert client.ping("10.8.0.1")
    assert lab.ctl("peer", "show", "office/laptop", check=False).code == 3
    assert lab.ctl("peer", "show", "office/notebook", "--output", "json").json["id"] == peer["id"]
    assert "notebook" in lab.ctl("peer", "config", "office/notebook").stdout.splitlines()[0]


def test_nothing_of_a_removed_peer_is_left(lab):
    interface, peer = make_office(lab)
    client = connect(lab)
    address = client.addresses()[0]
    lab.ctl("peer", "remove", "office/laptop", "--yes")
    assert lab.hub.dump(interface) == {}
    routes = lab.hub.run("ip", "route", "show", "table", "all").stdout
    assert not re.search(rf"(?<![\d.]){re.escape(address)}(?![\d.])", routes), routes
    assert listed(lab) == []
    wait_until(lambda: not client.ping("10.8.0.1", 0.3), 5, "the removed peer gets no answer any more")
    # Its name and address are free again, and the newcomer has keys of its own.
    lab.ctl("peer", "add", "office", "laptop")
    (new,) = listed(lab)
    assert new["allowed_ips"] == peer["allowed_ips"]
    assert new["public_key"] != peer["public_key"]


def test_routes_to_a_site_come_and_go_with_its_gateway(lab):
    lab.start_daemon()
    lab.ctl("network", "create", "sites", "--mode", "site-to-site", "--subnet", "10.9.0.0/24")
    interface = lab.interface("sites")

    def routes():
        return [each["dst"] for each in lab.hub.run("ip", "-json", "route", "show", "dev", interface).json]

    lab.ctl("peer", "add", "sites", "berlin", "--role", "site-gateway", "--site-networks", "10.20.0.0/16,10.30.0.0/16")
    assert {"10.20.0.0/16", "10.30.0.0/16"} <= set(routes())
    (device,) = lab.hub.dump(interface).values()
    assert device["allowed_ips"] == {"10.9.0.2/32", "10.20.0.0/16", "10.30.0.0/16"}
    lab.ctl("peer", "edit", "sites/berlin", "--site-networks", "10.30.0.0/16")
    assert "10.20.0.0/16" not in routes() and "10.30.0.0/16" in routes()
    lab.ctl("peer", "remove", "sites/berlin", "--yes")
    assert routes() == ["10.9.0.0/24"]
    assert lab.hub.dump(interface) == {}

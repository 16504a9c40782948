"""The lab itself: two ends made by hand, without the daemon, so that a broken lab is not taken for a broken daemon."""

import subprocess

import pytest

from lab import CLIENT_ADDRESS, HUB_ADDRESS, HUB_ADDRESS6, Lab, RealClient, run, wait_until


def key_pair():
    private = run(["wg", "genkey"]).stdout.strip()
    return private, run(["wg", "pubkey"], input=private).stdout.strip()


def is_alive(pid):
    """Whether the process runs; one that ended and that nobody waited for does not."""
    try:
        with open(f"/proc/{pid}/stat", encoding="ascii", errors="replace") as stat:
            return stat.read().rpartition(")")[2].split()[0] != "Z"
    except FileNotFoundError:
        return False


def make_hub(lab, private, peer_key, allowed):
    """A hub's end as an administrator would make it: the kernel's device, or wireguard-go's."""
    configuration = lab.folder / "hub.conf"
    configuration.write_text(
        f"[Interface]\nPrivateKey = {private}\nListenPort = 51820\n\n"
        f"[Peer]\nPublicKey = {peer_key}\nAllowedIPs = {allowed}\n")
    if lab.hub.run("ip", "link", "add", "wg0", "type", "wireguard", check=False).code != 0:
        lab.hub.run("wireguard-go", "wg0")
    lab.hub.run("wg", "setconf", "wg0", configuration)
    for address in ("10.8.0.1/24", "fd00:8::1/64"):
        lab.hub.run("ip", "address", "add", address, "dev", "wg0", *(["nodad"] if ":" in address else []))
    lab.hub.run("ip", "link", "set", "wg0", "up")


@pytest.mark.parametrize(
    "allowed, endpoint",
    [
        ("10.8.0.0/24, fd00:8::/64", f"{HUB_ADDRESS}:51820"),
        ("0.0.0.0/0, ::/0", f"{HUB_ADDRESS}:51820"),
        ("0.0.0.0/0, ::/0", f"[{HUB_ADDRESS6}]:51820"),
    ],
    ids=["split tunnel", "full tunnel", "full tunnel over IPv6"],
)
def test_two_ends_made_by_hand_carry_packets(lab, allowed, endpoint):
    hub_private, hub_public = key_pair()
    private, public = key_pair()
    make_hub(lab, hub_private, public, "10.8.0.2/32, fd00:8::2/128")
    # An address behind the hub that only a full tunnel reaches.
    lab.hub.run("ip", "address", "add", "198.51.100.1/32", "dev", "lo")
    file = lab.folder / "laptop.conf"
    file.write_text(
        f"# laptop\n[Interface]\nPrivateKey = {private}\nAddress = 10.8.0.2/24, fd00:8::2/64\nDNS = 10.8.0.1\n"
        f"MTU = 1380\n\n[Peer]\nPublicKey = {hub_public}\nAllowedIPs = {allowed}\nEndpoint = {endpoint}\n"
        "PersistentKeepalive = 25\n")
    client = RealClient(lab, file)
    assert not lab.client.ping("10.8.0.1", 0.2), "the hub answers without a tunnel"
    client.up()
    wait_until(lambda: client.ping("10.8.0.1"), 10, "the client reaches the hub")
    wait_until(lambda: lab.client.ping("fd00:8::1"), 10, "the client reaches the hub over IPv6")
    assert lab.hub.ping("10.8.0.2"), "the hub does not reach the client"
    assert client.latest_handshake() > 0
    assert client.addresses() == ["10.8.0.2", "fd00:8::2"]
    assert lab.hub.dump("wg0")[public]["received"] > 0
    assert "10.8.0.1" in client.resolver_log.read_text()
    assert client.ping("198.51.100.1", 0.5) == ("0.0.0.0/0" in allowed)
    # Beside a full tunnel the wire itself stays reachable.
    assert lab.client.ping(HUB_ADDRESS)
    client.down()
    assert not client.ping("10.8.0.1", 0.2), "the tunnel is down and still carries packets"


def test_two_labs_at_once_do_not_meet(lab):
    """Both hubs have a wg0 and both wires the same addresses."""
    other = Lab()
    try:
        for each in (lab, other):
            private, _ = key_pair()
            _, public = key_pair()
            make_hub(each, private, public, "10.8.0.2/32")
        assert lab.hub.dump("wg0").keys().isdisjoint(other.hub.dump("wg0").keys())
        assert lab.client.ping(HUB_ADDRESS) and other.hub.ping(CLIENT_ADDRESS)
    finally:
        other.close()


def test_a_closed_lab_leaves_nothing():
    made = Lab()
    private, _ = key_pair()
    _, public = key_pair()
    make_hub(made, private, public, "10.8.0.2/32")
    sleeper = made.client.start(["sleep", "1000"], made.folder / "sleep.log")
    # The pid is that of the program and not of something around it: killing the daemon has to hit the daemon.
    wait_until(lambda: open(f"/proc/{sleeper.pid}/comm").read().strip() == "sleep", 5, "the pid is the program's")
    pids = made.hub.pids() + made.client.pids()
    assert sleeper.pid in pids
    made.close()
    sleeper.wait(5)
    assert not made.folder.exists()
    names = subprocess.run(["ip", "netns", "list"], capture_output=True, text=True, check=True).stdout
    assert made.hub.name not in names and made.client.name not in names
    assert [pid for pid in pids if is_alive(pid)] == []

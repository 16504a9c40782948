"""Takes over what wg-quick runs without a packet lost, and gives it back as a file that wg-quick takes."""

import re

import pytest

from lab import HUB_ADDRESS, RealClient, wait_until
from machine import difference, public_key, some_key, state
from topology import World

EXISTS, INVALID, PRECONDITION = 4, 5, 7


class Running:
    """An interface that wg-quick brought up on the hub, with a client that uses it."""

    def __init__(self, lab, client=True):
        self.lab = lab
        self.marker = lab.folder / "ran"
        self.hub_key, self.client_key, self.psk, self.other_key = (some_key() for _ in range(4))
        self.file = lab.folder / "wg7.conf"
        # PostUp says what interface it was, so that a second run of it would be seen.
        self.file.write_text(
            f"[Interface]\n"
            f"PrivateKey = {self.hub_key}\n"
            f"Address = 10.66.0.1/24, fd00:66::1/64\n"
            f"ListenPort = 51777\n"
            f"MTU = 1400\n"
            f"PostUp = echo up >>{self.marker}\n"
            f"PreDown = echo down >>{self.marker}\n"
            f"\n"
            f"# laptop of Anna\n"
            f"[Peer]\n"
            f"PublicKey = {public_key(self.client_key)}\n"
            f"PresharedKey = {self.psk}\n"
            f"AllowedIPs = 10.66.0.5/32, fd00:66::5/128\n"
            f"\n"
            f"[Peer]\n"
            f"# Name = printer\n"
            f"PublicKey = {public_key(self.other_key)}\n"
            f"AllowedIPs = 10.66.0.9/32, fd00:66::9/128\n"
            f"PersistentKeepalive = 23\n"
            f"Endpoint = 192.0.2.77:1234\n")
        self.file.chmod(0o600)
        self.interface = RealClient(lab, self.file, lab.hub).up()
        if not client:
            return
        own = lab.folder / "mine.conf"
        own.write_text(
            f"[Interface]\nPrivateKey = {self.client_key}\nAddress = 10.66.0.5/32, fd00:66::5/128\n"
            f"[Peer]\nPublicKey = {public_key(self.hub_key)}\nPresharedKey = {self.psk}\n"
            f"AllowedIPs = 10.66.0.0/24, fd00:66::/64\nEndpoint = {HUB_ADDRESS}:51777\nPersistentKeepalive = 25\n")
        self.client = RealClient(lab, own).up()
        wait_until(lambda: self.client.ping("10.66.0.1"), 15, "the client reaches the hub")

    def peer(self, key):
        return self.lab.hub.dump("wg7")[public_key(key)]


@pytest.fixture
def running(lab):
    made = Running(lab)
    lab.start_daemon()
    return made


def facts(text):
    """The lines of a configuration but for the endpoints, which roam, in an order of ours: wireguard-go has none."""
    lines = sorted(line.strip() for line in text.splitlines())
    return [
        ", ".join(sorted(line.replace("AllowedIPs = ", "").split(", "))) if line.startswith("AllowedIPs") else line
        for line in lines if line and not line.startswith(("Endpoint", "#"))]


def notes(result):
    return " ".join(result.json["notes"])


@pytest.mark.kernel
def test_a_running_interface_is_taken_over_without_a_packet_lost(running):
    lab = running.lab
    before = running.peer(running.client_key)
    config = facts(lab.hub.run("wg", "showconf", "wg7").stdout)
    link = lab.hub.run("ip", "-json", "link", "show", "wg7").json[0]
    log = lab.folder / "ping.log"
    stream = running.client.namespace.start(["ping", "-n", "-i", "0.02", "10.66.0.1"], log)
    count = lambda: log.read_text().count("bytes from")  # noqa: E731
    wait_until(lambda: count() >= 10, 10, "echoes flow")

    untouched = state(lab)
    dry = lab.ctl("network", "import", "old", "--interface", "wg7", "--file", running.file, "--dry-run", "--output",
                  "json").json
    assert dry["dry_run"] is True and dry["network"]["interface"] == "wg7"
    assert not any(line.startswith("wg7: ") or "interface wg7" in line for line in dry["plan"]), dry["plan"]
    assert state(lab) == untouched
    assert lab.ctl("network", "list", "--output", "json").json == []

    made = lab.ctl("network", "import", "old", "--interface", "wg7", "--file", running.file, "--output", "json")
    network = made.json["network"]
    seen = count()
    wait_until(lambda: count() >= seen + 20, 10, "echoes flow after the import")
    stream.send_signal(2)
    stream.wait(10)
    sent, received = map(int, re.search(r"(\d+) packets transmitted, (\d+) received", log.read_text()).groups())
    # The last one may still be on its way.
    assert received >= sent - 1, log.read_text()[-300:]

    after = running.peer(running.client_key)
    assert after["handshake"] == before["handshake"] > 0 and after["endpoint"] == before["endpoint"]
    assert after["received"] > before["received"]
    assert facts(lab.hub.run("wg", "showconf", "wg7").stdout) == config
    now = lab.hub.run("ip", "-json", "link", "show", "wg7").json[0]
    assert (now["ifindex"], now["mtu"], now["flags"]) == (link["ifindex"], link["mtu"], link["flags"])

    assert network["interface"] == "wg7" and network["subnet"] == "10.66.0.0/24"
    assert network["subnet6"] == "fd00:66::/64" and network["listen_port"] == 51777 and network["mtu"] == 1400
    assert network["public_key"] == public_key(running.hub_key)
    peers = {each["name"]: each for each in lab.ctl("peer", "list", "old", "--output", "json").json}
    assert set(peers) == {"laptop of Anna", "printer"} == set(made.json["peers"])
    anna, printer = peers["laptop of Anna"], peers["printer"]
    assert anna["public_key"] == public_key(running.client_key) and anna["has_preshared_key"]
    assert anna["allowed_ips"] == "10.66.0.5/32,fd00:66::5/128" and anna["holds_private_key"] is False
    assert printer["hub_keepalive"] == 23 and printer["has_preshared_key"] is False
    # From now on it is an interface like any other.
    assert lab.ctl("reconcile", "--output", "json").json == {"steps": [], "pending": []}
    lab.kill9()
    lab.start_daemon()
    assert lab.ctl("reconcile", "--output", "json").json["steps"] == []
    assert running.peer(running.client_key)["handshake"] == before["handshake"]
    assert lab.ctl("doctor", "--output", "json", check=False).json["foreign_interfaces"] == []
    lab.ctl("peer", "add", "old", "new")
    assert len(lab.hub.dump("wg7")) == 3 and running.client.ping("10.66.0.1")
    lab.ctl("network", "delete", "old", "--yes")
    assert lab.hub.dump("wg7") == {}


@pytest.mark.kernel
def test_an_import_that_nobody_confirms_leaves_the_interface_as_it_was(running):
    lab = running.lab
    before = state(lab)
    lab.ctl("network", "import", "old", "--interface", "wg7", "--confirm-within", "2s")
    wait_until(lambda: lab.ctl("network", "list", "--output", "json").json == [], 10, "the import is undone")
    wait_until(lambda: state(lab) == before, 10, lambda: f"the machine is as before: {difference(before, state(lab))}")
    assert running.client.ping("10.66.0.1")
    lab.stop_daemon()
    lab.start_daemon()
    assert state(lab) == before and running.client.ping("10.66.0.1")
    lab.ctl("network", "import", "old", "--interface", "wg7")


def test_commands_of_the_file_are_told_and_never_run(running):
    lab = running.lab
    assert running.marker.read_text() == "up\n"
    result = lab.ctl("network", "import", "old", "--interface", "wg7", "--file", running.file, "--output", "json")
    assert "PostUp" in notes(result) and "PreDown" in notes(result)
    assert "PostUp" in result.stderr
    lab.ctl("network", "disable", "old")
    lab.ctl("network", "enable", "old")
    lab.ctl("network", "delete", "old", "--yes")
    assert running.marker.read_text() == "up\n"


@pytest.mark.kernel
def test_an_interface_alone_is_taken_over_with_names_made_up(running):
    lab = running.lab
    made = lab.ctl("network", "import", "old", "--interface", "wg7", "--output", "json").json
    assert len(set(made["peers"])) == 2
    assert lab.ctl("reconcile", "--output", "json").json["steps"] == []
    assert running.client.ping("10.66.0.1")
    again = lab.ctl("network", "import", "again", "--interface", "wg7", check=False)
    assert again.code in (EXISTS, PRECONDITION) and "wg7" in again.stderr, again
    assert len(lab.ctl("network", "list", "--output", "json").json) == 1


def test_what_is_exported_wg_quick_takes_and_another_hub_makes_the_same_of_it(running):
    lab = running.lab
    lab.ctl("network", "import", "old", "--interface", "wg7", "--file", running.file)
    lab.ctl("peer", "add", "old", "Jürgens Gerät", "--tags", "red")
    lab.ctl("peer", "edit", "old/printer", "--name", "printer\u00b2")
    exported = lab.folder / "export" / "wg7.conf"
    exported.parent.mkdir()
    lab.ctl("network", "export", "old", "--file", exported)
    assert exported.stat().st_mode & 0o777 == 0o600
    stripped = lab.hub.run("wg-quick", "strip", exported).stdout
    assert facts(stripped) == facts(lab.hub.run("wg", "showconf", "wg7").stdout)

    other = World()
    try:
        made = other.ctl("network", "import", "old", "--file", exported, "--output", "json").json
        mine = lab.ctl("network", "show", "old", "--output", "json").json
        assert set(made["peers"]) == {"laptop of Anna", "printer\u00b2", "Jürgens Gerät"}
        for name in ("subnet", "subnet6", "listen_port", "mtu", "public_key", "addresses"):
            assert made["network"][name] == mine[name], name

        def peers(hub):
            return {
                each["name"]: [
                    each[fact] for fact in ("public_key", "allowed_ips", "hub_keepalive", "has_preshared_key")]
                for each in hub.ctl("peer", "list", "old", "--output", "json").json}

        assert peers(other) == peers(lab)
        interface = made["network"]["interface"]
        assert facts(other.hub.run("wg", "showconf", interface).stdout) == facts(stripped)
        # And once more around: the same file.
        again = lab.folder / "again.conf"
        other.ctl("network", "export", "old", "--file", again)
        assert facts(again.read_text()) == facts(exported.read_text())
    finally:
        other.close()


def test_an_export_carries_no_sessions_and_no_secret_of_clients(lab):
    lab.start_daemon()
    lab.ctl("network", "create", "office", "--subnet", "10.8.0.0/24")
    lab.ctl("peer", "add", "office", "laptop")
    private = re.search(r"PrivateKey = (\S+)", lab.ctl("peer", "config", "office/laptop").stdout).group(1)
    text = lab.ctl("network", "export", "office", "--file", "-").stdout
    assert private not in text and public_key(private) in text
    assert re.search(r"^Address = 10\.8\.0\.1/24$", text, re.MULTILINE) and "# " in text


GOOD = "[Interface]\nPrivateKey = {hub}\nAddress = 10.66.0.1/24\nListenPort = 51777\n[Peer]\nPublicKey = {peer}\n"

# A file, and what must be said of it: the line and the reason.
MALFORMED = {
    "no section": ("PrivateKey = {hub}\n", "line 1"),
    "unknown section": ("[Interface]\nPrivateKey = {hub}\n[Banana]\n", "line 3"),
    "no private key": ("[Interface]\nAddress = 10.66.0.1/24\nListenPort = 51777\n", "private key of the hub"),
    "private key that is none": ("[Interface]\nPrivateKey = banana\nAddress = 10.66.0.1/24\n", "line 2"),
    "address that is none": ("[Interface]\nPrivateKey = {hub}\nAddress = 10.66.0.1/99\n", "line 3"),
    "port that is none": ("[Interface]\nPrivateKey = {hub}\nAddress = 10.66.0.1/24\nListenPort = 99999\n", "line 4"),
    "MTU that is none": ("[Interface]\nPrivateKey = {hub}\nAddress = 10.66.0.1/24\nMTU = huge\n", "line 4"),
    "public key that is none": (GOOD.replace("{peer}", "banana") + "AllowedIPs = 10.66.0.2/32\n", "line 6"),
    "allowed ips that are none": (GOOD + "AllowedIPs = 10.66.0.2/32, banana\n", "line 7"),
    "keepalive that is none": (GOOD + "AllowedIPs = 10.66.0.2/32\nPersistentKeepalive = 70000\n", "line 8"),
    "endpoint that is none": (GOOD + "AllowedIPs = 10.66.0.2/32\nEndpoint = nowhere\n", "line 8"),
    "unknown key": (GOOD + "AllowedIPs = 10.66.0.2/32\nColour = red\n", "line 8"),
    "line without a sign": (GOOD + "AllowedIPs\n", "line 7"),
    "no address": ("[Interface]\nPrivateKey = {hub}\nListenPort = 51777\n", "no IPv4 address"),
    "peer without a key": (
        "[Interface]\nPrivateKey = {hub}\nAddress = 10.66.0.1/24\n[Peer]\nAllowedIPs = 10.66.0.2/32\n", "PublicKey"),
    "two peers with one key": (
        GOOD + "AllowedIPs = 10.66.0.2/32\n[Peer]\nPublicKey = {peer}\nAllowedIPs = 10.66.0.3/32\n", "line 8"),
    "two peers with one address": (
        GOOD + "AllowedIPs = 10.66.0.2/32\n[Peer]\nPublicKey = {second}\nAllowedIPs = 10.66.0.2/32\n", "10.66.0.2"),
    "peer with the hub's key": (
        GOOD.replace("{peer}", "{own}") + "AllowedIPs = 10.66.0.2/32\n", "the hub's own key"),
    "peer with the hub's address": (GOOD + "AllowedIPs = 10.66.0.1/32\n", "10.66.0.1"),
    "nothing": ("", "Interface"),
    "bytes that are no text": (b"\xff\xfe[Interface]\n", ""),
    "a NUL": ("[Interface]\nPrivateKey = {hub}\nAddress = 10.66.0.1/24\0\n", "line 3"),
}


def test_a_malformed_file_is_refused_with_line_and_reason_and_changes_nothing(lab):
    lab.start_daemon()
    keys = {"hub": some_key(), "peer": public_key(some_key()), "second": public_key(some_key())}
    keys["own"] = public_key(keys["hub"])
    before = state(lab)
    file = lab.folder / "bad.conf"

    def fill(text):
        for name, key in keys.items():
            text = text.replace("{" + name + "}", key)
        return text

    faults = []
    for name, (text, named) in MALFORMED.items():
        file.write_bytes(text if isinstance(text, bytes) else fill(text).encode())
        result = lab.ctl("network", "import", "old", "--file", file, check=False)
        if result.code not in (INVALID, PRECONDITION) or fill(named) not in result.stderr:
            faults.append(f"{name}: expected {named!r}: {result}")
        if keys["hub"] in result.stderr:
            faults.append(f"{name}: the private key is told: {result}")
    assert not faults, "\n".join(faults)
    assert lab.ctl("network", "list", "--output", "json").json == []
    assert state(lab) == before


def test_a_file_that_is_not_there_or_too_large_is_refused(lab):
    lab.start_daemon()
    missing = lab.ctl("network", "import", "old", "--file", lab.folder / "none.conf", check=False)
    assert missing.code != 0 and "none.conf" in missing.stderr, missing
    large = lab.folder / "large.conf"
    large.write_text("# " + "x" * (32 << 20) + "\n")
    result = lab.ctl("network", "import", "old", "--file", large, check=False)
    assert result.code != 0 and result.stderr.strip(), result
    assert lab.ctl("network", "list", "--output", "json").json == []


def test_a_file_of_a_site_becomes_a_site_gateway_and_its_routes_are_set(lab):
    lab.start_daemon()
    file = lab.folder / "sites.conf"
    keys = [public_key(some_key()) for _ in range(2)]
    file.write_text(
        f"[Interface]\nPrivateKey = {some_key()}\nAddress = 10.66.0.1/24\nListenPort = 51777\n\n"
        f"# berlin\n[Peer]\nPublicKey = {keys[0]}\nAllowedIPs = 10.66.0.2/32, 192.168.7.0/24\n\n"
        f"# wien\n[Peer]\nPublicKey = {keys[1]}\nAllowedIPs = 10.66.0.3/32, 192.168.8.0/24\n")
    made = lab.ctl("network", "import", "sites", "--file", file, "--output", "json").json
    assert made["network"]["mode"] == "site-to-site"
    berlin = lab.ctl("peer", "show", "sites/berlin", "--output", "json").json
    assert berlin["role"] == "site-gateway" and berlin["site_networks"] == "192.168.7.0/24"
    interface = made["network"]["interface"]
    routes = lab.hub.run("ip", "route", "show", "dev", interface).stdout
    assert "192.168.7.0/24" in routes and "192.168.8.0/24" in routes
    assert lab.hub.dump(interface)[keys[0]]["allowed_ips"] == {"10.66.0.2/32", "192.168.7.0/24"}


def test_an_import_that_clashes_with_a_network_names_it(lab):
    lab.start_daemon()
    lab.ctl("network", "create", "office", "--subnet", "10.66.0.0/16", "--listen-port", "51777")
    file = lab.folder / "wg.conf"
    for address, port, named in (("10.66.0.1/24", 51999, "office"), ("10.77.0.1/24", 51777, "51777")):
        file.write_text(f"[Interface]\nPrivateKey = {some_key()}\nAddress = {address}\nListenPort = {port}\n")
        result = lab.ctl("network", "import", "old", "--file", file, check=False)
        assert result.code in (EXISTS, PRECONDITION) and named in result.stderr, result
    file.write_text(f"[Interface]\nPrivateKey = {some_key()}\nAddress = 10.77.0.1/24\nListenPort = 51999\n")
    taken = lab.ctl("network", "import", "office", "--file", file, check=False)
    assert taken.code == EXISTS and "office" in taken.stderr, taken
    assert len(lab.ctl("network", "list", "--output", "json").json) == 1

"""The clients' files as the daemon makes them: wg-quick(8) and wg(8) take them, and a scanner reads the same.

What the tools made of a file is compared with what the file says, line by line, so that a line that a tool passes over
in silence shows too. The kernel's WireGuard sees the fullest of them alone: the rest differs in nothing that it reads.
"""

import ipaddress
import itertools

import pytest

from lab import BACKEND, run
from test_main_job import zbar

# An interface's name, which wg-quick takes the file's for.
FILE = "wgprobe.conf"
DEVICE = "wgprobe"
# What wg-quick(8) knows beyond wg(8), of all that is in our files.
QUICK_ONLY = ("Address", "DNS", "MTU")

STACKS = {"v4": (), "dual": ("--subnet6", "fd00:8::/64")}
GATEWAYS = {
    f"gateway {tunnel} {override or 'inherit'} {stack}": (
        "gateway", stack, ("--tunnel", tunnel), (("client", ("--tunnel", override) if override else ()),))
    for tunnel, override, stack in itertools.product(("full", "split"), (None, "full", "split"), STACKS)
}
OTHERS = {
    f"{mode} {stack}": (mode, stack, (), roles)
    for mode, roles in (
        ("site-to-site", (
            ("client", ()),
            ("site-gateway", ("--role", "site-gateway", "--site-networks", "192.168.7.0/24")),
            ("site-gateway-2", ("--role", "site-gateway", "--site-networks", "192.168.8.0/24,172.20.0.0/16")))),
        ("hub-routed", (("client", ()),)))
    for stack in STACKS
}
NETWORKS = {**GATEWAYS, **OTHERS}

# By the table of the specification: what each of these files lets into the tunnel.
EVERYTHING = "0.0.0.0/0, ::/0"
SUBNETS = {"v4": "10.8.0.0/24", "dual": "10.8.0.0/24, fd00:8::/64"}


def expected_blocks(name, peer):
    mode, stack = NETWORKS[name][:2]
    if mode == "gateway":
        tunnel, override = name.split()[1:3]
        scope = tunnel if override == "inherit" else override
        return EVERYTHING if scope == "full" else SUBNETS[stack]
    if mode == "site-to-site":
        return {
            "client": "192.168.7.0/24, 192.168.8.0/24, 172.20.0.0/16", "site-gateway": "192.168.8.0/24, 172.20.0.0/16",
            "site-gateway-2": "192.168.7.0/24"}[peer]
    return SUBNETS[stack]


def lines(text, section=None):
    """The settings of a file, as pairs; of one section alone where it is named."""
    found, current = [], None
    for line in text.splitlines():
        if line.startswith("["):
            current = line.strip("[]")
        elif line and not line.startswith("#") and section in (None, current):
            key, value = line.split(" = ", 1)
            found.append((key, value))
    return found


@pytest.fixture
def hub(lab):
    """A hub, and beside it in the client's namespace a device to try files on."""
    lab.start_daemon()
    if BACKEND == "kernel":
        lab.client.run("ip", "link", "add", DEVICE, "type", "wireguard")
    else:
        lab.client.run("wireguard-go", DEVICE)
    return lab


def check_with_the_tools(hub, text, host=None):
    """Has wg-quick and wg read a file, and compares what the device has with what the file says.

    `host` is a name in it that no resolver knows: an address takes its place where wg would ask for it.
    """
    path = hub.folder / FILE
    path.write_text(text)
    stripped = run(["wg-quick", "strip", path]).stdout
    wanted = [pair for pair in lines(text) if pair[0] not in QUICK_ONLY]
    assert lines(stripped) == wanted, stripped
    interface, peer = dict(lines(text, "Interface")), dict(lines(text, "Peer"))
    if host is not None:
        stripped = stripped.replace(f"Endpoint = {host}:", "Endpoint = 192.0.2.1:")
        peer["Endpoint"] = peer["Endpoint"].replace(host, "192.0.2.1")
    path.write_text(stripped)
    hub.client.run("wg", "setconf", DEVICE, path)
    own, *others = [line.split("\t") for line in hub.client.run("wg", "show", DEVICE, "dump").stdout.splitlines()]
    assert own[0] == interface["PrivateKey"]
    ((key, preshared, endpoint, allowed, _, _, _, keepalive),) = others
    assert key == peer["PublicKey"]
    assert preshared == peer.get("PresharedKey", "(none)")
    assert endpoint == peer["Endpoint"]
    assert sorted(allowed.split(",")) == sorted(peer["AllowedIPs"].split(", "))
    assert keepalive == peer.get("PersistentKeepalive", "off")


def check_the_codes(hub, peer, text):
    """The picture's text is the file's: all of it, or where that is too much all but the comment of the first line."""
    picture = hub.folder / "code.png"
    picture.unlink(missing_ok=True)
    hub.ctl("peer", "qr", peer, "--png", picture)
    # At level M a code of version 40 holds 2331 bytes (ISO/IEC 18004, table 7), one less with the mark for UTF-8.
    comment, body = text.split("\n", 1)
    assert "—" in comment
    assert zbar(picture) == (text if len(text.encode()) <= 2330 else body), f"{peer}: the code says something else"


@pytest.mark.parametrize("name", NETWORKS)
def test_the_tools_take_each_file_and_its_code_reads_the_same(hub, name):
    mode, stack, options, peers = NETWORKS[name]
    endpoint = {"v4": "192.0.2.1", "dual": "2001:db8::1"}[stack]
    hub.ctl("network", "create", "net", "--mode", mode, "--subnet", "10.8.0.0/24", *STACKS[stack], *options,
            "--endpoint-host", endpoint, "--listen-port", "51820")
    for number, (peer, more) in enumerate(peers):
        # The options that may be there or not take turns.
        extras = [("--no-preshared-key", "--mtu", "1380"),
                  ("--dns-servers", "10.8.0.1", "--search-domains", "corp,lan"),
                  ("--persistent-keepalive", "0", "--dns-servers", "10.8.0.1,2001:db8::53")]
        hub.ctl("peer", "add", "net", peer, *more, *extras[(number + len(name)) % len(extras)])
    for peer, _ in peers:
        text = hub.ctl("peer", "config", f"net/{peer}").stdout
        assert dict(lines(text, "Peer"))["AllowedIPs"] == expected_blocks(name, peer)
        own = dict(lines(text, "Interface"))["Address"].split(", ")
        assert len(own) == {"v4": 1, "dual": 2}[stack] and own[0].startswith("10.8.0.") and own[0].endswith("/32")
        host = f"[{endpoint}]" if ":" in endpoint else endpoint
        assert dict(lines(text, "Peer"))["Endpoint"] == f"{host}:51820"
        check_with_the_tools(hub, text)
        check_the_codes(hub, f"net/{peer}", text)


def test_blocks_kept_out_of_a_tunnel_are_read_by_the_tools_and_the_code(hub):
    kept_out = ["10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "fc00::/7"]
    hub.ctl("network", "create", "net", "--subnet", "10.8.0.0/24", "--subnet6", "fd00:8::/64")
    hub.ctl("peer", "add", "net", "laptop", "--exclude", ",".join(kept_out))
    text = hub.ctl("peer", "config", "net/laptop").stdout
    left = [ipaddress.ip_network("0.0.0.0/0"), ipaddress.ip_network("::/0")]
    for block in map(ipaddress.ip_network, kept_out):
        left = [part for each in left for part in (
            each.address_exclude(block) if each.version == block.version and block.subnet_of(each) else [each])]
    v4, v6 = (sorted(each for each in left if each.version == version) for version in (4, 6))
    assert dict(lines(text, "Peer"))["AllowedIPs"] == ", ".join(map(str, v4 + v6))
    check_with_the_tools(hub, text)
    check_the_codes(hub, "net/laptop", text)


def test_a_client_that_keeps_its_key_gets_a_file_that_lacks_only_the_key_and_no_code(hub):
    hub.ctl("network", "create", "net", "--subnet", "10.8.0.0/24")
    private = run(["wg", "genkey"]).stdout.strip()
    public = run(["wg", "pubkey"], input=private).stdout.strip()
    hub.ctl("peer", "add", "net", "laptop", "--public-key", public)
    text = hub.ctl("peer", "config", "net/laptop").stdout
    assert "PrivateKey" not in dict(lines(text))
    (place,) = [line for line in text.splitlines() if line.startswith("# PrivateKey")]
    check_with_the_tools(hub, text.replace(place, f"PrivateKey = {private}"))
    refused = hub.ctl("peer", "qr", "net/laptop", "--png", hub.folder / "code.png", check=False)
    assert refused.code != 0 and "private key" in refused.stderr and not (hub.folder / "code.png").exists()


# A name of the 253 characters that the DNS allows (RFC 1035, section 2.3.4, without the dot at the end).
LONG_HOST = ".".join(["a" * 63, "b" * 63, "c" * 63, "d" * 61])
THIRTY = ",".join(f"172.{16 + n // 16}.{16 * (n % 16)}.0/24" for n in range(30))


def test_the_largest_file_that_people_have_is_read_by_the_tools_and_by_a_scanner(hub):
    hub.ctl("network", "create", "net", "--subnet", "10.8.0.0/24", "--subnet6", "fd00:8::/64", "--tunnel", "split",
            "--endpoint-host", LONG_HOST, "--mtu", "1280")
    hub.ctl("peer", "add", "net", "laptop", "--extra-cidrs", THIRTY, "--search-domains",
            "corp.example.org,lan.example.org", "--dns-servers",
            "10.8.0.1,fd00:8::1,2001:db8:ffff:ffff:ffff:ffff:ffff:ffff")
    text = hub.ctl("peer", "config", "net/laptop").stdout
    assert len(LONG_HOST) == 253 and f"Endpoint = {LONG_HOST}:" in text
    assert len(dict(lines(text, "Peer"))["AllowedIPs"].split(", ")) == 32
    check_with_the_tools(hub, text, host=LONG_HOST)
    check_the_codes(hub, "net/laptop", text)


def test_more_than_a_code_holds_is_refused_with_the_number_of_bytes_and_the_file_still_serves(hub):
    hub.ctl("network", "create", "net", "--subnet", "10.8.0.0/24", "--tunnel", "split")
    blocks = ",".join(f"172.{16 + n // 64}.{4 * (n % 64)}.128/25" for n in range(200))
    hub.ctl("peer", "add", "net", "laptop", "--extra-cidrs", blocks)
    text = hub.ctl("peer", "config", "net/laptop").stdout
    check_with_the_tools(hub, text)
    picture = hub.folder / "code.png"
    refused = hub.ctl("peer", "qr", "net/laptop", "--png", picture, check=False)
    assert refused.code != 0 and not picture.exists()
    # 2953 bytes are the most that any code holds (ISO/IEC 18004, table 7).
    without_comment = len(text.split("\n", 1)[1].encode())
    assert str(without_comment - 2953) in refused.stderr, refused

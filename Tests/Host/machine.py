"""What a hub's namespace has, line by line, so that it can be compared; and keys to put into it."""

import base64
import json
import secrets

from lab import run


def some_key():
    return base64.b64encode(secrets.token_bytes(32)).decode()


def public_key(private):
    return run(["wg", "pubkey"], input=private).stdout.strip()


def state(lab, indices=True):
    """Interfaces, WireGuard's settings, routes, rules and forwarding, without what comes and goes by itself.

    `indices` tells an interface from another one that was made anew under the same name.
    """
    hub = lab.hub
    lines = []
    for link in hub.run("ip", "-json", "address", "show").json:
        name = link["ifname"]
        number = f" number {link['ifindex']}" if indices else ""
        lines.append(f"link {name}{number} mtu {link['mtu']} {'up' if 'UP' in link['flags'] else 'down'}")
        lines += [
            f"address {name} {each['local']}/{each['prefixlen']}" for each in link["addr_info"]
            # Those the kernel gives by itself, when it sees fit.
            if each["scope"] != "link"]
    # Neither handshakes nor counters, and endpoints roam.
    for part in ("public-key", "listen-port", "persistent-keepalive", "preshared-keys"):
        lines += [f"{part} {line}" for line in hub.run("wg", "show", "all", part).stdout.splitlines()]
    for line in hub.run("wg", "show", "all", "allowed-ips").stdout.splitlines():
        *peer, blocks = line.split("\t")
        lines.append(f"allowed-ips {' '.join(peer)} {' '.join(sorted(blocks.split()))}")
    for family in ("-4", "-6"):
        routes = hub.run("ip", family, "route", "show").stdout.splitlines()
        lines += [f"route {line.strip()}" for line in routes if not line.startswith("fe80:")]
    lines += [f"nft {json.dumps(each)}" for each in ruleset(hub)]
    forwarding = hub.run("cat", "/proc/sys/net/ipv4/ip_forward", "/proc/sys/net/ipv6/conf/all/forwarding")
    lines.append(f"forwarding {' '.join(forwarding.stdout.split())}")
    return sorted(lines)


def difference(before, after):
    """What differs between two states, for people; empty where nothing does."""
    return "\n".join(
        [f"- {line}" for line in before if line not in after] + [f"+ {line}" for line in after if line not in before])


def ruleset(namespace, *what):
    """The packet filter's rules, without the handles, which are new with each rule; None where the table is missing."""

    def strip(value):
        if isinstance(value, dict):
            return {key: strip(each) for key, each in value.items() if key != "handle"}
        return [strip(each) for each in value] if isinstance(value, list) else value

    listing = namespace.run("nft", "--json", "list", *(what or ("ruleset",)), check=False)
    return strip(json.loads(listing.stdout)["nftables"][1:]) if listing.code == 0 else None

"""What a hub's namespace has, line by line, so that it can be compared; and keys to put into it."""

import base64
import json
import secrets

from lab import run


def some_key():
    return base64.b64encode(secrets.token_bytes(32)).decode()


def public_key(private):
    return run(["wg", "pubkey"], input=private).stdout.strip()


# What `state` looks at. One shell asks all of it: to enter a namespace costs more than most of the answers.
PARTS = ("public-key", "listen-port", "persistent-keepalive", "preshared-keys", "allowed-ips")
QUESTIONS = (
    "ip -json address show", *(f"wg show all {part}" for part in PARTS), "ip -4 route show; ip -6 route show",
    "nft --json list ruleset", "cat /proc/sys/net/ipv4/ip_forward /proc/sys/net/ipv6/conf/all/forwarding")
SEPARATOR = "\x1e"


def state(lab, indices=True):
    """Interfaces, WireGuard's settings, routes, rules and forwarding, without what comes and goes by itself.

    `indices` tells an interface from another one that was made anew under the same name.
    """
    script = "set -e; " + "; printf '\\036'; ".join(QUESTIONS)
    answers = lab.hub.run("sh", "-c", script).stdout.split(SEPARATOR)
    links, keys, ports, keepalives, preshared, allowed, routes, rules, forwarding = answers
    lines = []
    for link in json.loads(links):
        name = link["ifname"]
        number = f" number {link['ifindex']}" if indices else ""
        lines.append(f"link {name}{number} mtu {link['mtu']} {'up' if 'UP' in link['flags'] else 'down'}")
        lines += [
            f"address {name} {each['local']}/{each['prefixlen']}" for each in link["addr_info"]
            # Those the kernel gives by itself, when it sees fit.
            if each["scope"] != "link"]
    # Neither handshakes nor counters, and endpoints roam.
    for part, answer in zip(PARTS, (keys, ports, keepalives, preshared)):
        lines += [f"{part} {line}" for line in answer.splitlines()]
    for line in allowed.splitlines():
        *peer, blocks = line.split("\t")
        lines.append(f"allowed-ips {' '.join(peer)} {' '.join(sorted(blocks.split()))}")
    lines += [f"route {line.strip()}" for line in routes.splitlines() if not line.startswith("fe80:")]
    lines += [f"nft {json.dumps(each)}" for each in without_handles(json.loads(rules)["nftables"][1:])]
    lines.append(f"forwarding {' '.join(forwarding.split())}")
    return sorted(lines)


def difference(before, after):
    """What differs between two states, for people; empty where nothing does."""
    return "\n".join(
        [f"- {line}" for line in before if line not in after] + [f"+ {line}" for line in after if line not in before])


def without_handles(value):
    """nft's JSON without the handles, which are new with each rule."""
    if isinstance(value, dict):
        return {key: without_handles(each) for key, each in value.items() if key != "handle"}
    return [without_handles(each) for each in value] if isinstance(value, list) else value


def ruleset(namespace, *what):
    """The packet filter's rules without their handles; None where the table is missing."""
    listing = namespace.run("nft", "--json", "list", *(what or ("ruleset",)), check=False)
    return without_handles(json.loads(listing.stdout)["nftables"][1:]) if listing.code == 0 else None

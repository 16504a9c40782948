"""Prints what a WireGuard device of the kernel has, as pyroute2 reads it; run by test_many_peers.py in a namespace.

    wireguard_reader.py INTERFACE    prints JSON: by public key the allowed IPs, whether there is a preshared key, and
                                     the keepalive
"""

import json
import sys

from pyroute2 import WireGuard

NO_KEY = b"A" * 43 + b"="


def read(interface):
    peers = {}
    with WireGuard() as wireguard:
        for message in wireguard.info(interface):
            for each in message.get_attr("WGDEVICE_A_PEERS") or ():
                key = each.get_attr("WGPEER_A_PUBLIC_KEY")
                key = (key if isinstance(key, bytes) else key["value"]).decode()
                # A peer that does not fit one message goes on in the next, with its key and more allowed IPs alone.
                peer = peers.setdefault(key, {"allowed_ips": [], "preshared": False, "keepalive": 0, "messages": 0})
                peer["messages"] += 1
                preshared = each.get_attr("WGPEER_A_PRESHARED_KEY")
                if preshared is not None:
                    peer["preshared"] = (preshared if isinstance(preshared, bytes) else preshared["value"]) != NO_KEY
                peer["keepalive"] = each.get_attr("WGPEER_A_PERSISTENT_KEEPALIVE_INTERVAL") or peer["keepalive"]
                peer["allowed_ips"] += [block["addr"] for block in each.get_attr("WGPEER_A_ALLOWEDIPS") or ()]
    return peers


if __name__ == "__main__":
    json.dump(read(sys.argv[1]), sys.stdout)

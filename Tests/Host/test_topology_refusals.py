"""Networks and sites that cannot be: refused with what is in the way, and nothing is changed."""

import re

import pytest

from lab import Lab, wait_until
from machine import state
from topology import end

NOT_FOUND, EXISTS, INVALID, PRECONDITION = 3, 4, 5, 7

SITE = ("peer", "add", "sites", "rome", "--role", "site-gateway", "--site-networks")
CREATE = ("network", "create", "new", "--mode", "site-to-site", "--subnet")

# What is called, the exit codes that fit, and what stderr must name: the field, and what is in the way.
CALLS = {
    "subnet of another network": ((*CREATE, "10.8.0.0/25"), PRECONDITION, ("subnet", "10.8.0.0/24", "office")),
    "subnet around another network": ((*CREATE, "10.8.0.0/16"), PRECONDITION, ("subnet", "10.8.0.0/24", "office")),
    "IPv6 subnet of another network": (
        (*CREATE, "10.99.0.0/24", "--subnet6", "fd00:8::/64"), PRECONDITION, ("subnet6", "fd00:8::/64", "office")),
    "subnet of a site": ((*CREATE, "192.168.7.0/24"), PRECONDITION, ("subnet", "192.168.7.0/24", "berlin")),
    "subnet of the machine's own": ((*CREATE, "192.0.2.0/25"), PRECONDITION, ("subnet", "192.0.2.0/24", "eth0")),
    "IPv6 subnet of the machine's own": (
        (*CREATE, "10.99.0.0/24", "--subnet6", "2001:db8::/64"), PRECONDITION, ("subnet6", "2001:db8::/64", "eth0")),
    "subnet that a route leads to": ((*CREATE, "198.18.7.0/24"), PRECONDITION, ("subnet", "198.18.0.0/16", "eth0")),
    "site of another gateway": (
        (*SITE, "192.168.7.0/25"), PRECONDITION, ("site_networks", "192.168.7.0/24", "berlin")),
    "site around another's": ((*SITE, "192.168.0.0/16"), PRECONDITION, ("site_networks", "192.168.7.0/24", "berlin")),
    "site in the network's subnet": (
        (*SITE, "10.9.0.128/25"), (INVALID, PRECONDITION), ("site_networks", "10.9.0.128/25", "own subnet")),
    "site with the hub's tunnel address": (
        (*SITE, "10.0.0.0/8"), (INVALID, PRECONDITION), ("site_networks", "10.0.0.0/8", "own subnet")),
    "site with the hub's own address": (
        (*SITE, "192.0.2.0/28"), PRECONDITION, ("site_networks", "192.0.2.0/24", "eth0")),
    "site with another network's peers": (
        (*SITE, "10.8.0.2/32"), (INVALID, PRECONDITION), ("site_networks", "10.8.0.0/24", "office")),
    "everything as a site": ((*SITE, "0.0.0.0/0"), (INVALID, PRECONDITION), ("site_networks", "0.0.0.0/0")),
    "everything of IPv6 as a site": ((*SITE, "::/0"), (INVALID, PRECONDITION), ("site_networks", "::/0")),
    "the same site twice": (
        (*SITE, "172.16.0.0/24,172.16.0.0/24"), INVALID, ("site_networks", "172.16.0.0/24")),
    "a site with host bits": ((*SITE, "172.16.0.1/24"), INVALID, ("site_networks", "172.16.0.1/24")),
    "a site of a plain client": (
        ("peer", "add", "sites", "rome", "--site-networks", "172.16.0.0/24"), INVALID,
        ("site_networks", "site-gateway")),
    "port of another network": (
        (*CREATE, "10.99.0.0/24", "--listen-port", "51820"), (EXISTS, PRECONDITION),
        ("listen_port", "51820", "office")),
    "interface that is not there": (
        ("network", "import", "new", "--interface", "wg77"), (NOT_FOUND, PRECONDITION), ("interface", "wg77")),
    "interface that is not WireGuard": (
        ("network", "import", "new", "--interface", "eth0"), (NOT_FOUND, PRECONDITION), ("interface", "eth0")),
    "interface that is ours": (
        ("network", "import", "new", "--interface", "wg0"), (EXISTS, PRECONDITION), ("interface", "wg0")),
    "interface with an impossible name": (
        ("network", "import", "new", "--interface", "a/b"), INVALID, ("interface",)),
}


@pytest.fixture(scope="module")
def lab():
    made = Lab()
    try:
        made.hub.run("ip", "route", "add", "198.18.0.0/16", "via", "192.0.2.2")
        made.start_daemon()
        made.ctl("network", "create", "office", "--subnet", "10.8.0.0/24", "--subnet6", "fd00:8::/64", "--listen-port",
                 "51820")
        made.ctl("network", "create", "sites", "--mode", "site-to-site", "--subnet", "10.9.0.0/24", "--subnet6",
                 "fd00:9::/64")
        made.ctl("peer", "add", "office", "laptop")
        made.ctl("peer", "add", "sites", "berlin", "--role", "site-gateway", "--site-networks", "192.168.7.0/24")
        yield made
    finally:
        made.close()


def everything(lab):
    networks = lab.ctl("network", "list", "--output", "json").json
    for network in networks:
        # What an interface carried changes by itself.
        network.pop("statistics", None)
    return state(lab), networks, lab.ctl("peer", "list", "sites").stdout


@pytest.fixture(scope="module")
def before(lab):
    """Nothing in this file changes anything, so what was there before all of it is there after each."""
    return everything(lab)


@pytest.mark.parametrize("name", CALLS)
def test_what_cannot_be_is_refused_and_what_is_in_the_way_is_named(lab, before, name):
    words, codes, named = CALLS[name]
    result = lab.ctl(*words, check=False)
    assert result.code in (codes if isinstance(codes, tuple) else (codes,)), result
    for text in named:
        assert text in result.stderr, (text, result)
    assert everything(lab) == before


@pytest.mark.kernel
def test_a_port_that_another_program_holds_is_refused_and_the_program_is_named(lab):
    holder = lab.hub.start(
        ["python3", "-c", "import socket, time; s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM); "
         "s.bind(('', 51990)); print('bound', flush=True); time.sleep(600)"], lab.folder / "holder")
    try:
        wait_until(lambda: "bound" in (lab.folder / "holder").read_text(), 10, "the port is held")
        result = lab.ctl(*CREATE, "10.99.0.0/24", "--listen-port", "51990", check=False)
        assert result.code == PRECONDITION and "listen_port" in result.stderr and "51990" in result.stderr, result
        assert re.search(rf"python3\S*.*\b{holder.pid}\b", result.stderr), result
        edited = lab.ctl("network", "edit", "office", "--listen-port", "51990", check=False)
        assert edited.code == PRECONDITION and str(holder.pid) in edited.stderr, edited
    finally:
        end(holder)
    assert [each["name"] for each in lab.ctl("network", "list", "--output", "json").json] == ["office", "sites"]

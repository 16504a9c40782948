"""Changes while tunnels are up: what must not be disturbed, and what must come back."""

import pytest

from lab import RealClient, wait_until

HUB = "10.8.0.1"

pytestmark = pytest.mark.kernel


def make_office(lab):
    lab.ctl("network", "create", "office", "--mode", "gateway", "--subnet", "10.8.0.0/24", "--listen-port", "51820")
    return lab.ctl("peer", "add", "office", "laptop", "--output", "json").json


def laptop_in_tunnel(lab):
    configuration = lab.folder / "laptop.conf"
    lab.ctl("peer", "config", "office/laptop", "--file", configuration)
    client = RealClient(lab, configuration).up()
    wait_until(lambda: client.ping(HUB), 20, "the laptop reaches the hub")
    return client


def test_changes_of_one_peer_leave_the_session_of_another_alone(lab):
    lab.start_daemon()
    made = make_office(lab)
    client = laptop_in_tunnel(lab)
    interface = lab.interface("office")
    before = lab.hub.dump(interface)[made["public_key"]]
    lab.ctl("peer", "add", "office", "phone")
    lab.ctl("peer", "edit", "office/phone", "--name", "mobile", "--hub-keepalive", "20", "--address", "10.8.0.77")
    lab.ctl("peer", "edit", "office/mobile", "--preshared-key", "new")
    lab.ctl("peer", "remove", "office/mobile", "--yes")
    assert client.ping(HUB)
    after = lab.hub.dump(interface)[made["public_key"]]
    assert after["handshake"] == before["handshake"]
    assert after["received"] > before["received"]


@pytest.mark.parametrize("mode", ["gateway", "hub-routed", "site-to-site"])
def test_a_dual_stack_network_of_every_mode_carries_both_families(lab, mode):
    lab.start_daemon()
    lab.ctl("network", "create", "net", "--mode", mode, "--subnet", "10.9.0.0/24", "--subnet6", "fd00:9::/64",
            "--endpoint-host", "2001:db8::1", "--dns-servers", "10.9.0.1", "--mtu", "1380")
    lab.ctl("peer", "add", "net", "Jürgens Gerät 🙂")
    configuration = lab.folder / "dual.conf"
    lab.ctl("peer", "config", "net/Jürgens Gerät 🙂", "--file", configuration)
    text = configuration.read_text()
    assert "Endpoint = [2001:db8::1]:" in text
    assert "Address = 10.9.0.2/32, fd00:9::2/128" in text
    client = RealClient(lab, configuration).up()
    wait_until(lambda: client.ping("10.9.0.1"), 20, "the device reaches the hub over IPv4")
    wait_until(lambda: client.ping("fd00:9::1"), 20, "the device reaches the hub over IPv6")


def test_the_networks_of_a_site_are_routed_and_the_other_sites_are_told(lab):
    lab.start_daemon()
    lab.ctl("network", "create", "sites", "--mode", "site-to-site", "--subnet", "10.9.0.0/24")
    lab.ctl("peer", "add", "sites", "berlin", "--role", "site-gateway", "--site-networks", "192.168.7.0/24")
    lab.ctl("peer", "add", "sites", "wien", "--role", "site-gateway", "--site-networks", "192.168.8.0/24")
    interface = lab.interface("sites")
    routes = lab.hub.run("ip", "route", "show", "dev", interface).stdout
    assert "192.168.7.0/24" in routes and "192.168.8.0/24" in routes
    assert "AllowedIPs = 192.168.8.0/24\n" in lab.ctl("peer", "config", "sites/berlin").stdout
    lab.ctl("peer", "remove", "sites/wien", "--yes")
    assert "192.168.8.0/24" not in lab.hub.run("ip", "route", "show", "dev", interface).stdout


def test_interfaces_that_were_lost_while_no_daemon_ran_are_made_again(lab):
    lab.start_daemon()
    made = make_office(lab)
    interface = lab.interface("office")
    lab.stop_daemon()
    lab.hub.run("ip", "link", "delete", interface)
    lab.start_daemon()
    wait_until(lambda: made["public_key"] in lab.hub.dump(interface), 20, "the peer is in the kernel again")
    laptop_in_tunnel(lab)


def test_what_somebody_else_changed_is_put_right_on_demand(lab):
    lab.start_daemon()
    made = make_office(lab)
    interface = lab.interface("office")
    assert lab.ctl("reconcile").stdout == "kernel and database agree\n"
    lab.hub.run("wg", "set", interface, "peer", made["public_key"], "allowed-ips", "10.8.0.99/32",
                "persistent-keepalive", "7")
    lab.hub.run("ip", "address", "delete", "10.8.0.1/24", "dev", interface)
    # News of the address may have put all of it right before.
    lab.ctl("reconcile")
    assert "10.8.0.1/24" in lab.hub.run("ip", "-brief", "address", "show", "dev", interface).stdout
    device = lab.hub.dump(interface)[made["public_key"]]
    assert device["allowed_ips"] == {"10.8.0.2/32"} and device["keepalive"] == "off"
    assert lab.ctl("reconcile").stdout == "kernel and database agree\n"

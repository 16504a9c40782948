"""What a peer's keys, its expiry and its configuration do to tunnels that are up."""

import stat
import time

import pytest

from lab import RealClient, wait_until

HUB = "10.8.0.1"
INVALID, PRECONDITION = 5, 7


@pytest.fixture
def office(lab):
    lab.start_daemon()
    lab.ctl("network", "create", "office", "--subnet", "10.8.0.0/24", "--listen-port", "51820")
    return lab


def show(lab, peer):
    return lab.ctl("peer", "show", f"office/{peer}", "--output", "json").json


def in_kernel(lab):
    return set(lab.hub.dump(lab.interface("office")))


def connect(lab, configuration):
    client = RealClient(lab, configuration).up()
    wait_until(lambda: client.ping(HUB), 20, "the client reaches the hub")
    return client


@pytest.mark.kernel
def test_after_a_rotation_the_old_configuration_is_worthless_and_the_new_one_works(office):
    lab = office
    old, new = lab.folder / "old.conf", lab.folder / "new.conf"
    first = lab.ctl("peer", "add", "office", "laptop", "--config-file", old, "--output", "json").json
    client = connect(lab, old)
    lab.ctl("peer", "rotate", "office/laptop", "--config-file", new)
    assert first["public_key"] not in in_kernel(lab)
    wait_until(lambda: not client.ping(HUB), 20, "the old configuration carries nothing")
    client.down()
    connect(lab, new)


@pytest.mark.kernel
def test_prepared_keys_work_from_the_change_on_and_the_old_ones_until_then(office):
    lab = office
    old, new = lab.folder / "old.conf", lab.folder / "new.conf"
    lab.ctl("peer", "add", "office", "laptop", "--config-file", old)
    lab.ctl("peer", "rotate", "office/laptop", "--overlap", "1h", "--config-file", new)
    prepared = show(lab, "laptop")
    assert prepared["keys_change_at"] - time.time() > 3500
    assert in_kernel(lab) == {prepared["public_key"]}
    client = connect(lab, old)
    # They outlive the daemon.
    lab.kill9()
    lab.start_daemon()
    assert show(lab, "laptop")["pending_public_key"] == prepared["pending_public_key"]
    assert client.ping(HUB)
    lab.ctl("peer", "rotate", "office/laptop", "--activate")
    assert in_kernel(lab) == {prepared["pending_public_key"]}
    client.down()
    connect(lab, new)


def test_prepared_keys_change_by_themselves_when_the_time_is_up(office):
    lab = office
    lab.ctl("peer", "add", "office", "laptop")
    pending = lab.ctl("peer", "rotate", "office/laptop", "--overlap", "2s", "--output", "json").json["pending_public_key"]
    wait_until(lambda: in_kernel(lab) == {pending}, 20, "the prepared key is in the kernel")
    assert show(lab, "laptop")["public_key"] == pending


@pytest.mark.kernel
def test_a_peer_is_out_of_the_kernel_when_its_time_is_up_and_stays_out(office):
    lab = office
    lab.ctl("peer", "add", "office", "stays")
    began = time.time()
    configuration = lab.folder / "guest.conf"
    guest = lab.ctl(
        "peer", "add", "office", "guest", "--expires", "2s", "--config-file", configuration, "--output", "json").json
    assert guest["public_key"] in in_kernel(lab) or time.time() - began >= 2
    wait_until(lambda: guest["public_key"] not in in_kernel(lab), 20, "the guest is out of the kernel")
    assert time.time() >= guest["expires_at"], "it went before its time"
    expired = show(lab, "guest")
    assert expired["enabled"] is False and expired["disabled_reason"] == "expired"
    assert show(lab, "stays")["public_key"] in in_kernel(lab)
    entry = lab.ctl("audit", "list", "--target", "office/guest", "--limit", "1", "--output", "json").json[0]
    assert entry["actor_kind"] == "daemon", entry
    refused = lab.ctl("peer", "enable", "office/guest", check=False)
    assert refused.code == PRECONDITION and "expiry" in refused.stderr
    lab.kill9()
    lab.start_daemon()
    assert guest["public_key"] not in in_kernel(lab)
    lab.ctl("peer", "edit", "office/guest", "--expires", "never")
    lab.ctl("peer", "enable", "office/guest")
    connect(lab, configuration)


def test_a_peer_that_expired_while_no_daemon_ran_is_never_let_in_again(office):
    lab = office
    guest = lab.ctl("peer", "add", "office", "guest", "--expires", "3s", "--output", "json").json
    lab.stop_daemon()
    wait_until(lambda: time.time() >= guest["expires_at"], 20, "its time is up")
    lab.start_daemon()
    assert guest["public_key"] not in in_kernel(lab)
    assert show(lab, "guest")["disabled_reason"] == "expired"
    late = lab.ctl("peer", "add", "office", "late", "--expires", "2020-01-01", check=False)
    assert late.code == INVALID and "expires_at" in late.stderr


def test_a_key_that_is_shown_once_is_in_one_file_and_nowhere_else(office):
    lab = office
    refused = lab.ctl("peer", "add", "office", "phone", "--custody", "once", check=False)
    assert refused.code == PRECONDITION and "--config-file" in refused.stderr
    assert lab.ctl("peer", "list", "office", "--output", "json").json == []
    unwritable = lab.ctl(
        "peer", "add", "office", "phone", "--custody", "once", "--config-file", lab.folder / "no" / "x", check=False)
    assert unwritable.code != 0
    assert lab.ctl("peer", "list", "office", "--output", "json").json == [], "made, and its key is lost"
    configuration = lab.folder / "phone.conf"
    lab.ctl("peer", "add", "office", "phone", "--custody", "once", "--config-file", configuration)
    assert stat.S_IMODE(configuration.stat().st_mode) == 0o600
    key = next(line for line in configuration.read_text().splitlines() if line.startswith("PrivateKey = "))
    connect(lab, configuration)
    for command in ("config", "qr"):
        again = lab.ctl("peer", command, "office/phone", check=False)
        assert again.code == PRECONDITION and "rotate" in again.stderr, again
    assert key.split(" = ")[1] not in lab.daemon_log()
    printed = lab.ctl("peer", "rotate", "office/phone", "--print-config").stdout
    assert printed.startswith("# Generated by wgpilot") and key not in printed and "PrivateKey = " in printed


def test_excluded_blocks_are_accepted_by_wg_and_the_rest_is_carried(office):
    lab = office
    configuration = lab.folder / "laptop.conf"
    made = lab.ctl(
        "peer", "add", "office", "laptop", "--exclude", "10.0.0.0/9,192.0.2.0/24,2001:db8::/32", "--config-file",
        configuration, check=False)
    assert made.code == 0 and "outside of AllowedIPs" in made.stderr, "the hub's own address is excluded"
    lab.ctl("peer", "edit", "office/laptop", "--exclude", "10.128.0.0/9,192.0.2.0/24,2001:db8::/32")
    lab.ctl("peer", "config", "office/laptop", "--file", configuration)
    allowed = next(line for line in configuration.read_text().splitlines() if line.startswith("AllowedIPs = "))
    assert "0.0.0.0/0" not in allowed.split(", ") and "10.0.0.0/9" in allowed
    connect(lab, configuration)


def test_clients_that_must_import_again_are_told(office):
    lab = office
    for name in ("laptop", "phone", "spare"):
        lab.ctl("peer", "add", "office", name)
    for name in ("laptop", "phone"):
        lab.ctl("peer", "config", f"office/{name}")

    def stale():
        return [peer["name"] for peer in lab.ctl("peer", "list", "office", "--stale", "--output", "json").json]

    assert stale() == []
    lab.ctl("peer", "edit", "office/phone", "--mtu", "1300")
    assert stale() == ["phone"]
    lab.ctl("network", "regenerate-keys", "office", "--yes")
    assert stale() == ["laptop", "phone"]
    lab.ctl("peer", "config", "office/laptop")
    assert stale() == ["phone"]
    assert "must be imported again" in lab.ctl("peer", "show", "office/phone").stdout


@pytest.mark.kernel
def test_when_a_peer_was_last_seen_outlives_its_interface(office):
    lab = office
    configuration = lab.folder / "laptop.conf"
    lab.ctl("peer", "add", "office", "laptop", "--config-file", configuration)
    client = connect(lab, configuration)
    seen = show(lab, "laptop")["last_handshake"]
    assert seen > 0
    client.down()
    lab.stop_daemon()
    lab.hub.run("ip", "link", "delete", "wg0")
    lab.start_daemon()
    after = show(lab, "laptop")
    assert after["online"] is False and after["last_handshake"] == seen and after["last_endpoint"]

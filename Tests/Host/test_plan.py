"""`--dry-run` changes nothing and says what would be; `--confirm-within` undoes what nobody confirms."""

import re
import time

import pytest

from lab import PATIENCE, wait_until
from machine import difference, public_key, some_key, state

USAGE, NOT_FOUND, EXISTS, INVALID, PRECONDITION = 2, 3, 4, 5, 7
KEY = "[A-Za-z0-9+/]{43}="


@pytest.fixture
def office(lab):
    """Two networks, peers, a bridge and rules."""
    lab.start_daemon()
    furnish(lab)
    return lab


def furnish(lab):
    lab.ctl("network", "create", "office", "--mode", "gateway", "--subnet", "10.8.0.0/24", "--subnet6", "fd00:8::/64")
    lab.ctl("network", "create", "sites", "--mode", "site-to-site", "--subnet", "10.9.0.0/24")
    lab.ctl("network", "create", "idle", "--mode", "hub-routed", "--subnet", "10.10.0.0/24", "--disabled")
    lab.ctl("peer", "add", "office", "laptop", "--tags", "red")
    lab.ctl("peer", "add", "office", "phone", "--disabled")
    lab.ctl("peer", "add", "sites", "berlin", "--role", "site-gateway", "--site-networks", "192.168.7.0/24")
    lab.ctl("bridge", "add", "office", "sites")
    lab.ctl("bridge", "add", "office", "idle", "--disabled")
    lab.ctl("rule", "add", "--peer", "office/laptop", "deny", "--to", "10.9.0.0/24")
    lab.ctl("rule", "add", "--peer", "office/laptop", "allow", "--to", "site:sites/berlin")
    lab.ctl("network", "create", "branch", "--mode", "hub-routed", "--subnet", "10.12.0.0/24")
    lab.ctl("rule", "add", "--network", "sites", "deny", "--to", "10.12.0.64/26", "--disabled")
    (lab.folder / "new.csv").write_text("name,address\ntablet,10.8.0.77\nprinter,\n")


def everything(lab, indices=True, times=True):
    """What the database has and what the kernel has, line by line. `times` are those of the latest changes."""
    lines = state(lab, indices)
    for words in (
        ("network", "list"), ("bridge", "list"), ("rule", "list"), ("peer", "list", "office"),
        ("peer", "list", "sites"),
    ):
        listed = lab.ctl(*words, "--output", "json", check=False)
        # A network that is gone has no peers.
        for each in listed.json if listed.code == 0 else []:
            # What an interface carried changes by itself.
            each.pop("statistics", None)
            if not times:
                each.pop("updated_at")
            # Fetched below: that is noted, and no change.
            each.pop("config_fetched_at", None)
            lines.append(f"{words} {each}")
    lines += lab.ctl("peer", "config", "office/laptop", check=False).stdout.splitlines()
    return lines


def check_same(lab, before, what="", **options):
    now = everything(lab, **options)
    assert now == before, f"{what}\n{difference(before, now)}"


# Every command that changes something, and what its plan must name; None for one that leaves the machine as it is.
MUTATIONS = {
    "network create": (("network", "create", "new", "--subnet", "10.11.0.0/24"), "10.11.0.1/24"),
    "network edit mtu": (("network", "edit", "office", "--mtu", "1380"), "1380"),
    "network edit port": (("network", "edit", "office", "--listen-port", "51999"), "51999"),
    "network edit nat": (("network", "edit", "office", "--no-nat"), "masquerade"),
    "network edit talk": (("network", "edit", "office", "--peers-may-talk"), "firewall"),
    "network edit name": (("network", "edit", "office", "--name", "bureau"), None),
    "network edit policy": (("network", "edit", "office", "--drift-policy", "report"), None),
    "network enable": (("network", "enable", "idle"), "10.10.0.1/24"),
    "network disable": (("network", "disable", "sites"), "delete interface wg1"),
    "network delete": (("network", "delete", "sites", "--yes"), "delete interface wg1"),
    "peer add": (("peer", "add", "office", "tablet"), "add peer"),
    "peer import": (("peer", "import", "office", "{folder}/new.csv"), "10.8.0.77/32"),
    "peer edit address": (("peer", "edit", "office/laptop", "--address", "10.8.0.99"), "10.8.0.99/32"),
    "peer edit site": (("peer", "edit", "sites/berlin", "--site-networks", "192.168.9.0/24"), "192.168.9.0/24"),
    "peer edit keepalive": (("peer", "edit", "office/laptop", "--hub-keepalive", "21"), "21"),
    "peer edit psk": (("peer", "edit", "office/laptop", "--preshared-key", "new"), "preshared key"),
    "peer edit name": (("peer", "edit", "office/laptop", "--name", "notebook"), None),
    "peer edit tags": (("peer", "edit", "office/laptop", "--tags", "blue"), None),
    "peer edit expiry": (("peer", "edit", "office/laptop", "--expires", "30d"), None),
    "peer rotate": (("peer", "rotate", "office/laptop"), "remove peer"),
    "peer rotate later": (("peer", "rotate", "office/laptop", "--overlap", "1h"), None),
    "network regenerate-keys": (("network", "regenerate-keys", "office", "--peers", "--yes"), "private key"),
    "peer enable": (("peer", "enable", "office/phone"), "add peer"),
    "peer disable": (("peer", "disable", "office/laptop"), "remove peer"),
    "peer remove": (("peer", "remove", "office/laptop", "--yes"), "remove peer"),
    "bridge add": (("bridge", "add", "office", "branch"), "bridge 3"),
    "bridge edit": (("bridge", "edit", "1", "--allowed-cidrs", "10.9.0.7/32"), "10.9.0.7"),
    "bridge disable": (("bridge", "disable", "1"), "bridge 1"),
    "bridge remove": (("bridge", "remove", "1", "--yes"), "bridge 1"),
    "bridge enable": (("bridge", "enable", "2"), None),
    "rule add": (("rule", "add", "--network", "office", "deny", "--protocol", "tcp", "--ports", "25"), "25"),
    "rule edit": (("rule", "edit", "1", "--to", "10.9.0.128/25"), "10.9.0.128/25"),
    "rule move": (("rule", "move", "2", "1"), "10.9.0.0/24"),
    "rule enable": (("rule", "enable", "3"), "10.12.0.64/26"),
    "rule disable": (("rule", "disable", "1"), "10.9.0.0/24"),
    "rule remove": (("rule", "remove", "1", "--yes"), "10.9.0.0/24"),
}


def words_of(lab, name):
    return tuple(word.format(folder=lab.folder) for word in MUTATIONS[name][0])


def test_a_dry_run_of_any_change_changes_nothing_and_says_what_would_be(office):
    before = everything(office)
    for name, (_, named) in MUTATIONS.items():
        plan = office.ctl(*words_of(office, name), "--dry-run", "--output", "json").json
        assert plan["dry_run"] is True, name
        text = "\n".join(plan["plan"])
        if named is None:
            assert plan["plan"] == [], (name, plan)
        else:
            assert named in text, (name, plan)
        # Public keys name peers; there is no other.
        assert not re.search(KEY, re.sub(f"peer {KEY}", "", text)), f"{name}: a key in {text}"
    check_same(office, before)


def test_a_dry_run_prints_lines_for_people_and_nothing_is_new_afterwards(office):
    shown = office.ctl("peer", "disable", "office/laptop", "--dry-run").stdout
    key = office.ctl("peer", "show", "office/laptop", "--output", "json").json["public_key"]
    assert shown.startswith("would change:\n") and f"wg0: remove peer {key}\n" in shown
    assert office.ctl("network", "edit", "office", "--name", "bureau", "--dry-run").stdout == "nothing would change\n"
    # Names and addresses that a dry run saw are free.
    first = office.ctl("peer", "add", "office", "tablet", "--dry-run", "--output", "json").json
    second = office.ctl("peer", "add", "office", "tablet", "--output", "json").json
    assert first["peer"]["addresses"] == second["addresses"]


def test_a_dry_run_refuses_what_the_change_itself_would_refuse(office):
    calls = {
        ("peer", "add", "office", "laptop"): EXISTS,
        ("peer", "add", "office", "tablet", "--address", "10.99.0.1"): INVALID,
        ("network", "create", "new", "--subnet", "10.8.0.0/25"): PRECONDITION,
        ("peer", "remove", "office/nobody", "--yes"): NOT_FOUND,
        ("rule", "remove", "99", "--yes"): NOT_FOUND,
        ("bridge", "add", "office", "office"): INVALID,
    }
    before = everything(office)
    for words, code in calls.items():
        wet = office.ctl(*words, check=False)
        dry = office.ctl(*words, "--dry-run", check=False)
        assert (dry.code, dry.stderr) == (wet.code, wet.stderr) and dry.code == code, (dry, wet)
    check_same(office, before)


def test_a_plan_is_what_the_change_then_does(office):
    """The steps that a comparison of the hub's own would take are what the plan said."""
    words = ("peer", "edit", "sites/berlin", "--site-networks", "192.168.8.0/24")
    plan = office.ctl(*words, "--dry-run", "--output", "json").json["plan"]
    assert {line for line in plan if "route" in line} == {
        "add route 192.168.8.0/24 through wg1", "remove route 192.168.7.0/24 through wg1"}
    office.ctl(*words)
    routes = office.hub.run("ip", "route", "show", "dev", "wg1").stdout
    assert "192.168.8.0/24" in routes and "192.168.7.0/24" not in routes
    # And the same call again would do nothing.
    assert office.ctl(*words, "--dry-run", "--output", "json").json["plan"] == []


# To be confirmed.


def shown(lab):
    return lab.ctl("confirm", "--show", "--output", "json").json


def wait_for(lab, wanted):
    """Waits until everything is as it was; an interface that was deleted is another one by then."""
    options = {"indices": False, "times": False}
    wait_until(
        lambda: everything(lab, **options) == wanted, 5,
        lambda: f"it is as it was:\n{difference(wanted, everything(lab, **options))}")


@pytest.mark.parametrize("name", [
    "network edit port", "network edit nat", "peer edit address", "peer remove", "network delete", "bridge add",
    "bridge remove", "rule add", "rule enable", "peer import", "peer rotate", "network regenerate-keys",
])
def test_what_nobody_confirms_is_undone(office, name):
    before = everything(office, indices=False, times=False)
    office.ctl(*words_of(office, name), "--confirm-within", "2s")
    start = time.monotonic()
    assert shown(office)["confirm_by"] >= time.time() - 1
    assert everything(office, indices=False, times=False) != before
    wait_until(lambda: shown(office).get("description") is None, 6, "it is undone")
    assert time.monotonic() - start > 0.5, "it was undone at once"
    wait_for(office, before)


@pytest.mark.kernel
def test_what_is_confirmed_stays(office):
    # Long enough for the two commands that come before it is confirmed, on a slow machine too.
    office.ctl("network", "edit", "office", "--mtu", "1380", "--confirm-within", f"{round(2 * PATIENCE)}s")
    waiting = shown(office)
    assert "office" in waiting["description"]
    kept = office.ctl("confirm")
    assert "kept" in kept.stdout
    assert shown(office).get("description") is None
    # Its time passes, and nothing happens.
    wait_until(lambda: time.time() > waiting["confirm_by"] + 1, 10, "the time is over")
    assert office.ctl("network", "show", "office", "--output", "json").json["mtu"] == 1380
    assert office.hub.run("ip", "-json", "link", "show", "wg0").json[0]["mtu"] == 1380
    nothing = office.ctl("confirm", check=False)
    assert nothing.code == PRECONDITION and "waits to be confirmed" in nothing.stderr, nothing


def test_an_undo_need_not_wait(office):
    before = everything(office, indices=False, times=False)
    office.ctl("rule", "add", "--network", "office", "deny", "--confirm-within", "10m")
    assert everything(office, indices=False, times=False) != before
    assert "undone" in office.ctl("confirm", "--undo").stdout
    check_same(office, before, indices=False, times=False)
    assert office.ctl("confirm", "--undo", check=False).code == PRECONDITION


def test_a_second_change_does_not_slip_in_under_the_first(office):
    """An undo takes back what was to be confirmed, and nothing that came after it."""
    office.ctl("network", "edit", "office", "--mtu", "1380", "--confirm-within", "10m")
    second = office.ctl("network", "edit", "sites", "--mtu", "1300", "--confirm-within", "10m", check=False)
    assert second.code == PRECONDITION and "office" in second.stderr, second
    other = office.ctl("peer", "add", "office", "tablet", check=False)
    office.ctl("confirm", "--undo")
    network = office.ctl("network", "show", "office", "--output", "json").json
    assert network.get("mtu") is None
    names = {each["name"] for each in office.ctl("peer", "list", "office", "--output", "json").json}
    assert ("tablet" in names) == (other.code == 0), "an acknowledged change was lost with the undo"


@pytest.mark.kernel
def test_a_power_cut_within_the_time_does_not_save_the_change(office):
    before = everything(office, indices=False, times=False)
    office.ctl("network", "edit", "office", "--listen-port", "51999", "--mtu", "1380", "--confirm-within",
               f"{int(3 * PATIENCE)}s")
    deadline = shown(office)["confirm_by"]
    office.kill9()
    office.start_daemon()
    assert time.time() < deadline, "the daemon took too long to start for this test"
    # It is still there and still waits.
    assert shown(office)["confirm_by"] == deadline
    assert office.ctl("network", "show", "office", "--output", "json").json["listen_port"] == 51999
    wait_until(lambda: shown(office).get("description") is None, 3 * PATIENCE + 5, "it is undone")
    wait_for(office, before)


def test_a_time_that_passed_without_a_daemon_undoes_at_the_start(office):
    before = everything(office, indices=False, times=False)
    office.ctl("network", "edit", "office", "--mtu", "1380", "--confirm-within", "1s")
    deadline = shown(office)["confirm_by"]
    office.kill9()
    wait_until(lambda: time.time() > deadline, 10, "the time passes")
    assert office.hub.run("ip", "-json", "link", "show", "wg0").json[0]["mtu"] == 1380
    office.start_daemon()
    wait_for(office, before)


@pytest.mark.parametrize("value", ["0", "-5", "25h", "soon", ""])
def test_a_time_that_is_none_is_refused(office, value):
    result = office.ctl("network", "edit", "office", "--mtu", "1380", f"--confirm-within={value}", check=False)
    assert result.code in (USAGE, INVALID) and "confirm" in result.stderr, result
    assert office.ctl("network", "show", "office", "--output", "json").json.get("mtu") is None


def test_an_import_can_be_tried_too(office):
    file = office.folder / "wg.conf"
    file.write_text(
        f"[Interface]\nPrivateKey = {some_key()}\nAddress = 10.66.0.1/24\nListenPort = 51999\n\n"
        f"[Peer]\nPublicKey = {public_key(some_key())}\nAllowedIPs = 10.66.0.2/32\n")
    before = everything(office)
    plan = office.ctl("network", "import", "old", "--file", file, "--dry-run", "--output", "json").json
    assert plan["dry_run"] is True and any("10.66.0.1/24" in line for line in plan["plan"]), plan
    check_same(office, before)

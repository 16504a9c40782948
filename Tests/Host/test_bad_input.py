"""Whatever is wrong with a call: its own exit code, one clear sentence on stderr, and nothing changed."""

import secrets
import shutil
import socket
import stat
import struct
import subprocess
import sys

import pytest

from lab import BINARIES, clean_environment, run, wait_until

NOT_FOUND, EXISTS, INVALID, DENIED, PRECONDITION, EXHAUSTED, UNAVAILABLE = 3, 4, 5, 6, 7, 8, 9
USAGE = 2

# A well-formed public key: 32 bytes of 0x01.
SOME_KEY = "AQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQE="

ADD = ("peer", "add", "office")
CREATE = ("network", "create", "more", "--subnet")

# What is called, the exit code, and what stderr has to name.
BAD_CALLS = {
    "unknown network": (("peer", "add", "nowhere", "phone"), NOT_FOUND, "nowhere"),
    "unknown network shown": (("network", "show", "nowhere"), NOT_FOUND, "nowhere"),
    "unknown network deleted": (("network", "delete", "nowhere", "--yes"), NOT_FOUND, "nowhere"),
    "unknown peer shown": (("peer", "show", "office/nobody"), NOT_FOUND, "nobody"),
    "unknown peer removed": (("peer", "remove", "office/nobody", "--yes"), NOT_FOUND, "nobody"),
    "unknown peer disabled": (("peer", "disable", "office/nobody"), NOT_FOUND, "nobody"),
    "unknown peer's file": (("peer", "config", "office/nobody"), NOT_FOUND, "nobody"),
    "unknown peer's code": (("peer", "qr", "office/nobody"), NOT_FOUND, "nobody"),
    "name of another network": (("network", "create", "office", "--subnet", "10.9.0.0/24"), EXISTS, "name"),
    "name of another peer": ((*ADD, "laptop"), EXISTS, "name"),
    "renamed to another peer's": (("peer", "edit", "office/phone", "--name", "laptop"), EXISTS, "name"),
    "address of another peer": ((*ADD, "tablet", "--address", "10.8.0.2"), EXISTS, "address"),
    "address outside the subnet": ((*ADD, "tablet", "--address", "10.99.0.2"), INVALID, "address"),
    "subnet that is no block": ((*CREATE, "banana"), INVALID, "subnet"),
    "subnet with too long a prefix": ((*CREATE, "10.9.0.0/33"), INVALID, "subnet"),
    "subnet inside another network's": ((*CREATE, "10.8.0.128/25"), PRECONDITION, "subnet"),
    "subnet around another network's": ((*CREATE, "10.0.0.0/8"), PRECONDITION, "subnet"),
    "subnet of the machine's own": ((*CREATE, "192.0.2.0/24"), (INVALID, PRECONDITION), "subnet"),
    "full subnet": (("peer", "add", "tiny", "second"), EXHAUSTED, "10.99.1.0/30"),
    "port 0": ((*CREATE, "10.9.0.0/24", "--listen-port", "0"), INVALID, "listen_port"),
    "port beyond 65535": ((*CREATE, "10.9.0.0/24", "--listen-port", "70000"), INVALID, "listen_port"),
    "port that is no number": ((*CREATE, "10.9.0.0/24", "--listen-port", "ssh"), USAGE, "listen-port"),
    "port of another network": ((*CREATE, "10.9.0.0/24", "--listen-port", "51820"), EXISTS, "listen_port"),
    "peer's name with a line break": ((*ADD, "lap\ntop"), INVALID, "name"),
    "peer's name of 65 characters": ((*ADD, "x" * 65), INVALID, "name"),
    "empty peer's name": ((*ADD, ""), INVALID, "name"),
    "peer's name like a number": ((*ADD, "#1"), INVALID, "name"),
    "network's name like a number": (("network", "create", "#1", "--subnet", "10.9.0.0/24"), INVALID, "name"),
    "network renamed like a number": (("network", "edit", "office", "--name", "#1"), INVALID, "name"),
    "network's name with a line break": (
        ("network", "create", "of\nfice", "--subnet", "10.9.0.0/24"), INVALID, "name"),
    "public key that is none": ((*ADD, "tablet", "--public-key", "hello"), INVALID, "public_key"),
    "public key cut short": ((*ADD, "tablet", "--public-key", SOME_KEY[:-4]), INVALID, "public_key"),
    "mode that is none": ((*CREATE, "10.9.0.0/24", "--mode", "mesh"), INVALID, "mode"),
    "role that is none": ((*ADD, "tablet", "--role", "king"), INVALID, "role"),
    "site network that is none": (
        (*ADD, "tablet", "--role", "site-gateway", "--site-networks", "everything"), INVALID, "site_networks"),
    "unknown peer rotated": (("peer", "rotate", "office/nobody"), NOT_FOUND, "nobody"),
    "unknown network's keys": (("network", "regenerate-keys", "nowhere", "--yes"), NOT_FOUND, "nowhere"),
    "custody that is none": ((*ADD, "tablet", "--custody", "mine"), INVALID, "custody"),
    "custody of the client without a key": ((*ADD, "tablet", "--custody", "client"), INVALID, "public_key"),
    "custody once, and nobody takes the key": ((*ADD, "tablet", "--custody", "once"), PRECONDITION, "--config-file"),
    "expiry in the past": ((*ADD, "tablet", "--expires", "2020-01-01"), INVALID, "expires_at"),
    "expiry that is none": ((*ADD, "tablet", "--expires", "tomorrow"), USAGE, "expires"),
    "limit that no conversation gets through": ((*ADD, "tablet", "--bandwidth-down", "7"), INVALID, "bandwidth_down_kbps"),
    "limit that no interface has": ((*ADD, "tablet", "--bandwidth-up", "101G"), INVALID, "bandwidth_up_kbps"),
    "excluded block that is none": ((*ADD, "tablet", "--exclude", "10.0.0.1/8"), INVALID, "excluded_cidrs"),
    "everything excluded": ((*ADD, "tablet", "--exclude", "0.0.0.0/0,::/0"), INVALID, "excluded_cidrs"),
    "search domain that is none": ((*ADD, "tablet", "--search-domains", "a_b"), INVALID, "search_domains"),
    "no keys to activate": (("peer", "rotate", "office/laptop", "--activate"), PRECONDITION, "no new keys"),
    "keepalive beyond 65535": ((*ADD, "tablet", "--persistent-keepalive", "70000"), INVALID, "persistent_keepalive"),
    "peer without a network": (("peer", "show", "laptop"), USAGE, "laptop"),
    "unknown option": (("peer", "list", "office", "--no-such-option"), USAGE, "no-such-option"),
    "removal without a yes": (("peer", "remove", "office/laptop"), (USAGE, PRECONDITION), "--yes"),
}


@pytest.fixture
def hub(lab):
    """A lab with two networks, one of them full, and two peers in the other."""
    lab.start_daemon()
    furnish(lab)
    return lab


def furnish(lab):
    lab.ctl("network", "create", "office", "--subnet", "10.8.0.0/24", "--listen-port", "51820")
    lab.ctl("peer", "add", "office", "laptop")
    lab.ctl("peer", "add", "office", "phone")
    # Two usable addresses, of which the hub has one.
    lab.ctl("network", "create", "tiny", "--subnet", "10.99.1.0/30", "--listen-port", "51900")
    lab.ctl("peer", "add", "tiny", "first")


def everything(lab):
    """All that a call could change: what the daemon tells, and what the machine has."""
    networks = lab.ctl("network", "list", "--output", "json").json
    for network in networks:
        # What the interface carried changes by itself: the machine announces itself on it.
        network.pop("statistics", None)
    return {
        "networks": networks,
        "peers": {each["name"]: lab.ctl("peer", "list", each["name"], "--output", "json").json for each in networks},
        "devices": {each["interface"]: lab.hub.dump(each["interface"]) for each in networks},
        "links": sorted(each["ifname"] for each in lab.hub.run("ip", "-json", "link").json),
        "routes": lab.hub.run("ip", "route").stdout,
    }


def expect(result, code, named):
    """The exit code, and one sentence for people: on stderr, naming what is wrong, without a trace of the inside."""
    assert result.code in (code if isinstance(code, tuple) else (code,)), result
    assert named in result.stderr, result
    assert result.stdout == "", result
    for inside in ("Fatal error", "RPCError(", "StoreError(", "SQLITE", "Optional("):
        assert inside not in result.stderr, result


def test_each_bad_call_has_its_exit_code_names_the_fault_and_changes_nothing(hub):
    # One lab for the whole table: a call that changed something shows at once, by its own name.
    faults = []
    before = everything(hub)
    for name, (arguments, code, named) in BAD_CALLS.items():
        try:
            expect(hub.ctl(*arguments, check=False), code, named)
        except AssertionError as fault:
            faults.append(f"{name}: {fault}")
        after = everything(hub)
        if after != before:
            faults.append(f"{name}: changed something")
            before = after
    assert not faults, "\n\n".join(faults)
    assert hub.daemon.poll() is None


def test_all_bad_fields_are_told_at_once(hub):
    result = hub.ctl(*ADD, "x" * 65, "--public-key", "hello", "--persistent-keepalive", "70000", check=False)
    assert result.code == INVALID
    for field in ("name", "public_key", "persistent_keepalive"):
        assert field in result.stderr, result


def test_a_port_in_use_is_refused_with_the_name_of_who_holds_it(hub):
    holder = hub.hub.start(
        [
            sys.executable, "-c",
            "import socket, signal; s = socket.socket(type=socket.SOCK_DGRAM); s.bind(('', 52000)); print('bound', "
            "flush=True); signal.pause()",
        ], hub.folder / "holder.log")
    wait_until(lambda: "bound" in (hub.folder / "holder.log").read_text(), 10, "the port is held")
    before = everything(hub)
    result = hub.ctl("network", "create", "more", "--subnet", "10.9.0.0/24", "--listen-port", "52000", check=False)
    expect(result, PRECONDITION, "listen_port")
    assert "python" in result.stderr and str(holder.pid) in result.stderr, result
    assert everything(hub) == before
    holder.kill()
    holder.wait()
    hub.ctl("network", "create", "more", "--subnet", "10.9.0.0/24", "--listen-port", "52000")


def test_without_a_socket_the_command_says_so(lab):
    result = lab.ctl("network", "list", check=False)
    expect(result, UNAVAILABLE, str(lab.socket))
    assert "wgpilotd" in result.stderr


def test_with_a_dead_daemon_the_command_says_so(hub):
    hub.kill9()
    expect(hub.ctl("network", "list", check=False), UNAVAILABLE, "wgpilotd")


NOBODY = ("setpriv", "--reuid", "nobody", "--regid", "nogroup")


def public_copy(lab):
    """Where another user can run the programs whatever folder they were built in."""
    folder = lab.folder / "bin"
    folder.mkdir()
    folder.chmod(0o755)
    copy = folder / "wgpilotctl"
    shutil.copy2(BINARIES / "wgpilotctl", copy)
    copy.chmod(0o755)
    return copy


def as_nobody(lab, program, groups, *arguments):
    return run(
        [*NOBODY, *groups, program, *arguments], check=False,
        environment=clean_environment(WGPILOT_SOCKET=lab.socket), shown=["nobody:", "wgpilotctl", *arguments])


def test_a_user_outside_the_group_is_told_which_group_to_join(lab, operators_group):
    lab.start_daemon("--socket-group", operators_group)
    furnish(lab)
    assert stat.S_IMODE(lab.socket.stat().st_mode) == 0o660
    result = as_nobody(lab, public_copy(lab), ["--clear-groups"], "network", "list")
    expect(result, DENIED, "join the group wgpilot")


def test_a_member_of_the_group_may_change_and_a_viewer_may_only_look(lab, operators_group):
    member = ["--groups", operators_group]
    program = public_copy(lab)
    lab.start_daemon("--socket-group", operators_group)
    furnish(lab)
    assert as_nobody(lab, program, member, *ADD, "tablet").code == 0
    lab.stop_daemon()

    lab.start_daemon("--socket-group", operators_group, config='viewer_users: ["nobody"]\n')
    before = everything(lab)
    shown = as_nobody(lab, program, member, "peer", "list", "office", "--output", "json")
    assert [peer["name"] for peer in shown.json] == ["laptop", "phone", "tablet"]
    for arguments in (
        (*ADD, "watch"), ("peer", "remove", "office/laptop", "--yes"), ("peer", "config", "office/laptop"),
        ("peer", "qr", "office/laptop"), ("peer", "disable", "office/laptop"), (*CREATE, "10.9.0.0/24"),
        ("network", "delete", "office", "--yes"),
    ):
        result = as_nobody(lab, program, member, *arguments)
        expect(result, DENIED, "viewer")
        assert "PrivateKey" not in result.stdout + result.stderr
    assert everything(lab) == before


def test_a_wrong_master_key_keeps_the_daemon_from_starting(hub):
    hub.stop_daemon()
    key, database = hub.data / "master.key", hub.data / "wgpilot.db"
    assert stat.S_IMODE(key.stat().st_mode) == 0o600
    right, content = key.read_bytes(), database.read_bytes()
    wrong = secrets.token_bytes(len(right))
    key.write_bytes(wrong)
    code, said = hub.start_refused_daemon()
    assert code == 66, said
    assert "master key" in said or "master.key" in said
    assert key.read_bytes() == wrong and database.read_bytes() == content
    key.write_bytes(right)
    hub.start_daemon()
    assert len(hub.ctl("peer", "list", "office", "--output", "json").json) == 2


def test_a_missing_master_key_is_not_replaced_by_a_new_one(hub):
    hub.stop_daemon()
    (hub.data / "master.key").rename(hub.data / "elsewhere")
    code, said = hub.start_refused_daemon()
    assert code == 66, said
    assert "master.key" in said
    assert not (hub.data / "master.key").exists()


@pytest.mark.parametrize("damage", ["garbage", "cut short", "empty"])
def test_a_corrupt_database_keeps_the_daemon_from_starting(hub, damage):
    hub.stop_daemon()
    database = hub.data / "wgpilot.db"
    content = database.read_bytes()
    torn = {"garbage": b"not a database\n" * 1000, "cut short": content[: len(content) // 2], "empty": b""}[damage]
    database.write_bytes(torn)
    for companion in ("wgpilot.db-wal", "wgpilot.db-shm"):
        (hub.data / companion).unlink(missing_ok=True)
    code, said = hub.start_refused_daemon()
    assert code == 65, said
    assert str(database) in said
    # What may be the only copy of somebody's keys is not touched.
    assert database.read_bytes() == torn


def test_a_second_daemon_on_one_database_refuses(hub):
    first, hub.daemon = hub.daemon, None
    other = hub.folder / "other.sock"
    try:
        code, said = hub.start_refused_daemon("--socket", other)
    finally:
        hub.daemon = first
    assert code == 69, said
    assert str(hub.data) in said
    assert first.poll() is None
    assert len(hub.ctl("peer", "list", "office", "--output", "json").json) == 2


def test_a_second_daemon_on_one_machine_refuses_and_takes_nothing_away(hub):
    first, hub.daemon = hub.daemon, None
    rules = hub.hub.run("nft", "list", "table", "inet", "wgpilot").stdout
    try:
        code, said = hub.start_refused_daemon(
            "--data-dir", hub.folder / "other-data", "--socket", hub.folder / "other.sock")
    finally:
        hub.daemon = first
    assert code == 73, said
    assert str(first.pid) in said
    assert hub.hub.run("nft", "list", "table", "inet", "wgpilot").stdout == rules
    hub.kill9()
    hub.start_daemon()


def test_a_second_daemon_on_one_socket_refuses(hub):
    first, hub.daemon = hub.daemon, None
    # On one machine it would be refused for that already.
    home, hub.hub = hub.hub, hub.client
    try:
        code, said = hub.start_refused_daemon("--data-dir", hub.folder / "other-data")
    finally:
        hub.daemon, hub.hub = first, home
    assert code == 69, said
    assert str(hub.socket) in said
    assert len(hub.ctl("peer", "list", "office", "--output", "json").json) == 2


def test_a_configuration_with_an_unknown_key_keeps_the_daemon_from_starting(lab):
    code, said = lab.start_refused_daemon(config="sokcet: /tmp/x\n")
    assert code == 78, said
    assert "sokcet" in said


# docs/protocol.md: length (4 bytes), type, flags, stream (4 bytes), payload. The start of a client's hello is from there too.
HALF_A_HELLO = bytes.fromhex("0000002a 01 00 00000000 a4 01 67 776770696c6f74")


@pytest.mark.parametrize(
    "sent",
    [
        struct.pack(">I", 0xFFFFFFFF) + b"\x01\x00\x00\x00\x00\x00" + b"x" * 100_000,
        struct.pack(">I", (4 << 20) + 1) + b"\x01\x00\x00\x00\x00\x00" + b"x" * 100_000,
        struct.pack(">I", 0) * 1000,
        struct.pack(">I", 5) + b"12345",
        b"GET / HTTP/1.1\r\nHost: hub\r\n\r\n",
        bytes(range(256)) * 100,
        # A map that claims 2^64 - 1 entries, as the hello.
        struct.pack(">I", 15) + b"\x01\x00\x00\x00\x00\x00" + b"\xbb" + b"\xff" * 8,
        # Nested deeper than any message is.
        struct.pack(">I", 6 + 60_000) + b"\x01\x00\x00\x00\x00\x00" + b"\x81" * 60_000,
        HALF_A_HELLO,
        b"",
    ],
    ids=[
        "length of 4 GiB", "length just over the limit", "empty frames", "frame too short", "HTTP", "every byte",
        "huge map", "deep nesting", "hello cut off", "nothing",
    ],
)
def test_hostile_bytes_end_that_connection_alone(hub, sent):
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as stranger:
        stranger.settimeout(10)
        stranger.connect(str(hub.socket))
        try:
            stranger.sendall(sent)
            # Others are served while this connection is open.
            assert len(hub.ctl("peer", "list", "office", "--output", "json").json) == 2
            stranger.shutdown(socket.SHUT_WR)
            while stranger.recv(65536):
                pass
        except (BrokenPipeError, ConnectionResetError):
            pass
        # Reaching this line at all shows that the daemon ended the connection: recv would have timed out.
    assert hub.daemon.poll() is None
    assert len(hub.ctl("peer", "list", "office", "--output", "json").json) == 2
    hub.ctl("peer", "show", "office/laptop")


def test_connections_that_say_nothing_do_not_keep_others_out(hub):
    silent = []
    try:
        for _ in range(50):
            connection = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
            silent.append(connection)
            connection.connect(str(hub.socket))
        assert len(hub.ctl("peer", "list", "office", "--output", "json").json) == 2
    finally:
        for connection in silent:
            connection.close()


def test_output_that_could_not_be_written_is_no_success(hub):
    with open("/dev/full", "w") as full:
        result = subprocess.run(
            [BINARIES / "wgpilotctl", "--socket", hub.socket, "network", "list"], stdout=full, stderr=subprocess.PIPE,
            text=True, check=False, timeout=60)
    assert result.returncode == 1
    assert "standard output" in result.stderr

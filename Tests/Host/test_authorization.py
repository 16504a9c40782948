"""Who may do what, asked by real users of the machine, and what the audit log then has of it."""

import hashlib
import json
import os
import re
import shutil
import sqlite3
import stat
import sys

import cbor2
import pytest

from lab import BINARIES, REPOSITORY, clean_environment, run

sys.path.insert(0, str(REPOSITORY / "Tests" / "Contract"))
from rpc_client import CallFailed, Client  # noqa: E402

# Users that need no entry anywhere: the kernel knows them by number.
ADMIN, MEMBER, VIEWER, OUTSIDER, ROLELESS, GATEWAY = 64001, 64002, 64003, 64004, 64005, 64006
OPERATORS = 64100
CONFIG = f"""
admin_users: ["{ADMIN}"]
operator_groups: ["{OPERATORS}"]
viewer_users: ["{VIEWER}"]
gateway_user: "{GATEWAY}"
"""
RANK = {"gateway": 0, "viewer": 1, "operator": 2, "admin": 3}
DENIED, UNAUTHENTICATED, INVALID = 7, 16, 3
TAMPERED = 14


def methods():
    """Every method with its least role, as docs/protocol.md lists them."""
    text = (REPOSITORY / "docs" / "protocol.md").read_text()
    found = {}
    for service, body in re.findall(r"^### (wgpilot\.v1\.\w+)\n(.*?)(?=^### )", text, re.MULTILINE | re.DOTALL):
        for name, role in re.findall(r"^\| `(\w+)` \|.*?\| (gateway|viewer|operator|admin) \|", body, re.MULTILINE):
            found[f"{service}/{name}"] = role
    assert len(found) >= 42
    return found


def as_user(uid, groups, body):
    """Runs the body in a process of that user and those groups alone, and returns what it returned."""
    reader, writer = os.pipe()
    child = os.fork()
    if child == 0:
        try:
            os.close(reader)
            os.setgroups(groups)
            os.setresgid(uid, uid, uid)
            os.setresuid(uid, uid, uid)
            answer = json.dumps(body())
        except BaseException as fault:  # noqa: BLE001
            answer = json.dumps({"fault": f"{type(fault).__name__}: {fault}"})
        os.write(writer, answer.encode())
        os._exit(0)
    os.close(writer)
    with os.fdopen(reader) as pipe:
        answer = json.loads(pipe.read())
    os.waitpid(child, 0)
    return answer


def outcomes(path, calls, metadata=None):
    """The code and reason of each call, with an empty message: whoever is let through fails, if at all, otherwise."""
    found = {}
    with Client(path) as client:
        for method in calls:
            try:
                # A stream that is let through ends by its deadline.
                client.call(method, {}, timeout_ms=2000, metadata=metadata)
                found[method] = [0, ""]
            except CallFailed as fault:
                found[method] = [fault.code, fault.reason]
    return found


def was_let_through(outcome):
    return outcome[0] not in (DENIED, UNAUTHENTICATED) and outcome[1] != "unexpected_authorization"


@pytest.fixture
def served(lab, operators_group):
    lab.start_daemon("--socket-group", operators_group, config=CONFIG)
    lab.group = int(run(["getent", "group", operators_group]).stdout.split(":")[2])
    return lab


def token(lab, name, *options):
    file = lab.folder / f"{name}.token"
    lab.ctl("token", "create", name, "--file", file, *options)
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    return file.read_text().strip()


def audit(lab, *options):
    return lab.ctl("audit", "--limit", "10000", "--output", "json", *options).json


def test_every_method_is_decided_by_the_role_of_the_real_user(served):
    listed = methods()
    users = {
        "root": (0, [], "admin"),
        "admin by user": (ADMIN, [served.group], "admin"),
        "operator by group": (MEMBER, [served.group, OPERATORS], "operator"),
        "viewer in the operators' group": (VIEWER, [served.group, OPERATORS], "viewer"),
        "nobody": (ROLELESS, [served.group], None),
    }
    refused = 0
    for who, (uid, groups, role) in users.items():
        found = as_user(uid, groups, lambda: outcomes(str(served.socket), listed))
        assert set(found) == set(listed), (who, found)
        for method, least in listed.items():
            allowed = role is not None and RANK[role] >= RANK[least]
            if allowed:
                assert was_let_through(found[method]), (who, method, found[method])
            else:
                assert found[method] == [DENIED, "role"], (who, method, found[method])
                refused += 1
    entries = audit(served, "--result", "refused")
    assert sum(entry["count"] for entry in entries) == refused
    assert {entry["uid"] for entry in entries} == {MEMBER, VIEWER, ROLELESS}
    assert all(entry["target"] == "" and entry["origin"] == "unix" for entry in entries)


def test_who_is_not_in_the_group_does_not_reach_the_socket(served):
    fault = as_user(OUTSIDER, [OPERATORS], lambda: outcomes(str(served.socket), ["wgpilot.v1.System/Health"]))
    assert "PermissionError" in fault["fault"]


def test_the_gateway_acts_for_the_bearer_of_a_token_and_for_nobody_else(served):
    listed = methods()
    secrets = {role: token(served, role, "--role", role) for role in ("viewer", "operator", "admin")}
    gone = token(served, "gone", "--role", "admin")
    served.ctl("token", "revoke", "gone", "--yes")

    def gateway(metadata):
        return as_user(GATEWAY, [served.group], lambda: outcomes(str(served.socket), listed, metadata))

    for method, outcome in gateway(None).items():
        assert outcome == [UNAUTHENTICATED, "no_token"] if listed[method] != "gateway" else was_let_through(outcome)
    for role, secret in secrets.items():
        metadata = {"authorization": f"Bearer {secret}", "client-address": "198.51.100.7"}
        for method, outcome in gateway(metadata).items():
            if RANK[role] >= RANK[listed[method]]:
                assert was_let_through(outcome), (role, method, outcome)
            else:
                assert outcome == [DENIED, "role"], (role, method, outcome)
    for bad in (gone, "wgp_" + "A" * 43, "", "x" * 5000):
        for method, outcome in gateway({"authorization": f"Bearer {bad}"}).items():
            assert outcome == [UNAUTHENTICATED, "bad_token"], (method, outcome)
    # From anybody else a token is refused, whatever it is.
    found = as_user(
        MEMBER, [served.group, OPERATORS],
        lambda: outcomes(str(served.socket), listed, {"authorization": f"Bearer {secrets['admin']}"}))
    assert all(outcome == [INVALID, "unexpected_authorization"] for outcome in found.values())

    (entry, *_) = audit(served, "--actor", "viewer", "--result", "refused")
    assert entry["actor_kind"] == "token" and entry["uid"] == GATEWAY and entry["origin"] == "198.51.100.7"
    used = {each["name"]: "last_used_at" in each for each in served.ctl("token", "list", "--output", "json").json}
    assert used == {"viewer": True, "operator": True, "admin": True}
    stored = (served.data / "wgpilot.db").read_bytes() + (served.data / "wgpilot.db-wal").read_bytes()
    for secret in (*secrets.values(), gone):
        assert secret.encode() not in stored


def test_an_operator_is_told_apart_by_the_command_line_too(served):
    folder = served.folder / "bin"
    folder.mkdir()
    folder.chmod(0o755)
    program = shutil.copy2(BINARIES / "wgpilotctl", folder / "wgpilotctl")
    os.chmod(program, 0o755)

    def ctl(*arguments):
        return run(
            ["setpriv", "--reuid", str(MEMBER), "--regid", str(MEMBER), "--groups", f"{served.group},{OPERATORS}",
             program, *arguments],
            check=False, environment=clean_environment(WGPILOT_SOCKET=served.socket))

    assert ctl("network", "create", "office", "--subnet", "10.8.0.0/24").code == 0
    assert ctl("peer", "add", "office", "laptop").code == 0
    for arguments in (("audit",), ("audit", "verify"), ("token", "list"), ("token", "create", "t")):
        result = ctl(*arguments)
        assert result.code == 6 and "admin" in result.stderr, result
    entries = audit(served, "--target", "office")
    assert [(entry["method"].split(".")[-1], entry["uid"], entry["result"]) for entry in entries] == [
        ("Peers/Create", MEMBER, "OK"), ("Networks/Create", MEMBER, "OK")]


def hashes(lines):
    """Follows the lines of an export with nothing of the project's own, by docs/protocol.md."""
    previous = "0" * 64
    for number, line in enumerate(map(json.loads, lines), 1):
        assert line["sequence"] == number and line["previous_hash"] == previous
        message = {
            1: line["sequence"], 2: line["time"], 3: line["actor_kind"], 4: line["actor"], 7: line["origin"],
            8: line["method"], 9: line["target"], 10: line["result"], 11: line["reason"], 12: line["request_id"],
            13: line["count"], 15: line["omitted_changes"], 16: previous,
            14: [
                {1: change["action"], 2: change["kind"], 3: change["name"], 4: [
                    {key: field[name] for key, name in ((1, "field"), (2, "before"), (3, "after")) if name in field}
                    for field in change["fields"]]}
                for change in line["changes"]],
        }
        for key, name in ((5, "uid"), (6, "token_id")):
            if name in line:
                message[key] = line[name]
        previous = hashlib.sha256(cbor2.dumps(message, canonical=True)).hexdigest()
        assert previous == line["hash"], line
    return previous


def contents(data):
    """The whole database as one file, its write-ahead log among it."""
    connection = sqlite3.connect(data / "wgpilot.db")
    connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    connection.close()
    return (data / "wgpilot.db").read_bytes()


def replace(data, whole, sql=""):
    """Puts a database in the place of the one that is there, changed by somebody who has no key."""
    for name in ("wgpilot.db-wal", "wgpilot.db-shm"):
        (data / name).unlink(missing_ok=True)
    (data / "wgpilot.db").write_bytes(whole)
    connection = sqlite3.connect(data / "wgpilot.db")
    connection.executescript(sql)
    connection.close()


def test_the_log_is_exported_verified_and_tampering_is_found(served):
    served.ctl("network", "create", "büro", "--subnet", "10.8.0.0/24")
    for name in ("laptop", "phone", "q\"uo\\te"):
        served.ctl("peer", "add", "büro", name)
    private = re.search(r"^PrivateKey = (.+)$", served.ctl("peer", "config", "büro/laptop").stdout, re.M).group(1)
    preshared = re.search(r"^PresharedKey = (.+)$", served.ctl("peer", "config", "büro/laptop").stdout, re.M).group(1)
    served.ctl("peer", "edit", "büro/laptop", "--mtu", "1300")
    served.ctl("peer", "remove", "büro/phone", "--yes")
    assert served.ctl("peer", "remove", "büro/phone", "--yes", check=False).code == 3
    (newest, *_) = audit(served, "--result", "NOT_FOUND")
    assert newest["target"] == "büro/phone" and newest["actor"] == "root"
    (edit,) = [entry for entry in audit(served, "--method", "Peers/Update")]
    assert edit["changes"] == [
        {"action": "changed", "kind": "peer", "name": "büro/laptop", "fields": [{"field": "mtu", "after": "1300"}]}]

    file = served.folder / "audit.jsonl"
    served.ctl("audit", "export", file)
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    lines = file.read_text().splitlines()
    last = hashes(lines)
    assert private not in file.read_text() and preshared not in file.read_text()
    verdict = served.ctl("audit", "verify", "--file", file, "--output", "json").json
    assert verdict["intact"] and verdict["hash"] == verdict["file_hash"] == last
    assert verdict["file_entries"] == len(lines)

    altered = served.folder / "altered.jsonl"
    altered.write_text("\n".join([*lines[:2], lines[2].replace("phone", "tablet", 1), *lines[3:]]) + "\n")
    result = served.ctl("audit", "verify", "--file", altered, "--offline", "--output", "json", check=False)
    assert result.code == TAMPERED and result.json["first_bad"] == 3
    altered.write_text("\n".join(lines[:1] + lines[2:]) + "\n")
    assert served.ctl("audit", "verify", "--file", altered, "--offline", check=False).code == TAMPERED

    # In the database itself, each against a whole copy.
    served.stop_daemon()
    whole = contents(served.data)
    assert private.encode() not in whole
    count = len(lines)
    for sql, first in {
        "UPDATE audit SET actor = 'mallory' WHERE sequence = 3": 3,
        "DELETE FROM audit WHERE sequence = 2": 2,
        f"DELETE FROM audit WHERE sequence = {count}": count,
        f"DELETE FROM audit WHERE sequence > 4; UPDATE auditHead SET sequence = 4, "
        "hash = (SELECT hash FROM audit WHERE sequence = 4)": 4,
        f"INSERT INTO audit SELECT {count + 1}, time, actorKind, actor, uid, tokenID, origin, method, target, result, "
        "reason, requestID, count, changes, omittedChanges, hash FROM audit WHERE sequence = 1": count + 1,
    }.items():
        replace(served.data, whole, sql)
        served.start_daemon()
        result = served.ctl("audit", "verify", "--output", "json", check=False)
        assert result.code == TAMPERED and result.json["first_bad"] == first, (sql, result.stdout)
        served.stop_daemon()
    # An older state of everything is whole by itself; the file knows better.
    replace(served.data, whole)
    served.start_daemon()
    served.ctl("peer", "add", "büro", "later")
    served.ctl("audit", "export", file)
    served.stop_daemon()
    replace(served.data, whole)
    served.start_daemon()
    assert served.ctl("audit", "verify").code == 0
    assert served.ctl("audit", "verify", "--file", file, check=False).code == TAMPERED


def test_a_creation_is_repeated_over_kill_9_and_makes_nothing_more(served):
    def create(number):
        with Client(str(served.socket)) as client:
            return client.call(
                "wgpilot.v1.Peers/Create", {1: "office", 2: f"p{number}"},
                metadata={"idempotency-key": f"key-{number}"})

    served.ctl("network", "create", "office", "--subnet", "10.8.0.0/24")
    first = [create(number)[1] for number in range(3)]
    served.kill9()
    served.start_daemon()
    again = [create(number)[1] for number in range(3)]
    assert [peer[1] for peer in again] == [peer[1] for peer in first]
    assert [peer[5] for peer in again] == [peer[5] for peer in first]
    assert len(served.ctl("peer", "list", "office", "--output", "json").json) == 3
    with pytest.raises(CallFailed) as fault:
        with Client(str(served.socket)) as client:
            client.call(
                "wgpilot.v1.Peers/Create", {1: "office", 2: "another"}, metadata={"idempotency-key": "key-0"})
    assert fault.value.reason == "idempotency_mismatch"
    assert served.ctl("audit", "verify").code == 0

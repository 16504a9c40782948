"""Users of the web page: by the command line, and as the gateway's user sees them, who is not to be trusted."""

import base64
import contextlib
import hmac
import json
import os
import pty
import re
import statistics
import struct
import sys
import threading
import time

import pytest

from lab import BINARIES, REPOSITORY, clean_environment, run, wait_until
from test_authorization import GATEWAY, INVALID, UNAUTHENTICATED, as_user, audit, methods, outcomes, served, was_let_through  # noqa: F401

sys.path.insert(0, str(REPOSITORY / "Tests" / "Contract"))
from rpc_client import CallFailed, Client  # noqa: E402

PASSWORD = "correct horse battery staple"
AUTH = "wgpilot.v1.Auth/"
EXHAUSTED = 8


def add(lab, name, *options, password=PASSWORD):
    file = lab.folder / "password"
    file.write_text(password + "\n")
    file.chmod(0o600)
    result = lab.ctl("user", "add", name, "--password-file", file, "--output", "json", *options)
    file.unlink()
    return result.json


def login(client, name, password, address="198.51.100.7", code=None):
    message = {1: name, 2: password} | ({3: code} if code else {})
    return client.call(AUTH + "Login", message, metadata={"client-address": address})


def totp(secret, at):
    """RFC 6238 and RFC 4226, by nothing of the project's own."""
    digest = hmac.digest(base64.b32decode(secret), struct.pack(">Q", int(at) // 30), "sha1")
    offset = digest[-1] & 15
    return f"{(int.from_bytes(digest[offset:offset + 4], 'big') & 0x7FFFFFFF) % 10**6:06}"


def test_users_and_sessions_by_the_command_line(served):
    anna = add(served, "Anna", "--role", "admin", "--email", "anna@example.org")
    assert anna["name"] == "Anna" and anna["role"] == "admin" and anna["enabled"] and not anna["totp_enabled"]
    add(served, "ben", "--role", "viewer")
    assert [user["name"] for user in served.ctl("user", "list", "--output", "json").json] == ["Anna", "ben"]
    assert "anna@example.org" in served.ctl("user", "show", "ANNA").stdout
    assert served.ctl("user", "edit", "ben", "--role", "operator", "--output", "json").json["role"] == "operator"

    def from_two_places():
        with Client(str(served.socket)) as client:
            return [login(client, "anna", PASSWORD)[1][1], login(client, "ben", PASSWORD, "2001:db8::1")[1][1]]

    as_user(GATEWAY, [served.group], from_two_places)
    sessions = served.ctl("session", "list", "--output", "json").json
    assert {(each["user"], each["client_address"]) for each in sessions} == {
        ("Anna", "198.51.100.7"), ("ben", "2001:db8::1")}
    (own,) = served.ctl("session", "list", "--user", "ben", "--output", "json").json
    served.ctl("session", "revoke", str(own["id"]), "--yes")
    assert served.ctl("session", "revoke", str(own["id"]), "--yes", check=False).code == 3
    assert not served.ctl("user", "disable", "ben", "--output", "json").json["enabled"]
    assert served.ctl("user", "enable", "ben", "--output", "json").json["enabled"]
    served.ctl("session", "revoke", "--user", "anna", "--yes")
    assert served.ctl("session", "list", "--output", "json").json == []

    # Without a terminal the password comes from standard input.
    changed = run(
        [BINARIES / "wgpilotctl", "user", "passwd", "ben", "--reset-totp"], input="another good password\n",
        environment=clean_environment(WGPILOT_SOCKET=served.socket))
    assert changed.code == 0
    for arguments, text in ((("user", "add", "BEN"), "already"), (("user", "add", "x y"), "")):
        result = run(
            [BINARIES / "wgpilotctl", *arguments], input="short\n" if text == "" else PASSWORD, check=False,
            environment=clean_environment(WGPILOT_SOCKET=served.socket))
        assert result.code == (4 if text else 5) and text in result.stderr and "short" not in result.stderr
    # Root may take the last admin away; the code for another one then needs no word more.
    assert served.ctl("user", "setup-code", check=False).code == 7
    served.ctl("user", "remove", "anna", "--yes")
    served.ctl("user", "remove", "ben", "--yes")
    file = served.folder / "code"
    served.ctl("user", "setup-code", "--file", file, "--expires-in", "5m")
    code = file.read_text().strip()
    assert file.stat().st_mode & 0o777 == 0o600 and re.fullmatch(r"([A-Z2-7]{4}-){3}[A-Z2-7]{4}", code)

    def set_up():
        with Client(str(served.socket)) as client:
            assert client.call(AUTH + "SetupState", {})[1] is True
            made = client.call(AUTH + "Setup", {1: code, 2: "Eve", 3: PASSWORD})
            return [made[1][3][2], client.call(AUTH + "SetupState", {})[1]]

    assert as_user(GATEWAY, [served.group], set_up) == ["Eve", False]


def test_a_password_is_typed_without_an_echo_and_interrupted_without_harm(served):
    """Catches a terminal that shows the password, or that shows nothing any more afterwards."""

    def typed(*keys):
        pid, terminal = pty.fork()
        if pid == 0:
            os.execve(
                BINARIES / "wgpilotctl", ["wgpilotctl", "user", "add", "anna"],
                clean_environment(WGPILOT_SOCKET=served.socket))
        shown = b""
        for count, key in enumerate(keys, 1):
            # Each question once; what is typed is not seen.
            while shown.count(b": ") < count:
                shown += os.read(terminal, 1024)
            os.write(terminal, key)
        with contextlib.suppress(OSError):
            while piece := os.read(terminal, 1024):
                shown += piece
        _, status = os.waitpid(pid, 0)
        os.close(terminal)
        return os.waitstatus_to_exitcode(status), shown

    code, shown = typed(b"correct horsf\x7fe batterx\xc3\xa9\x7f\x7fy\n", b"correct horse battery\n")
    assert code == 0 and b"batter" not in shown and b"anna" in shown, shown
    code, shown = typed(b"one good password\n", b"another password\n")
    assert code == 5 and b"not the same" in shown
    code, shown = typed(b"half a pass\x03")
    assert code == 1 and b"nothing was changed" in shown

    def log_in():
        with Client(str(served.socket)) as client:
            return login(client, "anna", "correct horse battery")[1][3][2]

    assert as_user(GATEWAY, [served.group], log_in) == "anna"


def test_a_stolen_gateway_can_log_in_by_password_follow_a_link_and_nothing_else(served):
    add(served, "anna", "--role", "admin")
    listed = methods()
    mine = {"SetupState", "Setup", "Login", "ContinueLogin"}

    def alone(metadata):
        return as_user(GATEWAY, [served.group], lambda: outcomes(str(served.socket), listed, metadata))

    for metadata in (None, {"client-address": "198.51.100.7"}):
        for method, outcome in alone(metadata).items():
            if method in {AUTH + name for name in mine} | {"wgpilot.v1.Links/Redeem", "wgpilot.v1.System/Health"}:
                assert was_let_through(outcome), (method, outcome)
            else:
                assert outcome == [UNAUTHENTICATED, "no_token"], (method, outcome)
    for forged in ("wgs_" + "A" * 43, "wgc_" + "A" * 43, "anna", "wgs_"):
        for method, outcome in alone({"authorization": f"Bearer {forged}"}).items():
            assert outcome == [UNAUTHENTICATED, "bad_token"], (method, outcome)

    def tries():
        """What it learns of who is there: nothing."""
        with Client(str(served.socket)) as client:
            seen = []
            for name in ("anna", "nobody"):
                try:
                    login(client, name, "a guess")
                except CallFailed as fault:
                    seen.append([fault.code, fault.reason, fault.message, sorted(fault.metadata)])
            return seen

    first, second = as_user(GATEWAY, [served.group], tries)
    assert first == second and first[:2] == [UNAUTHENTICATED, "bad_login"]

    def with_a_session():
        with Client(str(served.socket)) as client:
            secret = login(client, "anna", PASSWORD)[1][1]
            metadata = {"authorization": f"Bearer {secret}", "client-address": "198.51.100.7"}
            assert client.call("wgpilot.v1.Users/List", {}, metadata=metadata)[1]
            client.call(AUTH + "Logout", {}, metadata=metadata)
            try:
                client.call("wgpilot.v1.Networks/List", {}, metadata=metadata)
            except CallFailed as fault:
                return fault.reason

    assert as_user(GATEWAY, [served.group], with_a_session) == "bad_token"
    # From anybody else a session is refused, whatever it is.
    found = outcomes(str(served.socket), listed, {"authorization": "Bearer wgs_" + "A" * 43})
    assert all(outcome == [INVALID, "unexpected_authorization"] for outcome in found.values())


def test_no_password_and_no_secret_is_in_a_log_the_database_or_the_audit(served):
    served.stop_daemon()
    served.start_daemon(
        "--socket-group", str(served.group), "--log-level", "trace", config=f'gateway_user: "{GATEWAY}"\n')
    add(served, "anna", "--role", "admin")
    later = "another good password"

    def whole_life():
        secrets = [PASSWORD, later, "my own secret name"]
        with Client(str(served.socket)) as client:
            for name, password in (("anna", "a wrong password"), ("my own secret name", PASSWORD)):
                with contextlib.suppress(CallFailed):
                    login(client, name, password)
            secrets.append("a wrong password")
            session = login(client, "anna", PASSWORD)[1][1]
            metadata = {"authorization": f"Bearer {session}", "client-address": "198.51.100.7"}

            def call(method, message):
                return client.call(AUTH + method, message, metadata=metadata)

            enrolled = call("EnrolTOTP", {1: PASSWORD})
            codes = call("ConfirmTOTP", {1: totp(enrolled[1], time.time())})[1]
            challenge = login(client, "anna", PASSWORD)[2][1]
            begun = client.call(AUTH + "ContinueLogin", {1: challenge, 2: codes[0]})[1][1]
            changed = call("ChangePassword", {1: PASSWORD, 2: later})[1][1]
            return secrets + [session, challenge, begun, changed, enrolled[1], *codes]

    secrets = as_user(GATEWAY, [served.group], whole_life)
    assert len(secrets) > 15, secrets
    served.ctl("user", "passwd", "anna", "--password-file", "-", input=later + "\n")
    kept = served.daemon_log().encode() + json.dumps(audit(served)).encode()
    assert b"Auth/ChangePassword" in kept
    for name in os.listdir(served.data):
        kept += (served.data / name).read_bytes()
    plain = base64.b32decode(secrets[-11])
    for secret in [secret.encode() for secret in secrets] + [plain]:
        assert secret not in kept
        assert secret.replace(b"-", b"") not in kept
    assert b"$argon2id$v=19$m=65536,t=3,p=1$" in kept


def test_a_flood_of_logins_leaves_everything_else_as_fast(served):
    """Medians against medians of the same run, so that no machine is too slow for it: two hashes at a time on threads that
    yield, and no call waits for one of them."""
    add(served, "anna", "--role", "admin")
    served.ctl("network", "create", "office", "--subnet", "10.8.0.0/24")
    served.ctl("peer", "add", "office", "p-{nnn}", "--count", "50")

    def flood(number):
        with Client(str(served.socket)) as client:
            for attempt in range(10**6):
                address = f"10.{number}.{attempt >> 8 & 255}.{attempt & 255}"
                with contextlib.suppress(CallFailed):
                    login(client, "anna", "a guess", address)

    def latencies(method, message, count=150):
        with Client(str(served.socket)) as client:
            taken = []
            for _ in range(count):
                start = time.perf_counter()
                client.call(method, message)
                taken.append(time.perf_counter() - start)
            return statistics.median(taken)

    calls = {"wgpilot.v1.System/Health": {}, "wgpilot.v1.Peers/List": {1: "office"}}
    before = {method: latencies(method, message) for method, message in calls.items()}
    reader, writer = os.pipe()
    pid = os.fork()
    if pid == 0:
        # A process of its own: the flood's interpreter must not slow ours down. It ends with this one, however that ends.
        os.close(writer)
        os.setgroups([served.group])
        os.setresgid(GATEWAY, GATEWAY, GATEWAY)
        os.setresuid(GATEWAY, GATEWAY, GATEWAY)
        os.nice(10)
        for number in range(8):
            threading.Thread(target=flood, args=(number,), daemon=True).start()
        os.read(reader, 1)
        os._exit(0)
    os.close(reader)
    ratios = {}

    def tried():
        return sum(entry["count"] for entry in audit(served, "--method", "Auth/Login"))

    def is_as_fast():
        """What somebody else on the machine does for a moment is no matter: a daemon that starves stays starved."""
        for method, message in calls.items():
            ratios[method] = latencies(method, message) / before[method]
        return all(ratio < 5 for ratio in ratios.values())

    def log_in():
        with Client(str(served.socket)) as client:
            try:
                return login(client, "anna", PASSWORD, "2001:db8::7")[1][3][2]
            except CallFailed as fault:
                return "busy" if fault.code == EXHAUSTED else [fault.code, fault.reason]

    try:
        wait_until(lambda: tried() > 0, 30, "somebody tries to log in")
        wait_until(is_as_fast, 60, lambda: f"other calls are as fast as before: {ratios}")
        # A legitimate user gets in meanwhile, sooner or later, and the flood goes on all the time.
        wait_until(lambda: (got := as_user(GATEWAY, [served.group], log_in)) == "anna" or (got != "busy" and fail(got)), 120,
                   "anna gets in")
        then = tried()
        wait_until(lambda: tried() > then, 120, "the flood goes on")
    finally:
        os.close(writer)
        os.waitpid(pid, 0)
    print("ratios of medians", ratios)


def fail(got):
    raise AssertionError(f"a login with the right password was answered {got}")

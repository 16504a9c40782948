"""What clients that have shown nothing good can take from the others through the gateway: an address that is not theirs, calls, memory."""

import contextlib
import http.client
import json
import os
import signal
import socket
import subprocess
import time

import pytest

from gateway import GATEWAY, PORT, Gateway, get, inside, open_socket, token
from lab import HUB_ADDRESS, PATIENCE, Failed, Lab, wait_until

PASSWORD = "correct horse battery staple"
PEERS = "/api/networks/office/peers"


@pytest.fixture(scope="module")
def hub():
    lab = Lab()
    try:
        lab.start_daemon(config='gateway_user: "64006"\n')
        lab.ctl("network", "create", "office", "--subnet", "10.8.0.0/24")
        lab.ctl("peer", "add", "office", "laptop")
        lab.tokens = {role: token(lab, role, role) for role in ("viewer", "operator", "admin")}
        yield lab
    finally:
        lab.close()


@pytest.fixture
def gateway(hub):
    """Starts a gateway as a test wants it, and ends it."""
    started = []

    def start(**options):
        started.append(Gateway(hub, **options))
        return started[-1].start()

    yield start
    for each in started:
        each.stop()


def ask(lab, method, path, body=None, secret=None, headers=None, host="127.0.0.1"):
    fields = {"Content-Type": "application/json"} if body is not None else {}
    if secret:
        fields["Authorization"] = f"Bearer {secret}"
    with inside(lab.hub):
        connection = http.client.HTTPConnection(host, PORT, timeout=30 * PATIENCE)
        connection.connect()
    with contextlib.closing(connection):
        connection.request(method, path, None if body is None else json.dumps(body), fields | (headers or {}))
        answer = connection.getresponse()
        return answer.status, {name.lower(): value for name, value in answer.getheaders()}, answer.read()


def log_in(lab, headers):
    return ask(lab, "POST", "/api/auth/login", {"name": "proxied", "password": PASSWORD}, headers=headers)


def last_address(lab):
    """Where the newest session came from."""
    sessions = lab.ctl("session", "list", "--user", "proxied", "--output", "json").json
    return max(sessions, key=lambda session: session["id"])["client_address"]


@pytest.fixture(scope="module")
def user(hub):
    file = hub.folder / "password"
    file.write_text(PASSWORD + "\n")
    hub.ctl("user", "add", "proxied", "--role", "operator", "--password-file", file)


@pytest.mark.parametrize("field, own, spoofed", [
    ("x-forwarded-for", {"X-Forwarded-For": "203.0.113.9", "X-Forwarded-Proto": "https"}, {"Forwarded": "for=6.6.6.6;proto=http"}),
    ("forwarded", {"Forwarded": "for=203.0.113.9;proto=https"}, {"X-Forwarded-For": "6.6.6.6", "X-Forwarded-Proto": "http"})])
def test_behind_a_proxy_a_client_chooses_neither_its_address_nor_its_scheme(hub, gateway, user, field, own, spoofed):
    """A usual proxy writes one of the fields, and passes the other on as its client wrote it."""
    running = gateway(trusted_proxies=["127.0.0.1/32"], proxy_field=field)
    status, headers, body = log_in(hub, own | spoofed)
    assert status == 200, body
    assert headers["set-cookie"].startswith("__Host-wgpilot=") and headers["set-cookie"].endswith("; Secure")
    assert last_address(hub) == "203.0.113.9"
    newest = next(entry for entry in hub.ctl("audit", "--output", "json").json if entry["method"].endswith("Auth/Login"))
    assert newest["origin"] == "203.0.113.9", newest
    assert "6.6.6.6" not in running.log.read_text()
    # From elsewhere than the proxy nothing of it is believed.
    status, headers, _ = ask(hub, "POST", "/api/auth/login", {"name": "proxied", "password": PASSWORD}, headers=own | spoofed, host=HUB_ADDRESS)
    assert status == 200 and headers["set-cookie"].startswith("wgpilot=")
    assert last_address(hub) == HUB_ADDRESS


def test_one_socket_for_both_kinds_of_addresses_serves_ipv4_as_what_it_is(hub, gateway, user):
    gateway(listen=f"[::]:{PORT}", trusted_proxies=["127.0.0.0/8"])
    assert ask(hub, "GET", "/health", host=HUB_ADDRESS)[0] == 200, "its own address is a name of it"
    assert ask(hub, "POST", "/api/auth/login", {"name": "proxied", "password": PASSWORD}, host=HUB_ADDRESS)[0] == 200
    assert last_address(hub) == HUB_ADDRESS
    assert log_in(hub, {"X-Forwarded-For": "203.0.113.77"})[0] == 200
    assert last_address(hub) == "203.0.113.77"


def test_a_flood_of_worthless_tokens_is_stopped_and_disturbs_nobody_who_is_known(hub, gateway):
    gateway(max_unconfirmed_per_second=5)
    good = hub.tokens["viewer"]
    assert get(hub, "/api/networks", good)[0] == 200
    with inside(hub.hub):
        connection = http.client.HTTPConnection("127.0.0.1", PORT, timeout=30 * PATIENCE)
        connection.connect()
    with contextlib.closing(connection):
        statuses = []
        for number in range(300):
            connection.request("GET", "/api/events" if number % 2 else "/api/networks", headers={
                "Authorization": f"Bearer wgp_{number:043}"})
            answer = connection.getresponse()
            body = answer.read()
            statuses.append(answer.status)
            if answer.status == 429:
                assert int(answer.headers["Retry-After"]) >= 1 and json.loads(body)["error"]["code"] == "too_many_requests"
            # Those of the same address who are known are served all the time.
            if number % 50 == 0:
                assert get(hub, "/api/networks", good)[0] == 200
    assert set(statuses) == {401, 429} and statuses.count(429) > 200, statuses
    # What asks for everybody asks the daemon once a second, and what shows nothing is counted.
    for path in ("/ready", "/api/auth/setup"):
        assert {get(hub, path)[0] for _ in range(100)} == {200}, path
    codes = [ask(hub, "POST", "/api/links/redeem", {"secret": "wgl_x"})[0] for _ in range(5)]
    assert 429 in codes, codes
    # And in the daemon no more than that came in.
    refused = hub.ctl("audit", "--limit", "500", "--output", "json").json
    assert sum(entry["method"].endswith("Auth/WhoAmI") for entry in refused) < 100


def test_the_twenty_first_worthless_link_of_an_address_has_to_wait(hub, gateway):
    gateway(trusted_proxies=["127.0.0.1/32"])
    from_ = {"X-Forwarded-For": "203.0.113.200"}
    for _ in range(20):
        assert ask(hub, "POST", "/api/links/redeem", {"secret": "wgl_" + "x" * 43}, headers=from_)[0] == 404
    status, headers, body = ask(hub, "POST", "/api/links/redeem", {"secret": "wgl_" + "x" * 43}, headers=from_)
    assert status == 429 and json.loads(body)["error"]["code"] == "throttled" and int(headers["retry-after"]) >= 1
    assert ask(hub, "POST", "/api/links/redeem", {"secret": "wgl_" + "x" * 43}, headers={"X-Forwarded-For": "203.0.113.201"})[0] == 404


def half_sent(lab, count, size, secret):
    """Connections that sent all but the end of a body, as far as anybody took it."""
    fields = f"Authorization: Bearer {secret}\r\n" if secret else ""
    head = (f"POST {PEERS}/batch HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\n{fields}"
            f"Content-Length: {8 << 20}\r\n\r\n").encode()
    connections = []
    for _ in range(count):
        with inside(lab.hub):
            connection = socket.create_connection(("127.0.0.1", PORT), timeout=5)
        connection.sendall(head)
        connections.append(connection)
    piece = b" " * (256 << 10)
    for connection in connections:
        connection.settimeout(0.5)
        with contextlib.suppress(OSError):
            for _ in range(size // len(piece)):
                connection.sendall(piece)
    return connections


def test_half_sent_bodies_in_number_take_a_bounded_part_of_the_memory(hub, gateway):
    running = gateway()
    before = running.memory()
    for secret, most in (("wgp_" + "x" * 43, 40), (hub.tokens["viewer"], 40), (hub.tokens["operator"], 400)):
        connections = half_sent(hub, 60, 7 << 20, secret)
        try:
            assert get(hub, "/health")[0] == 200
            used = running.memory() - before
            assert used < most, f"{used:.0f} MB"
            if secret == hub.tokens["operator"]:
                # Whoever comes now is told that there is no room, and who brings little is served as ever.
                statuses = set()
                for connection in connections:
                    connection.settimeout(0.2)
                    with contextlib.suppress(OSError):
                        statuses.add(connection.recv(4096)[9:12])
                assert b"503" in statuses, statuses
                assert get(hub, "/api/networks", secret)[0] == 200
        finally:
            for connection in connections:
                connection.close()
    # And all of the room comes back.
    wait_until(lambda: ask(hub, "POST", PEERS + "?dry_run=true", {"name": "x"}, hub.tokens["operator"])[0] == 200, 30, "there is room")


def test_what_anybody_may_send_is_little(hub, gateway):
    gateway()
    status, _, body = ask(hub, "POST", "/api/auth/login", {"name": "a", "password": "b" * (17 << 10)})
    assert status == 413 and json.loads(body)["error"]["code"] == "body_too_large"
    # A large body is refused for the role before it is read, and a small one by the daemon, which writes it down.
    large = {"action": "create", "create": [{"name": "a", "notes": "b" * 8000}] * 20}
    status, _, body = ask(hub, "POST", PEERS + "/batch", large, hub.tokens["viewer"])
    assert status == 403 and json.loads(body)["error"]["code"] == "role"
    status, _, body = ask(hub, "POST", PEERS, {"name": "small"}, hub.tokens["viewer"])
    assert status == 403 and json.loads(body)["error"]["code"] == "role"
    assert any(entry["method"].endswith("Peers/Create") and entry["result"] == "PERMISSION_DENIED"
               for entry in hub.ctl("audit", "--output", "json").json)


def test_a_stop_answers_what_is_half_sent_and_ends_in_order(hub, gateway):
    running = gateway()
    body = json.dumps({"name": "at-the-end"}).encode()
    with inside(hub.hub):
        connection = socket.create_connection(("127.0.0.1", PORT), timeout=20 * PATIENCE)
    with connection:
        connection.sendall((
            f"POST {PEERS}?dry_run=true HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: Bearer {hub.tokens['operator']}\r\n"
            f"Content-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n").encode() + body[:5])
        # The answer of the figures has begun when they are written: what is left is the other one.
        wait_until(lambda: b"wgpilot_http_requests_in_flight 1" in get(hub, "/metrics", hub.tokens["viewer"])[2], 10, "it is under way")
        running.process.send_signal(signal.SIGTERM)
        wait_until(lambda: refuses(hub), 10, "nobody new is let in")
        connection.sendall(body[5:])
        answer = connection.recv(65536)
        assert answer.startswith(b"HTTP/1.1 200 "), answer[:300]
        assert running.process.wait(20 * PATIENCE) == 0


def refuses(lab):
    with inside(lab.hub):
        with contextlib.closing(socket.socket()) as probe:
            return probe.connect_ex(("127.0.0.1", PORT)) != 0

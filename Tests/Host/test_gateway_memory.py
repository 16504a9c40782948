"""What the memory of the gateway has in it: what a core of it would, or whoever breaks into it could read."""

import base64
import http.client
import json
import os
import re
import subprocess
import threading

import pytest

from gateway import PORT, Gateway, inside, token
from lab import PATIENCE, Lab, wait_until

COUNT = 48
PEERS = "/api/networks/office/peers"


@pytest.fixture(scope="module")
def hub():
    lab = Lab()
    try:
        lab.start_daemon(config='gateway_user: "64006"\nmax_calls_per_second: 100000\n')
        lab.ctl("network", "create", "office", "--subnet", "10.8.0.0/24", "--listen-port", "51820")
        lab.ctl("peer", "add", "office", "p-{nnn}", "--count", str(COUNT))
        lab.operator, lab.admin = token(lab, "operator", "operator"), token(lab, "admin", "admin")
        lab.gateway = Gateway(lab).start()
        # By the daemon's own socket: nothing of it passes through the gateway.
        lab.keys = [
            re.findall(r"^(?:PrivateKey|PresharedKey) = (\S{44})$", lab.ctl("peer", "config", f"office/p-{number:03}").stdout, re.M)
            for number in range(1, COUNT + 1)]
        assert all(len(keys) == 2 for keys in lab.keys)
        exported = lab.ctl("network", "export", "office", "--file", "-").stdout
        lab.own = re.findall(r"^PrivateKey = (\S{44})$", exported, re.M)
        assert len(lab.own) == 1
        yield lab
    finally:
        lab.close()


def memory(pid):
    """Every byte that a core of the process would have, mapping by mapping."""
    with open(f"/proc/{pid}/maps") as maps, open(f"/proc/{pid}/mem", "rb", buffering=0) as file:
        for line in maps:
            span, rights, *_ = line.split()
            if "r" not in rights or line.rstrip().endswith(("[vvar]", "[vsyscall]", "[vvar_vclock]")):
                continue
            start, end = (int(part, 16) for part in span.split("-"))
            try:
                file.seek(start)
                data = b""
                while len(data) < end - start:
                    piece = file.read(end - start - len(data))
                    if not piece:
                        break
                    data += piece
            except (OSError, ValueError):
                # It went meanwhile.
                pass
            yield data


# The unreserved part of a key's text: the padding and the last letter may be cut off by whoever copies a text in words.
def forms(key):
    return [base64.b64decode(key), key.encode()[:40], base64.b64decode(key).hex().encode()]


def found(pid, keys):
    """The keys that are in the memory, in bytes or as text."""
    wanted = {form: key for key in keys for form in forms(key)}
    # One search for each is many times faster than one expression for all.
    return {key for data in memory(pid) for form, key in wanted.items() if form in data}


class Load(threading.Thread):
    """Somebody who asks for the same paths again and again, on one connection."""

    def __init__(self, hub, requests):
        super().__init__(daemon=True)
        self.hub, self.requests, self.stopping = hub, requests, threading.Event()
        self.rounds, self.fault = 0, None

    def run(self):
        try:
            with inside(self.hub.hub):
                connection = http.client.HTTPConnection("127.0.0.1", PORT, timeout=30 * PATIENCE)
                connection.connect()
            while not self.stopping.is_set():
                for method, path, body, bearer in self.requests:
                    fields = {"Authorization": f"Bearer {bearer}"}
                    if body is not None:
                        fields["Content-Type"] = "application/json"
                    connection.request(method, path, None if body is None else json.dumps(body), fields)
                    answer = connection.getresponse()
                    data = answer.read()
                    assert answer.status < 300, (path, answer.status, data)
                self.rounds += 1
            connection.close()
        except Exception as fault:  # noqa: BLE001
            self.fault = fault


def under_load(hub, loads, look):
    threads = [Load(hub, load) for load in loads]
    for thread in threads:
        thread.start()
    try:
        wait_until(lambda: any(t.fault for t in threads) or all(t.rounds >= 3 for t in threads), 60, "the load runs")
        return look()
    finally:
        for thread in threads:
            thread.stopping.set()
        for thread in threads:
            thread.join(60 * PATIENCE)
        assert not [thread.fault for thread in threads if thread.fault]


def test_of_keys_that_were_fetched_few_are_left_a_minute_later(hub):
    """As many as docs/api.md says, at most."""
    peers = range(37, 49)
    keys = [key for number in peers for key in hub.keys[number - 1]]
    fetches = [("GET", f"{PEERS}/p-{number:03}/{what}", None, hub.operator) for number in peers for what in ("config", "qr", "configuration")]
    pid = hub.gateway.process.pid
    under_load(hub, [fetches, fetches], lambda: None)
    left = []

    def are_few():
        left[:] = found(pid, keys)
        return len(left) <= 4

    wait_until(are_few, 60, lambda: f"of {len(keys)} keys {len(left)} are in memory")
    print(f"{len(left)} of {len(keys)} keys are left")


def test_the_search_finds_what_is_there(hub):
    """Guards the others: a key in a process of its own is found in each of its forms."""
    key = hub.keys[0][0]
    for text in (f"b'{key}'", f"bytes.fromhex('{base64.b64decode(key).hex()}')", f"b'{base64.b64decode(key).hex()}'"):
        process = subprocess.Popen(["python3", "-c", f"kept = {text}; print('ready', flush=True); input()"],
                                   stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        try:
            process.stdout.readline()
            assert found(process.pid, [key]) == {key}
        finally:
            process.kill()
            process.wait()


def test_a_core_taken_under_load_has_no_key_but_of_configurations_that_are_fetched(hub):
    others = hub.keys[12:36]
    unfetched = [key for keys in others for key in keys] + hub.own
    fetches = []
    for number in range(1, 13):
        path = f"{PEERS}/p-{number:03}"
        fetches += [("GET", path + "/config", None, hub.operator), ("GET", path + "/qr", None, hub.operator),
                    ("GET", path + "/qr?format=svg", None, hub.operator)]
    reads = [
        ("GET", PEERS, None, hub.operator), ("GET", PEERS + "?limit=10&sort=name", None, hub.operator),
        ("GET", PEERS + "/p-020", None, hub.operator), ("GET", "/api/networks/office", None, hub.operator),
        ("GET", "/api/status", None, hub.operator), ("GET", "/api/doctor", None, hub.operator),
        ("GET", "/metrics", None, hub.operator), ("GET", "/api/audit?limit=50", None, hub.admin),
        ("GET", PEERS + "/p-020/history", None, hub.operator), ("GET", "/api/networks/office/links", None, hub.operator),
        ("POST", PEERS + "?dry_run=true", {"name": "rehearsed"}, hub.operator)]
    pid = hub.gateway.process.pid
    seen = under_load(hub, [fetches, fetches, reads, reads], lambda: [found(pid, unfetched) for _ in range(3)])
    assert seen == [set(), set(), set()]

"""`GET /api/events` as browsers use it: told as it happens, taken up again, and ended when the rights end."""

import asyncio
import contextlib
import json
import socket
import time

import pytest

from gateway import PORT, Gateway, get, inside, open_socket, token
from lab import PATIENCE, Failed, wait_until

CONFIG = 'gateway_user: "64006"\n'
MANY = 2000


class Stream:
    """A client of the events, by a plain socket: what it reads is what a browser would be told."""

    def __init__(self, lab, secret, last_event_id=None, query=""):
        self.buffer = b""
        self.events = []
        with inside(lab.hub):
            self.socket = socket.create_connection(("127.0.0.1", PORT))
        more = f"Last-Event-ID: {last_event_id}\r\n" if last_event_id else ""
        self.socket.sendall(
            f"GET /api/events{query} HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: Bearer {secret}\r\n{more}\r\n".encode())
        while b"\r\n\r\n" not in self.buffer:
            self._receive()
        head, self.buffer = self.buffer.split(b"\r\n\r\n", 1)
        self.status = int(head.split()[1])
        self.headers = dict(
            (line.split(": ", 1)[0].lower(), line.split(": ", 1)[1]) for line in head.decode().split("\r\n")[1:])
        self.text = b""
        self.is_over = False

    def _receive(self, timeout=20):
        self.socket.settimeout(timeout * PATIENCE)
        data = self.socket.recv(1 << 16)
        if not data:
            raise EOFError
        self.buffer += data

    def _chunk(self):
        """The next part of the body (RFC 9112 §7.1); nothing at its end."""
        while b"\r\n" not in self.buffer:
            self._receive()
        size, self.buffer = self.buffer.split(b"\r\n", 1)
        length = int(size, 16)
        while len(self.buffer) < length + 2:
            self._receive()
        data, self.buffer = self.buffer[:length], self.buffer[length + 2:]
        return data

    def next(self):
        """The next event: (name, id or None, data). What the specification says of fields, and no more."""
        while b"\n\n" not in self.text:
            data = self._chunk()
            if not data:
                self.is_over = True
                raise EOFError
            self.text += data
        block, self.text = self.text.split(b"\n\n", 1)
        name, identity, data = "message", None, []
        for line in block.decode().split("\n"):
            field, _, value = line.partition(":")
            value = value.removeprefix(" ")
            if field == "event":
                name = value
            elif field == "id":
                identity = value
            elif field == "data":
                data.append(value)
        if not data:
            return self.next()
        event = (name, identity, json.loads("\n".join(data)))
        self.events.append(event)
        return event

    def until(self, predicate, seconds=20):
        """Reads until an event that the predicate takes, and returns it."""
        deadline = time.monotonic() + seconds * PATIENCE
        while time.monotonic() < deadline:
            event = self.next()
            if predicate(event):
                return event
        raise Failed(f"no such event among {self.events}")

    def named(self, name):
        return self.until(lambda event: event[0] == name)

    def close(self):
        self.socket.close()


def peers_of(events):
    return {peer["name"]: peer for _, _, data in events for peer in data.get("peers", [])}


@pytest.fixture
def served(lab):
    lab.start_daemon(config=CONFIG)
    lab.ctl("network", "create", "office", "--subnet", "10.8.0.0/20")
    lab.ctl("peer", "add", "office", "laptop")
    lab.viewer = token(lab)
    lab.gateway = Gateway(lab).start()
    return lab


def test_a_snapshot_then_what_changes_and_everything_once_after_coming_back(served):
    stream = Stream(served, served.viewer)
    assert stream.status == 200
    assert stream.headers["content-type"] == "text/event-stream"
    assert stream.headers["cache-control"] == "no-store, no-transform" and stream.headers["x-accel-buffering"] == "no"
    live = stream.named("live")
    assert [event[0] for event in stream.events[:-1]] == ["snapshot"] * (len(stream.events) - 1)
    assert all(event[1] == "" for event in stream.events[:-1]), "half a snapshot is no place to go on from"
    assert "laptop" in peers_of(stream.events)
    assert [network["name"] for network in stream.events[0][2]["networks"]] == ["office"]

    served.ctl("peer", "add", "office", "tablet")
    change = stream.until(lambda event: "tablet" in peers_of([event]))
    assert change[0] == "change" and change[1] != live[1]
    stream.close()
    served.ctl("peer", "add", "office", "phone")
    served.ctl("peer", "remove", "office/tablet", "--yes")

    back = Stream(served, served.viewer, last_event_id=change[1])
    assert back.next()[0] == "live", "no snapshot: nothing between was lost"
    back.until(lambda event: event[2].get("removed_peers"))
    assert list(peers_of(back.events)) == ["phone"]
    back.close()
    stranger = Stream(served, served.viewer, last_event_id="nonsense.7")
    assert stranger.next()[0] == "snapshot"


def test_no_secret_is_ever_told(served):
    stream = Stream(served, served.viewer)
    stream.named("live")
    served.ctl("peer", "add", "office", "tablet")
    stream.until(lambda event: "tablet" in peers_of([event]))
    file = served.folder / "tablet.conf"
    served.ctl("peer", "config", "office/tablet", "--file", file)
    secrets = [line.split(" = ")[1] for line in file.read_text().splitlines() if "PrivateKey" in line or "Preshared" in line]
    assert len(secrets) == 2 and not any(secret in json.dumps(stream.events) for secret in secrets)


def test_who_may_not_see_is_not_let_in_and_a_wrong_question_is_told(served):
    assert get(served, "/api/events")[0] == 401
    assert get(served, "/api/events", "wgp_" + "x" * 43)[0] == 401
    assert get(served, "/api/events?snapshot=half&colour=red", served.viewer)[0] == 400


def test_a_client_without_snapshots_is_told_to_read_its_lists(served):
    stream = Stream(served, served.viewer, query="?snapshot=none")
    name, identity, _ = stream.next()
    assert name == "reset" and identity
    again = Stream(served, served.viewer, query=f"?snapshot=none&last_event_id={identity}")
    assert again.next()[0] == "live"


def test_a_revoked_token_ends_its_own_streams_soon_and_no_others(served):
    mine, other = token(served, name="mine"), token(served, name="other")
    streams = [Stream(served, mine) for _ in range(3)]
    rest = Stream(served, other)
    for stream in [*streams, rest]:
        stream.named("live")
    served.ctl("token", "revoke", "mine", "--yes")
    start = time.monotonic()
    for stream in streams:
        assert stream.named("end")[2] == {"reason": "unauthenticated"}
        with pytest.raises(EOFError):
            stream.next()
        assert stream.is_over, "ended as HTTP ends a body"
    # Every ten seconds the rights are looked at.
    assert time.monotonic() - start < 20 * PATIENCE
    # The stream of the daemon's ran in the name of the one that is gone: another took it over without a gap.
    served.ctl("peer", "add", "office", "tablet")
    assert rest.until(lambda event: "tablet" in peers_of([event]))
    assert not any(event[0] in ("end", "daemon") for event in rest.events)
    assert get(served, "/api/events", mine)[0] == 401


def test_a_daemon_that_goes_and_comes_back_is_told_and_nothing_is_missed(served):
    stream = Stream(served, served.viewer)
    stream.named("live")
    served.stop_daemon()
    assert stream.named("daemon")[2] == {"state": "offline"}
    # Whoever comes now cannot be asked for.
    assert get(served, "/api/events", "wgp_" + "x" * 43)[0] == 503
    served.start_daemon(config=CONFIG)
    served.ctl("peer", "add", "office", "tablet")
    open_socket(served)
    stream.until(lambda event: event == ("daemon", None, {"state": "online"}))
    stream.until(lambda event: "tablet" in peers_of([event]), 30)


def test_a_place_from_before_a_restart_of_the_daemon_is_made_good_by_a_snapshot(served):
    stream = Stream(served, served.viewer)
    _, place, _ = stream.named("live")
    stream.close()
    served.ctl("peer", "add", "office", "before")
    served.stop_daemon()
    served.start_daemon(config=CONFIG)
    open_socket(served)
    served.ctl("peer", "add", "office", "after")
    wait_until(lambda: get(served, "/ready")[0] == 200, 20, "the daemon is back")
    back = Stream(served, served.viewer, last_event_id=place)
    assert back.status == 200 and back.next()[0] == "snapshot"
    now = back.named("live")[1]
    assert set(peers_of(back.events)) == {"laptop", "before", "after"} and now.split(".")[0] != place.split(".")[0]
    back.close()
    # And from there it goes on as ever.
    served.ctl("peer", "add", "office", "later")
    again = Stream(served, served.viewer, last_event_id=now)
    assert again.next()[0] == "live"
    assert again.until(lambda event: "later" in peers_of([event]))[0] == "change"


def test_the_end_of_the_gateway_ends_streams_in_order(served):
    streams = [Stream(served, served.viewer) for _ in range(10)]
    for stream in streams:
        stream.named("live")
    start = time.monotonic()
    assert served.gateway.stop() == 0
    assert time.monotonic() - start < 10 * PATIENCE
    for stream in streams:
        assert stream.named("end")[2] == {"reason": "shutting_down"}
        with pytest.raises(EOFError):
            stream.next()
        assert stream.is_over


async def follow(sock, secret, wanted, counts, last_event_id=None):
    """Reads until the wanted text; counts who is live, and who has it."""
    reader, writer = await asyncio.open_connection(sock=sock, limit=1 << 22)
    place = f"Last-Event-ID: {last_event_id}\r\n" if last_event_id else ""
    writer.write(
        f"GET /api/events HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: Bearer {secret}\r\n{place}\r\n".encode())
    text, is_live = b"", False
    try:
        while wanted not in text:
            data = await reader.read(1 << 16)
            if not data:
                raise Failed(f"the stream ended: {text[-200:]}")
            text = text[-200:] + data
            if not is_live and b"event: live" in text:
                is_live = True
                counts["live"] += 1
        counts["told"] += 1
        await asyncio.Event().wait()
    finally:
        writer.close()


def test_two_thousand_clients_are_told_and_cost_little(served):
    idle = served.gateway.memory()
    secrets = [token(served, name=f"user-{number}") for number in range(20)]
    counts = {"live": 0, "told": 0}
    with inside(served.hub):
        sockets = [socket.create_connection(("127.0.0.1", PORT)) for _ in range(MANY)]

    async def wait_for(what, count, seconds):
        deadline = time.monotonic() + seconds * PATIENCE
        while counts[what] < count:
            assert time.monotonic() < deadline, (what, counts)
            for task in tasks:
                if task.done():
                    task.result()
            await asyncio.sleep(0.05)

    async def main():
        tasks.extend(
            asyncio.create_task(follow(sock, secrets[number % 20], b'"name": "news"', counts))
            for number, sock in enumerate(sockets))
        await wait_for("live", MANY, 60)
        used = served.gateway.memory()
        start = time.monotonic()
        await asyncio.to_thread(served.ctl, "peer", "add", "office", "news")
        await wait_for("told", MANY, 30)
        print(f"{MANY} clients: {used - idle:.0f} MB more than idle ({idle:.0f} MB), told in {time.monotonic() - start:.2f} s")
        figures = get(served, "/metrics", served.viewer)[2].decode()
        assert f"wgpilot_event_subscribers {MANY}\n" in figures
        assert "wgpilot_event_upstreams 1\n" in figures
        assert used - idle < 160
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    tasks = []
    asyncio.run(main())
    wait_until(
        lambda: "wgpilot_event_subscribers 0\n" in get(served, "/metrics", served.viewer)[2].decode(), 20,
        "nobody follows any more")


def test_a_client_that_does_not_read_holds_up_nobody(served):
    with inside(served.hub):
        deaf = socket.socket()
        deaf.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        deaf.connect(("127.0.0.1", PORT))
    deaf.sendall(f"GET /api/events HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: Bearer {served.viewer}\r\n\r\n".encode())
    other = Stream(served, served.viewer)
    other.named("live")
    for number in range(60):
        served.ctl("peer", "edit", "office/laptop", "--notes", str(number) + "x" * 4000)
        other.until(lambda event: (peers_of([event]).get("laptop") or {}).get("notes", "").startswith(f"{number}x"))
    with contextlib.closing(deaf):
        assert served.gateway.memory() < 120

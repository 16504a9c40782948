"""What one client may take up of the running daemon, and what the others notice of it."""

import os
import resource
import socket
import statistics
import sys
import time

import pytest

from lab import REPOSITORY, run

sys.path.insert(0, str(REPOSITORY / "Tests" / "Contract"))
from rpc_client import CallFailed, Client  # noqa: E402
from test_authorization import as_user  # noqa: E402

HEALTH = "wgpilot.v1.System/Health"
USER = 64002
EXHAUSTED = 8
CONFIG = f"""
operator_users: ["{USER}"]
max_connections_per_user: 3
max_calls_per_second: 5
max_metadata_bytes: 256
hello_timeout: 1
"""


@pytest.fixture
def served(lab, operators_group):
    lab.start_daemon("--socket-group", operators_group, config=CONFIG)
    lab.group = int(run(["getent", "group", operators_group]).stdout.split(":")[2])
    return lab


def refusal(body):
    """The code, reason and metadata that a call or a connection is refused with."""
    try:
        body()
    except CallFailed as failed:
        return [failed.code, failed.reason, failed.metadata]
    return None


def work(process):
    """The seconds of processor time that a process has used (proc_pid_stat(5))."""
    fields = open(f"/proc/{process.pid}/stat").read().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def median(client):
    times = []
    for _ in range(300):
        start = time.monotonic()
        client.call(HEALTH)
        times.append(time.monotonic() - start)
    return statistics.median(times)


def test_a_user_has_so_many_connections_and_calls_and_root_has_more(served):
    path = str(served.socket)

    def attempts():
        clients = [Client(path) for _ in range(3)]
        fourth = refusal(lambda: Client(path))
        # Two seconds' worth at once, on whichever connections.
        answered = [refusal(lambda: client.call(HEALTH)) for client in clients * 10]
        large = {"key": "v" * 254}
        metadata = [0, "too_many_requests"]
        while metadata[1] == "too_many_requests":
            metadata = refusal(lambda: clients[0].call(HEALTH, metadata=large))
        return fourth, answered, metadata

    fourth, answered, metadata = as_user(USER, [served.group], attempts)
    assert fourth[:2] == [EXHAUSTED, "too_many_connections"]
    assert answered[:10] == [None] * 10
    assert answered[-1][:2] == [EXHAUSTED, "too_many_requests"]
    assert 1 <= int(answered[-1][2]["retry-after-ms"]) <= 200
    assert metadata[1] == "metadata_too_large"

    clients = [Client(path) for _ in range(10)]
    assert [refusal(lambda: client.call(HEALTH)) for client in clients * 10] == [None] * 100


def test_idle_clients_by_the_hundred_leave_a_caller_as_it_was(served):
    path = str(served.socket)
    with Client(path) as client:
        median(client)
        before = median(client)
        idle = [Client(path) for _ in range(500)]
        after = median(client)
        for other in idle:
            other.close()
    assert after < max(10 * before, 0.01)


def test_without_descriptors_the_daemon_serves_those_it_has_and_accepts_again_later(served):
    path = str(served.socket)
    with Client(path) as client:
        daemon = served.daemon
        assert "wgpilotd" in os.readlink(f"/proc/{daemon.pid}/exe")
        used = max(int(number) for number in os.listdir(f"/proc/{daemon.pid}/fd"))
        before = resource.prlimit(daemon.pid, resource.RLIMIT_NOFILE)
        resource.prlimit(daemon.pid, resource.RLIMIT_NOFILE, (used + 10, before[1]))
        others = [Client(path) for _ in range(5)]
        waiting = []
        for _ in range(40):
            one = socket.socket(socket.AF_UNIX)
            one.settimeout(30)
            one.connect(path)
            waiting.append(one)
        median(client)
        start = work(daemon)
        time.sleep(1)
        assert work(daemon) - start < 0.5, "it does nothing but fail"
        median(client)
        resource.prlimit(daemon.pid, resource.RLIMIT_NOFILE, before)
        # Each is accepted in the end, and told that it sends no hello.
        assert all(one.recv(10)[4] == 4 for one in waiting)
        for one in others:
            one.call(HEALTH)
            one.close()


def test_a_stop_says_goodbye_and_waits_for_nobody_without_calls(served):
    idle = Client(str(served.socket))
    start = time.monotonic()
    served.stop_daemon()
    assert time.monotonic() - start < 8
    said = b""
    while piece := idle.socket.recv(4096):
        said += piece
    # A goaway frame on stream 0, and nothing behind it.
    assert said[4:10] == bytes([8, 0, 0, 0, 0, 0])
    assert len(said) == 4 + int.from_bytes(said[:4], "big")

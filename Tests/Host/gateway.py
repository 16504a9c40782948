"""The gateway of a lab: run as the user that the daemon knows it by, with a token to call with."""

import http.client
import json
import os
import signal
import subprocess

from lab import BINARIES, PATIENCE, Failed, clean_environment, wait_until

# A user that needs no entry anywhere: the kernel knows it by number.
GATEWAY, SOCKET_GROUP = 64006, 64100
PORT = 8080


class Gateway:
    """`wgpilot-gateway` in the hub's namespace of a lab whose daemon was started by `start_daemon`."""

    def __init__(self, lab, **configuration):
        self.lab = lab
        self.log = lab.folder / "gateway.log"
        self.process = None
        self.configuration = {
            "listen": f"0.0.0.0:{PORT}", "socket": str(lab.socket), "log_level": "info", "plain_http": "true",
            "max_connections": 4096, "max_connections_per_address": 4096, **configuration}
        lab.undo.append(self.stop)

    def start(self):
        """Starts it, and waits until it answers."""
        assert self.process is None, "it runs already"
        open_socket(self.lab)
        path = self.lab.folder / "gateway.yaml"
        # JSON is YAML.
        path.write_text(json.dumps(self.configuration))
        self.process = self.lab.hub.start(
            ["setpriv", f"--reuid={GATEWAY}", f"--regid={GATEWAY}", f"--groups={SOCKET_GROUP}", BINARIES / "wgpilot-gateway",
             "--config", path], self.log, clean_environment())
        wait_until(self._answers, 20, lambda: f"the gateway answers\n{self.log.read_text()}")
        return self

    def _answers(self):
        if self.process.poll() is not None:
            raise Failed(f"the gateway ended with {self.process.returncode}:\n{self.log.read_text()}")
        probe = self.lab.hub.run(
            "bash", "-c", f"exec 3<>/dev/tcp/127.0.0.1/{PORT}", check=False, timeout=5)
        return probe.code == 0

    def stop(self, timeout=20):
        """Asks it to end, and waits for it; how it ended."""
        if self.process is None:
            return None
        process, self.process = self.process, None
        if process.poll() is None:
            process.send_signal(signal.SIGTERM)
        try:
            return process.wait(timeout * PATIENCE)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
            raise Failed(f"the gateway did not end:\n{self.log.read_text()[-4000:]}") from None

    def memory(self):
        """The resident memory in MB of 10^6 bytes."""
        for line in open(f"/proc/{self.process.pid}/status"):
            if line.startswith("VmRSS:"):
                return int(line.split()[1]) * 1024 / 1e6
        raise Failed("no resident memory")


def open_socket(lab):
    """Lets the gateway's user use the daemon's socket, which each start of the daemon makes anew: the machine may have no
    group of that name."""
    os.chown(lab.socket, 0, SOCKET_GROUP)
    os.chmod(lab.socket, 0o660)


def token(lab, role="viewer", name="probe", **options):
    """A new API token of the hub."""
    words = [word for key, value in options.items() for word in (f"--{key}", str(value))]
    return lab.ctl("token", "create", name, "--role", role, *words, "--output", "json").json["secret"]


class inside:
    """Within it this thread is in the network namespace of a lab's hub, so that sockets made here are that one's."""

    def __init__(self, namespace):
        self.namespace = namespace

    def __enter__(self):
        self.former = os.open("/proc/thread-self/ns/net", os.O_RDONLY)
        with open(f"/run/netns/{self.namespace.name}") as target:
            os.setns(target.fileno(), os.CLONE_NEWNET) if hasattr(os, "setns") else _setns(target.fileno())
        return self

    def __exit__(self, *_):
        os.setns(self.former, os.CLONE_NEWNET) if hasattr(os, "setns") else _setns(self.former)
        os.close(self.former)


def _setns(descriptor):
    """setns(2) for a Python before 3.12."""
    import ctypes

    if ctypes.CDLL(None, use_errno=True).setns(descriptor, 0x40000000) != 0:
        raise OSError(ctypes.get_errno(), "setns")


def get(lab, path, token=None, headers=None, host="127.0.0.1", timeout=30, method="GET"):
    """One request to the gateway: status, headers by lower-case name, body."""
    with inside(lab.hub):
        connection = http.client.HTTPConnection(host, PORT, timeout=timeout * PATIENCE)
        connection.connect()
    try:
        fields = dict(headers or {})
        if token:
            fields["Authorization"] = f"Bearer {token}"
        connection.request(method, path, headers=fields)
        answer = connection.getresponse()
        return answer.status, {name.lower(): value for name, value in answer.getheaders()}, answer.read()
    finally:
        connection.close()

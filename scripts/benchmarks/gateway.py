"""A daemon and its gateway to measure, with as many peers as it takes."""

import contextlib
import json
import os
import pathlib
import socket
import subprocess
import tempfile
import time
from dataclasses import dataclass
from typing import Any

from benchmarks.daemon import Daemon, connect, data_folder
from benchmarks.measuring import die, say

GATEWAY, GROUP = 64006, 64100
PORT = 8080
BATCH = "wgpilot.v1.Peers/CreateBatch"


class Gateway:
    """A gateway of our own, run as the user that the daemon knows it by."""

    def __init__(self, binaries, folder, socket_path, **further):
        configuration = folder / "gateway.yaml"
        configuration.write_text(json.dumps(
            {"listen": f"127.0.0.1:{PORT}", "socket": socket_path, "log_level": "warning", **further}))
        self.process = subprocess.Popen(
            [binaries / "wgpilot-gateway", "--config", configuration], stdin=subprocess.DEVNULL,
            user=GATEWAY, group=GATEWAY, extra_groups=[GROUP])
        await_port(PORT, self.process)

    def memory(self):
        text = pathlib.Path(f"/proc/{self.process.pid}/status").read_text()
        values = dict(line.split(":", 1) for line in text.splitlines())
        return tuple(int(values[key].split()[0]) * 1024 / 1e6 for key in ("VmRSS", "VmHWM"))

    def cpu(self):
        """Seconds of processor time so far, of all threads."""
        fields = pathlib.Path(f"/proc/{self.process.pid}/stat").read_text().rsplit(")", 1)[1].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")

    def stop(self):
        self.process.terminate()
        self.process.wait(20)


def await_port(port, process):
    deadline = time.monotonic() + 20
    while time.monotonic() < deadline:
        if process.poll() is not None:
            die(f"{process.args[0]} ended with {process.returncode}")
        with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port)):
            return
        time.sleep(0.05)
    die(f"nobody listens on port {port}")


@dataclass
class Hub:
    daemon: Daemon
    gateway: Gateway
    client: Any
    folder: pathlib.Path

    def make_peers(self, network, subnet, count, enabled=True):
        """A network with peers; its number."""
        say(f"making {count:,} peers")
        self.daemon.ctl("network", "create", network, "--subnet", subnet)
        if not enabled:
            self.daemon.ctl("network", "disable", network)
        for first in range(0, count, 5000):
            self.client.call(BATCH, {1: network, 2: [
                {1: "", 2: f"peer-{number:05}", 3: f"user{number}@example.org"}
                for number in range(first, min(first + 5000, count))]})
        return self.daemon.json("network", "show", network)["id"]


@contextlib.contextmanager
def hub(options, environment=None, **further):
    """A fresh hub behind a gateway: keys of the daemon in the environment, further ones of the gateway by name."""
    subprocess.run(["ip", "link", "set", "lo", "up"], check=True)
    pathlib.Path("/run/wireguard").mkdir(exist_ok=True)
    subprocess.run(["mount", "-t", "tmpfs", "-o", "mode=0700", "tmpfs", "/run/wireguard"], check=True)
    with tempfile.TemporaryDirectory(prefix="wgpilot-bench-") as name, data_folder() as data:
        folder = pathlib.Path(name)
        # Open to the gateway's user, which needs no entry anywhere.
        folder.chmod(0o755)
        daemon = Daemon(
            options.bin, options.backend, data, folder, {"WGPILOT_GATEWAY_USER": str(GATEWAY), **(environment or {})})
        gateway = None
        try:
            daemon.wait()
            os.chown(daemon.socket, 0, GROUP)
            os.chmod(daemon.socket, 0o660)
            client = connect(daemon)
            if not client:
                die("cbor2 is missing; run scripts/install-dependencies --test")
            gateway = Gateway(options.bin, folder, daemon.socket, **further)
            yield Hub(daemon, gateway, client, folder)
            client.close()
        finally:
            if gateway:
                gateway.stop()
            daemon.stop()
            for path in pathlib.Path("/run/wireguard").glob("*.sock"):
                # A wireguard-go whose interface goes ends too.
                subprocess.run(["ip", "link", "delete", "dev", path.stem], stderr=subprocess.DEVNULL)

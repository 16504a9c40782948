"""A daemon to measure, and connections to it."""

import concurrent.futures
import contextlib
import json
import os
import pathlib
import platform
import shutil
import subprocess
import sys
import tempfile
import threading
import time

from benchmarks.measuring import die

REPO = pathlib.Path(__file__).resolve().parents[2]


class Daemon:
    """A daemon of our own on the data directory `data`, with its socket in `folder`.

    Further keys of its configuration come in the environment."""

    def __init__(self, binaries, backend, data, folder, environment=None):
        self.binaries = binaries
        self.socket = str(folder / "s")
        self.log = []
        self.arrived = threading.Condition()
        self.started = time.perf_counter()
        self.process = subprocess.Popen(
            [binaries / "wgpilotd", "--data-dir", data, "--socket", self.socket, "--backend", backend,
             "--endpoint-host", "192.0.2.1", "--log-level", "info"],
            stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True,
            env={**os.environ, **(environment or {})})
        threading.Thread(target=self.read_log, daemon=True).start()

    def read_log(self):
        for line in self.process.stderr:
            with self.arrived:
                self.log.append((time.perf_counter(), line))
                self.arrived.notify_all()
        with self.arrived:
            self.log.append((time.perf_counter(), None))
            self.arrived.notify_all()

    def wait(self, text="serving", seconds=120):
        """Waits for a line with the text in the log; how long after the start it came, in milliseconds."""
        until = time.perf_counter() + seconds
        seen = 0
        with self.arrived:
            while time.perf_counter() < until:
                for at, line in self.log[seen:]:
                    if line is None:
                        break
                    if text in line:
                        return (at - self.started) * 1000
                if self.log and self.log[-1][1] is None:
                    break
                seen = len(self.log)
                self.arrived.wait(until - time.perf_counter())
        lines = "".join(line for _, line in self.log if line)
        die(f"wgpilotd did not log '{text}':\n{lines[-4000:]}")

    def command(self, *words):
        return [str(self.binaries / "wgpilotctl"), "--socket", self.socket, *words]

    def ctl(self, *words, check=True):
        result = subprocess.run(self.command(*words), text=True, capture_output=True)
        if check and result.returncode != 0:
            die(f"wgpilotctl {' '.join(words)} ended with {result.returncode}: {result.stderr.strip()}")
        return result

    def json(self, *words):
        return json.loads(self.ctl(*words, "--output", "json").stdout)

    def memory(self):
        """The resident memory now and at its peak, in MB of 10^6 bytes."""
        text = pathlib.Path(f"/proc/{self.process.pid}/status").read_text()
        values = dict(line.split(":", 1) for line in text.splitlines())
        return tuple(int(values[key].split()[0]) * 1024 / 1e6 for key in ("VmRSS", "VmHWM"))

    def stop(self):
        self.process.terminate()
        try:
            self.process.wait(20)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()


@contextlib.contextmanager
def data_folder():
    """A fresh folder that is on a real disk: durable writes are part of the cost."""
    parent = REPO / ".build-bench"
    parent.mkdir(exist_ok=True)
    folder = tempfile.mkdtemp(dir=parent)
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)
        with contextlib.suppress(OSError):
            parent.rmdir()


def connect(daemon):
    """A connection of our own, where cbor2 is there to make one with."""
    sys.path.insert(0, str(REPO / "Tests/Contract"))
    try:
        import rpc_client
    except ImportError:
        return None
    return rpc_client.Client(daemon.socket, agent="bench")


def fill(daemon, client, network, count):
    """Makes peers of a network, on the connection where there is one."""
    if client:
        messages = ({1: network, 2: f"peer-{number:05}"} for number in range(count))
        for _ in client.map("wgpilot.v1.Peers/Create", messages, window=48):
            pass
    else:
        with concurrent.futures.ThreadPoolExecutor(8) as pool:
            list(pool.map(lambda number: daemon.ctl("peer", "add", network, f"peer-{number:05}"), range(count)))


def machine(daemon):
    info = daemon.json("status")
    model = next(
        (line.split(":", 1)[1].strip() for line in open("/proc/cpuinfo") if line.startswith("model name")), "unknown")
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 1e9
    return (
        f"wgpilotd {info['version']}, backend {info['backend']} ({info['backend_version']}); "
        f"{len(os.sched_getaffinity(0))} cores of {model}, {memory:.0f} GB; {platform.system()} {platform.release()}")

"""A hub and a client as two network namespaces of this machine, and the programs that run in them.

A program runs in a namespace with a /run/wireguard of its own as well. wireguard-go keeps its sockets there, named by
interface alone, so without that two hubs that both have a wg0 would meet. With the kernel's WireGuard there is no such
socket, and the namespace alone does.
"""

import contextlib
import json
import os
import pathlib
import re
import shutil
import signal
import socket
import subprocess
import tempfile
import time

REPOSITORY = pathlib.Path(__file__).resolve().parents[2]
BINARIES = pathlib.Path(os.environ.get("WGPILOT_BIN", REPOSITORY / ".build" / "release"))
BACKEND = os.environ.get("WGPILOT_BACKEND", "auto")
# By how much every time limit is stretched, for a machine that is emulated.
PATIENCE = float(os.environ.get("WGPILOT_TEST_PATIENCE", "1"))

HUB_ADDRESS = "192.0.2.1"
CLIENT_ADDRESS = "192.0.2.2"
HUB_ADDRESS6 = "2001:db8::1"
CLIENT_ADDRESS6 = "2001:db8::2"

# Enters the namespace $2 with $1 as /run/wireguard. Every step is an exec, so the pid stays that of the program.
ENTER = 'mount --bind "$1" /run/wireguard && name=$2 && shift 2 && exec ip netns exec "$name" "$@"'


class Failed(AssertionError):
    """Something that a test relies on went wrong."""


def wait_until(predicate, timeout, what):
    """Polls until the predicate holds and returns what it returned; fails with `what` after `timeout` seconds."""
    timeout *= PATIENCE
    deadline = time.monotonic() + timeout
    while True:
        value = predicate()
        if value:
            return value
        if time.monotonic() > deadline:
            raise Failed(f"after {timeout} s still not so: {what() if callable(what) else what}")
        time.sleep(0.05)


def clean_environment(**extra):
    """The environment without what would configure the programs under test behind a test's back."""
    environment = {name: value for name, value in os.environ.items() if not name.startswith("WGPILOT_")}
    environment.update({name: str(value) for name, value in extra.items()})
    return environment


class Result:
    """What a program left: code, stdout, stderr."""

    def __init__(self, arguments, code, stdout, stderr):
        self.arguments = [str(argument) for argument in arguments]
        self.code = code
        self.stdout = stdout
        self.stderr = stderr

    @property
    def json(self):
        try:
            return json.loads(self.stdout)
        except ValueError as error:
            raise Failed(f"not JSON ({error}): {self}") from error

    def check(self):
        if self.code != 0:
            raise Failed(str(self))
        return self

    def __str__(self):
        return f"{' '.join(self.arguments)} exited {self.code}\nstdout: {self.stdout}\nstderr: {self.stderr}"

    __repr__ = __str__


def run(arguments, check=True, input=None, timeout=60, environment=None, shown=None):
    """Runs a program to its end. Its output goes through files: a pipe would stay open in the children it leaves."""
    arguments = [str(argument) for argument in arguments]
    with tempfile.TemporaryFile() as out, tempfile.TemporaryFile() as err, tempfile.TemporaryFile() as given:
        if input is not None:
            given.write(input if isinstance(input, bytes) else input.encode())
            given.seek(0)
        try:
            code = subprocess.run(
                arguments, stdin=given, stdout=out, stderr=err, timeout=timeout * PATIENCE,
                env=environment or clean_environment(), check=False).returncode
        except subprocess.TimeoutExpired:
            code = f"not within {timeout * PATIENCE} s"
        out.seek(0)
        err.seek(0)
        result = Result(shown or arguments, code, *(file.read().decode(errors="replace") for file in (out, err)))
    return result.check() if check else result


class Namespace:
    """A network namespace with its own loopback and its own /run/wireguard."""

    def __init__(self, name, folder):
        self.name = name
        self.sockets = folder / f"{name}-wireguard"
        self.sockets.mkdir()
        pathlib.Path("/run/wireguard").mkdir(mode=0o700, exist_ok=True)
        run(["ip", "netns", "add", name])
        self.run("ip", "link", "set", "lo", "up")

    def command(self, *arguments):
        if BACKEND == "kernel":
            return ["nsenter", f"--net=/run/netns/{self.name}", *map(str, arguments)]
        return ["unshare", "--mount", "sh", "-c", ENTER, "sh", str(self.sockets), self.name, *map(str, arguments)]

    def run(self, *arguments, **options):
        """Runs a program to its end in the namespace."""
        return run(self.command(*arguments), shown=arguments, **options)

    def start(self, arguments, log, environment=None):
        """Starts a program in the namespace; its pid is that of the process returned."""
        with open(log, "ab") as output:
            return subprocess.Popen(
                self.command(*arguments), stdin=subprocess.DEVNULL, stdout=output, stderr=output,
                env=environment or clean_environment(), start_new_session=True)

    def pids(self):
        return [int(pid) for pid in run(["ip", "netns", "pids", self.name], check=False).stdout.split()]

    def ping(self, address, timeout=1.0):
        """Whether one echo request is answered in time."""
        return self.run("ping", "-n", "-c", "1", "-W", timeout * PATIENCE, address, check=False).code == 0

    def link_kind(self, interface):
        """`wireguard` for the kernel's own, `tun` for wireguard-go's."""
        link = self.run("ip", "-json", "-details", "link", "show", "dev", interface).json[0]
        return link.get("linkinfo", {}).get("info_kind")

    def dump(self, interface):
        """The peers that the device has, by public key, as `wg show dump` tells them; empty without the device."""
        result = self.run("wg", "show", interface, "dump", check=False)
        if result.code != 0:
            return {}
        peers = {}
        for line in result.stdout.splitlines()[1:]:
            key, preshared, endpoint, allowed, handshake, received, sent, keepalive = line.split("\t")
            peers[key] = {
                "preshared": preshared != "(none)",
                "endpoint": endpoint,
                "allowed_ips": set() if allowed == "(none)" else set(allowed.split(",")),
                "handshake": int(handshake),
                "received": int(received),
                "sent": int(sent),
                "keepalive": keepalive,
            }
        return peers

    def close(self):
        """Ends whatever still runs in the namespace, and removes it."""
        for wanted in (signal.SIGTERM, signal.SIGKILL):
            for pid in self.pids():
                try:
                    os.kill(pid, wanted)
                except ProcessLookupError:
                    pass
            deadline = time.monotonic() + 3
            while self.pids() and time.monotonic() < deadline:
                time.sleep(0.02)
            if not self.pids():
                break
        run(["ip", "netns", "delete", self.name], check=False)


class Lab:
    """Two namespaces, `hub` and `client`, with a wire between them, and a daemon in the hub when a test starts one."""

    counter = 0

    def __init__(self):
        Lab.counter += 1
        tag = f"wgp-{os.getpid()}-{Lab.counter}"
        self.undo = []
        self.daemon = None
        try:
            # Short, since a socket's path has 107 bytes; open to all, since other users reach the socket in it.
            self.folder = pathlib.Path(tempfile.mkdtemp(prefix="wgp-"))
            self.folder.chmod(0o755)
            self.undo.append(lambda: shutil.rmtree(self.folder, ignore_errors=True))
            self.data = self.folder / "data"
            self.socket = self.folder / "wgpilot.sock"
            self.log = self.folder / "daemon.log"
            self.hub = self._namespace(f"{tag}-hub")
            self.client = self._namespace(f"{tag}-client")
            self._connect()
        except BaseException:
            self.close()
            raise

    def _namespace(self, name):
        namespace = Namespace(name, self.folder)
        self.undo.append(namespace.close)
        return namespace

    def _connect(self):
        self.hub.run("ip", "link", "add", "eth0", "type", "veth", "peer", "name", "eth0", "netns", self.client.name)
        for namespace, v4, v6 in (
            (self.hub, HUB_ADDRESS, HUB_ADDRESS6),
            (self.client, CLIENT_ADDRESS, CLIENT_ADDRESS6),
        ):
            namespace.run("ip", "address", "add", f"{v4}/24", "dev", "eth0")
            # Duplicate address detection would keep the address tentative for a second.
            namespace.run("ip", "-6", "address", "add", f"{v6}/64", "dev", "eth0", "nodad")
            namespace.run("ip", "link", "set", "eth0", "up")

    # The daemon.

    def start_daemon(self, *extra, config=None, wait=True):
        """Starts wgpilotd in the hub on this lab's data, and waits until its socket takes connections."""
        assert self.daemon is None, "this lab's daemon runs already"
        # What a daemon before this one wrote is not this one's.
        self.log_start = self.log.stat().st_size if self.log.exists() else 0
        arguments = [
            BINARIES / "wgpilotd", "--data-dir", self.data, "--socket", self.socket, "--endpoint-host", HUB_ADDRESS,
        ]
        if "--backend" not in extra:
            arguments += ["--backend", BACKEND]
        if config is not None:
            path = self.folder / "daemon.yaml"
            path.write_text(config)
            arguments += ["--config", path]
        self.daemon = self.hub.start([*arguments, *extra], self.log)
        if not any(undo == self.stop_daemon for undo in self.undo):
            self.undo.append(self.stop_daemon)
        if wait:
            wait_until(self._answers, 30, lambda: f"the daemon takes connections\n{self.daemon_log()}")
        return self.daemon

    def _answers(self):
        code = self.daemon.poll()
        if code is not None:
            self.daemon = None
            raise Failed(f"the daemon ended with {code}:\n{self.daemon_log()}")
        with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as connection:
            try:
                connection.connect(str(self.socket))
            except OSError:
                return False
        return True

    def start_refused_daemon(self, *extra, config=None, timeout=30):
        """Starts a daemon that is to refuse, and returns its exit code and what it said."""
        self.start_daemon(*extra, config=config, wait=False)
        process, self.daemon = self.daemon, None
        try:
            code = process.wait(timeout * PATIENCE)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
            raise Failed(f"the daemon runs, though it had to refuse:\n{self.daemon_log()}") from None
        return code, self.daemon_log()

    def daemon_log(self):
        """What the latest daemon wrote."""
        if not self.log.exists():
            return ""
        with open(self.log, "rb") as file:
            file.seek(self.log_start)
            return file.read().decode(errors="replace")

    @contextlib.contextmanager
    def daemon_asleep(self):
        """Keeps the daemon from doing anything meanwhile, so that it does not repair what is half done."""
        self.daemon.send_signal(signal.SIGSTOP)
        try:
            state = pathlib.Path(f"/proc/{self.daemon.pid}/stat")
            # proc_pid_stat(5): behind the name, which is in parentheses.
            wait_until(lambda: state.read_text().rpartition(")")[2].split()[0] == "T", 10, "the daemon stops")
            yield
        finally:
            self.daemon.send_signal(signal.SIGCONT)

    def kill9(self):
        """Ends the daemon as a power cut would."""
        self._end_daemon(signal.SIGKILL)

    def stop_daemon(self):
        """Asks the daemon to end, and waits for it."""
        if self.daemon is not None:
            self._end_daemon(signal.SIGTERM)

    def _end_daemon(self, wanted):
        process, self.daemon = self.daemon, None
        process.send_signal(wanted)
        try:
            process.wait(15 * PATIENCE)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
            raise Failed(f"the daemon did not end:\n{self.daemon_log()}") from None

    def ctl(self, *arguments, check=True, input=None, timeout=90, prefix=()):
        """Runs wgpilotctl against this lab's daemon. `prefix` is a command to run it under, such as setpriv."""
        command = [*prefix, BINARIES / "wgpilotctl", *arguments]
        return run(
            command, check=check, input=input, timeout=timeout,
            environment=clean_environment(WGPILOT_SOCKET=self.socket), shown=["wgpilotctl", *arguments])

    def interface(self, network):
        """The hub's interface of a network."""
        return self.ctl("network", "show", network, "--output", "json").json["interface"]

    def close(self):
        """Undoes everything, last first; what fails does not keep the rest from being undone."""
        faults = []
        while self.undo:
            try:
                self.undo.pop()()
            except Exception as fault:  # noqa: BLE001
                faults.append(fault)
        if faults:
            raise faults[0]


class RealClient:
    """A client as people have it: the configuration file as it came, and wg-quick.

    wg-quick takes the kernel's WireGuard where there is one and falls back to wireguard-go. What sets the resolver of
    the machine is replaced by a stand-in that notes what it was told, since the resolver is not a namespace's own.
    """

    def __init__(self, lab, configuration, namespace=None):
        self.lab = lab
        self.namespace = namespace or lab.client
        self.configuration = pathlib.Path(configuration)
        self.interface = self.configuration.stem
        assert re.fullmatch(r"[a-zA-Z0-9_=+.-]{1,15}", self.interface), "no interface can have this name"
        tools = lab.folder / "client-tools"
        tools.mkdir(exist_ok=True)
        self.resolver_log = lab.folder / f"{self.interface}.resolver"
        resolvconf = tools / "resolvconf"
        resolvconf.write_text(f'#!/bin/sh\necho "$@" >>{self.resolver_log}\ncat >>{self.resolver_log}\n')
        resolvconf.chmod(0o755)
        self.environment = clean_environment(
            PATH=f"{tools}:{os.environ['PATH']}:/usr/sbin:/sbin", WG_QUICK_USERSPACE_IMPLEMENTATION="wireguard-go")

    def up(self):
        """Brings the tunnel up; it goes down with the lab at the latest."""
        self.namespace.run("wg-quick", "up", self.configuration, environment=self.environment)
        return self

    def down(self):
        self.namespace.run("wg-quick", "down", self.configuration, environment=self.environment)

    def ping(self, address, timeout=1.0):
        """Whether one echo request is answered in time."""
        return self.namespace.ping(address, timeout)

    def latest_handshake(self):
        """The Unix time of the latest handshake with the hub; 0 before the first."""
        return max((peer["handshake"] for peer in self.namespace.dump(self.interface).values()), default=0)

    def addresses(self):
        """The tunnel addresses, without the prefix length."""
        link = self.namespace.run("ip", "-json", "address", "show", "dev", self.interface).json[0]
        return [item["local"] for item in link["addr_info"] if item["scope"] != "link"]

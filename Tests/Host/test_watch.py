"""`wgpilotctl watch` and `top` beside a hub that lives: a tunnel comes up, peers come and go, the daemon is restarted."""

import fcntl
import json
import os
import pty
import re
import select
import struct
import subprocess
import termios
import time

from lab import BINARIES, RealClient, clean_environment, wait_until


class Watcher:
    """`wgpilotctl watch --output json`, with what it printed so far."""

    def __init__(self, lab, *options):
        self.path = lab.folder / "watch.jsonl"
        with open(self.path, "wb") as output:
            self.process = subprocess.Popen(
                [BINARIES / "wgpilotctl", "--socket", lab.socket, "watch", "--output", "json", *options],
                stdin=subprocess.DEVNULL, stdout=output, env=clean_environment())
        lab.undo.append(self.end)

    def events(self):
        lines = self.path.read_text().splitlines()
        return [json.loads(line) for line in lines if line.startswith("{")]

    def saw(self, event, peer=None):
        return any(
            each["event"] == event and (peer is None or each.get("peer", {}).get("name") == peer)
            for each in self.events())

    def end(self):
        self.process.kill()
        self.process.wait()


def test_what_happens_is_told_as_it_happens_and_after_a_restart(lab):
    lab.start_daemon()
    lab.ctl("network", "create", "office", "--subnet", "10.8.0.0/24", "--listen-port", "51820")
    watcher = Watcher(lab)
    # The first picture is no news, so what comes first is the first change after it.
    wait_until(lambda: lab.ctl("peer", "add", "office", f"probe-{time.monotonic_ns()}") and watcher.events(), 20,
               "the watcher follows")
    lab.ctl("peer", "add", "office", "laptop")
    wait_until(lambda: watcher.saw("created", "laptop"), 10, "a new peer is told")
    file = lab.folder / "laptop.conf"
    lab.ctl("peer", "config", "office/laptop", "--file", file)
    client = RealClient(lab, file).up()
    wait_until(lambda: client.ping("10.8.0.1"), 15, "the client reaches the hub")
    for event in ("online", "endpoint", "handshake"):
        wait_until(lambda: watcher.saw(event, "laptop"), 10, f"{event} is told")
    assert not watcher.saw("transfer"), "nobody asked for it"

    lab.stop_daemon()
    lab.start_daemon()
    lab.ctl("peer", "disable", "office/laptop")
    wait_until(lambda: watcher.saw("changed", "laptop"), 20, "what changed after a restart is told")
    wait_until(lambda: watcher.saw("offline", "laptop"), 20, "a peer that was disabled is offline")
    lab.ctl("peer", "remove", "office/laptop", "--yes")
    wait_until(lambda: watcher.saw("removed", "laptop"), 20, "a removed peer is told")
    secrets = re.findall(r"(?:PrivateKey|PresharedKey) = (\S+)", file.read_text())
    assert secrets and not any(secret in watcher.path.read_text() for secret in secrets)


def test_top_draws_in_place_and_gives_the_terminal_back(lab):
    lab.start_daemon()
    lab.ctl("network", "create", "office", "--subnet", "10.8.0.0/24")
    for number in range(30):
        lab.ctl("peer", "add", "office", f"peer-{number:02}")
    refused = lab.ctl("top", check=False)
    assert refused.code == 2 and "terminal" in refused.stderr

    pid, terminal = pty.fork()
    if pid == 0:
        os.execv(BINARIES / "wgpilotctl", ["wgpilotctl", "--socket", str(lab.socket), "top", "--sort", "name"])
    fcntl.ioctl(terminal, termios.TIOCSWINSZ, struct.pack("HHHH", 12, 60, 0, 0))
    seen = b""

    def read_until(wanted, what):
        nonlocal seen

        def look():
            nonlocal seen
            while select.select([terminal], [], [], 0)[0]:
                try:
                    seen += os.read(terminal, 65536)
                except OSError:
                    break
            return wanted(seen)
        wait_until(look, 15, what)

    read_until(lambda text: b"peer-00" in text, "the first rows are drawn")
    assert b"\x1b[?1049h" in seen, "the alternate screen"
    assert b"30 peers" in seen and b"peer-29" not in seen, "12 lines hold no 30 peers"
    os.write(terminal, b"r")
    read_until(lambda text: b"peer-29" in text, "the other end, after r")
    frame = seen[seen.rindex(b"\x1b[H"):].split(b"\x1b[J")[0]
    assert frame.count(b"\r\n") <= 11
    os.write(terminal, b"q")
    read_until(lambda text: b"\x1b[?1049l" in text, "the screen is given back")
    assert os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]) == 0

"""What the transfer history costs: bytes on the disk, processor time and transactions of a sample, and the time of a query.

The counters are those of a real wireguard-go with very many peers, of whom some move bytes all the time: a program in
front of its socket adds to what it tells of them. All else is the daemon as it ships.
"""

import os
import pathlib
import random
import socket
import sqlite3
import struct
import subprocess
import tempfile
import threading
import time

from benchmarks.daemon import Daemon, connect, data_folder, machine
from benchmarks.measuring import Report, die, say, spread, timed

ACTIVE, SAMPLES, WARM = 1000, 40, 5
BYTES, SHARE, YEAR_MS = 16.0, 3.0, 1000.0
INTERVAL = 60
HISTORY = "wgpilot.v1.Peers/History"


class Traffic:
    """Answers for a wireguard-go: tells what that tells, and more bytes of the active peers each time."""

    def __init__(self, path, active):
        self.real = f"{path}.real"
        os.rename(path, self.real)
        self.active = active
        self.random = random.Random(20_261_128)
        self.totals = {}
        self.pieces = None
        self.listener = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self.listener.bind(path)
        self.listener.listen(64)
        threading.Thread(target=self.serve, daemon=True).start()

    def serve(self):
        while True:
            connection, _ = self.listener.accept()
            threading.Thread(target=self.answer, args=(connection,), daemon=True).start()

    def answer(self, connection):
        with connection:
            request = b""
            while not request.endswith(b"\n\n"):
                piece = connection.recv(65536)
                if not piece:
                    return
                request += piece
            if request != b"get=1\n\n":
                self.pieces = None
                connection.sendall(self.ask(request))
                return
            connection.sendall(self.more())

    def ask(self, request):
        with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as real:
            real.connect(self.real)
            real.sendall(request)
            answer = b""
            while not answer.endswith(b"\n\n"):
                piece = real.recv(1 << 20)
                if not piece:
                    break
                answer += piece
            return answer

    def more(self):
        if self.pieces is None:
            head, *peers = self.ask(b"get=1\n\n")[:-1].split(b"public_key=")
            end = peers[-1].rindex(b"errno=")
            tail, peers[-1] = peers[-1][end:], peers[-1][:end]
            self.pieces = head, [
                b"".join(line + b"\n" for line in peer.splitlines()
                         if not line.startswith((b"rx_bytes=", b"tx_bytes=", b"last_handshake"))) for peer in peers], tail
        head, peers, tail = self.pieces
        now = int(time.time())
        answer = [head]
        for index, peer in enumerate(peers):
            answer += [b"public_key=", peer]
            if index % (len(peers) // self.active) == 0:
                # As people surf: some megabytes a minute, less up than down.
                received, sent = self.totals.get(index, (0, 0))
                received += self.random.randrange(1000, 1_000_000)
                sent += self.random.randrange(10_000, 60_000_000)
                self.totals[index] = received, sent
                answer.append(
                    f"rx_bytes={received}\ntx_bytes={sent}\nlast_handshake_time_sec={now - now % 120}\n"
                    f"last_handshake_time_nsec=1\n".encode())
            else:
                answer.append(b"rx_bytes=0\ntx_bytes=0\nlast_handshake_time_sec=0\nlast_handshake_time_nsec=0\n")
        return b"".join([*answer, tail, b"\n"])


def processor(daemon):
    fields = pathlib.Path(f"/proc/{daemon.process.pid}/stat").read_text().rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK") * 1000


class Commits:
    """Counts transactions by the frames in the write-ahead log that end one (sqlite.org/fileformat2.html, section 4.1)."""

    def __init__(self, path):
        self.path = pathlib.Path(f"{path}-wal")
        self.seen = set()

    def look(self):
        data = self.path.read_bytes()
        size, salts = struct.unpack(">I", data[8:12])[0], data[16:24]
        for at in range(32, len(data) - 23, size + 24):
            if struct.unpack(">I", data[at + 4:at + 8])[0] and data[at + 8:at + 16] == salts:
                self.seen.add((salts, at))
        return len(self.seen)


def numbers(blob):
    value = shift = 0
    for byte in blob:
        value |= (byte & 0x7F) << shift
        shift += 7
        if byte < 0x80:
            yield value
            value = shift = 0


def packed(values):
    out = bytearray()
    for value in values:
        while value > 0x7F:
            out.append(value & 0x7F | 0x80)
            value >>= 7
        out.append(value)
    return bytes(out)


def stored(database):
    """How many samples of peers there are, and the size of the file; nobody may have it open."""
    with sqlite3.connect(database) as file:
        count = sum(sum(1 for _ in numbers(amounts)) // 3
                    for (amounts,) in file.execute("SELECT amounts FROM trafficSample"))
        taken = file.execute("SELECT count(DISTINCT takenAt) FROM trafficSample").fetchone()[0]
    return count, taken, os.path.getsize(database)


def fill_year(database, count):
    """Writes what a year of it leaves behind, all peers active who are: days, hours, and a day of samples."""
    chance = random.Random(4)
    now = int(time.time())
    today = now // 86400
    with sqlite3.connect(database) as file:
        peers = [row[0] for row in file.execute("SELECT id FROM peer ORDER BY id")][::count // ACTIVE]

        def amounts(numbers, most):
            values, former = [], 0
            for number in numbers:
                values += [number - former, chance.randrange(most // 50), chance.randrange(most)]
                former = number
            return packed(values)

        for period in range(today - 365 >> 5, (today - 32 >> 5) + 1):
            days = [day & 31 for day in range(period << 5, (period << 5) + 32) if today - 365 <= day < today - 32]
            file.executemany("INSERT OR REPLACE INTO trafficDay VALUES (?, ?, ?)", (
                (period, peer, amounts(days, 2 << 30)) for peer in peers if days))
        for day in range(today - 32, today - 1):
            file.executemany("INSERT OR REPLACE INTO trafficHour VALUES (?, ?, ?)", (
                (day, peer, amounts(range(24), 1 << 28)) for peer in peers))
        parts = {}
        for peer in peers:
            parts.setdefault(peer >> 8, []).append(peer & 255)
        first = min(row[0] or now for row in file.execute("SELECT min(takenAt) FROM trafficSample"))
        for moment in range(first - 86400, first - 1, INTERVAL):
            file.executemany("INSERT OR REPLACE INTO trafficSample VALUES (?, ?, ?)", (
                (moment, part, amounts(places, 60_000_000)) for part, places in parts.items()))
    return peers[len(peers) // 2]


def measure(options):
    report = Report()
    os.makedirs("/run/wireguard", exist_ok=True)
    subprocess.run(["mount", "-t", "tmpfs", "-o", "mode=0700", "tmpfs", "/run/wireguard"], check=True)
    subprocess.run(["ip", "link", "set", "lo", "up"], check=True)
    with tempfile.TemporaryDirectory(prefix="wgpilot-bench-") as name, data_folder() as data:
        folder, database = pathlib.Path(name), pathlib.Path(data) / "wgpilot.db"
        daemons = []

        def start(interval):
            daemon = Daemon(options.bin, "userspace", data, folder, {"WGPILOT_HISTORY_INTERVAL": str(interval)})
            daemons.append(daemon)
            daemon.wait()
            return daemon

        try:
            daemon = start(3600)
            client = connect(daemon)
            if not client:
                die("cbor2 is missing; run scripts/install-dependencies --test")
            text = machine(daemon)
            daemon.ctl("network", "create", "full", "--subnet", "10.60.0.0/16")
            say(f"making {options.peers} peers")
            for first in range(0, options.peers, 1000):
                client.call("wgpilot.v1.Peers/CreateBatch", {1: "full", 2: [
                    {1: "", 2: f"peer-{number:05}"} for number in range(first, min(first + 1000, options.peers))]})
            interface = daemon.json("network", "show", "full")["interface"]
            client.close()
            daemon.stop()
            Traffic(f"/run/wireguard/{interface}.sock", ACTIVE)

            def watch(samples):
                """Runs for so many samples, one a second, and tells the time of the processor and the commits of each."""
                daemon = start(1)
                client = connect(daemon)
                commits = Commits(database)

                def taken():
                    return client.call(HISTORY, {1: "full", 2: "peer-00000", 3: "day"}).get(7, 0)

                begin, before, counted, last = taken(), None, None, 0
                deadline = time.monotonic() + samples * 10 + 60
                seen = 0
                while seen < samples:
                    if time.monotonic() > deadline:
                        die("samples do not come")
                    time.sleep(0.1)
                    commits.look()
                    now = taken()
                    if now != last and now != begin:
                        last = now
                        seen += 1
                        if seen == WARM:
                            before, counted = processor(daemon), commits.look()
                used, commited = processor(daemon) - before, commits.look() - counted
                client.close()
                daemon.stop()
                return used / (samples - WARM), commited / (samples - WARM)

            say("samples")
            watch(WARM + 5)
            count, taken, size = stored(database)
            used, commits = watch(SAMPLES)
            more, later, bigger = stored(database)
            each = (bigger - size) / (more - count)
            report.add(f"a stored sample, of {ACTIVE:,} active of {options.peers:,} peers, in the database's file",
                       f"{each:.1f} bytes", "", "", "", f"≤ {BYTES:g} bytes", each <= BYTES)
            share = used / (INTERVAL * 1000) * 100
            report.add(f"the daemon's processor time of a sample ({used:.0f} ms), one each {INTERVAL} s",
                       f"{share:.2f} %", "", "", "", f"< {SHARE:g} % of a core", share < SHARE)
            report.add("transactions of a sample", f"{commits:.2f}", "", "", "", "1", 0.9 <= commits <= 1.1)
            report.fact("samples that were stored meanwhile", f"{more - count:,} in {later - taken}")

            say("a year")
            peer = fill_year(database, options.peers)
            report.fact("the database with a year of it", f"{os.path.getsize(database) / 1e6:.0f} MB")
            daemon = start(3600)
            client = connect(daemon)
            for what, fields, most in (
                ("a year by the day", {3: "year", 6: "day"}, YEAR_MS), ("a month by the hour", {3: "month", 6: "hour"}, YEAR_MS),
                ("a day by the minute", {3: "day", 6: "minute"}, YEAR_MS),
            ):
                times = [timed(lambda: client.call(HISTORY, {1: "full", 2: str(peer), **fields}))
                         for _ in range(options.pairs)]
                middle = sorted(times)[len(times) // 2]
                report.add(f"`Peers/History` of one peer: {what}", spread(times), "", "", "", f"< {most:g} ms", middle < most)
            client.close()
            daemon.stop()
        finally:
            for daemon in daemons:
                if daemon.process.poll() is None:
                    daemon.stop()
            for path in pathlib.Path("/run/wireguard").glob("*.sock"):
                # A wireguard-go whose interface goes ends too.
                subprocess.run(["ip", "link", "delete", "dev", path.stem], stderr=subprocess.DEVNULL)
    print(text + "\n")
    report.print()

"""What `wgpilotctl` does when the connection breaks between what it asked for and the answer."""

import socket
import struct
import threading
import time

HEADER = struct.Struct(">IBBI")
MESSAGE, STATUS = 3, 4


class Cutter:
    """Passes frames between a client and the daemon, and cuts connections in place of the first answers."""

    def __init__(self, lab, cuts=1):
        self.daemon = str(lab.socket)
        self.path = str(lab.folder / "cutter.sock")
        self.cuts = cuts
        self.connections = 0
        self.listener = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self.listener.bind(self.path)
        self.listener.listen()
        threading.Thread(target=self.accept, daemon=True).start()
        lab.undo.append(self.listener.close)

    def accept(self):
        while True:
            try:
                client, _ = self.listener.accept()
            except OSError:
                return
            self.connections += 1
            server = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
            server.connect(self.daemon)
            threading.Thread(target=self.upward, args=(client, server), daemon=True).start()
            threading.Thread(target=self.downward, args=(client, server), daemon=True).start()

    @staticmethod
    def upward(client, server):
        try:
            while data := client.recv(1 << 16):
                server.sendall(data)
            server.shutdown(socket.SHUT_WR)
        except OSError:
            pass

    def downward(self, client, server):
        try:
            while True:
                head = self.exactly(server, HEADER.size)
                length, kind, _, _ = HEADER.unpack(head)
                payload = self.exactly(server, length - 6)
                if kind in (MESSAGE, STATUS) and self.cuts > 0:
                    # The daemon has done it; the client will not hear so.
                    self.cuts -= 1
                    break
                client.sendall(head + payload)
        except OSError:
            pass
        for each in (client, server):
            # Closing alone would not wake the thread that reads from it.
            try:
                each.shutdown(socket.SHUT_RDWR)
            except OSError:
                pass
            each.close()

    @staticmethod
    def exactly(source, count):
        data = b""
        while len(data) < count:
            piece = source.recv(count - len(data))
            if not piece:
                raise OSError("the end")
            data += piece
        return data

    def ctl(self, lab, *arguments, check=True):
        """Runs wgpilotctl with this in between."""
        return lab.ctl(*arguments, "--socket", self.path, check=check)


def test_a_creation_whose_answer_was_lost_is_made_once_and_told_as_made(lab):
    lab.start_daemon()
    cutter = Cutter(lab)
    made = cutter.ctl(lab, "network", "create", "office", "--subnet", "10.8.0.0/24", "--output", "json").json
    assert made["name"] == "office"
    assert cutter.connections == 2
    cutter.cuts = 2
    cutter.ctl(lab, "peer", "add", "office", "laptop")
    assert cutter.connections == 5
    peers = lab.ctl("peer", "list", "office", "--output", "json").json
    assert [peer["name"] for peer in peers] == ["laptop"]
    networks = lab.ctl("network", "list", "--output", "json").json
    assert [network["name"] for network in networks] == ["office"]
    # What comes after the last attempt is told.
    cutter.cuts = 100
    failed = cutter.ctl(lab, "peer", "add", "office", "phone", check=False)
    assert failed.code == 9 and "may have taken effect" in failed.stderr, failed


def test_what_only_reads_is_asked_again(lab):
    lab.start_daemon()
    cutter = Cutter(lab)
    assert cutter.ctl(lab, "network", "list", "--output", "json").json == []
    assert cutter.connections == 2


def test_a_change_that_may_have_been_made_is_not_made_again(lab):
    lab.start_daemon()
    lab.ctl("network", "create", "office", "--subnet", "10.8.0.0/24")
    lab.ctl("peer", "add", "office", "laptop")
    cutter = Cutter(lab)
    failed = cutter.ctl(lab, "peer", "edit", "office/laptop", "--notes", "kept", check=False)
    assert failed.code == 9 and "may have taken effect" in failed.stderr, failed
    assert cutter.connections == 1


def test_a_daemon_that_is_not_there_is_told_at_once(lab):
    begun = time.monotonic()
    failed = lab.ctl("network", "list", check=False)
    assert failed.code == 9, failed
    assert time.monotonic() - begun < 5

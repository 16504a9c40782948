"""Sends and answers packets from inside a network namespace; run by topology.py, with nothing but Python's own library.

    prober.py serve LOG PORT...    answers over TCP and UDP, IPv4 and IPv6, with the source address that it sees, and
                                   writes each request to LOG
    prober.py probe <PROBES        tries many destinations at once, and prints what came of each
    prober.py stream KIND ADDRESS PORT PREFIX INTERVAL REPORT
                                   sends numbered requests until SIGTERM, then writes a report
"""

import errno
import ipaddress
import json
import os
import selectors
import signal
import socket
import struct
import sys
import time

# IPV6_RECVPKTINFO and IPV6_PKTINFO, linux/in6.h; Python has names for them only where the C library has.
RECVPKTINFO, PKTINFO = 49, 50
ECHO_REQUEST = {4: 8, 6: 128}
ECHO_REPLY = {4: 0, 6: 129}
UNREACHABLE = {4: 3, 6: 1}


def plain(address):
    """An address as text, IPv4 without the IPv6 around it."""
    address = ipaddress.ip_address(address.partition("%")[0])
    return str(getattr(address, "ipv4_mapped", None) or address)


def family_of(address):
    return ipaddress.ip_address(address).version


# Answering.


def serve(log, ports):
    selector = selectors.DefaultSelector()
    record = open(log, "ab", buffering=0)

    def note(kind, port, token, source):
        record.write(f"{kind} {port} {token} {source}\n".encode())

    for port in ports:
        listener = socket.create_server(("::", port), family=socket.AF_INET6, dualstack_ipv6=True, backlog=64)
        listener.setblocking(False)
        selector.register(listener, selectors.EVENT_READ, ("listener", port))
        # The answer must come from the address that was asked, whichever the routes would choose.
        datagrams = socket.socket(socket.AF_INET6, socket.SOCK_DGRAM)
        datagrams.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 0)
        datagrams.setsockopt(socket.IPPROTO_IPV6, RECVPKTINFO, 1)
        datagrams.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1 << 21)
        datagrams.bind(("::", port))
        datagrams.setblocking(False)
        selector.register(datagrams, selectors.EVENT_READ, ("datagrams", port))
    note("ready", 0, "-", "-")

    while True:
        for key, _ in selector.select():
            kind, port = key.data[:2]
            try:
                if kind == "listener":
                    connection, source = key.fileobj.accept()
                    connection.setblocking(False)
                    selector.register(
                        connection, selectors.EVENT_READ, ("connection", port, plain(source[0]), bytearray()))
                elif kind == "datagrams":
                    data, ancillary, _, source = key.fileobj.recvmsg(2048, 256)
                    token = data.decode()
                    note("udp", port, token, plain(source[0]))
                    # The address is kept and the interface is not: routes choose that.
                    told = [(level, name, value[:16] + bytes(4)) for level, name, value in ancillary if name == PKTINFO]
                    answer = json.dumps({"token": token, "source": plain(source[0])})
                    key.fileobj.sendmsg([answer.encode()], told, 0, source)
                else:
                    _, _, source, pending = key.data
                    data = key.fileobj.recv(4096)
                    if not data:
                        raise ConnectionResetError
                    pending += data
                    while b"\n" in pending:
                        line, _, rest = bytes(pending).partition(b"\n")
                        pending[:] = rest
                        note("tcp", port, line.decode(), source)
                        mss = key.fileobj.getsockopt(socket.IPPROTO_TCP, socket.TCP_MAXSEG)
                        answer = json.dumps({"token": line.decode(), "source": source, "mss": mss})
                        key.fileobj.send(answer.encode() + b"\n")
            except BlockingIOError:
                pass
            except OSError:
                if kind == "connection":
                    selector.unregister(key.fileobj)
                    key.fileobj.close()


# Trying.


class Probe:
    """One attempt. `outcome` is None as long as nothing came, a dictionary after an answer, text after an error."""

    def __init__(self, description, number):
        self.id = description["id"]
        self.kind = description["kind"]
        self.to = description["to"]
        self.port = description.get("port", 0)
        self.token = description["token"]
        self.is_expected = description["expected"]
        self.number = number
        self.family = family_of(self.to)
        self.outcome = None
        self.socket = None

    def fail(self, error):
        if self.outcome is None:
            self.outcome = errno.errorcode.get(error.errno, str(error))


def checksum(data):
    total = sum(struct.unpack(f">{len(data) // 2}H", data))
    while total >> 16:
        total = (total & 0xFFFF) + (total >> 16)
    return ~total & 0xFFFF


def echo_request(probe, identifier):
    kind = ECHO_REQUEST[probe.family]
    message = struct.pack(">BBHHH", kind, 0, 0, identifier, probe.number)
    # For IPv6 the kernel computes it.
    return struct.pack(">BBHHH", kind, 0, checksum(message) if probe.family == 4 else 0, identifier, probe.number)


def read_echo(family, data, identifier):
    """The number of the probe that a message is about, and whether it is an answer; None for anything else."""
    if family == 4:
        data = data[(data[0] & 15) * 4:]
    kind = data[0]
    if kind == UNREACHABLE[family]:
        data = data[8:]
        data = data[(data[0] & 15) * 4:] if family == 4 else data[40:]
        if len(data) < 8 or data[0] != ECHO_REQUEST[family]:
            return None
    elif kind != ECHO_REPLY[family]:
        return None
    _, _, _, found, number = struct.unpack(">BBHHH", data[:8])
    return (number, kind != UNREACHABLE[family]) if found == identifier else None


def probe_all(job):
    """Tries all at once. Ends once all expected answers came, after as much time again for those that are not."""
    probes = [Probe(description, number) for number, description in enumerate(job["probes"])]
    selector = selectors.DefaultSelector()
    identifier = os.getpid() & 0xFFFF
    echoes = {}
    for family, kind, protocol in (
        (4, socket.AF_INET, socket.IPPROTO_ICMP), (6, socket.AF_INET6, socket.IPPROTO_ICMPV6),
    ):
        if any(probe.kind == "icmp" and probe.family == family for probe in probes):
            echoes[family] = socket.socket(kind, socket.SOCK_RAW, protocol)
            echoes[family].setblocking(False)
            selector.register(echoes[family], selectors.EVENT_READ, family)

    def send(probe):
        try:
            if probe.kind == "icmp":
                echoes[probe.family].sendto(echo_request(probe, identifier), (probe.to, 0))
            else:
                probe.socket.send(probe.token.encode())
        except BlockingIOError:
            pass
        except OSError as error:
            probe.fail(error)

    for probe in probes:
        family = socket.AF_INET if probe.family == 4 else socket.AF_INET6
        try:
            if probe.kind == "udp":
                probe.socket = socket.socket(family, socket.SOCK_DGRAM)
                probe.socket.setblocking(False)
                probe.socket.connect((probe.to, probe.port))
                selector.register(probe.socket, selectors.EVENT_READ, probe)
            elif probe.kind == "tcp":
                probe.socket = socket.socket(family, socket.SOCK_STREAM)
                probe.socket.setblocking(False)
                probe.received = b""
                selector.register(probe.socket, selectors.EVENT_WRITE, probe)
                code = probe.socket.connect_ex((probe.to, probe.port))
                if code not in (0, errno.EINPROGRESS):
                    raise OSError(code, os.strerror(code))
        except OSError as error:
            probe.fail(error)
            continue
        if probe.kind != "tcp":
            send(probe)

    def heard(probe):
        try:
            if probe.kind == "udp":
                probe.outcome = json.loads(probe.socket.recv(2048))
            elif selector.get_key(probe.socket).events == selectors.EVENT_WRITE:
                code = probe.socket.getsockopt(socket.SOL_SOCKET, socket.SO_ERROR)
                if code:
                    raise OSError(code, os.strerror(code))
                probe.socket.send(probe.token.encode() + b"\n")
                selector.modify(probe.socket, selectors.EVENT_READ, probe)
                return
            else:
                data = probe.socket.recv(2048)
                probe.received += data
                if data and b"\n" not in probe.received:
                    return
                if not data:
                    raise OSError(errno.ECONNRESET, "closed")
                probe.outcome = json.loads(probe.received)
                probe.outcome["own_mss"] = probe.socket.getsockopt(socket.IPPROTO_TCP, socket.TCP_MAXSEG)
        except BlockingIOError:
            return
        except OSError as error:
            probe.fail(error)
        selector.unregister(probe.socket)

    start = time.monotonic()
    deadline = start + job["timeout"]
    end = None
    resend = start + 0.5
    while True:
        now = time.monotonic()
        waiting = [probe for probe in probes if probe.is_expected and probe.outcome is None]
        if not waiting and end is None:
            end = now + max(job["grace"], now - start)
        if all(probe.outcome is not None for probe in probes) or now >= (deadline if end is None else end):
            break
        if now >= resend:
            for probe in waiting:
                if probe.kind != "tcp":
                    send(probe)
            resend = now + 0.5
        for key, _ in selector.select(0.02):
            if isinstance(key.data, Probe):
                heard(key.data)
                continue
            try:
                data, source = key.fileobj.recvfrom(2048)
            except OSError:
                continue
            echo = read_echo(key.data, data, identifier)
            if echo is None:
                continue
            number, is_answer = echo
            if number < len(probes) and probes[number].outcome is None:
                probes[number].outcome = {"from": plain(source[0])} if is_answer else "EHOSTUNREACH"
    return {probe.id: probe.outcome for probe in probes}


# A stream.


def stream(kind, address, port, prefix, interval, report):
    family = socket.AF_INET if family_of(address) == 4 else socket.AF_INET6
    connection = socket.socket(family, socket.SOCK_STREAM if kind == "tcp" else socket.SOCK_DGRAM)
    connection.connect((address, port))
    connection.setblocking(False)
    stopping = []
    signal.signal(signal.SIGTERM, lambda *_: stopping.append(True))
    sent, errors, answered = 0, 0, set()
    pending = b""
    until = None
    due = time.monotonic()
    while until is None or time.monotonic() < until:
        now = time.monotonic()
        if stopping and until is None:
            # What is on its way may still arrive.
            until = now + 1
        if until is None and now >= due:
            try:
                connection.send(f"{prefix}-{sent}".encode() + (b"\n" if kind == "tcp" else b""))
            except BlockingIOError:
                pass
            except OSError:
                errors += 1
            sent += 1
            due = max(due + interval, now)
        try:
            while True:
                data = connection.recv(65536)
                if kind == "tcp":
                    *lines, pending = (pending + data).split(b"\n")
                    answered.update(json.loads(line)["token"] for line in lines)
                    if not data:
                        break
                else:
                    answered.add(json.loads(data)["token"])
        except BlockingIOError:
            pass
        except OSError:
            errors += 1
        time.sleep(max(0.0005, min(due - time.monotonic(), interval)))
    with open(report + ".new", "w") as file:
        json.dump({"sent": sent, "answered": len(answered), "errors": errors}, file)
    os.rename(report + ".new", report)


def main(arguments):
    match arguments:
        case ["serve", log, *ports]:
            serve(log, [int(port) for port in ports])
        case ["probe"]:
            json.dump(probe_all(json.load(sys.stdin)), sys.stdout)
        case ["stream", kind, address, port, prefix, interval, report]:
            stream(kind, address, int(port), prefix, float(interval), report)
        case _:
            sys.exit(__doc__)


if __name__ == "__main__":
    main(sys.argv[1:])

"""A client of the daemon's protocol in a few lines, written from docs/protocol.md with nothing of the project's own.

    with Client("/run/wgpilot.sock") as client:
        reply = client.call("wgpilot.v1.Networks/Create", {1: "home", 2: "gateway", 3: "10.8.0.0/24"})
        for reply in client.map("wgpilot.v1.Peers/Create", ({1: "home", 2: f"p{i}"} for i in range(1000))):
            ...
        for event in client.stream("wgpilot.v1.Watch/Changes"):
            ...

Messages are dictionaries by field number. A call that fails raises CallFailed. Needs cbor2.
"""

import collections
import socket
import struct

import cbor2

HELLO, REQUEST, MESSAGE, STATUS, CANCEL, WINDOW, PING, GOAWAY = 1, 2, 3, 4, 5, 6, 7, 8
# The flag of a ping that answers one.
ANSWER = 1
# Length, type, flags, stream; the length counts what comes after itself.
HEADER = struct.Struct(">IBBI")
MAXIMUM_LENGTH = 4 << 20
# What a stream's credit begins with where the request says nothing.
DEFAULT_WINDOW = 262144
MAGIC, VERSION = "wgpilot", 1


class CallFailed(Exception):
    """The status of a call that is not OK."""

    def __init__(self, status):
        self.code = status[1]
        self.message = status.get(2, "")
        self.reason = status.get(3, "")
        self.fields = {field[1]: field[2] for field in status.get(4, [])}
        self.metadata = status.get(5, {})
        super().__init__(f"{self.code} {self.reason}: {self.message}")


class ProtocolError(Exception):
    """The other side does not keep to the protocol, or went away."""


class Client:
    """One connection, with any number of calls under way."""

    def __init__(self, path, agent="rpc_client.py", timeout=60):
        self.socket = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self.socket.settimeout(timeout)
        self.socket.connect(path)
        self.received = bytearray()
        self.last_stream = 0
        # Per stream, until somebody asks for them: the messages, with the size that each had, and the status.
        self.messages = collections.defaultdict(collections.deque)
        self.statuses = {}
        # Streams that were left before their end: what still comes for them is dropped.
        self.left = set()
        # What the server said about its going away, and the payloads of the answers to our pings.
        self.goaway = None
        self.pongs = []
        self.greet(agent)

    def greet(self, agent):
        """Says hello and takes the server's."""
        try:
            self.send_frame(HELLO, 0, encode({1: MAGIC, 2: VERSION, 3: MAXIMUM_LENGTH, 4: agent}))
        except BrokenPipeError:
            # A server that takes no more connections may have closed this one already; its reason is there to be read.
            pass
        kind, stream, payload = self.read_frame()
        if kind == STATUS:
            raise CallFailed(cbor2.loads(payload))
        if kind != HELLO or stream != 0:
            raise ProtocolError(f"a frame of type {kind} instead of a hello")
        self.hello = cbor2.loads(payload)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()

    def close(self):
        self.socket.close()

    # Calls.

    def call(self, method, message=None, timeout_ms=None, metadata=None):
        """Makes one call and returns the message of its answer."""
        return self.finish(self.start(method, message, timeout_ms, metadata))

    def call_bytes(self, method, message):
        """Makes one call and returns the message of its answer as it came: for those who measure the other side."""
        return self.finish_bytes(self.start(method, message))

    def start(self, method, message=None, timeout_ms=None, metadata=None, window=None):
        """Sends a request and returns its stream."""
        head = {1: method}
        if timeout_ms is not None:
            head[2] = timeout_ms
        if metadata:
            head[3] = metadata
        if window is not None:
            head[4] = window
        self.last_stream += 1
        self.send_frame(REQUEST, self.last_stream, encode(head) + encode(message or {}))
        return self.last_stream

    def cancel(self, stream):
        """Asks to give a call up; it still ends with a status."""
        self.send_frame(CANCEL, stream, b"")

    def finish(self, stream):
        """Waits for the end of a call and returns the message of its answer."""
        message = self.finish_bytes(stream)
        return None if message is None else cbor2.loads(message)

    def finish_bytes(self, stream):
        while stream not in self.statuses:
            self.take_frame()
        messages = self.messages.pop(stream, [])
        status = self.statuses.pop(stream)
        if status[1] != 0:
            raise CallFailed(status)
        return messages[0] if messages else None

    def stream(self, method, message=None, timeout_ms=None, metadata=None, window=None):
        """Makes a call that is answered by any number of messages, and yields them. Leaving it gives the call up."""
        stream = self.start(method, message, timeout_ms, metadata, window)
        window = DEFAULT_WINDOW if window is None else window
        taken = 0
        try:
            while True:
                while not self.messages[stream] and stream not in self.statuses:
                    self.take_frame()
                if not self.messages[stream]:
                    if self.statuses[stream][1] != 0:
                        raise CallFailed(self.statuses[stream])
                    return
                message = self.messages[stream].popleft()
                size = len(message)
                yield cbor2.loads(message)
                # What was looked at makes room for as much, half a window at a time. A server without key 6 in its
                # hello knows no windows.
                taken += size
                if taken >= max(window // 2, 1) and 6 in self.hello and stream not in self.statuses:
                    self.grant(stream, taken)
                    taken = 0
        finally:
            del self.messages[stream]
            if self.statuses.pop(stream, None) is None and self.socket.fileno() >= 0:
                self.left.add(stream)
                self.cancel(stream)

    def grant(self, stream, size):
        """Lets the server send so many bytes of messages more."""
        self.send_frame(WINDOW, stream, encode(size))

    def ping(self, payload=b""):
        """Asks for a sign of life; the answer's payload will be among the pongs."""
        self.send_frame(PING, 0, payload)

    def take_frame(self):
        """Reads a frame and keeps it for whoever asks."""
        kind, stream, payload = self.read_frame()
        if stream in self.left:
            if kind == STATUS:
                self.left.remove(stream)
        elif kind == MESSAGE:
            self.messages[stream].append(payload)
        elif kind == STATUS and stream == 0:
            raise CallFailed(cbor2.loads(payload))
        elif kind == STATUS:
            self.statuses[stream] = cbor2.loads(payload)
        else:
            raise ProtocolError(f"an unexpected frame of type {kind}")

    def map(self, method, messages, window=32):
        """Makes a call for each message, `window` of them at a time, and yields the answers in order."""
        under_way = collections.deque()
        for message in messages:
            if len(under_way) >= window:
                yield self.finish(under_way.popleft())
            under_way.append(self.start(method, message))
        while under_way:
            yield self.finish(under_way.popleft())

    # Frames.

    def send_frame(self, kind, stream, payload, flags=0):
        self.socket.sendall(HEADER.pack(HEADER.size - 4 + len(payload), kind, flags, stream) + payload)

    def read_frame(self):
        """The next frame of a call or a hello: type, stream and payload. What is about the connection is seen to."""
        while True:
            kind, flags, stream, payload = self.read_any_frame()
            if kind == PING and flags:
                self.pongs.append(payload)
            elif kind == PING:
                self.send_frame(PING, 0, payload, ANSWER)
            elif kind == GOAWAY:
                self.goaway = cbor2.loads(payload)
            else:
                return kind, stream, payload

    def read_any_frame(self):
        """The next frame, whatever it is about, but for those that may be ignored: type, flags, stream and payload."""
        while True:
            self.fill(HEADER.size)
            length, kind, flags, stream = HEADER.unpack_from(self.received)
            if not HEADER.size - 4 <= length <= MAXIMUM_LENGTH:
                raise ProtocolError(f"a frame of length {length}")
            end = 4 + length
            self.fill(end)
            payload = bytes(self.received[HEADER.size:end])
            del self.received[:end]
            if kind >= 128:
                continue
            if flags & ~(ANSWER if kind == PING else 0):
                raise ProtocolError(f"flags {flags} on a frame of type {kind}")
            return kind, flags, stream, payload

    def fill(self, count):
        while len(self.received) < count:
            data = self.socket.recv(1 << 16)
            if not data:
                raise ProtocolError("the connection was closed")
            self.received += data


def encode(item):
    """Deterministic CBOR: the shortest forms, and keys in the order of their bytes."""
    return cbor2.dumps(item, canonical=True)

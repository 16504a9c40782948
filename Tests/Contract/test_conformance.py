"""The daemon does what docs/protocol.md says: the connection, the frames, calls, messages, and every method.

Written from that page alone. One daemon serves the whole file: whatever a test does to its connection, the next one finds
the daemon as it was.
"""

import base64
import contextlib
import hashlib
import hmac
import os
import re
import struct
import time

import cbor2
import pytest

from lab import Lab, wait_until
from page import EMPTY, PATH, Page, fault
from rpc_client import (
    ANSWER, CANCEL, DEFAULT_WINDOW, GOAWAY, HEADER, HELLO, MESSAGE, PING, REQUEST, STATUS, WINDOW, CallFailed, Client,
    ProtocolError, encode)

PAGE = Page()
LIMIT = 4 << 20
HEALTH, GET, INFO = "wgpilot.v1.System/Health", "wgpilot.v1.Networks/Get", "wgpilot.v1.System/Info"
WATCH, LIST_PEERS = "wgpilot.v1.Watch/Changes", "wgpilot.v1.Peers/List"
CODES = {
    name: number for number, name in enumerate(
        "OK CANCELLED UNKNOWN INVALID_ARGUMENT DEADLINE_EXCEEDED NOT_FOUND ALREADY_EXISTS PERMISSION_DENIED "
        "RESOURCE_EXHAUSTED FAILED_PRECONDITION ABORTED OUT_OF_RANGE UNIMPLEMENTED INTERNAL UNAVAILABLE DATA_LOSS "
        "UNAUTHENTICATED".split())
}
KEY = "AQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQE="


# A user that needs no entry anywhere: the kernel knows it by number.
GATEWAY = 64006


@pytest.fixture(scope="module")
def hub():
    lab = Lab()
    try:
        lab.start_daemon(config=f'gateway_user: "{GATEWAY}"\n')
        yield lab
        assert lab.daemon.poll() is None, lab.daemon_log()
    finally:
        lab.close()


class Raw(Client):
    """A connection that has said nothing yet, for saying what no good client says."""

    def greet(self, _):
        """Nothing yet."""

    def say_hello(self, **changes):
        """Sends a good hello but for the changes, by field number as `f2=7`; None leaves a field out."""
        message = {1: "wgpilot", 2: 1, 3: LIMIT, 4: "test/1"}
        message |= {int(key[1:]): value for key, value in changes.items()}
        self.send_frame(HELLO, 0, encode({key: value for key, value in message.items() if value is not None}))
        return self

    def greeted(self):
        """Says hello and takes the answer."""
        kind, stream, payload = self.say_hello().read_frame()
        assert (kind, stream) == (HELLO, 0)
        self.server = cbor2.loads(payload)
        return self

    def request(self, stream, method, message=b"\xa0", **head):
        """Sends a request whose message is bytes, and whose head has the further fields, as `f2=5000`."""
        fields = {1: method} | {int(key[1:]): value for key, value in head.items()}
        self.send_frame(REQUEST, stream, encode(fields) + message)

    def answer(self, stream):
        """The answer to the call that is to be answered next: its status and its message, or None."""
        kind, other, payload = self.read_frame()
        assert other == stream
        message = None
        if kind == MESSAGE:
            message = cbor2.loads(payload)
            kind, other, payload = self.read_frame()
        assert (kind, other) == (STATUS, stream)
        status = cbor2.loads(payload)
        assert (status[1] == 0) == (message is not None), "a message comes with a success, and always"
        assert_listed(status)
        return status, message

    def message(self, stream):
        """The next message of a stream, which must be there: the size of its payload."""
        kind, other, payload = self.read_frame()
        assert (kind, other) == (MESSAGE, stream), (kind, other, payload[:100])
        return len(payload)

    def status(self, stream):
        """The end of a stream, whatever messages are before it."""
        while True:
            kind, other, payload = self.read_frame()
            assert other == stream
            if kind == STATUS:
                status = cbor2.loads(payload)
                assert_listed(status)
                return status

    def what_comes(self):
        """The frames that come before the answer to a ping: all that the server had to say."""
        self.ping(b"now")
        frames = []
        while True:
            kind, flags, stream, payload = self.read_any_frame()
            if (kind, flags) == (PING, ANSWER):
                assert (stream, payload) == (0, b"now")
                return frames
            frames.append((kind, stream, payload))

    def refused(self):
        """The status of the connection, after which it is closed."""
        kind, stream, payload = self.read_frame()
        assert (kind, stream) == (STATUS, 0)
        with contextlib.suppress(ConnectionResetError):
            assert self.socket.recv(1) == b"", "something follows the end"
        status = cbor2.loads(payload)
        assert_listed(status)
        return status


def assert_listed(status):
    """The status is as the page describes it."""
    assert set(status) <= {1, 2, 3, 4, 5}, status
    if status[1] == 0:
        assert status == {1: 0}
        return
    assert status.get(3) in PAGE.reasons, f"the page does not list the reason of {status}"
    assert status[1] == CODES[PAGE.reasons[status[3]]], f"another code than the page's: {status}"


@pytest.fixture
def raw(hub):
    with Raw(str(hub.socket), timeout=20) as connection:
        yield connection
    # Whatever came of it, others are served.
    with Client(str(hub.socket)) as other:
        assert other.call(HEALTH)[1] == "ok"


def assert_refused(raw, reason):
    status = raw.refused()
    assert status.get(3) == reason, status


# Hello.


def test_the_server_says_who_it_is_and_whom_it_serves(raw):
    server = raw.greeted().server
    assert server[1] == "wgpilot" and server[2] == 1 and server[3] == LIMIT
    assert server[4].startswith("wgpilotd/")
    assert server[5] == {1: 0, 2: 0, 3: "admin"}
    assert server[6] == 64


@pytest.mark.parametrize(
    "changes, reason",
    [
        ({"f1": "gRPC"}, "wrong_protocol"), ({"f1": ""}, "wrong_protocol"), ({"f2": 2}, "protocol_version"),
        ({"f2": 0}, "protocol_version"), ({"f3": 4095}, "frame_limit_too_small"), ({"f3": 0}, "frame_limit_too_small"),
        ({"f1": None}, "malformed_hello"), ({"f2": None}, "malformed_hello"), ({"f3": None}, "malformed_hello"),
        ({"f4": None}, "malformed_hello"), ({"f1": 7}, "malformed_hello"), ({"f2": "1"}, "malformed_hello"),
        ({"f2": 2**32}, "malformed_hello"), ({"f3": -1}, "malformed_hello"), ({"f4": b"x"}, "malformed_hello"),
    ])
def test_a_bad_hello_is_refused_with_its_reason(raw, changes, reason):
    raw.say_hello(**changes)
    assert_refused(raw, reason)


@pytest.mark.parametrize("payload", ["", "80", "a1", "bf01ff", "a0a0", "ff", "a1016777"])
def test_a_hello_that_is_none_is_refused(raw, payload):
    raw.send_frame(HELLO, 0, bytes.fromhex(payload))
    assert_refused(raw, "malformed_hello")


def test_unknown_fields_of_a_hello_are_skipped(raw):
    raw.say_hello(f99={1: [2]})
    assert raw.read_frame()[0] == HELLO


def test_the_least_limit_is_accepted_and_a_larger_answer_is_refused(raw, hub):
    raw.say_hello(f3=4096)
    assert raw.read_frame()[0] == HELLO
    raw.request(1, GET, encode({1: "x" * 5000}))
    status, _ = raw.answer(1)
    assert status[1] != 0 and len(encode(status)) <= 4090


def test_a_hello_in_single_bytes_is_a_hello(raw):
    payload = encode({1: "wgpilot", 2: 1, 3: LIMIT, 4: "slow"})
    for byte in HEADER.pack(6 + len(payload), HELLO, 0, 0) + payload:
        raw.socket.sendall(bytes([byte]))
    assert raw.read_frame()[0] == HELLO


def test_requests_right_behind_the_hello_are_served(raw):
    raw.say_hello()
    raw.request(1, HEALTH)
    raw.request(2, HEALTH)
    assert raw.read_frame()[0] == HELLO
    assert {stream for stream in (raw.read_frame()[1] for _ in range(4))} == {1, 2}


@pytest.mark.parametrize("kind", [REQUEST, MESSAGE, STATUS, CANCEL])
def test_another_frame_instead_of_a_hello_is_refused(raw, kind):
    raw.send_frame(kind, 1, b"")
    assert_refused(raw, "protocol_error")


def test_a_hello_on_a_stream_is_refused(raw):
    raw.send_frame(HELLO, 1, encode({1: "wgpilot", 2: 1, 3: LIMIT, 4: "x"}))
    assert_refused(raw, "protocol_error")


def test_who_says_nothing_is_refused_after_5_seconds(raw):
    assert_refused(raw, "hello_timeout")


# Frames.


@pytest.mark.parametrize(
    "header, reason",
    [
        ((LIMIT + 1, REQUEST, 0, 1), "frame_too_large"), ((0xFFFFFFFF, REQUEST, 0, 1), "frame_too_large"),
        ((LIMIT + 1, 200, 0, 1), "frame_too_large"), ((5, REQUEST, 0, 1), "protocol_error"),
        ((0, REQUEST, 0, 1), "protocol_error"), ((6, 0, 0, 1), "protocol_error"), ((6, 9, 0, 1), "protocol_error"),
        ((6, 127, 0, 1), "protocol_error"), ((6, REQUEST, 1, 1), "protocol_error"),
        ((6, REQUEST, 0x80, 1), "protocol_error"), ((6, CANCEL, 2, 1), "protocol_error"),
        ((6, HELLO, 0, 0), "protocol_error"), ((6, MESSAGE, 0, 1), "protocol_error"),
        ((6, STATUS, 0, 1), "protocol_error"), ((6, STATUS, 0, 0), "protocol_error"),
        # Stream ids begin above 0.
        ((6, REQUEST, 0, 0), "protocol_error"), ((6, CANCEL, 0, 0), "protocol_error"),
        # Never opened.
        ((6, CANCEL, 0, 1), "protocol_error"), ((6, WINDOW, 0, 1), "protocol_error"),
        ((6, WINDOW, 0, 0), "protocol_error"), ((6, WINDOW, 1, 1), "protocol_error"),
        # The server's to say.
        ((6, GOAWAY, 0, 0), "protocol_error"),
        # Only an answer has a flag, it has no other, and it is about the connection.
        ((6, PING, 2, 0), "protocol_error"), ((6, PING, 3, 0), "protocol_error"), ((6, PING, 0, 1), "protocol_error"),
        ((6, PING, 1, 1), "protocol_error"),
    ])
def test_a_frame_that_may_not_come_ends_the_connection(raw, header, reason):
    raw.greeted().socket.sendall(HEADER.pack(*header))
    assert_refused(raw, reason)


def test_a_frame_of_the_largest_length_is_read(raw):
    raw.greeted()
    head = encode({1: HEALTH})
    # An unknown field of bytes: key 99, and a head of 5 bytes.
    content = b"\xa1\x18\x63\x5a"
    size = LIMIT - 6 - len(head) - len(content) - 4
    raw.request(1, HEALTH, content + struct.pack(">I", size) + bytes(size))
    assert raw.answer(1)[0] == {1: 0}


@pytest.mark.parametrize("kind", [128, 200, 255])
def test_frames_that_may_be_ignored_are(raw, kind):
    raw.greeted()
    for stream, payload in ((0, b""), (7, b"\xff" * 5000), (0xFFFFFFFF, b"x")):
        raw.socket.sendall(HEADER.pack(6 + len(payload), kind, 0xFF, stream) + payload)
    raw.request(1, HEALTH)
    assert raw.answer(1)[0] == {1: 0}


# Calls.


@pytest.mark.parametrize("second", [0, 1, 4, 5])
def test_a_stream_id_that_is_not_larger_ends_the_connection(raw, second):
    raw.greeted().request(5, HEALTH)
    assert raw.answer(5)[0] == {1: 0}
    raw.request(second, HEALTH)
    assert_refused(raw, "protocol_error")


def test_stream_ids_may_leave_gaps_up_to_the_last(raw):
    raw.greeted()
    for stream in (1, 3, 1000, 2**31, 2**32 - 1):
        raw.request(stream, HEALTH)
        assert raw.answer(stream)[0] == {1: 0}


def test_every_call_is_answered_once_in_whatever_order(raw):
    raw.greeted()
    statuses, messages = {}, set()
    stream = 0
    while len(statuses) < 300:
        # As many as there may be.
        while stream < 300 and stream - len(statuses) < raw.server[6]:
            stream += 1
            method, message = [
                (HEALTH, b"\xa0"), (INFO, b"\xa0"), ("wgpilot.v1.None/Nothing", b"\xa0"), (HEALTH, b"\xff"),
                (GET, encode({1: "nowhere"})),
            ][stream % 5]
            raw.request(stream, method, message)
        kind, answered, payload = raw.read_frame()
        assert answered not in statuses
        if kind == MESSAGE:
            assert answered not in messages
            messages.add(answered)
        else:
            statuses[answered] = cbor2.loads(payload)
            assert_listed(statuses[answered])
            assert (statuses[answered][1] == 0) == (answered in messages)
    expected = [0, 0, CODES["UNIMPLEMENTED"], CODES["INVALID_ARGUMENT"], CODES["NOT_FOUND"]]
    assert {stream: status[1] for stream, status in statuses.items()} == {
        stream: expected[stream % 5] for stream in range(1, 301)}


@pytest.mark.parametrize("method", ["", "Health", "wgpilot.v1.System", "wgpilot.v1.System/health", "\x00\n" * 40, "é" * 3000])
def test_an_unknown_method_is_told_and_its_message_not_looked_at(raw, method):
    raw.greeted().request(1, method, b"\xff\xff")
    assert raw.answer(1)[0][3] == "unknown_method"
    raw.request(2, HEALTH)
    assert raw.answer(2)[0] == {1: 0}


@pytest.mark.parametrize(
    "payload",
    [
        "", "a0a0", "80a0", "a10180a0", "a1026161a0", "bf01ff", "ff", "a1",
        # The method is there, but not the rest as it should be: a time that is text, negative, or beyond 64 bits.
        "a2 01 6161 02 6131 a0", "a2 01 6161 02 20 a0", "a2 01 6161 02 c249010000000000000000 a0",
        # Metadata that is text, a list, of a number by text, of text by a number; a key twice.
        "a2 01 6161 03 6131 a0", "a2 01 6161 03 80 a0", "a2 01 6161 03 a1616101 a0", "a2 01 6161 03 a1016161 a0",
        "a2 01 6161 01 6162 a0", "a1 01 61ff a0",
    ])
def test_a_head_that_is_none_fails_that_call_alone(raw, payload):
    raw.greeted().send_frame(REQUEST, 1, bytes.fromhex(payload))
    assert raw.answer(1)[0][3] == "malformed_request"
    raw.request(2, HEALTH)
    assert raw.answer(2)[0] == {1: 0}


def test_unknown_fields_of_a_head_are_skipped(raw):
    raw.greeted().request(1, HEALTH, f77={1: {"x": [1]}}, f78="later")
    assert raw.answer(1)[0] == {1: 0}


@pytest.mark.parametrize("message", ["", "a0a0", "a000", "80", "00", "f6", "60", "a1", "ff"])
def test_not_exactly_one_map_is_a_malformed_message(raw, message):
    raw.greeted().request(1, HEALTH, bytes.fromhex(message))
    assert raw.answer(1)[0][3] == "malformed_message"


# {1: "nowhere"} with a second field, 99, whose value is the given bytes: unknown fields are held to the same rules.
REFUSED = {
    "indefinite array": "9f01ff", "indefinite map": "bf01ff", "indefinite text": "7f6161ff", "indefinite bytes": "5f4101ff",
    "tag": "c100", "undefined": "f7", "simple value": "e0", "simple value in two bytes": "f8ff",
    "false in two bytes": "f814", "reserved head": "1c", "text that is no UTF-8": "61ff", "half a surrogate": "63eda080",
    "overlong UTF-8": "62c080", "truncated": "6261", "huge array": "9bffffffffffffffff", "huge map": "bbffffffffffffffff",
    "key twice": "a201000100", "key twice in two spellings": "a20100180100", "text key twice": "a2616100616100",
    "key that is an array": "a18000", "key that is false": "a1f400", "key that is a float": "a1f9000000",
    "33 levels": "81" * 31 + "80", "10,000 levels": "81" * 10_000,
}
ACCEPTED = {
    "null": "f6", "false": "f4", "half float": "f93c00", "not a number": "f97e00", "double": "fb3ff199999999999a",
    "least integer": "3bffffffffffffffff", "largest integer": "1bffffffffffffffff", "longer head than needed": "190001",
    "map out of order": "a202000100", "text keys": "a1616100", "byte string keys": "a1416100", "negative keys": "a12000",
    "32 levels": "81" * 30 + "80", "byte string": "43ff00ff", "double that is a half": "fb3ff0000000000000",
}


@pytest.mark.parametrize("name", REFUSED)
def test_what_a_receiver_refuses_is_refused_even_in_unknown_fields(raw, name):
    raw.greeted().request(1, GET, bytes.fromhex("a2 01 676e6f7768657265 1863") + bytes.fromhex(REFUSED[name]))
    assert raw.answer(1)[0][3] == "malformed_message"
    raw.request(2, HEALTH)
    assert raw.answer(2)[0] == {1: 0}


@pytest.mark.parametrize("name", ACCEPTED)
def test_what_a_receiver_accepts_is_accepted_in_unknown_fields(raw, name):
    raw.greeted().request(1, GET, bytes.fromhex("a2 01 676e6f7768657265 1863") + bytes.fromhex(ACCEPTED[name]))
    assert raw.answer(1)[0][3] == "not_found"


def test_fields_in_any_order_and_heads_of_any_length_are_read(raw):
    raw.greeted().request(1, GET, bytes.fromhex("b8 02 1863 f6 1801 7b0000000000000007 6e6f7768657265"))
    assert raw.answer(1)[0][3] == "not_found"


# Deadlines, cancels, metadata.


def test_a_deadline_of_nothing_is_exceeded(raw):
    raw.greeted().request(1, HEALTH, f2=0)
    assert raw.answer(1)[0][3] == "deadline_exceeded"


@pytest.mark.parametrize("milliseconds", [60_000, 86_400_001, 2**63, 2**64 - 1])
def test_a_long_deadline_is_as_good_as_a_short_one(raw, milliseconds):
    raw.greeted().request(1, HEALTH, f2=milliseconds)
    assert raw.answer(1)[0] == {1: 0}


def test_null_in_the_head_is_absent(raw):
    raw.greeted().request(1, HEALTH, f2=None, f3=None)
    assert raw.answer(1)[0] == {1: 0}


def test_a_cancelled_call_ends_with_one_status(raw):
    raw.greeted()
    for stream in range(1, 101):
        raw.request(stream, "wgpilot.v1.System/Drift")
        raw.send_frame(CANCEL, stream, b"")
        # Of a call that ends by its own this is too late, and ignored.
        raw.send_frame(CANCEL, stream, b"")
        status, _ = raw.answer(stream)
        assert status[1] == 0 or status[3] == "cancelled"
    raw.request(101, HEALTH)
    assert raw.answer(101)[0] == {1: 0}


def test_a_cancel_with_a_payload_ends_the_connection(raw):
    raw.greeted().request(1, HEALTH)
    raw.answer(1)
    raw.send_frame(CANCEL, 1, b"\x00")
    assert_refused(raw, "protocol_error")


@pytest.mark.parametrize("identifier", ["a1", "A-z_0.9", "x" * 64])
def test_a_failed_call_names_the_callers_request_id(raw, identifier):
    raw.greeted().request(1, GET, encode({1: "nowhere"}), f3={"request-id": identifier, "other": "fact"})
    assert raw.answer(1)[0][5]["request-id"] == identifier


@pytest.mark.parametrize("metadata", [{}, {"request-id": ""}, {"request-id": "x" * 65}, {"request-id": "a b\n"}])
def test_without_a_good_request_id_the_server_makes_one(raw, metadata):
    raw.greeted().request(1, GET, encode({1: "nowhere"}), f3=metadata)
    made = raw.answer(1)[0][5]["request-id"]
    assert made and made != metadata.get("request-id")


def test_a_client_that_shuts_its_sending_half_is_let_go(raw):
    raw.greeted().request(1, HEALTH)
    assert raw.answer(1)[0] == {1: 0}
    raw.socket.shutdown(1)
    assert raw.socket.recv(1) == b""


def test_a_connection_cut_in_the_midst_of_a_frame_harms_nobody(raw):
    raw.greeted().socket.sendall(HEADER.pack(1000, REQUEST, 0, 1) + b"half")


@pytest.mark.parametrize(
    "metadata, is_taken",
    [
        ({"a": "x" * 8191}, True), ({"a": "x" * 8192}, False), ({"x" * 8192: ""}, True), ({"x" * 8193: ""}, False),
        ({str(number): "é" * 40 for number in range(90)}, True), ({str(number): "é" * 40 for number in range(110)}, False),
    ])
def test_metadata_above_the_limit_fail_that_call_alone(raw, metadata, is_taken):
    raw.greeted().request(1, HEALTH, f3=metadata)
    status, _ = raw.answer(1)
    assert status == {1: 0} if is_taken else status[3] == "metadata_too_large"
    raw.request(2, HEALTH)
    assert raw.answer(2)[0] == {1: 0}


# Streams.


@pytest.mark.parametrize("size, is_taken", [(60_000, True), (70_000, False)])
def test_the_request_of_a_stream_is_small(raw, size, is_taken):
    # A field that the server does not know.
    raw.greeted().request(1, WATCH, encode({99: b"x" * size}), f4=0)
    raw.send_frame(CANCEL, 1, b"")
    assert raw.answer(1)[0][3] == ("cancelled" if is_taken else "request_too_large")


@pytest.fixture
def network(hub):
    """A network, gone afterwards, whose peers the streams tell of."""
    with Client(str(hub.socket)) as client:
        client.call("wgpilot.v1.Networks/Create", {1: "credit", 2: "gateway", 3: "10.77.0.0/24"})
        yield client
        client.call("wgpilot.v1.Networks/Delete", {1: "credit"})


@pytest.fixture
def library(hub):
    """A network whose peers have notes of half a megabyte, gone afterwards."""
    with Client(str(hub.socket)) as client:
        client.call("wgpilot.v1.Networks/Create", {1: "library", 2: "gateway", 3: "10.78.0.0/24"})
        peers = [peer(f"p{number}", "ä" * 1900) for number in range(140)]
        assert len(list(client.map("wgpilot.v1.Peers/Create", peers))) == 140
        yield "library"
        client.call("wgpilot.v1.Networks/Delete", {1: "library"})


def peer(name, notes):
    """A request of a peer of the library."""
    return numbered("CreatePeerRequest", network="library", name=name, notes=notes)


def numbered(message, **fields):
    """A message by field number from one by field name."""
    numbers = {field.name: number for number, field in PAGE.messages[message].items()}
    return {numbers[name]: value for name, value in fields.items()}


def wake(network, name):
    """Has the streams something to tell."""
    network.call("wgpilot.v1.Peers/Create", {1: "credit", 2: name})


def test_a_stream_stops_when_its_credit_is_used_up_and_goes_on_after_a_grant(raw, network):
    raw.greeted().request(1, WATCH, f4=1)
    size = raw.message(1)
    assert size > 1, "the last message may overdraw the credit"
    wake(network, "a")
    assert raw.what_comes() == []
    # To 0, which is not above 0.
    raw.grant(1, size - 1)
    assert raw.what_comes() == []
    raw.grant(1, 1)
    size = raw.message(1)
    assert raw.what_comes() == []
    # Calls of the connection go on beside it, whatever their answers' size.
    raw.request(2, INFO)
    assert raw.answer(2)[0] == {1: 0}
    raw.grant(1, size)
    raw.message(1)
    raw.send_frame(CANCEL, 1, b"")
    assert raw.status(1)[3] == "cancelled"


def test_a_window_of_nothing_lets_nothing_come_before_a_grant(raw, network):
    raw.greeted().request(1, WATCH, f4=0)
    wake(network, "a")
    assert raw.what_comes() == []
    raw.grant(1, 1)
    raw.message(1)
    assert raw.what_comes() == []


def test_a_stream_whose_request_names_no_window_has_256_kib(raw, library):
    raw.greeted().request(1, WATCH)
    sizes = [raw.message(1)]
    # There is more than that to tell, so it is reached; what has no credit does not come.
    while sum(sizes) < DEFAULT_WINDOW:
        sizes.append(raw.message(1))
    assert sum(sizes[:-1]) < DEFAULT_WINDOW
    assert raw.what_comes() == []
    raw.grant(1, sum(sizes))
    raw.message(1)


def test_credit_is_each_streams_own(raw, network):
    raw.greeted().request(1, WATCH, f4=0)
    raw.request(2, WATCH, f4=1)
    raw.message(2)
    assert raw.what_comes() == []
    raw.grant(1, 1)
    raw.message(1)
    assert raw.what_comes() == []


@pytest.mark.parametrize(
    "payload", ["00", "", "20", "f6", "f4", "1b0000000100000000", "6131", "0101", "80", "f93c00", "c101", "18"])
def test_a_grant_that_is_none_ends_the_connection(raw, payload):
    raw.greeted().request(1, WATCH, f4=0)
    raw.send_frame(WINDOW, 1, bytes.fromhex(payload))
    assert_refused(raw, "protocol_error")


@pytest.mark.parametrize(
    "window, grants", [(0, [2**31]), (0, [2**32 - 1]), (2**31 - 1, [2**31 - 1]), (0, [2**31 - 1, 2**31 - 1])])
def test_a_grant_beyond_the_most_there_may_be_ends_the_connection(raw, window, grants):
    raw.greeted().request(1, WATCH, f4=window)
    for grant in grants:
        raw.grant(1, grant)
    while True:
        kind, stream, payload = raw.read_frame()
        if kind == STATUS:
            break
    assert stream == 0 and cbor2.loads(payload)[3] == "protocol_error"


def test_the_most_there_may_be_is_granted(raw, network):
    raw.greeted().request(1, WATCH, f4=0)
    raw.grant(1, 2**31 - 1)
    raw.message(1)
    raw.request(2, WATCH, f4=2**31 - 1)
    while True:
        kind, stream, _ = raw.read_frame()
        assert kind == MESSAGE
        if stream == 2:
            break


def test_a_grant_to_a_call_that_has_ended_or_is_no_stream_is_ignored(raw):
    raw.greeted().request(1, HEALTH)
    raw.grant(1, 2**31)
    assert raw.answer(1)[0] == {1: 0}
    raw.grant(1, 2**32 - 1)
    raw.request(2, WATCH, f4=0)
    raw.cancel(2)
    assert raw.status(2)[3] == "cancelled"
    raw.grant(2, 1)
    raw.request(3, HEALTH)
    assert raw.answer(3)[0] == {1: 0}


def test_a_grant_to_a_stream_that_was_never_opened_ends_the_connection(raw):
    raw.greeted().request(5, HEALTH)
    assert raw.answer(5)[0] == {1: 0}
    raw.grant(6, 1)
    assert_refused(raw, "protocol_error")


@pytest.mark.parametrize("window", [0, None, 2**32 - 1])
def test_the_window_of_a_unary_call_means_nothing(raw, window):
    raw.greeted().request(1, HEALTH, f4=window)
    assert raw.answer(1)[0] == {1: 0}


@pytest.mark.parametrize("window", [-1, 2**32, "1", 1.5, []])
def test_a_window_that_is_none_is_a_malformed_request(raw, window):
    raw.greeted().request(1, WATCH, f4=window)
    assert raw.answer(1)[0][3] == "malformed_request"


def test_a_stream_that_waits_for_credit_is_cancelled(raw, network):
    raw.greeted().request(1, WATCH, f4=1)
    raw.message(1)
    wake(network, "a")
    raw.send_frame(CANCEL, 1, b"")
    assert raw.status(1)[3] == "cancelled"
    assert raw.what_comes() == []


def test_a_stream_that_waits_for_credit_ends_at_its_deadline(raw, network):
    raw.greeted().request(1, WATCH, f2=200, f4=0)
    assert raw.status(1)[3] == "deadline_exceeded"


def test_a_client_that_grants_what_it_reads_hears_everything(network, hub):
    with Client(str(hub.socket)) as client:
        events = client.stream(WATCH, {1: "credit"}, window=50)
        assert any(event[3] == "live" for event in events)
        for number in range(20):
            wake(network, f"p{number}")
        heard = set()
        while len(heard) < 20:
            heard |= {peer[3] for peer in next(events).get(5, [])} & {f"p{number}" for number in range(20)}
        events.close()


# Calls in flight.


def test_a_call_beyond_those_that_may_be_in_flight_is_refused_alone(raw):
    raw.greeted()
    for stream in range(1, raw.server[6] + 1):
        raw.request(stream, WATCH, f4=0)
    last = raw.server[6] + 1
    raw.request(last, HEALTH)
    assert raw.answer(last)[0][3] == "too_many_calls"
    # One that waits for credit is a call in flight until its status is there.
    raw.cancel(7)
    assert raw.status(7)[3] == "cancelled"
    raw.request(last + 1, HEALTH)
    assert raw.answer(last + 1)[0] == {1: 0}


def test_a_client_that_does_not_read_gets_all_answers_when_it_does(raw, library, hub):
    raw.greeted()
    message = encode(numbered("ListPeersRequest", network=library, limit=140))
    for stream in range(1, 41):
        raw.request(stream, LIST_PEERS, message)
    # 40 answers of half a megabyte wait for nobody else.
    with Client(str(hub.socket), timeout=10) as other:
        for _ in range(20):
            assert other.call(HEALTH)[1] == "ok"
    ended = set()
    while len(ended) < 40:
        kind, stream, payload = raw.read_frame()
        if kind == STATUS:
            assert cbor2.loads(payload) == {1: 0}
            ended.add(stream)


# Signs of life, and the end.


@pytest.mark.parametrize("payload", [b"", b"*", bytes(range(64))])
def test_a_ping_is_answered_with_its_own_bytes(raw, payload):
    raw.greeted().ping(payload)
    assert raw.read_any_frame() == (PING, ANSWER, 0, payload)


def test_pings_need_no_credit_and_no_call(raw, network):
    raw.greeted().request(1, WATCH, f4=0)
    for number in range(100):
        raw.ping(bytes([number]))
    assert [raw.read_any_frame()[3] for _ in range(100)] == [bytes([number]) for number in range(100)]


def test_an_answer_to_no_ping_is_a_sign_of_life_and_no_more(raw):
    raw.greeted().send_frame(PING, 0, b"nobody asked", ANSWER)
    assert raw.what_comes() == []


@pytest.mark.parametrize("flags", [0, ANSWER])
def test_a_ping_of_65_bytes_ends_the_connection(raw, flags):
    raw.greeted().send_frame(PING, 0, bytes(65), flags)
    assert_refused(raw, "protocol_error")


@contextlib.contextmanager
def own_hub(config=None):
    """A daemon for one test."""
    lab = Lab()
    try:
        lab.start_daemon(config=config)
        yield lab
    finally:
        lab.close()


def test_a_client_with_a_stream_is_asked_for_a_sign_of_life_and_left_without_one():
    with own_hub("keepalive_interval: 1\nkeepalive_timeout: 1\n") as lab:
        with Raw(str(lab.socket), timeout=20) as idle, Raw(str(lab.socket), timeout=20) as raw:
            idle.greeted()
            raw.greeted().request(1, WATCH, f4=0)
            for _ in range(2):
                kind, flags, stream, payload = raw.read_any_frame()
                assert (kind, flags, stream) == (PING, 0, 0) and len(payload) <= 64
                raw.send_frame(PING, 0, payload, ANSWER)
            # The third one is not answered.
            assert raw.read_any_frame()[0] == PING
            assert_refused(raw, "keepalive_timeout")
            # Who has no stream is not asked.
            assert idle.what_comes() == []


def test_a_server_that_stops_says_so_and_answers_what_it_took():
    with own_hub() as lab, Raw(str(lab.socket), timeout=20) as raw:
        raw.greeted().request(1, WATCH, f4=0)
        raw.request(2, HEALTH)
        assert raw.answer(2)[0] == {1: 0}
        for stream in range(3, 23):
            network = numbered("CreateNetworkRequest", name=f"n{stream}", mode="gateway", subnet=f"10.90.{stream}.0/24")
            raw.request(stream, "wgpilot.v1.Networks/Create", encode(network))
        lab.daemon.terminate()
        for stream in range(23, 33):
            with contextlib.suppress(BrokenPipeError, ConnectionResetError):
                raw.request(stream, HEALTH)
        statuses = {}
        with pytest.raises((ProtocolError, ConnectionResetError)):
            while True:
                kind, stream, payload = raw.read_frame()
                assert stream != 0, payload
                if kind == STATUS:
                    statuses[stream] = cbor2.loads(payload)
                    assert_listed(statuses[stream])
        assert raw.goaway is not None and set(raw.goaway) <= {1, 2}
        last = raw.goaway[1]
        assert 2 <= last <= 32
        # What it took is done, the stream is at its end, and what came later was not begun.
        assert statuses[1][3] == "shutting_down"
        for stream in range(3, 33):
            if stream <= last:
                assert statuses[stream] == {1: 0}, (stream, last, statuses)
            elif stream in statuses:
                assert statuses[stream][3] == "shutting_down", (stream, last, statuses)
        lab.daemon.wait(20)
        # And that is so in the database too.
        lab.daemon = None
        lab.start_daemon()
        with Client(str(lab.socket)) as client:
            made = len(client.call("wgpilot.v1.Networks/List").get(1, []))
        assert made == sum(1 for stream in range(3, 23) if statuses.get(stream) == {1: 0})


# The methods.


class Caller:
    """Calls methods by the page's names, and holds every answer to the page."""

    def __init__(self, client):
        self.client = client
        self.metadata = None
        self.right = set()
        self.wrong = set()

    def number(self, message, value):
        """A message by field number from one by field name."""
        numbered = {}
        for field in PAGE.messages[message].values():
            item = value.get(field.name)
            if item is not None and field.is_message:
                item = (
                    [self.number(field.kind, each) for each in item] if field.is_array
                    else self.number(field.kind, item))
            if item is not None:
                numbered[field.number] = item
        assert len(numbered) == len(value), f"{message} has not all of {value}"
        return numbered

    def name(self, message, value):
        """The inverse."""
        named = {}
        for number, item in value.items():
            field = PAGE.messages[message][number]
            if field.is_message:
                item = [self.name(field.kind, each) for each in item] if field.is_array else self.name(field.kind, item)
            named[field.name] = item
        return named

    def __call__(self, method, /, **fields):
        """A right call: the answer, by field name."""
        method = PAGE.methods[f"wgpilot.v1.{method}"]
        reply = self.client.call(method.name, self.number(method.request, fields), metadata=self.metadata)
        assert fault(PAGE, method.response, reply) is None, method.name
        self.right.add(method.name)
        return self.name(method.response, reply)

    @contextlib.contextmanager
    def stream(self, method, **fields):
        """A right call that is answered by a stream: its messages, by field name."""
        method = PAGE.methods[f"wgpilot.v1.{method}"]
        assert method.is_stream
        messages = self.client.stream(method.name, self.number(method.request, fields))

        def named():
            for message in messages:
                assert fault(PAGE, method.response, message) is None, f"{method.name}: {message}"
                yield self.name(method.response, message)

        yield named()
        self.right.add(method.name)
        messages.close()

    def fails(self, method, code, reason, /, *names, **fields):
        """A wrong call: the code and the reason, and the fields that are named."""
        method = PAGE.methods[f"wgpilot.v1.{method}"]
        with pytest.raises(CallFailed) as raised:
            self.client.call(method.name, self.number(method.request, fields), metadata=self.metadata)
        failed = raised.value
        assert (failed.code, failed.reason) == (CODES[code], reason), f"{method.name}: {failed}"
        assert_listed({1: failed.code, 3: failed.reason})
        assert failed.message.strip() and failed.metadata["request-id"]
        assert set(failed.fields) >= set(names), f"{method.name}: {failed.fields}"
        # Of a place such as peers[3].tags[0] every part is a field.
        parts = {re.sub(r"\[\d+\]$", "", part) for name in failed.fields for part in name.split(".")}
        assert parts <= field_names(method.request), f"{method.name}: {failed.fields}"
        self.wrong.add(method.name)


def field_names(message):
    """The names of a message's fields, and of those of the messages within."""
    fields = PAGE.messages[message].values()
    return {field.name for field in fields}.union(*(field_names(field.kind) for field in fields if field.is_message))


@pytest.fixture(scope="module")
def calls(hub):
    """What was called when every method was called, as it is meant to be and as it is not."""
    with Client(str(hub.socket)) as client:
        call = Caller(client)
        networks(call)
        peers(call)
        bridges_and_rules(call)
        changes(call)
        system(call, hub)
        watch(call)
        tokens(call)
        with gateway(hub, call):
            web_users(call)
        users(call)
        audit(call)
        leave(call)
        yield call


def networks(call):
    made = call(
        "Networks/Create", name="office", mode="gateway", subnet="10.8.0.0/24", listen_port=51820,
        dns_servers=["10.8.0.1"])
    assert made["network"]["listen_port"] == 51820 and not made["sync"]["is_pending"], made
    call("Networks/Create", name="lab", mode="hub-routed", subnet="10.9.0.0/24", listen_port=51821)
    number = str(made["network"]["id"])
    assert call("Networks/Get", network=number)["network"]["name"] == "office"
    assert [each["name"] for each in call("Networks/List")["networks"]] == ["office", "lab"]
    assert call("Networks/Update", network="office", mtu=1400)["network"]["mtu"] == 1400
    assert "mtu" not in call("Networks/Update", network="office", clear=["mtu"])["network"]
    assert call("Networks/Disable", network="lab")["network"]["enabled"] is False
    assert call("Networks/Enable", network="lab")["network"]["enabled"] is True
    file = call("Networks/Export", network="lab")
    assert "[Interface]" in file["text"]
    before = call("Networks/Get", network="lab")["network"]
    anew = call("Networks/RegenerateKeys", network="lab", peers=True)
    assert anew["network"]["public_key"] != before["public_key"] and anew["rotated_peers"] == 0
    imported = call(
        "Networks/Import", name="old", mode="gateway",
        file=f"[Interface]\nAddress = 10.20.0.1/24\nListenPort = 51830\nPrivateKey = {KEY}\n")
    assert imported["network"]["subnet"] == "10.20.0.0/24"

    call.fails("Networks/Create", "ALREADY_EXISTS", "already_exists", "name", name="office", mode="gateway", subnet="10.30.0.0/24")
    call.fails("Networks/Create", "FAILED_PRECONDITION", "overlap", name="x", mode="gateway", subnet="10.8.0.0/25")
    call.fails(
        "Networks/Create", "INVALID_ARGUMENT", "invalid_fields", "name", "mode", "subnet", "listen_port", name="a\nb",
        mode="mesh", subnet="banana", listen_port=70_000)
    call.fails("Networks/Update", "INVALID_ARGUMENT", "invalid_fields", "mtu", network="office", mtu=1)
    history = call("Networks/History", network="office", range="week")
    assert len(history["points"]) == 169 and history["granularity"] == "hour"
    call.fails("Networks/History", "INVALID_ARGUMENT", "invalid_fields", "from", network="office", to=5)
    for method in ("Get", "Update", "Delete", "Enable", "Disable", "Export", "RegenerateKeys", "History"):
        call.fails(f"Networks/{method}", "NOT_FOUND", "not_found", network="nowhere")
    call.fails("Networks/Import", "FAILED_PRECONDITION", "no_such_interface", name="y", interface="wg99")


def peers(call):
    made = call("Peers/Create", network="office", name="laptop", email="ann@example.org", tags=["it"])
    assert made["peer"]["addresses"] == ["10.8.0.2"] and made["peer"]["holds_private_key"]
    call("Peers/Create", network="office", name="phone", public_key=KEY, options={"dry_run": False})
    page = call("Peers/List", network="office", limit=1)
    assert len(page["peers"]) == 1
    rest = call("Peers/List", network="office", cursor=page["next_cursor"])
    assert [peer["name"] for peer in page["peers"] + rest["peers"]] == ["laptop", "phone"] and "next_cursor" not in rest
    assert [peer["name"] for peer in call("Peers/List", network="office", filter="ann@")["peers"]] == ["laptop"]

    def listed(**asked):
        return [peer["name"] for peer in call("Peers/List", network="office", **asked)["peers"]]

    assert listed(sort="name", descending=True) == listed(sort="received", descending=True) == ["phone", "laptop"]
    assert listed(tag="it", enabled=True, online=False, role="client") == ["laptop"]
    assert listed(sort="expires_at", expiring_within=86400) == []
    assert listed(online=True) == listed(enabled=False) == listed(role="site-gateway") == []
    assert call("Peers/Get", network="office", peer=str(made["peer"]["id"]))["peer"]["name"] == "laptop"
    assert call("Peers/Update", network="office", peer="laptop", notes="kept")["peer"]["notes"] == "kept"
    assert call("Peers/Disable", network="office", peer="laptop")["peer"]["enabled"] is False
    assert call("Peers/Enable", network="office", peer="laptop")["peer"]["enabled"] is True
    file = call("Peers/Config", network="office", peer="laptop")
    assert file["holds_private_key"] and "PrivateKey" in file["text"]
    rotated = call("Peers/RotateKeys", network="office", peer="laptop", return_configuration=True)
    assert rotated["peer"]["public_key"] != made["peer"]["public_key"]
    assert "PrivateKey" in rotated["configuration"]["text"]
    prepared = call("Peers/RotateKeys", network="office", peer="laptop", overlap=3600)["peer"]
    assert prepared["pending_public_key"] and prepared["public_key"] == rotated["peer"]["public_key"]
    assert [peer["name"] for peer in call("Peers/List", network="office", stale=True)["peers"]] == ["laptop"]
    dropped = call("Peers/RotateKeys", network="office", peer="laptop", action="cancel")["peer"]
    assert "pending_public_key" not in dropped
    link = call("Links/Create", network="office", peer="laptop", lifetime=600)
    assert [each["id"] for each in call("Links/List", network="office")["links"]] == [link["link"]["id"]]
    assert "PrivateKey" in call("Links/Redeem", secret=link["secret"])["text"]
    call.fails("Links/Redeem", "NOT_FOUND", "bad_link", secret=link["secret"])
    call.fails("Links/Redeem", "NOT_FOUND", "bad_link", secret="wgl_")
    call.fails("Links/Revoke", "NOT_FOUND", "not_found", id=link["link"]["id"])
    link = call("Links/Create", network="office", peer="laptop")
    assert call("Links/Revoke", id=link["link"]["id"])["link"] == link["link"]
    call.fails("Links/Create", "INVALID_ARGUMENT", "invalid_fields", "lifetime", network="office", peer="laptop",
               lifetime=59)
    call.fails("Links/Create", "FAILED_PRECONDITION", "failed_precondition", network="office", peer="phone")
    call.fails("Links/List", "NOT_FOUND", "not_found", network="nowhere")
    call("Peers/Create", network="office", name="kiosk", custody="once", return_configuration=True)
    call.fails("Peers/Config", "FAILED_PRECONDITION", "private_key_not_held", network="office", peer="kiosk")
    call.fails("Peers/RotateKeys", "FAILED_PRECONDITION", "configuration_not_taken", network="office", peer="kiosk")
    call("Peers/Delete", network="office", peer="kiosk")
    with call.stream("Peers/Connections", network="office", peer="laptop", limit=0) as events:
        events = list(events)
    assert len(events) == 1 and events[0]["summary"]["all"] == {"name": "all", "count": 0, "sent": 0, "received": 0}
    for dry_run in (True, False):
        flushed = call("Peers/FlushConnections", network="office", dry_run=dry_run)
        assert flushed == {"count": 0, "dry_run": dry_run}

    history = call("Peers/History", network="office", peer="laptop", range="day", granularity="hour")
    assert history["granularity"] == "hour" and history["to"] - history["from"] == 3600 * len(history["points"])
    assert [point["start"] for point in history["points"]] == list(range(history["from"], history["to"], 3600))
    assert call("Peers/Sessions", network="office", peer="laptop", limit=5) == {"sessions": []}
    purged = call("Peers/PurgeHistory", network="office", peer="laptop", dry_run=True)
    assert purged["dry_run"] is True and purged["sessions"] == 0
    assert call("Peers/PurgeHistory", network="office", peer="laptop")["dry_run"] is False
    call.fails("Peers/History", "INVALID_ARGUMENT", "invalid_fields", "granularity", "range", network="office",
               peer="laptop", range="eon", granularity="second")
    call.fails("Peers/History", "INVALID_ARGUMENT", "invalid_fields", "from", network="office", peer="laptop",
               **{"from": 253_402_214_400})
    call.fails("Peers/Sessions", "INVALID_ARGUMENT", "invalid_fields", "limit", "before", network="office",
               peer="laptop", limit=0, before=-1)

    batch = call("Peers/CreateBatch", network="office", peers=[{"network": "", "name": f"b{i}"} for i in range(3)])
    assert [peer["name"] for peer in batch["peers"]] == ["b0", "b1", "b2"]
    assert batch["peers"][2]["addresses"] == ["10.8.0.6"]
    call.fails(
        "Peers/CreateBatch", "INVALID_ARGUMENT", "invalid_fields", "peers[0].network", "peers[2].mtu", network="office",
        peers=[{"network": "office", "name": "c0"}, {"network": "", "name": "c1"},
               {"network": "", "name": "c2", "mtu": 1}])
    call.fails(
        "Peers/CreateBatch", "ALREADY_EXISTS", "already_exists", "peers[1].name", "peers[2].name", network="office",
        peers=[{"network": "", "name": "c1"}, {"network": "", "name": "c1"}, {"network": "", "name": "b1"}])
    call.fails("Peers/CreateBatch", "INVALID_ARGUMENT", "invalid_fields", "peers", network="office", peers=[])
    for name in ("b0", "b1", "b2"):
        call("Peers/Delete", network="office", peer=name)

    call.fails("Peers/Create", "ALREADY_EXISTS", "already_exists", "name", network="office", name="laptop")
    call.fails(
        "Peers/Create", "INVALID_ARGUMENT", "invalid_fields", "name", "public_key", "persistent_keepalive",
        network="office", name="x" * 65, public_key="hello", persistent_keepalive=70_000)
    call.fails("Peers/List", "NOT_FOUND", "not_found", network="nowhere")
    call.fails(
        "Peers/List", "INVALID_ARGUMENT", "invalid_fields", "limit", "role", "sort", "expiring_within", network="office",
        limit=0, role="boss", sort="colour", expiring_within=0)
    call.fails("Peers/List", "INVALID_ARGUMENT", "invalid_fields", "cursor", network="office", cursor="?", sort="sent")
    call.fails("Peers/Connections", "INVALID_ARGUMENT", "invalid_fields", "limit", network="office", limit=100_001)
    for method in ("Get", "Update", "Delete", "Enable", "Disable", "RotateKeys", "Config", "Connections",
                   "FlushConnections", "History", "Sessions", "PurgeHistory"):
        call.fails(f"Peers/{method}", "NOT_FOUND", "not_found", network="office", peer="nobody")


def bridges_and_rules(call):
    bridge = call("Bridges/Create", network_a="office", network_b="lab", direction="a_to_b")["bridge"]
    assert call("Bridges/Get", bridge=bridge["id"])["bridge"] == bridge
    assert [each["id"] for each in call("Bridges/List")["bridges"]] == [bridge["id"]]
    assert call("Bridges/Update", bridge=bridge["id"], direction="bidirectional")["bridge"]["direction"] == "bidirectional"

    rule = call("Rules/Create", network="office", action="allow", destination="10.9.0.0/24", protocol="tcp", ports=["80"])
    rule = rule["rule"]
    assert call("Rules/Get", rule=rule["id"])["rule"] == rule
    assert [each["id"] for each in call("Rules/List", network="office")["rules"]] == [rule["id"]]
    assert call("Rules/Update", rule=rule["id"], comment="web")["rule"]["comment"] == "web"
    paths = call("Rules/Reach", source="office/laptop", destination="office/phone")["paths"]
    assert {path["source"] for path in paths} == {"10.8.0.2"}

    call.fails("Bridges/Create", "NOT_FOUND", "not_found", network_a="office", network_b="nowhere")
    call.fails("Rules/Create", "INVALID_ARGUMENT", "invalid_fields", "action", network="office", action="maybe")
    call.fails("Rules/List", "NOT_FOUND", "not_found", network="nowhere")
    call.fails("Rules/Reach", "NOT_FOUND", "not_found", source="office/nobody", destination="10.9.0.2")
    for method in ("Get", "Update", "Delete"):
        call.fails(f"Bridges/{method}", "NOT_FOUND", "not_found", bridge=2**62)
        call.fails(f"Rules/{method}", "NOT_FOUND", "not_found", rule=-(2**63))
    call("Rules/Delete", rule=rule["id"])
    call("Bridges/Delete", bridge=bridge["id"])


def changes(call):
    planned = call("Peers/Create", network="office", name="planned", options={"dry_run": True})
    assert planned["change"]["dry_run"] and planned["change"]["plan"]
    call.fails("Peers/Get", "NOT_FOUND", "not_found", network="office", peer="planned")
    call.fails("System/Confirm", "FAILED_PRECONDITION", "nothing_pending")
    call.fails("System/Undo", "FAILED_PRECONDITION", "nothing_pending")
    assert "description" not in call("System/PendingChange")
    for last, there in (("Confirm", True), ("Undo", False)):
        made = call("Peers/Create", network="office", name=last, options={"confirm_within": 600})
        assert made["change"]["confirm_by"] == call("System/PendingChange")["confirm_by"]
        call(f"System/{last}")
        names = [peer["name"] for peer in call("Peers/List", network="office")["peers"]]
        assert (last in names) == there
    call.fails(
        "Peers/Create", "INVALID_ARGUMENT", "invalid_fields", "confirm_within", network="office", name="z",
        options={"confirm_within": 86_401})


def system(call, hub):
    assert call("System/Health") == {"status": "ok", "version": call("System/Info")["version"]}
    assert call("System/Reconcile")["pending"] == []
    call.fails("System/Reconcile", "INVALID_ARGUMENT", "malformed_message", dry_run="yes")
    assert {check["result"] for check in call("System/Drift")["checks"]} <= {"ok", "warning", "fault"}
    call("Networks/Update", network="lab", drift_policy="report")
    interface = call("Networks/Get", network="lab")["network"]["interface"]
    hub.hub.run("ip", "link", "set", interface, "mtu", "1300")
    found = wait_until(lambda: call("System/Drift")["findings"], 30, "the other MTU is found")
    assert found[0]["network"] == "lab" and found[0]["item"] == "mtu"
    call.fails("System/ResolveDrift", "INVALID_ARGUMENT", "invalid_fields", "action", network="lab", item="mtu", action="pray")
    call.fails("System/ResolveDrift", "NOT_FOUND", "not_found", network="lab", item="peer nobody", action="restore")
    call("System/ResolveDrift", network="lab", item="mtu", action="restore")
    assert call("System/Drift")["findings"] == []


def watch(call):
    with call.stream("Watch/Changes", network="office") as events:
        snapshot = []
        for last in events:
            snapshot.append(last)
            if last["kind"] == "live":
                break
        peers = {peer["name"] for event in snapshot for peer in event.get("peers", [])}
        assert {event["kind"] for event in snapshot[:-1]} == {"snapshot"} and "laptop" in peers
        # Calls of the same connection go on beside it.
        made = call("Peers/Create", network="office", name="watched")["peer"]["id"]
        seen = next(event for event in events if made in {peer["id"] for peer in event.get("peers", [])})
        assert seen["kind"] == "change" and seen["epoch"] == last["epoch"] and seen["sequence"] > last["sequence"]
        call("Peers/Delete", network="office", peer="watched")
        last = next(event for event in events if made in event.get("removed_peers", []))
    with call.stream("Watch/Changes", network="office", epoch=last["epoch"], after=last["sequence"]) as events:
        assert next(events)["kind"] == "live", "nothing was lost, so there is no snapshot"
    call.fails("Watch/Changes", "NOT_FOUND", "not_found", network="nowhere")


def tokens(call):
    made = call("Tokens/Create", name="backup", role="viewer")
    assert made["secret"].startswith("wgp_")
    assert [token["name"] for token in call("Tokens/List")["tokens"]] == ["backup"]
    call.fails("Tokens/Create", "ALREADY_EXISTS", "already_exists", "name", name="backup", role="viewer")
    call.fails("Tokens/Create", "INVALID_ARGUMENT", "invalid_fields", "role", name="other", role="king")
    assert call("Tokens/Revoke", token="backup")["token"]["id"] == made["token"]["id"]
    call.fails("Tokens/Revoke", "NOT_FOUND", "not_found", token="backup")


@contextlib.contextmanager
def gateway(hub, call):
    """Lets the gateway's user make the calls, who has no right by itself."""
    root = call.client
    made = call("Users/CreateSetupCode", lifetime=600)
    os.chmod(hub.socket, 0o666)
    os.seteuid(GATEWAY)
    try:
        client = Client(str(hub.socket))
    finally:
        os.seteuid(0)
    try:
        with client:
            call.client, call.setup_code = client, made["code"]
            yield
    finally:
        call.client, call.metadata = root, None


def totp(secret):
    """The code of now (RFC 6238, RFC 4226), by nothing of the project's own."""
    counter = struct.pack(">Q", int(time.time()) // 30)
    digest = hmac.digest(base64.b32decode(secret), counter, "sha1")
    offset = digest[-1] & 15
    return f"{(int.from_bytes(digest[offset:offset + 4]) & 0x7FFFFFFF) % 10**6:06}"


def web_users(call):
    """The gateway, for itself and for somebody who logs in."""
    call.fails("Networks/List", "UNAUTHENTICATED", "no_token")
    assert call("Auth/SetupState") == {"setup_needed": True}
    call.metadata = {"client-address": "198.51.100.7"}
    password = "correct horse battery staple"
    call.fails("Auth/Setup", "UNAUTHENTICATED", "bad_setup_code", code="x", name="Anna", password=password)
    call.fails(
        "Auth/Setup", "INVALID_ARGUMENT", "invalid_fields", "name", "password", code=call.setup_code, name="",
        password="short")
    made = call("Auth/Setup", code=call.setup_code, name="Anna", password=password, user_agent="Mozilla/5.0")
    assert made["session"]["user"]["role"] == "admin" and made["session"]["secret"].startswith("wgs_")
    assert call("Auth/SetupState") == {"setup_needed": False}
    call.fails("Auth/Login", "UNAUTHENTICATED", "bad_login", name="Anna", password="wrong")
    session = call("Auth/Login", name="ANNA", password=password)["session"]
    call.metadata["authorization"] = f"Bearer {session['secret']}"
    me = call("Auth/WhoAmI")
    assert me["kind"] == "session" and me["name"] == "Anna" and me["session"]["client_address"] == "198.51.100.7"
    assert len(call("Sessions/List", user="anna")["sessions"]) == 2
    call.fails("Sessions/List", "NOT_FOUND", "not_found", user="nobody")
    assert [each["id"] for each in call("Sessions/Revoke", others=True)["sessions"]] == [made["session"]["session"]["id"]]
    call.fails("Sessions/Revoke", "INVALID_ARGUMENT", "invalid_fields", "id", id=1, others=True)
    call.fails("Sessions/Revoke", "NOT_FOUND", "not_found", id=999)

    call.fails("Auth/EnrolTOTP", "PERMISSION_DENIED", "bad_password", "password", password="wrong")
    enrolled = call("Auth/EnrolTOTP", password=password)
    assert enrolled["secret"] in enrolled["uri"]
    call.fails("Auth/ConfirmTOTP", "INVALID_ARGUMENT", "invalid_fields", "code", code="banana")
    codes = call("Auth/ConfirmTOTP", code=totp(enrolled["secret"]))["codes"]
    call.fails("Auth/RegenerateRecoveryCodes", "PERMISSION_DENIED", "bad_password", "password", password="wrong")
    codes = call("Auth/RegenerateRecoveryCodes", password=password)["codes"]
    assert len(set(codes)) == 10
    challenge = call("Auth/Login", name="Anna", password=password)["challenge"]
    call.fails("Auth/ContinueLogin", "UNAUTHENTICATED", "bad_code", challenge=challenge["secret"], code="000000")
    assert "session" in call("Auth/ContinueLogin", challenge=challenge["secret"], code=codes[0].lower())
    call.fails("Auth/ContinueLogin", "UNAUTHENTICATED", "bad_challenge", challenge=challenge["secret"], code=codes[1])
    call.fails("Auth/DisableTOTP", "PERMISSION_DENIED", "bad_password", "password", password="wrong")
    assert call("Auth/DisableTOTP", password=password)["user"]["totp_enabled"] is False
    call.fails(
        "Auth/ChangePassword", "INVALID_ARGUMENT", "invalid_fields", "new_password", current_password=password,
        new_password="Anna")
    changed = call("Auth/ChangePassword", current_password=password, new_password=password + "!")
    call.fails("Auth/WhoAmI", "UNAUTHENTICATED", "bad_token")
    call.metadata["authorization"] = f"Bearer {changed['session']['secret']}"
    call("Auth/Logout")
    call.fails("Auth/WhoAmI", "UNAUTHENTICATED", "bad_token")


def users(call):
    call.fails("Auth/Logout", "FAILED_PRECONDITION", "no_web_user")
    password = "correct horse battery staple"
    assert call("Users/Create", name="Ben", role="viewer", password=password, email="b@example.org")["user"]["sessions"] == 0
    call.fails(
        "Users/Create", "INVALID_ARGUMENT", "invalid_fields", "name", "role", "password", "email", name="", role="king",
        password="x", email="x")
    call.fails("Users/Create", "ALREADY_EXISTS", "already_exists", "name", name="BEN", role="viewer", password=password)
    assert [user["name"] for user in call("Users/List")["users"]] == ["Anna", "Ben"]
    assert call("Users/Get", user="ben")["user"]["email"] == "b@example.org"
    assert "email" not in call("Users/Update", user="ben", enabled=False, email="")["user"]
    call.fails("Users/Update", "INVALID_ARGUMENT", "invalid_fields", "role", user="ben", role="king")
    assert call("Users/SetPassword", user="ben", password=password + "!", reset_totp=True)["user"]["totp_enabled"] is False
    call.fails("Users/SetPassword", "INVALID_ARGUMENT", "invalid_fields", "password", user="ben", password="x")
    assert call("Users/ResetTOTP", user="ben")["user"]["name"] == "Ben"
    for method in ("Get", "Update", "Delete", "ResetTOTP"):
        call.fails(f"Users/{method}", "NOT_FOUND", "not_found", user="nobody")
    assert call("Users/Delete", user="ben")["user"]["name"] == "Ben"
    call.fails("Users/CreateSetupCode", "FAILED_PRECONDITION", "failed_precondition")
    call.fails("Users/CreateSetupCode", "INVALID_ARGUMENT", "invalid_fields", "lifetime", lifetime=1)
    assert call("Users/CreateSetupCode", even_with_users=True)["expires_at"] > time.time()


def audit(call):
    listed = call("Audit/List", method="Peers/Create", limit=2)["entries"]
    assert len(listed) == 2 and listed[0]["sequence"] > listed[1]["sequence"]
    entries, after = [], {}
    while True:
        page = call("Audit/Export", limit=7, **after)
        entries += page["entries"]
        if "next_after" not in page:
            break
        after = {"after": page["next_after"]}
    assert {"wgpilot.v1.Networks/Create", "wgpilot.v1.Peers/Create"} <= {entry["method"] for entry in entries}
    # The chain, followed by what the page says of it alone.
    previous = "0" * 64
    for number, entry in enumerate(entries, start=1):
        assert entry["sequence"] == number and entry["previous_hash"] == previous
        message = call.number("AuditEntryMessage", {name: value for name, value in entry.items() if name != "hash"})
        previous = hashlib.sha256(encode(message)).hexdigest()
        assert entry["hash"] == previous, entry
    end = call("Audit/Verify", sequence=entries[0]["sequence"], hash=entries[0]["hash"])
    assert end["is_intact"] and (end["sequence"], end["hash"]) >= (entries[-1]["sequence"], "")
    assert not call("Audit/Verify", sequence=entries[0]["sequence"], hash="0" * 64)["is_intact"]
    for method in ("List", "Export"):
        call.fails(f"Audit/{method}", "INVALID_ARGUMENT", "invalid_fields", "limit", limit=0)
    call.fails("Audit/Verify", "INVALID_ARGUMENT", "invalid_fields", "hash", sequence=1, hash="banana")


def leave(call):
    call("Peers/Delete", network="office", peer="phone")
    for network in ("office", "lab", "old"):
        call("Networks/Delete", network=network)
    assert call("Networks/List")["networks"] == []


def test_every_method_of_the_page_was_called_as_it_is_meant_to_be(calls):
    assert calls.right == set(PAGE.methods)


def test_every_method_with_parameters_was_called_as_it_is_not(calls):
    assert calls.wrong >= {method.name for method in PAGE.methods.values() if method.request != EMPTY}


def wrong_values(field):
    """Values that are not of the field's type, or beyond its range."""
    if field.is_array:
        return [7, "text", {}, [[]]]
    if field.bits:
        least, largest = field.range
        return ["1", b"", [], {}, True, 1.5, largest + 1] + ([least - 1] if least < 0 and field.bits < 64 else [])
    return [value for value in (7, "text", b"bytes", [], {}, True) if not {
        "text": lambda: isinstance(value, str), "bool": lambda: value is True, "bytes": lambda: isinstance(value, bytes),
        "float": lambda: type(value) is int, "map": lambda: value == {},
    }.get(field.kind, lambda: value == {})()]


def some_value(field):
    if field.is_array:
        return []
    return {"text": "nowhere", "bool": False, "integer": 0, "unsigned": 0, "float": 0.5, "bytes": b"", "map": {}}.get(
        field.kind, {})


def required(message, without=None):
    """A message with a value for each required field but one."""
    return {
        field.number: some_value(field) for field in PAGE.messages[message].values()
        if not field.is_optional and field.number != without
    }


@pytest.mark.parametrize("method", PAGE.methods)
def test_each_field_must_have_its_type_and_the_required_ones_must_be_there(raw, method):
    raw.greeted()
    request = PAGE.methods[method].request
    stream = 0
    for field in PAGE.messages[request].values():
        messages = [required(request) | {field.number: value} for value in wrong_values(field)]
        if not field.is_optional:
            messages += [required(request, field.number), required(request) | {field.number: None}]
        for message in messages:
            stream += 1
            raw.request(stream, method, encode(message))
            status, _ = raw.answer(stream)
            assert status.get(3) == "malformed_message", f"{method} with {message}: {status}"
    stream += 1
    raw.request(stream, method, b"\x80")
    assert raw.answer(stream)[0][3] == "malformed_message"


def test_the_page_lists_no_method_that_the_daemon_does_not_have(raw):
    raw.greeted()
    for stream, method in enumerate(PAGE.methods, start=1):
        raw.request(stream, method, b"\x80")
        assert raw.answer(stream)[0][3] == "malformed_message", method


def test_the_page_lists_every_reason_that_the_sources_give():
    text = PATH.read_text()
    # The gateway's own are told over HTTP.
    sources = [
        file.read_text() for file in (PATH.parents[1] / "Sources").rglob("*.swift") if "WGPilotGateway" not in file.parts]
    given = {reason for source in sources for reason in re.findall(r'reason: "(\w+)"', source)}
    assert len(given) > 30
    assert {reason for reason in given if f"`{reason}`" not in text} == set()

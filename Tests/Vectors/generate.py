#!/usr/bin/env python3
"""Writes messages.txt and frames.txt beside this script: every message and every frame as bytes.

    scripts/install-dependencies --test && .build-tools/venv/bin/python Tests/Vectors/generate.py

The values come from values.py, the field numbers and types from docs/protocol.md, the bytes from cbor2. None of it is
the project's own code, which is what the vectors are for. Folders beside this script named after a version are what
this script wrote when that version came out; they are never written again.

A record is three lines and an empty one: what it is, its content as JSON by field name, its bytes in hexadecimal.

    full   every field
    least  nothing that may be left out
    edge   the largest and the longest heads, and text that needs care
    newer  every field, and some that only a later version knows
    odd    the same, with keys that no version of ours would use
"""

import json
import pathlib
import struct
import sys

import cbor2

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent / "Contract"))

from page import Field, Page  # noqa: E402
from values import FULL  # noqa: E402

# Of these the page's tables have no names.
ENVELOPE = {
    "CallerIdentity": {
        1: Field(1, "uid", "unsigned", 32, False, False),
        2: Field(2, "gid", "unsigned", 32, False, False),
        3: Field(3, "role", "text", None, False, False),
    },
    "Hello": {
        1: Field(1, "magic", "text", None, False, False),
        2: Field(2, "version", "unsigned", 32, False, False),
        3: Field(3, "maximum_frame_length", "unsigned", 32, False, False),
        4: Field(4, "agent", "text", None, False, False),
        5: Field(5, "caller", "CallerIdentity", None, False, True),
        6: Field(6, "maximum_calls", "unsigned", 32, False, True),
    },
    "RequestHead": {
        1: Field(1, "method", "text", None, False, False),
        2: Field(2, "timeout_milliseconds", "unsigned", 64, False, True),
        3: Field(3, "metadata", "map", None, False, False, True),
        4: Field(4, "window", "unsigned", 32, False, True),
    },
    "GoAway": {
        1: Field(1, "last_stream_id", "unsigned", 32, False, False),
        2: Field(2, "message", "text", None, False, True),
    },
    "FieldViolation": {
        1: Field(1, "field", "text", None, False, False),
        2: Field(2, "message", "text", None, False, False),
    },
    "Status": {
        # Not an unsigned of any width here: a code beyond the table is read as UNKNOWN.
        1: Field(1, "code", "unsigned", 4, False, False),
        2: Field(2, "message", "text", None, False, False, True),
        3: Field(3, "reason", "text", None, False, False, True),
        4: Field(4, "fields", "FieldViolation", None, True, False, True),
        5: Field(5, "metadata", "map", None, False, False, True),
    },
}

# A frame: what it is, its type, flags and stream, and its payload's items by message; bytes are a payload as they are.
HEAD = {"method": "wgpilot.v1.Peers/List", "timeout_milliseconds": 5000, "metadata": {"request-id": "a1"}}
GOAWAY = {"last_stream_id": 7, "message": "shutting down"}
FRAMES = [
    ("hello of a client", 1, 0, 0, [
        ("Hello", {"magic": "wgpilot", "version": 1, "maximum_frame_length": 4 << 20, "agent": "wgpilotctl/0.1.0"})]),
    ("hello of a server", 1, 0, 0, [
        ("Hello", {
            "magic": "wgpilot", "version": 1, "maximum_frame_length": 4 << 20, "agent": "wgpilotd/0.1.0",
            "caller": {"uid": 1000, "gid": 100, "role": "operator"}, "maximum_calls": 64,
        })]),
    ("request", 2, 0, 1, [("RequestHead", HEAD), ("ListPeersRequest", {"network": "office"})]),
    ("request without a message's fields", 2, 0, 0xFFFFFFFF, [
        ("RequestHead", {"method": "wgpilot.v1.System/Health", "metadata": {}}), ("Empty", {})]),
    ("message", 3, 0, 0x01020304, [("HealthReply", {"status": "ok", "version": "0.1.0"})]),
    ("status of a success", 4, 0, 1, [
        ("Status", {"code": 0, "message": "", "reason": "", "fields": [], "metadata": {}})]),
    ("status of a failure", 4, 0, 2, [
        ("Status", {
            "code": 3, "message": "2 fields are not valid.", "reason": "invalid_fields",
            "fields": [{"field": "name", "message": "is taken"}, {"field": "mtu", "message": "is too small"}],
            "metadata": {"request-id": "a1", "limit": "3"},
        })]),
    ("status of the connection", 4, 0, 0, [
        ("Status", {"code": 14, "message": "Later.", "reason": "shutting_down", "fields": [], "metadata": {}})]),
    ("cancel", 5, 0, 1, []),
    ("request of a stream", 2, 0, 3, [
        ("RequestHead", {"method": "wgpilot.v1.Watch/Changes", "metadata": {}, "window": 16}), ("Empty", {})]),
    ("window", 6, 0, 3, bytes.fromhex("181e")),
    ("window of the most that a frame can grant", 6, 0, 0xFFFFFFFF, bytes.fromhex("1affffffff")),
    ("ping", 7, 0, 0, b"2a"),
    ("ping without a payload", 7, 0, 0, b""),
    ("answer to a ping", 7, 1, 0, bytes(range(64))),
    ("goaway", 8, 0, 0, [("GoAway", GOAWAY)]),
    ("goaway before the first call", 8, 0, 0, [("GoAway", {"last_stream_id": 0})]),
]


def by_number(messages, message, value):
    """A message by field number, as it goes over the wire."""
    fields = messages[message]
    wire = {}
    for field in fields.values():
        if field.name not in value:
            assert field.is_optional, f"{message}.{field.name} has no value"
            continue
        content = value[field.name]
        if field.is_omitted_when_empty and not content:
            continue
        if field.is_message:
            content = (
                [by_number(messages, field.kind, item) for item in content] if field.is_array
                else by_number(messages, field.kind, content))
        wire[field.number] = content
    assert len(value) <= len(fields) and {field.name for field in fields.values()} >= set(value), message
    return wire


def least(messages, message, value):
    """The value without what may be left out."""
    return _rebuilt(
        messages, message, value,
        lambda field, content: None if field.is_optional
        else type(content)() if field.is_omitted_when_empty
        else content)


def edge(messages, message, value):
    """The value with numbers, texts and counts that need the longest heads, or more than a look."""
    number = iter(range(1_000_000))

    def extreme(field, content):
        if field.is_message:
            return content
        turn = next(number)
        scalar = {
            "text": lambda: ["Zoë 東京 \U0001f511", "e\u0301", "\"\\\n\t", "x" * 300][turn % 4],
            "integer": lambda: [field.range[0], field.range[1], -1, 24][turn % 4],
            "unsigned": lambda: [field.range[1], 0, 23, 255][turn % 4] & field.range[1],
            "bool": lambda: not content,
            "map": lambda: {"b": "", "aa": "é", "a": "\n"},
        }[field.kind]
        if field.is_array:
            return ["é" if field.kind == "text" else scalar()] * [24, 0, 256][turn % 3]
        return scalar()

    return _rebuilt(messages, message, value, extreme)


def _rebuilt(messages, message, value, change):
    rebuilt = {}
    for field in messages[message].values():
        if field.name not in value:
            continue
        content = change(field, value[field.name])
        if content is None:
            continue
        if field.is_message:
            content = (
                [_rebuilt(messages, field.kind, item, change) for item in content] if field.is_array
                else _rebuilt(messages, field.kind, content, change))
        rebuilt[field.name] = content
    return rebuilt


NEWER = {200: "later", 201: {1: [1, {2: None}], 5: 1.5}, 70_000: b"\x00\xff"}
ODD = {-1: False, -300: {"x": 1}, "later": [True], b"\x01": 2}


def with_fields(wire, more):
    """The same with more fields at every level."""
    if isinstance(wire, list):
        return [with_fields(item, more) for item in wire]
    if not isinstance(wire, dict) or any(isinstance(key, str) for key in wire):
        return wire
    return {key: with_fields(item, more) for key, item in wire.items()} | more


def record(title, content, wire):
    text = json.dumps(content, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    return f"{title}\n{text}\n{wire.hex()}\n\n"


def dumps(item):
    return cbor2.dumps(item, canonical=True)


def messages_text(messages):
    # Which the protocol's own tables cannot tell: the page and the table of values are about the same messages.
    values = FULL | {
        "Hello": FRAMES[1][4][0][1], "CallerIdentity": FRAMES[1][4][0][1]["caller"],
        "RequestHead": HEAD | {"window": 65536},
        "GoAway": GOAWAY, "Status": FRAMES[6][4][0][1], "FieldViolation": FRAMES[6][4][0][1]["fields"][0],
    }
    missing, excess = sorted(set(messages) - set(values)), sorted(set(values) - set(messages))
    assert not missing and not excess, f"values.py lacks {missing}, and has {excess}, which the page does not"
    text = ""
    for message in sorted(messages):
        full = values[message]
        lacking = {field.name for field in messages[message].values()} - set(full)
        assert not lacking, f"values.py has no {sorted(lacking)} for {message}"
        for name, value in (
            ("full", full), ("least", least(messages, message, full)), ("edge", edge(messages, message, full))
        ):
            text += record(f"{message} {name}", value, dumps(by_number(messages, message, value)))
        for name, more in (("newer", NEWER), ("odd", NEWER | ODD)):
            text += record(f"{message} {name}", full, dumps(with_fields(by_number(messages, message, full), more)))
    return text


def frames_text(messages):
    text = ""
    for title, kind, flags, stream, items in FRAMES:
        payload = items if isinstance(items, bytes) else b"".join(
            dumps(by_number(messages, message, value)) for message, value in items)
        content = {"flags": flags, "stream_id": stream, "type": kind}
        content |= {"payload": items.hex()} if isinstance(items, bytes) else {"items": [value for _, value in items]}
        names = [] if isinstance(items, bytes) else [message for message, _ in items]
        text += record(
            f"{title}: {' '.join(names)}".rstrip(": "), content,
            struct.pack(">IBBI", 6 + len(payload), kind, flags, stream) + payload)
    return text


def main():
    messages = Page().messages | ENVELOPE
    (HERE / "messages.txt").write_text(messages_text(messages))
    (HERE / "frames.txt").write_text(frames_text(messages))


if __name__ == "__main__":
    main()

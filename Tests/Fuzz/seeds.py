#!/usr/bin/env python3
"""Makes inputs for the fuzzers from Tests/Vectors: `seeds.py ENTRY FOLDER` writes one file each into the folder."""

import hashlib
import pathlib
import struct
import sys

VECTORS = pathlib.Path(__file__).resolve().parents[1] / "Vectors"


def records(name):
    lines = (VECTORS / name).read_text().split("\n")
    for index in range(0, len(lines) - 3, 4):
        yield lines[index], bytes.fromhex(lines[index + 2])


def number(name):
    """What chooses a type of message: see MessageTypes.number(of:)."""
    value = 0x811C9DC5
    for byte in name.encode():
        value = (value ^ byte) * 0x01000193 & 0xFFFFFFFF
    return struct.pack(">H", (value >> 16 ^ value) & 0xFFFF)


def frame(kind, stream, payload=b""):
    return struct.pack(">IBBI", 6 + len(payload), kind, 0, stream) + payload


def seeds(entry):
    frames = dict(records("frames.txt"))
    # The long ones add little to the short ones, and mutations of them are slow.
    messages = {title: data for title, data in records("messages.txt") if len(data) <= 600}
    if entry == "frames":
        # The first byte: the largest limit, and pieces of 12 bytes.
        for data in frames.values():
            yield b"\x2f" + data
        yield b"\x2f" + b"".join(frames.values())
        yield b"\x06" + frame(200, 7, bytes(40)) + frame(5, 1)
    elif entry == "cbor":
        yield from messages.values()
    elif entry == "messages":
        for title, data in messages.items():
            yield number(title.split()[0]) + data
        for data in frames.values():
            if data[4] == 2:
                yield number("RequestHead") + data[10:]
    else:
        hello = frames["hello of a client: Hello"]
        requests = [data for data in frames.values() if data[4] == 2]
        # The first byte: see FuzzConnection.
        yield b"\x00" + hello
        for data in frames.values():
            yield b"\x02" + data
        yield b"\x00" + hello + b"".join(requests)
        # Steps, after a hello: see ConnectionScript.
        calls = [bytes((0, method, 3, 0, 2)) + b"hi" for method in range(8)]
        cancels = [bytes((3, stream)) for stream in range(1, 5)]
        for call in calls:
            yield b"\x03" + call
            yield b"\x03" + call + bytes((4, 1, 20))
            yield b"\x13" + call + cancels[0]
        yield b"\x03" + b"".join(calls)
        yield b"\x07" + b"".join(calls) + b"".join(cancels)
        yield b"\x03" + calls[1] * 65
        yield b"\x03" + bytes((0, 1, 1, 6, 0)) + bytes((2, 0, 0, 1, 0xFF)) + bytes((5, 0, 3, 1, 2, 3))
        yield b"\x03" + bytes((6, 200, 9, 9, 2, 1, 2)) + calls[0]


def main():
    entry, folder = sys.argv[1], pathlib.Path(sys.argv[2])
    folder.mkdir(parents=True, exist_ok=True)
    for data in seeds(entry):
        (folder / hashlib.sha1(data).hexdigest()).write_bytes(data)


if __name__ == "__main__":
    main()

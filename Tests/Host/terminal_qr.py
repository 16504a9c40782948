#!/usr/bin/env python3
"""Turns the QR code that wgpilotctl prints for a terminal into a PNG, so that zbarimg can read it.

    wgpilotctl peer qr NETWORK PEER | terminal_qr.py OUT.png [--dark]

Reads half blocks with or without colour sequences on standard input. What has no colour of its own gets the
terminal's: black on white, or white on black with --dark. Lines before and after the code may hold anything.
Needs nothing beside the standard library.
"""

import re
import struct
import sys
import zlib

SCALE = 4
BORDER = 6
# (upper half, lower half): whether it has the foreground colour.
BLOCKS = {" ": (False, False), "\u2580": (True, False), "\u2584": (False, True), "\u2588": (True, True)}
SGR = re.compile("\x1b\\[([0-9;]*)m")
OTHER_ESCAPES = re.compile("\x1b\\[[0-9;?]*[A-Za-ln-z]|\x1b\\][^\x07]*\x07")
BASIC = [(0, 0, 0), (205, 0, 0), (0, 205, 0), (205, 205, 0), (0, 0, 238), (205, 0, 205), (0, 205, 205), (229, 229, 229),
         (127, 127, 127), (255, 0, 0), (0, 255, 0), (255, 255, 0), (92, 92, 255), (255, 0, 255), (0, 255, 255),
         (255, 255, 255)]


def grey(rgb):
    return (299 * rgb[0] + 587 * rgb[1] + 114 * rgb[2]) // 1000


def indexed(number):
    """xterm's 256 colours: 16 basic ones, a cube of six steps, 24 greys."""
    if number < 16:
        return grey(BASIC[number])
    if number < 232:
        number -= 16
        steps = [0, 95, 135, 175, 215, 255]
        return grey((steps[number // 36], steps[number // 6 % 6], steps[number % 6]))
    return 8 + 10 * (number - 232)


class Pen:
    """The colours in force, changed by SGR sequences (ECMA-48, 8.3.117)."""

    def __init__(self, foreground, background):
        self.default = (foreground, background)
        self.foreground, self.background = foreground, background
        self.reverse = False

    def colours(self):
        pair = (self.foreground, self.background)
        return pair[::-1] if self.reverse else pair

    def apply(self, parameters):
        codes = [int(code or 0) for code in parameters.split(";")]
        while codes:
            code = codes.pop(0)
            if code == 0:
                (self.foreground, self.background), self.reverse = self.default, False
            elif code in (7, 27):
                self.reverse = code == 7
            elif code in (38, 48):
                kind = codes.pop(0)
                if kind == 5:
                    value = indexed(codes.pop(0))
                else:
                    value, codes = grey(codes[:3]), codes[3:]
                if code == 38:
                    self.foreground = value
                else:
                    self.background = value
            elif 30 <= code <= 37 or 90 <= code <= 97:
                self.foreground = indexed(code - 30 if code < 90 else code - 82)
            elif 40 <= code <= 47 or 100 <= code <= 107:
                self.background = indexed(code - 40 if code < 100 else code - 92)
            elif code == 39:
                self.foreground = self.default[0]
            elif code == 49:
                self.background = self.default[1]


def draw(line, pen):
    """The two pixel rows of a line, or None for a line of other text."""
    top, bottom, drawable = [], [], True
    position = 0
    while position < len(line):
        sequence = SGR.match(line, position)
        if sequence:
            pen.apply(sequence.group(1))
            position = sequence.end()
            continue
        halves = BLOCKS.get(line[position])
        if halves is None:
            drawable = False
        else:
            foreground, background = pen.colours()
            top.append(foreground if halves[0] else background)
            bottom.append(foreground if halves[1] else background)
        position += 1
    # The smallest symbol with its quiet zone is 29 modules wide.
    return (top, bottom) if drawable and len(top) >= 29 else None


def code_rows(text, pen):
    """The pixel rows of the longest run of drawable lines of one width."""
    best, run = [], []
    for line in OTHER_ESCAPES.sub("", text).replace("\r", "").split("\n"):
        rows = draw(line, pen)
        if rows is None or (run and len(rows[0]) != len(run[0])):
            run = []
        if rows is not None:
            run.extend(rows)
        if len(run) > len(best):
            best = list(run)
    return best


def chunk(kind, data):
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def png(rows, ground):
    side = [ground] * BORDER
    blank = [[ground] * (len(rows[0]) + 2 * BORDER)] * BORDER
    lines = bytearray()
    for row in blank + [side + row + side for row in rows] + blank:
        lines += (b"\0" + bytes(value for value in row for _ in range(SCALE))) * SCALE
    width, height = (len(rows[0]) + 2 * BORDER) * SCALE, (len(rows) + 2 * BORDER) * SCALE
    header = struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)
    return (b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(bytes(lines)))
            + chunk(b"IEND", b""))


def main():
    arguments = [argument for argument in sys.argv[1:] if argument != "--dark"]
    if len(arguments) != 1:
        sys.exit(__doc__)
    foreground, ground = (255, 0) if "--dark" in sys.argv[1:] else (0, 255)
    rows = code_rows(sys.stdin.buffer.read().decode("utf-8"), Pen(foreground, ground))
    if not rows:
        sys.exit("terminal_qr.py: no QR code on standard input")
    with open(arguments[0], "wb") as file:
        file.write(png(rows, ground))


main()

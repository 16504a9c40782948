import Testing

@testable import WGPilotQR

/// The geometry of the picture, which a reader's tolerance would hide.
@Suite struct QRCodePNGTests {
    /// Level M holds 412 bytes in version 15 (77 modules, 255 pixels of three with the quiet zone) and 450 in
    /// version 16 (81 modules, 267 pixels): ISO/IEC 18004, table 7. Version 40 has 177 modules, 555 pixels.
    @Test(
        "the picture is 256 pixels wide for as long as modules of three pixels fit, and grows beyond",
        arguments: [(1, 256), (100, 256), (352, 256), (412, 256), (413, 267), (450, 267), (2331, 555), (2953, 555)])
    func size(bytes: Int, side: UInt32) throws {
        let png = try QRCode.encode(SampleConfiguration.ascii(bytes: bytes)).png()
        // PNG (W3C, third edition), 5.2 signature, 11.2.1 IHDR: width, height, bit depth 1, greyscale, no interlace.
        #expect(Array(png.prefix(16)) == [137, 80, 78, 71, 13, 10, 26, 10, 0, 0, 0, 13, 73, 72, 68, 82])
        let header = Array(png.dropFirst(16).prefix(13))
        #expect(header.prefix(4).reduce(0) { $0 << 8 | UInt32($1) } == side)
        #expect(header.dropFirst(4).prefix(4).reduce(0) { $0 << 8 | UInt32($1) } == side)
        #expect(Array(header.dropFirst(8)) == [1, 0, 0, 0, 0])
        #expect(Array(png.suffix(12)) == [0, 0, 0, 0, 73, 69, 78, 68, 174, 66, 96, 130])
    }

    @Test(
        "each module is a square of whole pixels, three or more, centred, with four modules of white around",
        arguments: [1, 15, 100, 213, 300, 362, 412, 413, 1000, 2331, 2953])
    func pixels(bytes: Int) throws {
        let code = try QRCode.encode(SampleConfiguration.ascii(bytes: bytes))
        let (side, packed) = code.raster()
        let stride = (side + 7) / 8
        #expect(packed.count == side * stride)
        let pixels = (0..<side * side).map { packed[$0 / side * stride + $0 % side / 8] >> (7 - $0 % side % 8) & 1 }
        let rows = (0..<side).filter { y in pixels[y * side..<(y + 1) * side].contains(0) }
        let columns = (0..<side).filter { x in (0..<side).contains { pixels[$0 * side + x] == 0 } }
        let top = try #require(rows.first)
        let left = try #require(columns.first)
        let drawn = try #require(rows.last) - top + 1
        // The finder patterns reach all four edges, so what is drawn is the symbol's full extent.
        #expect(try #require(columns.last) - left + 1 == drawn)
        #expect(drawn % code.size == 0)
        let scale = drawn / code.size
        #expect(scale >= 3)
        #expect(scale == 3 || (code.size + 8) * scale <= 256)
        #expect((code.size + 8) * (scale + 1) > 256)
        let right = side - left - drawn
        let bottom = side - top - drawn
        #expect(min(left, top, right, bottom) >= 4 * scale)
        #expect(abs(left - right) <= 1 && abs(top - bottom) <= 1)
        let wrong = (0..<side * side).filter { index in
            let x = (index % side - left + scale * side) / scale - side
            let y = (index / side - top + scale * side) / scale - side
            return (pixels[index] == 0) != code.isDark(x: x, y: y)
        }
        #expect(wrong.isEmpty)
        #expect(Set(pixels) == [0, 1])
    }

    @Test("the same text gives the same bytes, so a picture can be cached and compared")
    func deterministic() throws {
        let text = SampleConfiguration.text(name: "laptop")
        #expect(try QRCode.encode(text).png() == QRCode.encode(text).png())
    }
}

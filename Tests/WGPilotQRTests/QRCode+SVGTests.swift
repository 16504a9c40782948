import Testing
import WGPilotQR

/// The SVG form.
@Suite struct QRCodeSVGTests {
    @Test(
        "the path fills the dark modules and no others, and zbar reads what it fills",
        arguments: [1, 412, 2953])
    func path(bytes: Int) async throws {
        let text = SampleConfiguration.ascii(bytes: bytes)
        let code = try QRCode.encode(text)
        let svg = code.svg()
        let side = code.size + 8
        #expect(svg.contains("viewBox=\"0 0 \(side) \(side)\""))
        let filled = try dark(in: svg, side: side)
        let wrong = (0..<side * side).filter { filled[$0] != code.isDark(x: $0 % side - 4, y: $0 / side - 4) }
        #expect(wrong.isEmpty)
        let scale = 4
        let pixels = (0..<side * scale).flatMap { y in
            (0..<side * scale).map { x -> UInt8 in filled[y / scale * side + x / scale] ? 0 : 255 }
        }
        #expect(try await Zbar.read(width: side * scale, height: side * scale, pixels: pixels) == text)
    }

    @Test("nothing in it needs more than the strictest content security policy")
    func inert() throws {
        let svg = try QRCode.encode(SampleConfiguration.text(name: "<script>\"&'")).svg()
        for word in ["script", "style", "href", "<!", "<?", "onload", "url(", "&"] {
            #expect(!svg.contains(word), "\(word)")
        }
        #expect(svg.split(separator: "<path").count == 2)
        #expect(svg.contains("shape-rendering=\"crispEdges\""))
        #expect(svg.hasPrefix("<svg xmlns=\"http://www.w3.org/2000/svg\" ") && svg.hasSuffix("/></svg>\n"))
    }

    /// Fills the rectangles of the path, each `M x y h length v1 h -length z` (SVG 2, 9.3).
    private func dark(in svg: String, side: Int) throws -> [Bool] {
        let path = try #require(svg.split(separator: "<path fill=\"#000\" d=\"").last?.split(separator: "\"").first)
        var filled = [Bool](repeating: false, count: side * side)
        for shape in path.split(separator: "z") {
            let parts = shape.split(whereSeparator: { "M hv".contains($0) }).map { Int($0) }
            try #require(parts.count == 5)
            let (x, y) = (try #require(parts[0]), try #require(parts[1]))
            let length = try #require(parts[2])
            try #require(shape == "M\(x) \(y)h\(length)v1h-\(length)")
            try #require(length > 0 && x >= 4 && y >= 4 && x + length <= side - 4 && y < side - 4)
            for column in x..<x + length {
                try #require(!filled[y * side + column])
                filled[y * side + column] = true
            }
        }
        return filled
    }
}

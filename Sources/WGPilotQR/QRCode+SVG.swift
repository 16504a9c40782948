extension QRCode {
    /// The symbol with its quiet zone as an SVG document, one unit a module.
    ///
    /// It has no script, no style and no fixed size, so it may stand inside a page with a strict content security
    /// policy and scales with its box. The white ground belongs to it: a dark page must not shine through.
    public func svg() -> String {
        let side = sizeWithQuietZone
        var path = ""
        for y in 0..<size {
            var x = 0
            while x < size {
                guard isDark(x: x, y: y) else {
                    x += 1
                    continue
                }
                let start = x
                while isDark(x: x, y: y) { x += 1 }
                let length = x - start
                path += "M\(start + Self.quietZone) \(y + Self.quietZone)h\(length)v1h-\(length)z"
            }
        }
        return "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 \(side) \(side)\" "
            + "shape-rendering=\"crispEdges\">"
            + "<rect width=\"\(side)\" height=\"\(side)\" fill=\"#fff\"/><path fill=\"#000\" d=\"\(path)\"/></svg>\n"
    }
}

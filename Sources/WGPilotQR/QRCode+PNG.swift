import CPNG

extension QRCode {
    /// The side of the picture in pixels, unless the content needs more.
    static let pictureSide = 256

    /// The least side of one module in pixels. Phones fail on smaller ones, however sharp.
    static let leastModuleSide = 3

    /// A black and white PNG of 256 × 256 pixels, or as much larger as the content needs.
    ///
    /// Each module is a square of whole pixels, three at least, and the quiet zone is kept; what is left over of the
    /// 256 is shared out as white margin. A symbol of up to 412 bytes of ASCII fits into 256 pixels, and the largest
    /// symbol makes 555.
    ///
    /// - Throws: ``QRError/pictureFailed(_:)``.
    public func png() throws(QRError) -> [UInt8] {
        let (side, picture) = raster()
        // What zlib cannot press takes less than a sixteenth more (deflateBound of zlib.h has how much), each row has a byte
        // for its filter, and the chunks around it take less than 1 KiB.
        let capacity = picture.count * 17 / 16 + side + 1024
        var length = 0
        var message = [CChar](repeating: 0, count: 256)
        var isWritten = false
        let bytes = unsafe [UInt8](unsafeUninitializedCapacity: capacity) { bytes, count in
            guard let start = bytes.baseAddress else { return }
            isWritten = unsafe wgp_png_write(
                UInt32(side), picture, start, capacity, &length, &message, message.count)
            count = length
        }
        guard isWritten else {
            // libpng's own words on what went wrong.
            throw .pictureFailed(
                String(decoding: message.prefix { $0 != 0 }.map(UInt8.init(bitPattern:)), as: UTF8.self))
        }
        return bytes
    }

    /// The picture, one bit a pixel (0 black, 1 white), row by row; each row is whole bytes, the leftmost pixel in a byte's
    /// highest bit.
    func raster() -> (side: Int, picture: [UInt8]) {
        let scale = max(Self.leastModuleSide, Self.pictureSide / sizeWithQuietZone)
        let side = max(Self.pictureSide, sizeWithQuietZone * scale)
        let margin = (side - size * scale) / 2
        var row = [UInt8](repeating: 255, count: (side + 7) / 8)
        var picture: [UInt8] = []
        picture.reserveCapacity(side * row.count)
        for _ in 0..<margin { picture += row }
        // The pixels of four modules, the first one lowest in the index and highest in the pixels.
        let light: UInt64 = (1 << UInt64(scale)) - 1
        let pixelsOfFour = (0..<16).map { modules in
            (0..<4).reduce(UInt64(0)) { $0 << UInt64(scale) | (modules >> $1 & 1 == 0 ? light : 0) }
        }
        for y in 0..<size {
            var byte = margin / 8
            // The pixels that have been made but not put down yet are the lowest ones of these.
            var pixels: UInt64 = .max
            var count = margin % 8
            for first in stride(from: 0, to: size, by: 4) {
                // Behind the last module all is light, as what follows is.
                let modules = rows[word: first / 64, line: y] >> UInt64(first % 64) & 0xF
                pixels = pixels << UInt64(4 * scale) | pixelsOfFour[Int(modules)]
                count += 4 * scale
                while count >= 8 {
                    count -= 8
                    row[byte] = UInt8(truncatingIfNeeded: pixels >> UInt64(count))
                    byte += 1
                }
            }
            if count > 0 { row[byte] = UInt8(truncatingIfNeeded: (pixels << 8 | 255) >> UInt64(count)) }
            for _ in 0..<scale { picture += row }
        }
        picture += repeatElement(255, count: side * row.count - picture.count)
        return (side, picture)
    }
}

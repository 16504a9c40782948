import CPNG

extension QRCode {
    /// The side of the picture in pixels, unless the content needs more.
    static let pictureSide = 256

    /// The least side of one module in pixels. Phones fail on smaller ones, however sharp.
    static let leastModuleSide = 3

    /// An 8-bit greyscale PNG of 256 × 256 pixels, or as much larger as the content needs.
    ///
    /// Each module is a square of whole pixels, three at least, and the quiet zone is kept; what is left over of the
    /// 256 is shared out as white margin. A symbol of up to 412 bytes of ASCII fits into 256 pixels, and the largest
    /// symbol makes 555.
    ///
    /// - Throws: ``QRError/pictureFailed(_:)``.
    public func png() throws(QRError) -> [UInt8] {
        let (side, pixels) = raster()
        var image = unsafe png_image()
        unsafe image.version = png_uint_32(PNG_IMAGE_VERSION)
        unsafe image.width = png_uint_32(side)
        unsafe image.height = png_uint_32(side)
        unsafe image.format = png_uint_32(PNG_FORMAT_GRAY)
        // Squares of one colour gain nothing by filters and by a longer search.
        unsafe image.flags = png_uint_32(PNG_IMAGE_FLAG_FAST)
        defer { unsafe png_image_free(&image) }

        // Asked first how long it will be, libpng would do all the work twice. What zlib cannot press takes 5 bytes for each
        // 16 KiB more (deflateBound of zlib.h has it); 1 KiB is more than the chunks around it take.
        var bytes = [UInt8](repeating: 0, count: (side + 1) * side + side * side / 1024 + 1024)
        var length = png_alloc_size_t(bytes.count)
        guard unsafe png_image_write_to_memory(&image, &bytes, &length, 0, pixels, 0, nil) != 0 else {
            throw unsafe .pictureFailed(Self.message(of: image))
        }
        bytes.removeLast(bytes.count - Int(length))
        return bytes
    }

    /// The picture, one byte a pixel (0 black, 255 white), row by row.
    func raster() -> (side: Int, pixels: [UInt8]) {
        let scale = max(Self.leastModuleSide, Self.pictureSide / sizeWithQuietZone)
        let side = max(Self.pictureSide, sizeWithQuietZone * scale)
        let margin = (side - size * scale) / 2
        var pixels = [UInt8](repeating: 255, count: side * side)
        for y in 0..<size {
            for x in 0..<size where isDark(x: x, y: y) {
                for row in 0..<scale {
                    let start = (margin + y * scale + row) * side + margin + x * scale
                    for pixel in start..<start + scale { pixels[pixel] = 0 }
                }
            }
        }
        return (side, pixels)
    }

    /// libpng's own words on what went wrong.
    private static func message(of image: png_image) -> String {
        unsafe withUnsafeBytes(of: image.message) { unsafe String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self) }
    }
}

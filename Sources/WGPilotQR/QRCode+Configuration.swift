extension QRCode {
    /// The code of a client's configuration, whose first line, a comment that phones show nowhere, is the first to go where
    /// the code would get too dense.
    ///
    /// - Throws: As ``encode(candidates:)``.
    public static func encode(configuration text: String) throws(QRError) -> QRCode {
        let withoutHeader = String(text.drop { $0 != "\n" }.dropFirst())
        return try encode(candidates: [text, withoutHeader])
    }
}

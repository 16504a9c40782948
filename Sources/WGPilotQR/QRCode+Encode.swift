import CQREncode

extension QRCode {
    /// Encodes a text in byte mode as UTF-8, at level M if it fits and else at level L.
    ///
    /// - Throws: ``QRError/empty``, ``QRError/tooLong(bytes:limit:)`` or ``QRError/encoderFailed``.
    public static func encode(_ text: String) throws(QRError) -> QRCode {
        try encode(candidates: [text])
    }

    /// Encodes the best of several forms of the same content, the most wanted first.
    ///
    /// The first one that fits at level M is taken; if none does, the first that fits at level L. So an optional
    /// comment goes before the strength of the error correction does.
    ///
    /// - Throws: ``QRError/empty`` if the list or one of its texts is empty, ``QRError/tooLong(bytes:limit:)`` with the
    ///   numbers of the form that came closest, or ``QRError/encoderFailed``.
    public static func encode(candidates: [String]) throws(QRError) -> QRCode {
        guard !candidates.isEmpty, !candidates.contains(where: \.isEmpty) else { throw .empty }
        for level in [ErrorCorrection.medium, .low] {
            for text in candidates where text.utf8.count <= capacity(for: text, at: level) {
                return try symbol(of: text, at: level)
            }
        }
        var closest = (bytes: Int.max, limit: 0)
        for text in candidates {
            let limit = capacity(for: text, at: .low)
            // No text is shorter than its limit here, and no count is near Int.max: the differences are exact.
            if text.utf8.count - limit < closest.bytes - closest.limit {
                closest = (text.utf8.count, limit)
            }
        }
        throw .tooLong(bytes: closest.bytes, limit: closest.limit)
    }

    /// The ECI designator of UTF-8 (AIM ITS/04-023, Extended Channel Interpretations: assignment 000026).
    private static let utf8Designator: UInt32 = 26

    /// Whether the symbol must say that its bytes are UTF-8.
    ///
    /// Without an ECI header bytes mean ISO 8859-1 by the standard, and readers guess: zbar takes a text whose only
    /// other letters are umlauts for Shift JIS or Big5 and returns Chinese. Plain ASCII needs no header, and goes
    /// without one for the sake of readers that do not know ECI.
    private static func needsDesignator(_ text: String) -> Bool {
        !text.utf8.allSatisfy { $0 < 0x80 }
    }

    /// The most bytes that fit into a symbol of version 40.
    ///
    /// Byte mode holds 2331 at level M and 2953 at level L (ISO/IEC 18004, table 7). The ECI header takes 12 bits
    /// (7.4.2), of which 4 were left over.
    private static func capacity(for text: String, at level: ErrorCorrection) -> Int {
        let most =
            switch level {
            case .medium: 2331
            case .low: 2953
            }
        return needsDesignator(text) ? most - 1 : most
    }

    /// Has libqrencode make the smallest symbol for a text that is known to fit.
    ///
    /// - Parameter isMaskOurs: Whether the mask is chosen here where the library lets us, which takes a ninth of the time.
    static func symbol(
        of text: String, at level: ErrorCorrection, isMaskOurs: Bool = true
    ) throws(QRError) -> QRCode {
        let nativeLevel =
            switch level {
            case .medium: QR_ECLEVEL_M
            case .low: QR_ECLEVEL_L
            }
        let bytes = Array(text.utf8)
        // Version 0 asks for the smallest one.
        guard let input = unsafe QRinput_new2(0, nativeLevel) else { throw .encoderFailed }
        defer { unsafe QRinput_free(input) }
        if needsDesignator(text) {
            guard unsafe QRinput_appendECIheader(input, utf8Designator) == 0 else { throw .encoderFailed }
        }
        guard unsafe QRinput_append(input, QR_MODE_8, Int32(bytes.count), bytes) == 0 else { throw .encoderFailed }
        let masked = isMaskOurs ? unsafe wgp_qr_encode_masked(input, Int32(MaskChoice.given.rawValue)) : nil
        guard let code = unsafe masked ?? QRcode_encodeInput(input) else { throw .encoderFailed }
        defer { unsafe QRcode_free(code) }
        let size = Int(unsafe code.pointee.width)
        guard let data = unsafe code.pointee.data, size > 0 else { throw .encoderFailed }
        let modules = unsafe [UInt8](UnsafeBufferPointer(start: data, count: size * size))
        guard unsafe masked != nil else {
            // The lowest bit of each byte is the module (qrencode.h, QRcode).
            return QRCode(errorCorrection: level, rows: BitMatrix(size: size, bit: 0, of: modules))
        }
        return QRCode(errorCorrection: level, rows: MaskChoice(size: size, modules: modules).best)
    }
}

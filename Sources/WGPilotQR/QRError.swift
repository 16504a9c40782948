/// Why a text did not become a QR code or a picture of one. It never repeats the text, which holds private keys.
public enum QRError: Error, Hashable, Sendable {
    /// There was nothing to encode: an empty text, or no candidate at all.
    case empty

    /// The text does not fit into the largest symbol at the weakest error correction.
    ///
    /// `bytes` is the length of the text in UTF-8 and `limit` the most that would have fitted. Of several candidates
    /// it is the one that came closest.
    case tooLong(bytes: Int, limit: Int)

    /// libqrencode made no symbol of a text that fits: memory ran out.
    case encoderFailed

    /// libpng made no picture; the payload is its own message.
    case pictureFailed(String)
}

extension QRError: CustomStringConvertible {
    /// One sentence for a person, without a final full stop.
    public var description: String {
        switch self {
        case .empty:
            "there is no text to put into a QR code"
        case .tooLong(let bytes, let limit):
            "the configuration is \(Self.count(bytes &- limit)) too long for a QR code "
                + "(it has \(bytes), at most \(limit) fit): use the configuration file instead"
        case .encoderFailed:
            "the QR code could not be made: out of memory"
        case .pictureFailed(let message):
            "the picture of the QR code could not be made: \(message)"
        }
    }

    private static func count(_ bytes: Int) -> String {
        bytes == 1 ? "1 byte" : "\(bytes) bytes"
    }
}

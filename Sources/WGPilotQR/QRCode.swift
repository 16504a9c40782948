/// The module matrix of one QR code symbol (ISO/IEC 18004, model 2).
///
/// A symbol of a client configuration *is* the client's private key, so neither the description nor a reflection
/// shows the modules.
public struct QRCode: Sendable {
    /// How much of a damaged symbol a reader can restore (ISO/IEC 18004, 6.5).
    public enum ErrorCorrection: String, Hashable, Sendable {
        /// Level M: about 15 % of the codewords.
        case medium = "M"
        /// Level L: about 7 % of the codewords.
        case low = "L"
    }

    /// The light margin that a reader needs on each side, in modules (ISO/IEC 18004, 6.3.8).
    public static let quietZone = 4

    /// Modules on one side without the quiet zone: 21 (version 1) to 177 (version 40), always odd.
    public var size: Int { rows.size }

    /// The level that the text fitted at.
    public let errorCorrection: ErrorCorrection

    /// The dark modules.
    let rows: BitMatrix

    init(errorCorrection: ErrorCorrection, rows: BitMatrix) {
        self.errorCorrection = errorCorrection
        self.rows = rows
    }

    /// Modules on one side with the quiet zone.
    var sizeWithQuietZone: Int { size + 2 * Self.quietZone }

    /// Whether the module in column `x` and row `y` is dark, both counted from zero at the top left.
    ///
    /// Everything outside the symbol is light, as the quiet zone is.
    public func isDark(x: Int, y: Int) -> Bool {
        guard x >= 0, y >= 0, x < size, y < size else { return false }
        return rows[x, line: y]
    }
}

extension QRCode: CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
    /// Size and level, never the content.
    public var description: String { "QR code of \(size) × \(size) modules at level \(errorCorrection.rawValue)" }

    /// The same as ``description``.
    public var debugDescription: String { description }

    /// Size and level, never the content.
    public var customMirror: Mirror {
        Mirror(self, children: ["size": size, "errorCorrection": errorCorrection], displayStyle: .struct)
    }
}

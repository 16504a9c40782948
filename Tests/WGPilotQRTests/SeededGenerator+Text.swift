import WGPilotTestSupport

extension SeededGenerator {
    /// A text that fits into a symbol: mostly of one alphabet, of 1 to 2952 bytes, short ones more often.
    mutating func text() -> String {
        let alphabets: [[ClosedRange<UInt32>]] = [
            [0x20...0x7E], [0x01...0x7F], [0x20...0x7E, 0xC0...0xFF], [0xA0...0xFF], [0x20...0x7E, 0x400...0x4FF],
            [0x3040...0x30FF, 0x4E00...0x9FFF], [0x1F300...0x1F6FF, 0x20...0x7E], [0x01...0x10FFFF],
        ]
        let alphabet = alphabets[Int.random(in: 0..<alphabets.count, using: &self)]
        let most = [20, 400, 1000, 2952][Int.random(in: 0..<4, using: &self)]
        let wanted = Int.random(in: 1...most, using: &self)
        var text = String.UnicodeScalarView()
        var bytes = 0
        while bytes < wanted {
            let range = alphabet[Int.random(in: 0..<alphabet.count, using: &self)]
            // Surrogates are no scalars.
            guard let scalar = Unicode.Scalar(UInt32.random(in: range, using: &self)) else { continue }
            let width = UTF8.width(scalar)
            if bytes + width > 2952 { break }
            text.append(scalar)
            bytes += width
        }
        return String(text)
    }
}

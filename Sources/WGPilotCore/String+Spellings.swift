// What the standard library compares strings by, and swift-foundation is built on; no public name gives the code points.
@_spi(_Unicode) import Swift

extension String {
    /// The same text of composed code points (NFC, Unicode Standard Annex #15): one and the same for all texts that are
    /// read alike. Takes time in proportion to the text.
    public var composed: String {
        if utf8.allSatisfy({ $0 < 0x80 }) { return self }
        var scalars = UnicodeScalarView()
        scalars.append(contentsOf: _nfc)
        return String(scalars)
    }

    /// The text as it is, and then the other ways in which keyboards and systems write it: of composed code points as most
    /// do, of decomposed ones (NFD) as Apple's file systems do.
    public var spellings: [String] {
        if utf8.allSatisfy({ $0 < 0x80 }) { return [self] }
        var decomposed = UnicodeScalarView()
        decomposed.append(contentsOf: _nfd)
        return [composed, String(decomposed)].reduce(into: [self]) { all, spelling in
            // Swift takes all of them for equal.
            if !all.contains(where: { $0.utf8.elementsEqual(spelling.utf8) }) { all.append(spelling) }
        }
    }
}

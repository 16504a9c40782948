/// How many cells of a terminal a text takes.
enum DisplayWidth {
    /// One for most characters, two for wide ones (Unicode TR 11: W and F, and emoji), none for what joins the one
    /// before it.
    static func of(_ text: String) -> Int {
        // Nearly every cell is ASCII, and there are ten thousand rows of them.
        var count = 0
        for byte in text.utf8 {
            if byte >= 0x80 { return text.reduce(0) { $0 + width($1) } }
            count += 1
        }
        return count
    }

    /// The beginning of a text that takes no more than so many cells.
    static func cut(_ text: String, to cells: Int) -> String {
        if text.utf8.count <= cells { return text }
        var room = cells
        return String(
            text.prefix { character in
                room -= width(character)
                return room >= 0
            })
    }

    private static func width(_ character: Character) -> Int {
        guard let first = character.unicodeScalars.first else { return 0 }
        if first.properties.isEmojiPresentation || character.unicodeScalars.contains("\u{FE0F}") { return 2 }
        switch first.value {
        case 0x1100...0x115F, 0x2E80...0x303E, 0x3041...0xA4CF, 0xAC00...0xD7A3, 0xF900...0xFAFF, 0xFE30...0xFE6F,
            0xFF00...0xFF60, 0xFFE0...0xFFE6, 0x20000...0x3FFFD:
            return 2
        default:
            return 1
        }
    }
}

extension DisplayName {
    /// The name nearest to a text of unknown origin: what a name must not hold becomes a space, and what is too long is
    /// cut; `#12` becomes `12`. Nil where nothing is left.
    init?(cleaning text: Substring) {
        if text.utf8.count <= Self.maximumBytes, let name = try? DisplayName(new: String(text)) {
            self = name
            return
        }
        var scalars = String.UnicodeScalarView()
        // More than that many cannot be in a name; a megabyte in a comment must not cost as much as it is long.
        for scalar in text.unicodeScalars.prefix(2 * Self.maximumBytes) {
            scalars.append((try? DisplayName("a\(scalar)a")) == nil ? " " : scalar)
        }
        let trimmed = String(scalars).drop(while: \.isWhitespace)
        guard let name = Self.cut(trimmed, characters: Self.maximumCharacters, bytes: Self.maximumBytes) else {
            return nil
        }
        guard name.isMarkedNumber else {
            self = name
            return
        }
        guard let number = try? DisplayName(String(name.description.dropFirst())) else { return nil }
        self = number
    }

    /// The name, cut where that is needed to make room, with a suffix.
    func appending(_ suffix: String) -> DisplayName? {
        Self.cut(
            description[...], characters: Self.maximumCharacters - suffix.count,
            bytes: Self.maximumBytes - suffix.utf8.count
        ).flatMap { try? DisplayName($0.description + suffix) }
    }

    private static func cut(_ text: Substring, characters: Int, bytes: Int) -> DisplayName? {
        var cut = text.prefix(max(0, characters))
        while cut.utf8.count > bytes { cut = cut.dropLast() }
        while let last = cut.last, last.isWhitespace { cut = cut.dropLast() }
        return try? DisplayName(String(cut))
    }
}

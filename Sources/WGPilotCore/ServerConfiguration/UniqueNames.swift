/// Gives each peer a name that no other has: the second `laptop` is `laptop 2`.
struct UniqueNames {
    /// As texts, which are equal where they are read alike.
    private var taken: Set<String> = []
    /// By a name that was wanted more than once, the number to try next, so that n namesakes cost n tries in all.
    private var nextNumber: [String: Int] = [:]

    /// The name that was wanted or, where it is taken or none was, the nearest that is free.
    mutating func take(_ wanted: DisplayName?, _ key: PublicKey) -> DisplayName {
        let wanted = wanted ?? Self.fallback(key)
        if taken.insert(wanted.description).inserted { return wanted }
        var number = nextNumber[wanted.description] ?? 2
        while true {
            let suffix = " \(number)"
            number += 1
            // A first character of hundreds of bytes leaves no room for a number.
            let name = wanted.appending(suffix) ?? Self.fallback(key).appending(suffix) ?? .unread
            if taken.insert(name.description).inserted {
                nextNumber[wanted.description] = number
                return name
            }
        }
    }

    /// `peer-` and the first eight letters and digits of the key.
    private static func fallback(_ key: PublicKey) -> DisplayName {
        (try? DisplayName("peer-" + key.description.filter { $0.isLetter || $0.isNumber }.prefix(8))) ?? .unread
    }
}

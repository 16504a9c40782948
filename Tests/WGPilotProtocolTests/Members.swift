import Foundation

/// A JSON value, to ask whether another one says all that it says.
struct Members {
    private let value: Any

    init(_ text: String) throws {
        value = try JSONSerialization.jsonObject(with: Data(text.utf8), options: .fragmentsAllowed)
    }

    /// Whether every member of `older` is here with the same content; there may be more.
    func include(_ older: Members) -> Bool {
        Self.include(older.value, in: value)
    }

    private static func include(_ older: Any, in newer: Any) -> Bool {
        switch (older, newer) {
        case (let older as [String: Any], let newer as [String: Any]):
            return older.allSatisfy { key, value in newer[key].map { include(value, in: $0) } ?? false }
        case (let older as [Any], let newer as [Any]):
            return older.count == newer.count && zip(older, newer).allSatisfy { include($0, in: $1) }
        default:
            return (older as? NSObject) == (newer as? NSObject)
        }
    }
}

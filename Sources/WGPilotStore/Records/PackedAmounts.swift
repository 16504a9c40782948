import FoundationEssentials
import GRDB
import WGPilotCore

/// What flowed, by a small number: the place of a subject in its part, an hour of a day, or a day of a period. Packed by
/// ascending numbers, each as the distance from the one before, so that an entry of some megabytes takes nine bytes.
struct PackedAmounts {
    /// The amounts by number.
    var amounts: [UInt8: Transfer] = [:]

    /// None.
    init() {}

    /// Reads a column.
    init(_ row: Row, at index: Int, table: String) throws {
        let bytes = try row.withUnsafeData(atIndex: index) { $0.map { Array($0) } }
        var found: [UInt8: Transfer] = [:]
        let isWhole = Self.read(bytes ?? [], { found[$0] = $1 })
        amounts = found
        if bytes == nil || !isWhole { throw StoreError.corrupt(table: table, column: "amounts", id: nil) }
    }

    /// Adds to the amount of a number.
    mutating func add(_ amount: Transfer, at number: UInt8) {
        amounts[number, default: .zero] += amount
    }

    /// Adds all of another one's.
    mutating func add(_ other: PackedAmounts) {
        for (number, amount) in other.amounts { add(amount, at: number) }
    }

    /// As it is stored.
    var data: Data {
        var packed = PackedNumbers()
        var former: UInt8 = 0
        for (number, amount) in amounts.sorted(by: { $0.key < $1.key }) {
            packed.append(UInt64(number - former))
            packed.append(amount.received)
            packed.append(amount.sent)
            former = number
        }
        return Data(packed.bytes)
    }

    /// Hands out what is packed, without keeping it; returns whether all of it could be read.
    static func read(_ bytes: [UInt8], _ body: (UInt8, Transfer) -> Void) -> Bool {
        var reader = PackedNumbers.Reader(bytes)
        var number: UInt64 = 0
        while !reader.isAtEnd {
            guard let distance = reader.next(), let received = reader.next(), let sent = reader.next(), distance < 256
            else { return false }
            number += distance
            guard let exact = UInt8(exactly: number) else { return false }
            body(exact, Transfer(received: received, sent: sent))
        }
        return true
    }
}

import GRDB
import WGPilotCore

extension StateStore {
    /// One page of the peers of a network.
    ///
    /// - Throws: `notFound` for the network; `invalid` for a limit out of range or a cursor that no page gave.
    public func peers(
        in networkID: Int64, _ query: PeerQuery = PeerQuery()
    ) async throws(StoreError) -> PeerPage {
        guard (1...PeerQuery.maximumLimit).contains(query.limit) else {
            throw StoreError(
                .invalid,
                violations: [.init(field: "limit", message: "a limit is 1 to \(PeerQuery.maximumLimit)")])
        }
        let start = try Start(query)
        let filter = query.filter.flatMap { $0.isEmpty ? nil : PeerFilter($0) }
        return try await read { db in
            let record = try NetworkRecord.require(networkID, db)
            let statement = try db.cachedStatement(sql: "\(PeerRecord.select) WHERE \(start.condition)")
            let rows = try Row.fetchCursor(statement, arguments: [networkID, start.value])
            var peers: [Peer] = []
            while let row = try rows.next() {
                if let filter, try !filter.keeps(row, record.plan) { continue }
                if peers.count == query.limit, let last = peers.last {
                    return PeerPage(peers: peers, nextCursor: query.cursor(after: last))
                }
                peers.append(try PeerRecord.peer(row: row, db))
            }
            return PeerPage(peers: peers, nextCursor: nil)
        }
    }

    /// Where a page starts: after a value of the column that the list is sorted by, so that peers that come or go in
    /// between neither repeat nor hide another.
    private struct Start: Sendable {
        let condition: String
        let value: DatabaseValue

        init(_ query: PeerQuery) throws(StoreError) {
            switch query.order {
            case .id:
                guard let id = query.cursor.map(StateStore.number) ?? 0 else {
                    throw StoreError(
                        .invalid, violations: [.init(field: "cursor", message: "no page gave this cursor")])
                }
                condition = "networkID = ? AND peer.id > ? ORDER BY peer.id"
                value = id.databaseValue
            case .name:
                condition = "networkID = ? AND name > ? ORDER BY name"
                value = (query.cursor ?? "").databaseValue
            }
        }
    }
}

/// Keeps rows that have a text in a column that people look for.
private struct PeerFilter: Sendable {
    private let needle: [UInt8]
    private let needleText: String

    init(_ text: String) {
        needleText = text
        needle = Array(text.lowercased().utf8)
    }

    /// Looks at a row of `PeerRecord.select`, before anything else is made of it.
    func keeps(_ row: Row, _ plan: AddressPlan) throws -> Bool {
        let reader = ColumnReader(row: row, table: "peer")
        if try contains(reader.text(2)) || contains(reader.text(5)) || contains(reader.text(15)) { return true }
        if try reader.publicKey(4, "publicKey").description.hasPrefix(needleText) { return true }
        let number = try reader.int(3, "hostNumber", in: PeerRecord.hostNumbers)
        return plan.addresses(number).contains { contains($0.description) }
    }

    private func contains(_ text: String) -> Bool {
        let haystack = Array(text.lowercased().utf8)
        guard haystack.count >= needle.count else { return false }
        return (0...(haystack.count - needle.count)).contains { offset in
            haystack[offset..<(offset + needle.count)].elementsEqual(needle)
        }
    }
}

import GRDB
public import WGPilotCore

extension StateStore {
    /// The most endpoints that are told of one session, the latest.
    private static let mostEndpoints = 1000
    /// The most endpoints of one page, about.
    private static let mostEndpointsOfPage = 10_000

    /// A peer's sessions, the latest first.
    ///
    /// - Parameters:
    ///   - peerID: The number of the peer.
    ///   - from: Only those that went on at this time or later, in seconds since 1970-01-01 UTC.
    ///   - before: Only those that began before this time; of a further page the ``SessionPage/next`` of the one before.
    ///   - limit: How many at most.
    public func sessions(
        ofPeer peerID: Int64, from: Int64? = nil, before: Int64? = nil, limit: Int
    ) async throws(StoreError) -> SessionPage {
        try await read { db in
            var page = SessionPage(sessions: [])
            var meters: [Int64: PeerMeter] = [:]
            let state = try db.cachedStatement(sql: "SELECT meters FROM trafficState WHERE part = ?")
            if let row = try Row.fetchOne(state, arguments: [TrafficSample.part(of: peerID)]) {
                try PackedMeters.read(row, at: 0, into: &meters)
            }
            let open = meters[peerID]?.session
            let statement = try db.cachedStatement(
                sql: """
                    SELECT startedAt, lastSeenAt, endedAt, received, sent FROM peerSession \
                    WHERE peerID = ?1 AND startedAt < ?2 AND (?3 IS NULL OR endedAt IS NULL OR endedAt >= ?3) \
                    ORDER BY startedAt DESC LIMIT ?4
                    """)
            let rows = try Row.fetchAll(statement, arguments: [peerID, before ?? Int64.max, from, limit])
            var endpoints = 0
            for row in rows {
                let reader = ColumnReader(row: row, table: "peerSession", id: peerID)
                let start = try reader.int64(0, "startedAt")
                if endpoints > Self.mostEndpointsOfPage {
                    page.next = page.sessions.last?.session.startedAt
                    return page
                }
                var session = PeerSession(
                    startedAt: start, lastSeenAt: try reader.int64(1, "lastSeenAt"),
                    moved: Transfer(
                        received: try reader.int(3, "received", in: 0...UInt64(Int64.max)),
                        sent: try reader.int(4, "sent", in: 0...UInt64(Int64.max))))
                let endedAt: Int64? = try row.decode(Int64?.self, atIndex: 2)
                if endedAt == nil, let open, open.startedAt == start { session = open }
                let found = try Self.endpoints(ofPeer: peerID, start, db)
                endpoints += found.count
                session.endpoint = found.last?.endpoint ?? session.endpoint
                page.sessions.append(.init(session: session, endedAt: endedAt, endpoints: found))
            }
            if rows.count == limit { page.next = page.sessions.last?.session.startedAt }
            return page
        }
    }

    private static func endpoints(
        ofPeer peerID: Int64, _ startedAt: Int64, _ db: Database
    ) throws -> [PeerSession.Endpoint] {
        let statement = try db.cachedStatement(
            sql: """
                SELECT seenAt, endpoint FROM sessionEndpoint WHERE peerID = ? AND startedAt = ? \
                ORDER BY seenAt DESC LIMIT \(mostEndpoints)
                """)
        return try Row.fetchAll(statement, arguments: [peerID, startedAt]).reversed().map { row in
            let reader = ColumnReader(row: row, table: "sessionEndpoint", id: peerID)
            return .init(at: try reader.int64(0, "seenAt"), endpoint: try reader.text(1))
        }
    }

    /// The peers of a network with a keepalive interval of more than ``OnlineRule/longestPlainKeepalive``, each with the
    /// shorter one of its two.
    public func longKeepalives(in networkID: Int64) async throws(StoreError) -> [PublicKey: UInt16] {
        try await read { db in
            let statement = try db.cachedStatement(
                sql: """
                    SELECT publicKey, persistentKeepalive, hubKeepalive FROM peer INDEXED BY peerByLongKeepalive \
                    WHERE networkID = ? AND (persistentKeepalive > 60 OR hubKeepalive > 60)
                    """)
            let rows = try Row.fetchCursor(statement, arguments: [networkID])
            var intervals: [PublicKey: UInt16] = [:]
            while let row = try rows.next() {
                let reader = ColumnReader(row: row, table: "peer")
                let interval = OnlineRule.keepalive(
                    try reader.int(1, "persistentKeepalive", in: 0...UInt16.max),
                    try reader.int(2, "hubKeepalive", in: 0...UInt16.max))
                if interval > OnlineRule.longestPlainKeepalive {
                    intervals[try reader.publicKey(0, "publicKey")] = interval
                }
            }
            return intervals
        }
    }
}
